"""Chromium for the page's tests, driven by Playwright; skipped with a reason where it is not."""

import importlib.util
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "host_tests" / "collector"))

from collecting import empty, running  # noqa: E402, F401
from setting_up import plugged, served  # noqa: E402, F401

from host_tests.outside import BROWSER_ARGUMENTS, find_browser  # noqa: E402

SCREENSHOTS = ROOT / "build" / "screenshots"


# No longer than a module: while it runs, so does an event loop, in which no other test could.
@pytest.fixture(scope="module")
def chromium():
    """The browser, one for the tests of a module."""
    api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    if not importlib.util.find_spec("uplot"):
        pytest.skip("uplot-python, which draws the charts, is not installed")
    program = find_browser()
    if not program:
        pytest.skip("no Chromium: on Debian or Ubuntu, apt install chromium")
    with api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program, args=BROWSER_ARGUMENTS, timeout=120000
        )
        yield browser
        browser.close()


@pytest.fixture
def visit(chromium):
    """visit(running, "#events", **context): the page; at the end, it must have had no errors.

    Whatever it asks for must come from the collector. ``page.errors`` lists what went wrong; a
    test that breaks things on purpose clears it.
    """
    contexts, pages = [], []

    def open_page(running, view="", **more):  # noqa: F811
        context = chromium.new_context(**{"viewport": {"width": 1280, "height": 860}, **more})
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(120000)
        page.errors = []
        pages.append(page)
        origin = f"http://127.0.0.1:{running.port}/"

        def asked(request):
            if not request.url.startswith((origin, "blob:", "data:")):
                page.errors.append(f"asked elsewhere: {request.url}")

        def said(message):
            if message.type in ("error", "warning"):
                page.errors.append(message.text)

        page.on("console", said)
        page.on("pageerror", lambda error: page.errors.append(str(error)))
        page.on("request", asked)
        page.goto(origin + view)
        page.wait_for_selector("#link:not(.waiting)")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert [page.errors for page in pages if page.errors] == []


@pytest.fixture
def screenshot():
    """screenshot(page, name): keep a picture in build/screenshots."""
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)

    def take(page, name):
        page.evaluate("scrollTo(0, 0)")  # Else what sticks to the top is drawn further down
        page.screenshot(path=SCREENSHOTS / f"{name}.png", full_page=True)

    return take
