"""What `make deploy` says when it cannot start; none of it touches a board."""

import fcntl
import os
import pty
import subprocess
import sys

import pytest

import tools.deploy.__main__ as program
import tools.deploy.board as behind
from tools.deploy import ROOT, Stop

PASSWORD = "correct horse"


@pytest.fixture
def refusal(tree, capsys):
    """refusal(*args) -> the one line on stderr of a deploy that failed and printed no more."""

    def run(*args):
        assert program.main([str(a) for a in args], root=tree) == 1
        out, err = capsys.readouterr()
        assert out == ""
        assert err.startswith("deploy: ") and err.count("\n") == 1
        assert PASSWORD not in err
        return err

    return run


@pytest.fixture
def no_mpremote(monkeypatch):
    def called(*args, **options):
        raise AssertionError("mpremote was called")

    monkeypatch.setattr(behind, "mpremote", called)


def test_missing_config(tree, refusal, no_mpremote):
    assert f"cannot read the config {tree}/mine.json: No such" in refusal(
        "--port", "any", "--config", tree / "mine.json"
    )


@pytest.mark.parametrize(
    "content, reason",
    [
        (b'{\n  "wifi": {"password": "correct horse",}\n}', ", line 2, column "),
        (b'{"wifi": {"password": "correct horse"}', ", line 1, column 39: not valid JSON: Expect"),
        (b'{"password": "correct horse\n"}', ", line 1, column 28: not valid JSON: Invalid contr"),
        (b'\xef\xbb\xbf{"password": "correct horse"}', ": unknown key password; known are a"),
        ('{"password": "correct horse"}'.encode("utf-16"), ", byte 0: not UTF-8 text"),
        (b'{"password": "correct horse", "a": NaN}', ": not valid JSON: NaN is not a number"),
        (b'["correct horse"]', ": expected a JSON object in braces"),
        (b'{"wifi": {"password": "correct horse"}}', ": app_id is missing: a text of 1 to 255"),
        (
            b'{"app_id": "x", "collector": "http://h", "sensors": {"air": {"type": "bme28"}}}',
            ": sensors.air.type: no boards/sensors/bme28.py",
        ),
        (b"", ", line 1, column 1: not valid JSON: Expecting value"),
    ],
)
def test_broken_config(tree, refusal, no_mpremote, content, reason):
    (tree / "mine.json").write_bytes(content)
    said = refusal("--port", "any", "--config", tree / "mine.json")
    assert f"deploy: {tree}/mine.json{reason}" in said


def test_no_such_port(refusal):
    assert "there is no port /dev/ttyNONE: is the" in refusal("--port", "/dev/ttyNONE")


def test_command_line_with_a_wrong_port(tree):
    command = [sys.executable, "-m", "tools.deploy", "--port", "/dev/ttyNONE"]
    command += ["--config", str(tree / "config.json")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (1, "")
    assert "deploy: there is no port /dev/ttyNONE" in done.stderr
    assert "Traceback" not in done.stderr


def test_ports_that_cannot_be_used(refusal, monkeypatch):
    ours, theirs = pty.openpty()
    port = os.ttyname(theirs)
    monkeypatch.setattr(behind, "SILENCE", 1)
    monkeypatch.setattr(behind, "AGAIN", 1)
    try:
        assert f"no MicroPython answers at {port}: press the board's" in refusal("--port", port)
        fcntl.flock(theirs, fcntl.LOCK_EX)  # as any program on pyserial does
        assert f"cannot open {port}: close the program that" in refusal("--port", port)
        monkeypatch.setattr(os, "access", lambda path, mode: False)
        assert f"no permission for {port}: sudo usermod -aG " in refusal("--port", port)
    finally:
        os.close(ours)
        os.close(theirs)


@pytest.mark.parametrize(
    "lines, said",
    [
        ([], "no board found: connect it with a USB cable"),
        (["/dev/ttyS0 None 0000:0000 None None"], "no board found"),
        (
            ["/dev/ttyACM0 e66 2e8a:0005 Pi Pico", "/dev/ttyUSB0 None 10c4:ea60 Silicon CP2102"],
            "or all by PORT=all: /dev/ttyACM0 (Pi Pico), /dev/ttyUSB0 (Silicon CP2102)",
        ),
    ],
)
def test_no_port_named_and_none_or_many_found(refusal, monkeypatch, lines, said):
    monkeypatch.setattr(behind, "mpremote", lambda *args: (True, lines))
    assert said in refusal()


def test_a_command_for_one_board_does_not_offer_all(monkeypatch):
    lines = ["/dev/ttyACM0 e66 2e8a:0005 Pi Pico", "/dev/ttyUSB0 None 10c4:ea60 Silicon CP2102"]
    monkeypatch.setattr(behind, "mpremote", lambda *args: (True, lines))
    with pytest.raises(Stop, match="choose one by PORT=...: /dev/ttyACM0") as stop:
        behind.find_port()
    assert "PORT=all" not in str(stop.value)


def test_no_port_named_and_one_found(monkeypatch):
    lines = ["/dev/ttyACM0 e66 2e8a:0005 Pi Pico", "/dev/ttyS0 None 0000:0000 None None"]
    monkeypatch.setattr(behind, "mpremote", lambda *args: (True, lines))
    assert behind.find_port() == "/dev/ttyACM0"


def test_mpremote_missing(monkeypatch):
    monkeypatch.setattr(
        behind, "mpremote", lambda *a, **k: (False, ["python3: No module named mpremote"])
    )
    with pytest.raises(Stop, match="mpremote is missing: `make deploy` installs it"):
        behind.find_port()
    with pytest.raises(Stop, match="mpremote is missing"):
        behind.call("/dev/ttyACM0", "exec", "1")
