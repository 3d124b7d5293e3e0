"""The console of a board: followed until its first event, and shown by `make monitor`."""

import errno
import json
import os
import threading

import pytest
import serial

import tools.deploy.__main__ as program
from tools import monitor
from tools.demo import Collector
from tools.deploy import Stop, console
from tools.deploy.one_board import Options, deploy
from tools.deploy.user_config import check_config
from tools.engine import ROOT

pytestmark = pytest.mark.usefixtures("compiler")
SAYS = """
def run():
    import time
    time.sleep_ms(300)
    for line in %r:
        print(line)
    %s
"""
WORKS = "while True:\n        time.sleep_ms(20)"


@pytest.fixture
def deployed(board, image_tree, capsys):
    """deployed(lines, seconds, then) -> (exit code, what was printed) of a deploy that follows a
    firmware which prints these lines."""

    def run(lines, seconds=120, then=WORKS):
        (image_tree / "firmware/run.py").write_text(SAYS % (lines, then))
        code = program.main(["--port", board.port, "--follow", str(seconds)], root=image_tree)
        return code, "".join(capsys.readouterr())

    return run


@pytest.mark.parametrize(
    "lines",
    [
        ["board: Generic", "online: wifi hall", "first event accepted"],
        ["offline: hall: no such network", "not sent, 3 kept: x", "sending works again"],
    ],
)
def test_it_ends_at_the_first_event(deployed, lines):
    code, printed = deployed(lines)
    assert code == 0, printed
    for line in lines:
        assert f"       | {line}\n" in printed
    assert "Accepted the first event" in printed


@pytest.mark.parametrize(
    "lines, said",
    [
        (["offline: hall: wrong password", "led: 3"], "within 2 s: offline: hall: wrong password"),
        (["not sent, 4 kept: refused"], "no event was accepted within 2 s: not sent, 4 kept: ref"),
        (["back to what ran before: it hung", "ok"], "within 2 s: back to what ran before: it h"),
        (["hello"], "no reason was printed; the last line is: hello. Watch it with: make monitor"),
    ],
)
def test_why_no_event_was_accepted(deployed, monkeypatch, lines, said):
    true = console.text_of

    def until_said(port, until):  # the time is over when the board has said all
        shown = b""
        for text in true(port):
            shown += text
            yield text
            if lines[-1].encode() in shown and shown.endswith(b"\n"):
                return

    monkeypatch.setattr(console, "text_of", until_said)
    code, printed = deployed(lines, 2)
    assert code == 1
    assert said in printed.splitlines()[-1]


def test_a_firmware_that_does_not_run(deployed):
    line = "config.json: app_id is missing: a text of 1 to 255 characters"
    code, printed = deployed([line], then="return")
    assert code == 1
    assert f"is on the board, and does not run: {line}" in printed


def test_a_cable_that_is_pulled_meanwhile(board, deployed):
    def pull():
        board.wait_for(b"offline: first")
        board.unplug()
        board.plug()

    (thread := threading.Thread(target=pull)).start()
    then = "import os\n    again = 'went' in os.listdir()\n    open('went', 'w').close()\n"
    then += "    print('first event accepted' if again else 'offline: first')\n    " + WORKS
    code, printed = deployed([], then=then)
    thread.join()
    assert code == 0, printed
    # What was under way when the cable was pulled may be lost.
    assert "first event accepted" in printed


def test_the_monitor_goes_on_over_resets_and_pulled_cables(board, deployed):
    deployed(["first event accepted"])
    shown, said = bytearray(), []
    before = 0

    def write(text):
        nonlocal before
        shown.extend(text)
        boots = shown.count(b"first event accepted")
        if boots > before:
            before = boots
            if boots == 1:
                board.reset()
            elif boots == 2:
                threading.Thread(target=lambda: (board.unplug(), board.plug())).start()
            else:
                raise KeyboardInterrupt

    board.reset()
    with pytest.raises(KeyboardInterrupt):
        monitor.monitor(board.port, write, said.append)
    assert before == 3
    assert f"({board.port} went away; waiting for it)" in said
    assert f"({board.port} is back)" in said


def test_a_port_that_may_not_be_opened_is_not_waited_for(monkeypatch, tmp_path, capsys):
    port = tmp_path / "ttyUSB0"
    port.touch()

    def refuse(*args, **kwargs):  # as pyserial does
        raise serial.SerialException(errno.EACCES, f"could not open port {port}: [Errno 13]")

    monkeypatch.setattr(serial, "Serial", refuse)
    monkeypatch.setattr(os, "access", lambda path, mode: False)  # root may do all
    monkeypatch.setattr(console, "PERMIT", 0.2)
    assert monitor.main(["--port", str(port)]) == 1
    said = capsys.readouterr().err
    assert f"monitor: no permission for {port}: sudo usermod -aG {port.group()} $USER" in said
    with pytest.raises(Stop, match="no permission for"):
        console.wait_for(str(port), 0.1)
    port.unlink()
    with pytest.raises(Stop, match=f"no port {port} came within 0.1 seconds: is the bo"):
        console.wait_for(str(port), 0.1)


def test_the_real_firmware_until_a_real_collector_has_its_event(board, tmp_path, capsys):
    collector = Collector(tmp_path / "events.db", 0, ("--iglu", "none", "--quiet"))
    try:
        path = tmp_path / "config.json"
        config = {"collector": collector.url, "app_id": "garden", "send_seconds": 1}
        path.write_text(json.dumps(config))
        deploy(
            board.port, tmp_path / "build", check_config(path, tmp_path), ROOT, Options(follow=180)
        )
        assert console.ACCEPTED.search(capsys.readouterr().out)
        assert collector.holds()[0] >= 1
    finally:
        collector.stop()
