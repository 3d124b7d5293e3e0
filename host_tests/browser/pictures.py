"""Take the pictures of the documentation: the collector's page, while the demo's firmware runs.

    make pictures
"""

import sys
import tempfile
import time
from pathlib import Path

from host_tests.outside import BROWSER_ARGUMENTS, find_browser
from tools.demo import Board, Collector, demo_config
from tools.engine import ROOT

PICTURES = ROOT / "docs" / "pictures"
SECONDS = 45  # until the charts have something to show


def main():
    """Write docs/pictures/page.png; returns the exit code."""
    from playwright.sync_api import sync_playwright

    program = find_browser()
    if not program:
        print("no Chromium: on Debian or Ubuntu, apt install chromium", file=sys.stderr)
        return 1
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        collector = Collector(Path(folder) / "events.db", 0, ("--iglu", "none"))
        try:
            board = Board(Path(folder) / "board", demo_config(collector.url))
            try:
                time.sleep(SECONDS)
                with sync_playwright() as playwright:
                    _take(playwright, program, collector.url, PICTURES / "page.png")
            finally:
                board.stop()
        finally:
            collector.stop()
    print(PICTURES / "page.png")
    return 0


def _take(playwright, program, url, path):
    browser = playwright.chromium.launch(executable_path=program, args=BROWSER_ARGUMENTS)
    page = browser.new_page(viewport={"width": 1200, "height": 900})
    page.goto(url + "/")
    page.wait_for_selector("#link:not(.waiting)")
    page.wait_for_timeout(2000)  # the charts are drawn as readings come
    page.screenshot(path=path)
    browser.close()


if __name__ == "__main__":
    sys.exit(main())
