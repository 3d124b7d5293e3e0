"""What the tests of the page share: readings of the past, and waits for what is to be seen."""

import time

from collecting import reading, wait_for


def ago(seconds):
    return str(int((time.time() - seconds) * 1000))


def history(*seconds, **more):
    """Return readings of the past, one for each of the given ages in seconds."""
    return [reading(20 + i % 5, ttm=ago(age), **more) for i, age in enumerate(seconds)]


def text(page, selector):
    return page.inner_text(selector)


def is_there(page, selector, words):
    """Wait for an element with these words in it."""
    page.locator(selector).filter(has_text=words).first.wait_for()


def until(page, expression):
    """Wait for JavaScript to be true. The page's policy forbids Playwright's own way."""
    wait_for(lambda: page.evaluate(expression), 10)


def count_is(page, selector, count):
    """Wait for so many elements."""
    until(page, f"document.querySelectorAll({selector!r}).length === {count}")


def rows_are(page, count):
    """Wait for so many rows in the list."""
    count_is(page, "#rows li", count)


def pixels(page):
    """Return the first chart's picture."""
    return page.evaluate("document.querySelector('figure canvas').toDataURL()")
