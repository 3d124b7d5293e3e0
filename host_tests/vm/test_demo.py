"""From a sensor to a stored, validated event: the parts of `make demo`, end to end."""

import json
import os
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from random import Random
from types import SimpleNamespace

import pytest

from tools import demo, engine
from tools.collector.storage.tables import compression

# Ahead of a board's main.py: a machine of tests may stand still for longer than a board waits for
# an answer, or sends what is left at its end.
PATIENT = """
from snowplow_tracker.tracker import Tracker
from snowplow_tracker.transport.http import HttpTransport
make, flush = HttpTransport.__init__, Tracker.flush
def patient(self, *values, **options):
    make(self, *values, **options)
    self.limit_ms = 120000
HttpTransport.__init__ = patient
Tracker.flush = lambda self, timeout: flush(self, 250)
"""


def be_patient(set_value):
    stage = demo.stage

    def stage_patient(directory, config):
        stage(directory, config)
        main = Path(directory) / "main.py"
        main.write_text(PATIENT + main.read_text())

    set_value(demo, "stage", stage_patient)
    set_value(demo, "STOP_SECONDS", 300)


@pytest.fixture(autouse=True)
def patient(monkeypatch):
    be_patient(monkeypatch.setattr)


# The demo as a program that is as patient.
DEMO = """
import sys
from host_tests.vm.test_demo import be_patient
from tools import demo
be_patient(setattr)
sys.exit(demo.main())
"""


def rows(path, query="SELECT good, eid, app_id, event_type, record FROM events ORDER BY id"):
    database = sqlite3.connect(path)
    compression(database)
    try:
        compression(database)
        return database.execute(query).fetchall()
    finally:
        database.close()


def until(condition, seconds=120):
    """Wait for a condition of another process, with a bound."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.05)


def demo_until(condition, monkeypatch, folder):
    """Run the demo until its condition is true, as if its time was over then."""
    end = time.monotonic() + 180

    def seconds():
        return 1e9 if condition() or time.monotonic() > end else 0

    monkeypatch.setattr(demo, "time", SimpleNamespace(monotonic=seconds, sleep=time.sleep))
    return demo.run(1, 0, folder)


def last_line(capfd):
    return capfd.readouterr().out.strip().splitlines()[-1]


@pytest.fixture(params=["vm", "cpython"])
def runs_on(request, monkeypatch):
    """The firmware's engine: the VM, or CPython as on a machine that has no VM."""
    if request.param == "vm":
        request.getfixturevalue("vm")
    else:
        found = (sys.executable, "CPython, NOT MicroPython")
        monkeypatch.setattr(engine, "find_engine", lambda: found)
        monkeypatch.setattr(demo, "find_engine", lambda: found)


def test_demo_from_sensor_to_database(runs_on, tmp_path, capfd, monkeypatch):
    path = tmp_path / "events.db"
    assert demo_until(lambda: len(rows(path)) > 5, monkeypatch, tmp_path) == 0
    out = capfd.readouterr().out
    line = out.strip().splitlines()[-1]
    found = re.fullmatch(r"tracked (\d+), good (\d+), bad 0, lost 0, duplicates 0", line)
    assert found and found[1] == found[2] and int(found[1]) > 5, line
    held = rows(tmp_path / "events.db")
    assert len(held) == int(found[1])
    assert all(good and app_id == "demo" for good, _, app_id, _, _ in held)
    assert len({eid for _, eid, _, _, _ in held}) == len(held)
    # Each is shown once, with its readings, while it arrives.
    assert len(re.findall(r"^\S+ +good +demo", out, re.M)) == len(held)
    assert re.search(r"good +demo +unstruct +memory .*memory_free=\d+", out)
    assert "/micro/ui" in out


def test_readings_are_this_machines(vm, tmp_path, capfd, monkeypatch):
    readings = "SELECT 1 FROM events WHERE schema LIKE '%/sensor_reading/%'"
    path = tmp_path / "events.db"
    demo_until(lambda: len(rows(path, readings)) > 5, monkeypatch, tmp_path)
    readings = {}
    for (record,) in rows(tmp_path / "events.db", "SELECT unpacked(record) FROM events"):
        parameters = json.loads(record)["rawEvent"]["parameters"]
        assert parameters["p"] == "iot" and parameters["tv"].startswith("mpy-")
        assert json.loads(parameters["co"])["data"][0]["data"]["port"] == sys.platform
        if "ue_pr" in parameters:
            data = json.loads(parameters["ue_pr"])["data"]["data"]
            for reading in data["readings"]:
                readings[data["sensor"], reading["quantity"]] = reading["value"]
    assert readings
    if os.path.exists("/proc/meminfo"):
        with open("/proc/meminfo") as lines:
            (now,) = (int(x.split()[1]) * 1024 for x in lines if x.startswith("MemAvailable:"))
        assert 0.5 < readings["memory", "memory_available"] / now < 2


def test_collector_killed_in_the_middle_loses_nothing(vm, tmp_path, capfd):
    collector = demo.Collector(tmp_path / "events.db", 0)
    url = collector.url
    board = demo.Board(tmp_path / "board", demo.demo_config(url))
    try:
        for outage in range(1, 4):
            fail_once(collector, board, outage)
            assert collector.url == url
        said = board.stop()
        held = collector.holds()
    finally:
        board.stop()
        collector.stop()
    tracked, dropped = said
    good, bad, duplicates = held
    assert collector.starts == 4
    assert (good - duplicates, bad, dropped) == (tracked, 0, 0)


# What a board would find in its flash after a reset.
STORED = """
import sys
from struct import unpack_from
from snowplow_tracker.store.segments import SegmentStore
store = SegmentStore(sys.argv[1], 262144)
after = 0
while True:
    record = store.peek(after)
    if record is None:
        break
    after = unpack_from("<HBHI", record)[3]
    print(str(bytes(record[17:]), "utf-8") + "}")
"""


def stored_on_flash(vm, directory):
    """The eids in a copy of a board's flash."""
    done = vm.run("-c", STORED, directory)
    assert done.returncode == 0, done.stderr
    return {json.loads(line)["eid"] for line in done.stdout.splitlines()}


def test_power_cuts_of_the_board_lose_nothing_that_was_synced(vm, tmp_path, capfd):
    random = Random(7)
    collector = demo.Collector(tmp_path / "events.db", 0)
    config = {**demo.demo_config(collector.url), "sample_seconds": 1, "buffer_bytes": 2048}
    board = demo.Board(tmp_path / "board", config)
    synced = set()

    def on_flash(name):
        shutil.rmtree(tmp_path / name, ignore_errors=True)
        if not (tmp_path / "board" / "events").exists():
            return set()
        shutil.copytree(tmp_path / "board" / "events", tmp_path / name)
        return stored_on_flash(vm, tmp_path / name)

    try:
        for cut in range(8):
            if cut == 2:  # an outage, so that the flash fills
                collector.stop()
            if cut == 6:
                collector.keep_running()
            time.sleep(random.uniform(0.3, 2.5))
            if cut == 5:  # after lives that may have ended before they tracked anything
                until(lambda: len(on_flash("before")) > 10)
            board.cut_power()
            synced |= on_flash(str(cut))
            board = demo.Board(tmp_path / "board")
        said = board.stop()
        held = {eid for _, eid, _, _, _ in rows(tmp_path / "events.db")}
        good, bad, _ = collector.holds()
    finally:
        board.stop()
        collector.stop()
    assert len(synced) > 10
    assert not synced - held
    assert bad == 0 and good and said is not None


def fail_once(collector, board, outage):
    held = collector.holds()[0]
    until(lambda: collector.holds()[0] > held)
    os.kill(collector.pid, signal.SIGKILL)
    until(lambda: said_so_far(board, "not sent") == outage)
    collector.keep_running()
    until(lambda: said_so_far(board, "works again") == outage)


def said_so_far(board, text):
    return sum(text in line for line in board.lines)


def test_ctrl_c_ends_it_cleanly(vm, tmp_path):
    with subprocess.Popen(
        [sys.executable, "-c", DEMO, "--port", "0"],
        cwd=engine.ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        lines = []
        for line in process.stdout:
            lines.append(line)
            if "good" in line and "memory" in line:
                process.send_signal(signal.SIGINT)
                break
        lines += process.stdout.readlines()
    assert process.returncode == 0, "".join(lines)
    assert re.match(r"tracked \d+, good \d+, bad 0, lost 0, duplicates 0", lines[-1])
    assert "Traceback" not in "".join(lines)


def test_a_taken_port_is_left_for_another(capfd):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert demo.free_port(port) == 0
    assert str(port) in capfd.readouterr().out
    assert demo.free_port(port) == port


@pytest.mark.parametrize(
    ("said", "held", "line", "well"),
    [
        ((5, 0), (5, 0, 0), "tracked 5, good 5, bad 0, lost 0, duplicates 0", True),
        ((5, 0), (4, 0, 0), "tracked 5, good 4, bad 0, lost 1, duplicates 0", False),
        ((5, 0), (4, 1, 0), "tracked 5, good 4, bad 1, lost 0, duplicates 0", False),
        ((5, 0), (6, 0, 1), "tracked 5, good 6, bad 0, lost 0, duplicates 1", False),
        ((0, 0), (0, 0, 0), "tracked 0, good 0, bad 0, lost 0, duplicates 0", False),
        (None, (5, 0, 0), "tracked unknown, good 5, bad 0, duplicates 0", False),
    ],
)
def test_the_summary_tells_what_is_off(said, held, line, well):
    assert demo.summary(said, held) == (line, well)


def test_engine_on_path_then_cpython(monkeypatch, tmp_path):
    monkeypatch.setattr(engine.sys, "executable", str(tmp_path / "bin" / "python"))
    monkeypatch.setenv("PATH", str(tmp_path))
    program, what = engine.find_engine()
    assert program == str(tmp_path / "bin" / "python") and "CPython, NOT MicroPython" in what
    other = tmp_path / "micropython"
    other.write_text("#!/bin/sh\n")
    other.chmod(0o755)
    program, what = engine.find_engine()
    assert program == str(other) and "no wheel" in what
