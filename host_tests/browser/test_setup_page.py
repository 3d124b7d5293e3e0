"""`make setup` in Chromium, with boards that are the real VM on a pty, and the real esptool."""

import asyncio
import importlib.util
import json
import re
import sys
import threading
import time
import urllib.error
import urllib.request

import pytest

pytest.importorskip("pty", reason="no pseudo-terminals on this machine")

import images
from collecting import wait_for
from esp_board import EspBoard
from setting_up import STEP_MS
from vm_board import VmBoard

from tools.demo import Collector
from tools.deploy.console import ACCEPTED, at_repl
from tools.flash import flashing
from tools.release.image import modules_of
from tools.setup import __main__ as program
from tools.setup import jobs, server, steps

pytestmark = pytest.mark.usefixtures("compiler", "vm_program")


@pytest.mark.skipif(
    not importlib.util.find_spec("esptool"), reason="no esptool here: `make flash` installs it"
)
def test_from_a_blank_board_to_the_first_event_with_pulled_cables(
    served, plugged, chromium, screenshot, tmp_path, closing_line, monkeypatch
):
    (tmp_path / "esp").mkdir()
    image = tmp_path / "ESP32_GENERIC.bin"
    image.write_bytes(images.esp(filling=150000))
    clicks = []
    with EspBoard(tmp_path / "esp") as chip:
        plugged(chip.port)

        def answers(port, seconds):  # Without an image nothing does, however long one waits
            return at_repl(port, seconds if chip.has_image() else 3)

        monkeypatch.setattr(flashing, "at_repl", answers)
        page = chromium.new_page()
        page.set_default_timeout(STEP_MS)
        wrong = []
        page.on("pageerror", lambda error: wrong.append(str(error)))
        begin = time.monotonic()
        page.goto(served.url)
        assert "token" not in page.url

        def click(name):
            clicks.append(name)
            page.get_by_role("button", name=name).click()

        page.wait_for_selector("#flash:not([hidden])")
        assert "no MicroPython answers" in page.inner_text("#found")
        page.fill("#image", str(image))
        chip.cut_after = 60000
        click("Flash MicroPython")
        page.wait_for_selector("#result.wrong")  # the cable
        assert "again" in page.inner_text("#result")
        chip.plug()
        click("Flash MicroPython")
        page.wait_for_selector("#result.good")
        page.wait_for_selector("#settings:not([hidden])")
        page.wait_for_selector("#scanned:has-text('Chips on I2C')")
        assert page.input_value("#name").startswith("board_")
        clicks.append("All other settings")
        page.click("#all > summary")
        page.fill("[name=send_seconds]", "1")
        page.fill("[name=sample_seconds]", "1")
        click("Deploy")
        page.wait_for_selector("#result.good, #result.wrong")
        assert "accepted the first event" in page.inner_text("#result")
        assert ACCEPTED.search(page.inner_text("#console"))
        page.wait_for_selector("#charts svg")
        seconds = time.monotonic() - begin
        screenshot(page, "setup")
        assert wrong == []
        page.close()
    assert len(clicks) <= 8
    closing_line(
        f"setup: blank board to first good event in {seconds:.0f} s, {len(clicks)} clicks"
    )


class Cables:
    """Pulls the cable of a board at a line of its job, in the job's thread: at(line, board)."""

    def __init__(self, monkeypatch):
        self._plans, self._boards = {}, {}
        self.pulled = []
        write = jobs.Job.write

        def see(job, text):
            write(job, text)
            for board in list(self._plans):
                if board.port in text:
                    self._boards[job] = board
            board = self._boards.get(job)
            if board in self._plans and text.startswith(self._plans[board]):
                self.pull(board)

        monkeypatch.setattr(jobs.Job, "write", see)

    def at(self, line, board):
        self._plans[board] = line

    def pull(self, board):
        self._plans.pop(board, None)
        board.unplug()
        self.pulled.append(board)


AWAY = re.compile(r"there is no port|no port .* came|went away: check the cable and try again")


def test_three_boards_at_once_with_pulled_cables(
    served, plugged, chromium, tmp_path, monkeypatch
):
    cables = Cables(monkeypatch)
    boards, pages = [], []
    for n in range(3):
        (tmp_path / f"usb{n}").mkdir()
        boards.append(
            VmBoard(
                tmp_path / f"usb{n}", unique_id=bytes.fromhex(f"e66164084316{n:04x}"),
                hardware={"wifi": [["Hall", -50, 3]], "wifi_ms": 60000 if n == 2 else 0},
            )
        )  # fmt: skip
    first, second, third = boards
    identify, scan = steps.identify, steps.scan

    def asked(port):  # the first one goes while it is looked at
        if port == first.port and not cables.pulled:
            cables.pull(first)
        return identify(port)

    def scanned(port, *rest):
        if port == second.port and second not in cables.pulled:
            cables.pull(second)
        if port == third.port and third not in cables.pulled:
            seen = len(third.output)  # it goes while it searches for networks

            def pull():
                third.wait_for(b"soft reboot", since=seen)
                third.wait_for(b"raw REPL", since=third.output.index(b"soft reboot", seen))
                cables.pull(third)
                third.wire({"wifi": [["Hall", -50, 3]]})

            threading.Thread(target=pull, daemon=True).start()
        return scan(port, *rest)

    monkeypatch.setattr(steps, "identify", asked)
    monkeypatch.setattr(steps, "scan", scanned)
    try:
        for board in boards:
            board.wait_for(b">>> ")
        plugged(*(board.port for board in boards))
        for n, board in enumerate(boards):
            page = chromium.new_page()
            pages.append(page)
            page.set_default_timeout(STEP_MS)
            page.goto(served.url)
            button = f"#found button[data-key='{board.port}']"
            page.wait_for_selector(button)
            if n == 0:
                assert AWAY.search(page.inner_text(button))
                board.plug()
                page.get_by_role("button", name="Look again").click()
                page.wait_for_selector(button + ":has-text('MicroPython')")
            page.click(button)
            if n > 0:
                page.wait_for_selector("#scanned.wrong")
                assert AWAY.search(page.inner_text("#scanned"))
                board.plug()
                page.get_by_role("button", name="Search again").click()
            page.wait_for_selector("#scanned:has-text('Networks: 1. Chips on I2C: 0.')")
            page.fill("#name", f"bed{n}")
            page.fill("#wifi [name=ssid]", "")
            page.click("#all > summary")
            page.fill("[name=send_seconds]", "1")

        for line, board in zip(("Board ", "Send ", "Follow "), boards, strict=True):
            cables.at(line, board)
        for page in pages:
            page.click("#deploy")
        wait_for(lambda: cables.pulled.count(third) == 2, STEP_MS / 1000)
        third.plug()  # what is followed goes on by itself
        wait_for(lambda: len(cables.pulled) == 6, STEP_MS / 1000)
        for page, board in zip(pages[:2], boards[:2], strict=True):
            page.wait_for_selector("#result.wrong")
            assert AWAY.search(page.inner_text("#result"))
            board.plug()
            page.click("#deploy")
        for page, board in zip(pages, boards, strict=True):
            page.wait_for_selector("#result.good, #result.wrong")
            assert "accepted the first event" in page.inner_text("#result")
            found = board.files()
            assert not [path for path in found if path.endswith(".new")]
            run = json.loads(found["/releases/state.json"])["run"]
            assert modules_of(found[f"/releases/{run}.img"])  # it is whole
        noted = json.loads((served.setup.root / "config/boards.json").read_text())
        assert noted == {board.unique_id.hex(): f"bed{n}" for n, board in enumerate(boards)}
    finally:
        for page in pages:
            page.close()
        for board in boards:
            board.close()


# Each job has its own lines, also while boards are looked for.
def test_a_job_s_lines_are_its_own(served, plugged, monkeypatch):
    go_on, before = threading.Event(), sys.stdout
    monkeypatch.setattr(steps, "running", lambda port: go_on.wait(120) and None)
    plugged("/dev/ttyUSB0", "/dev/ttyUSB1")

    def work():
        print("Send     30 KiB")
        go_on.set()
        wait_for(lambda: served.ask(f"/job/{number}")[1]["done"])
        print("Done")

    number = served.ask("/do/boards", {})[1]["job"]
    other = served.setup.jobs.start("/dev/ttyUSB9", work)
    wait_for(lambda: served.ask(f"/job/{other}")[1]["done"])
    assert served.ask(f"/job/{other}")[1]["lines"] == ["Send     30 KiB", "Done"]
    assert served.ask(f"/job/{number}")[1]["lines"] == []
    wait_for(lambda: sys.stdout is before)


def test_a_page_that_is_loaded_again_leaves_a_board_alone_that_is_at_work(
    served, plugged, monkeypatch
):
    asked, at_work, go_on = [], threading.Event(), threading.Event()

    def work():
        at_work.set()
        go_on.wait(120)

    monkeypatch.setattr(steps, "running", lambda port: asked.append((port, go_on.is_set())))
    plugged("/dev/ttyUSB0")
    served.setup.jobs.start("/dev/ttyUSB0", work)
    assert at_work.wait(120)  # It has the board from now on
    number = served.ask("/do/boards", {})[1]["job"]
    thread = threading.Timer(0.5, go_on.set)
    thread.start()
    wait_for(lambda: served.ask(f"/job/{number}")[1]["done"])
    thread.join()
    assert asked == [("/dev/ttyUSB0", True)]


@pytest.mark.parametrize(
    "body, said",
    [
        ({"name": "a", "config": {}}, "'port' is missing"),
        ({"port": "x", "name": "../a", "config": {}}, "name: expected letters"),
        ({"port": "x", "name": "a", "config": {}}, "is missing"),
        ({"port": "x", "name": "a", "config": []}, "expected a JSON object"),
        ([], "expected a JSON object"),
        (
            {"port": "x", "name": "a", "config": {"collector": "https://c", "app_id": "a"}},
            "roots is missing: put the file",
        ),
        (
            {"port": "x", "name": "a", "config": {"collector": "http://c", "app_id": "a",
             "wifi": {"ssid": "n", "password": "correct"}}},
            "wifi.password: expected 8 to 63 characters",
        ),
    ],
)  # fmt: skip
def test_mistakes_are_answered_and_write_nothing(served, body, said):
    status, answer = served.ask("/do/deploy", body)
    assert status == 400 and said in json.loads(answer)["error"]
    assert "correct" not in answer
    assert not (served.setup.root / "config").exists()


def test_only_who_has_the_token_and_comes_from_here_may_use_it(served):
    for headers, status in (
        ({"Cookie": ""}, 401), ({"Cookie": f"{server.COOKIE}=x"}, 401),
        ({"Host": "evil.example"}, 403), ({"Sec-Fetch-Site": "cross-site"}, 403), ({}, 200),
    ):  # fmt: skip
        for path in ("/about", "/readings"):
            assert served.ask(path, **headers)[0] == status
        if status != 200:
            assert served.ask("/do/boards", {}, **headers)[0] == status
    with pytest.raises(urllib.error.HTTPError, match="401"):
        urllib.request.urlopen(served.plain + "?token=x", timeout=120)


def test_the_address_that_other_programs_see_is_good_for_one_use(served, monkeypatch):
    opened = []
    monkeypatch.setattr(program.webbrowser, "open", opened.append)

    class Runner:
        async def cleanup(self):
            pass

    async def start(setup, port):
        return Runner(), served.url

    async def serve():
        task = asyncio.create_task(program.serve(served.setup, 0))
        while not opened:
            await asyncio.sleep(0.01)
        task.cancel()

    monkeypatch.setattr(program.server, "start", start)
    # The browser of other tests has a loop in this thread.
    (thread := threading.Thread(target=asyncio.run, args=(serve(),))).start()
    thread.join()
    assert served.setup.token not in opened[0]
    cookies = urllib.request.HTTPCookieProcessor()
    assert urllib.request.build_opener(cookies).open(opened[0], timeout=120).status == 200
    with pytest.raises(urllib.error.HTTPError, match="401"):
        urllib.request.urlopen(opened[0], timeout=120)
    cookies = urllib.request.HTTPCookieProcessor()
    assert urllib.request.build_opener(cookies).open(served.url, timeout=120).status == 200


def test_the_database_may_be_in_any_folder(tmp_path):
    folder = tmp_path / "50%20 #1?"
    folder.mkdir()
    collector = Collector(folder / "events.db", 0, ("--iglu", "none", "--quiet"))
    try:
        assert steps.readings(collector.database) == []
    finally:
        collector.stop()
