"""Take the pictures of the documentation: the pages of the collector and of `make setup`, in
Chromium, from the running product. What is drawn from data is made by tools/pictures.

    make docs
"""

import json
import sys
import tempfile
import time
from pathlib import Path

from host_tests.outside import BROWSER_ARGUMENTS, find_browser
from tools.demo import Board, Collector, demo_config
from tools.pictures import FOLDER as PICTURES

SECONDS = 45  # until the charts have something to show
# What is wired to the board of the setup page, as host_tests/board/vm_board.py has it.
HARDWARE = {
    "i2c": {"21,22": {"118": {"208": "60"}}},
    "wifi": [["Greenhouse", -58, 3], ["Guests", -71, 0]],
}


def main():
    """Write docs/pictures/page.png and setup.png; returns the exit code."""
    from playwright.sync_api import sync_playwright

    program = find_browser()
    if not program:
        print("no Chromium, so the pictures of the pages stay as they are (Debian: apt install "
              "chromium)", file=sys.stderr)  # fmt: skip
        return 0
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=BROWSER_ARGUMENTS)
        collector = Collector(Path(folder) / "events.db", 0, ("--iglu", "none"))
        try:
            _setup(browser, collector, Path(folder), PICTURES / "setup.png")
            board = Board(Path(folder) / "board", demo_config(collector.url))
            try:
                time.sleep(SECONDS)
                _page(browser, collector.url, PICTURES / "page.png")
            finally:
                board.stop()
        finally:
            collector.stop()
            browser.close()
    for name in ("page.png", "setup.png"):
        print(PICTURES / name)
    return 0


def _page(browser, url, path):
    page = browser.new_page(viewport={"width": 1200, "height": 900})
    page.goto(url + "/")
    page.wait_for_selector("#link:not(.waiting)")
    page.wait_for_timeout(2000)  # the charts are drawn as readings come
    page.screenshot(path=path)
    page.close()


def _setup(browser, collector, folder, path):
    # A board that is the real VM on a pty, with what HARDWARE says, as far as the page looks.
    from host_tests.board.vm_board import VmBoard
    from host_tests.browser.setting_up import Running, steps, uf2

    running = Running(folder / "project", collector)
    find, places = steps.find_ports, uf2.places
    try:
        with VmBoard(folder, name="ttyUSB0", hardware=json.loads(json.dumps(HARDWARE))) as board:
            board.wait_for(b">>> ")
            steps.find_ports, uf2.places = lambda: [(board.port, "CP2102N")], lambda: []
            page = browser.new_page(viewport={"width": 900, "height": 700})
            page.set_default_timeout(180000)
            page.goto(running.url)
            page.wait_for_selector("#scanned:has-text('Chips on I2C')")
            page.fill("#pins", "21, 22")
            page.get_by_role("button", name="Search again").click()
            page.wait_for_selector("#scanned:has-text('Chips on I2C: 1')")
            page.fill("#name", "greenhouse")
            page.screenshot(path=path, full_page=True)
            page.close()
    finally:
        steps.find_ports, uf2.places = find, places
        running.stop()


if __name__ == "__main__":
    sys.exit(main())
