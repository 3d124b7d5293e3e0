"""Chromium for the page's tests, driven by Playwright; skipped with a reason where it is not."""

import importlib.util
import shutil
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "host_tests" / "collector"))

from collecting import collector, write_schema  # noqa: E402

SCREENSHOTS = ROOT / "build" / "screenshots"
NAMES = ("chromium", "chromium-browser", "google-chrome")
# As root in a container it has no sandbox; and it is to talk to nobody but the collector.
ARGUMENTS = [
    *["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"],
    *["--disable-background-networking", "--disable-component-update"],
]


# No longer than a module: while it runs, so does an event loop, in which no other test could.
@pytest.fixture(scope="module")
def chromium():
    """The browser, one for the tests of a module."""
    api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    if not importlib.util.find_spec("uplot"):
        pytest.skip("uplot-python, which draws the charts, is not installed")
    program = next(filter(None, map(shutil.which, NAMES)), None)
    if not program:
        pytest.skip("no Chromium: on Debian or Ubuntu, apt install chromium")
    with api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    """A collector for the tests of a module."""
    directory = tmp_path_factory.mktemp("browser")
    write_schema(directory / "schemas")
    with collector(directory / "c.db", "--schemas", str(directory / "schemas"), "--quiet") as one:
        yield one


@pytest.fixture
def empty(running):
    """The same collector, without events."""
    running.post("/micro/reset", {})
    return running


@pytest.fixture
def visit(chromium):
    """visit(running, "#events", **context): the page; at the end, it must have had no errors.

    Whatever it asks for must come from the collector. ``page.errors`` lists what went wrong; a
    test that breaks things on purpose clears it.
    """
    contexts, pages = [], []

    def open_page(running, view="", **more):
        context = chromium.new_context(**{"viewport": {"width": 1280, "height": 860}, **more})
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(10000)
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
