"""What the tests of the page share: readings of the past, and waits for what is to be seen."""

import time

from collecting import reading, wait_for

from host_tests.outside import node_package
from tools.engine import ROOT

AXE = ("axe-core", "4.10.3")
SIZES = [(360, 740), (820, 1180), (1440, 900)]


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
    wait_for(lambda: page.evaluate(expression))


def count_is(page, selector, count):
    """Wait for so many elements."""
    until(page, f"document.querySelectorAll({selector!r}).length === {count}")


def rows_are(page, count):
    """Wait for so many rows in the list."""
    count_is(page, "#rows li", count)


def boxes(page, *selectors):
    """Return where elements are, all at one moment: what comes later may move them."""
    return page.evaluate(
        """(selectors) => selectors.flatMap((one) => [...document.querySelectorAll(one)])
            .map((one) => one.getBoundingClientRect().toJSON())""",
        list(selectors),
    )


def at_noon():
    """Return a time zone in which it is about noon: what was a while ago, was today."""
    hours = 12 - time.gmtime().tm_hour
    return f"Etc/GMT{-hours:+d}" if hours else "Etc/GMT"


def pixels(page):
    """Return the first chart's picture."""
    return page.evaluate("document.querySelector('figure canvas').toDataURL()")


def axe_findings(page, scheme, views):
    """Return what axe-core finds in views, {address: selector of what comes last in it}, at three
    sizes; in "dark" only about colours."""
    page.evaluate((node_package(ROOT / "build" / "axe", *AXE) / "axe.min.js").read_text())
    options = '{runOnly: ["color-contrast"]}' if scheme == "dark" else "{}"
    found = []
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        for view, last in views.items():
            page.evaluate("(view) => { location.hash = view; }", view)
            page.wait_for_selector(last)
            page.wait_for_timeout(200)
            for finding in page.evaluate(f"axe.run({options}).then((one) => one.violations)"):
                where = [node["html"][:160] for node in finding["nodes"][:3]]
                found.append((width, view, finding["id"], where))
    return found
