"""The unmodified firmware on the real Pico W image, in the emulator rp2040py. Run by hand:

    PICO_W_UF2=path .venv/bin/python -m pytest -s host_tests/pico_w/lane.py

Without PICO_W_UF2 the emulator fetches the image of IMAGE, where there is internet. It is some
40 times slower than a board: give it a quarter of an hour. Its network ends at this machine.
"""

import os
import re
import socket
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from install import Console, build, copy, mpremote
from services import Service, dns_answer, ntp_answer

from tools import demo
from tools.collector.storage.tables import compression
from tools.deploy import board as deploy

pytest.importorskip("rp2040py", reason="no rp2040py: pip install rp2040py==0.3.6")
IMAGE = os.environ.get("PICO_W_UF2") or "1.28.0"
BOOT = 300  # seconds until its REPL answers
STEP = 1800  # for the firmware to arrive
WORK = 1200  # until readings have arrived


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def emulator(tmp_path):
    services = [Service(dns_answer), Service(ntp_answer)]
    port = free_port()
    program = Path(__file__).with_name("emulator.py")
    process = subprocess.Popen(
        [sys.executable, program, *(str(service.port) for service in services)]
        + ["micropython", "--board", "pico_w", "--image", IMAGE, "--tcp-port", str(port)],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    log = Console(process.stdout)
    try:
        yield f"socket://127.0.0.1:{port}", process, log, services
    finally:
        process.terminate()
        process.wait(120)
        log.close()
        for service in services:
            service.close()


def wait_for_repl(url, process, log):
    end = time.monotonic() + BOOT
    while True:
        if process.poll() is not None:
            why = (log.text.strip().splitlines() or ["it ended"])[-1]
            if os.environ.get("PICO_W_UF2"):
                pytest.fail(why)
            pytest.skip("PICO_W_UF2 is not given, and no image can be fetched: " + why)
        try:
            return mpremote(url, "exec", "import sys; print(sys.platform)", timeout=120)
        except (AssertionError, subprocess.TimeoutExpired) as e:
            assert time.monotonic() < end, e
            time.sleep(2)


def reset(url):
    """Run main.py, as a deploy does it: mpremote's soft-reset leaves it unrun on a real board."""
    deploy.SILENCE = STEP
    deploy.reset(url)


def good(database):
    if not Path(database).exists():
        return []
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as held:
        compression(held)
        return held.execute("SELECT good, unpacked(record) FROM events").fetchall()


def test_a_pico_w_joins_sets_its_clock_and_delivers_readings(emulator, tmp_path):
    url, process, log, (names, clock) = emulator
    assert "rp2" in wait_for_repl(url, process, log)
    collector = demo.Collector(tmp_path / "events.db", 0, ("--iglu", "none"))
    try:
        # By name, so that the name service is part of it; any name leads to this machine.
        port = collector.url.rsplit(":", 1)[1]
        board = build(tmp_path / "board", f"http://collector.test:{port}")
        copy(url, board, timeout=STEP)
        reset(url)
        end = time.monotonic() + WORK
        while len(good(tmp_path / "events.db")) < 4:
            assert process.poll() is None, log.text[-2000:]
            assert time.monotonic() < end, log.text[-2000:]
            time.sleep(2)
        events = good(tmp_path / "events.db")
    finally:
        collector.stop()
    assert all(row[0] for row in events), events
    assert names.asked and clock.asked
    assert any(re.search("memory_free", record) for _, record in events)
