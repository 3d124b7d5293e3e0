"""The portal's form in Chromium: a phone that is led to it, a mistake, and what works, while the
access point is gone for a moment."""

import json

import pytest

from host_tests.outside import BROWSER_ARGUMENTS, find_browser
from host_tests.vm.portal_board import PortalBoard
from host_tests.vm.test_portal_vm import PASSWORD, code, healthy  # noqa: F401


@pytest.fixture
def board(vm_program, code, tmp_path):  # noqa: F811
    networks = {"barn": "wrong_password", "yard": "joined"}
    config = {"collector": "http://127.0.0.1:9", "app_id": "garden", "wifi": {"networks": []}}
    found = PortalBoard(
        vm_program, code, tmp_path / "board", "esp32", config, networks=networks, join_ms=700
    )
    found.boot().ready()
    yield found
    found.kill()


@pytest.fixture
def page(board):
    """A page of a browser for which every name is the board."""
    api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    program = find_browser()
    if not program:
        pytest.skip("no Chromium: on Debian or Ubuntu, apt install chromium")
    rules = f"--host-resolver-rules=MAP * 127.0.0.1:{board.http}"
    with api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program, args=[*BROWSER_ARGUMENTS, rules], timeout=120000
        )
        page = browser.new_page(viewport={"width": 390, "height": 844})
        page.errors = []
        page.on("pageerror", lambda error: page.errors.append(str(error)))
        page.set_default_timeout(120000)
        yield page
        browser.close()


def test_a_phone_brings_the_board_into_its_network(board, page, healthy):  # noqa: F811
    page.goto("http://connectivitycheck.gstatic.com/generate_204")
    assert page.url == "http://203.0.113.1/"
    assert page.input_value("[name=collector]") == "http://127.0.0.1:9"
    page.select_option("[name=ssid]", "barn")
    page.fill("[name=password]", PASSWORD)
    page.fill("[name=collector]", healthy)
    page.fill("[name=name]", '<b>"hall"</b>')
    page.click("button")
    page.wait_for_selector("[role=alert]:has-text('wrong password')")
    assert page.input_value("[name=ssid]") == "barn" and not page.input_value("[name=password]")
    assert page.input_value("[name=name]") == '<b>"hall"</b>'
    with page.expect_navigation():  # The page of before has the same fields
        page.click("text=Look for networks again")
    page.select_option("[name=ssid]", "yard")
    page.click("button")
    page.wait_for_selector("[role=status]:has-text('It works, and is kept')")
    board.wait_for("world: reset 0")
    assert json.loads((board.directory / "config.json").read_text())["name"] == '<b>"hall"</b>'
    assert PASSWORD.encode() not in board.output
    assert page.errors == []
