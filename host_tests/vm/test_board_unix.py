"""boards/unix.py on the real MicroPython VM gives what it gives on CPython."""
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from boards import unix

ROOT = Path(__file__).resolve().parents[2]
BESIDE = Path(sys.executable).parent / "micropython"
VM = str(BESIDE) if BESIDE.exists() else shutil.which("micropython")

pytestmark = pytest.mark.skipif(VM is None, reason="no micropython beside python or on PATH")

REPORT = """
import json, boards
board = boards.load()
print(json.dumps({
    "model": board.model, "id": board.id(), "mac": board.mac(), "absent": board.absent,
    "online": board.online(), "clock": board.set_clock(), "heap": board.memory_free(),
    "sensors": {name: sensor.read() for name, sensor in board.sensors().items()},
}))
"""
# Asks twice: the second time after its input has said or done something.
STOPPING = """
import boards, time
board = boards.load()
print(board.stopping())
for _ in range(5000):
    if board.stopping():
        break
    time.sleep_ms(1)
print(board.stopping())
"""


def vm(code, *options, **how):
    env = {**os.environ, "MICROPYPATH": ".frozen:%s" % ROOT}
    return subprocess.Popen(
        [VM, *options, "-c", code], env=env, stdout=subprocess.PIPE, text=True, **how
    )


def test_the_vm_tells_what_cpython_tells():
    with vm(REPORT, stdin=subprocess.DEVNULL) as process:
        told = json.loads(process.communicate(timeout=60)[0])
    board = unix.Board()
    for name, value in (("model", board.model), ("id", board.id()), ("mac", board.mac())):
        assert told[name] == value
    assert told["online"] is True and told["clock"] is True
    assert told["heap"] > 0
    assert told["absent"] == board.absent
    assert set(told["sensors"]) == set(board.sensors())
    for name, sensor in board.sensors().items():
        assert set(told["sensors"][name]) == set(sensor.read()), name
    # Counters only grow, so the order of the two readings shows in them.
    for name, quantity in (("network", "network_received"), ("disk", "disk_read")):
        if quantity in told["sensors"].get(name, ()):
            assert told["sensors"][name][quantity] <= board.sensors()[name].read()[quantity]


def test_it_fits_a_small_heap():
    with vm(REPORT, "-X", "heapsize=48wk", stdin=subprocess.DEVNULL) as process:
        assert json.loads(process.communicate(timeout=60)[0])["sensors"]
    assert process.returncode == 0


@pytest.mark.parametrize("last_words", ["", "stop\n"])
def test_a_pipe_stops_the_vm(last_words):
    with vm(STOPPING, stdin=subprocess.PIPE) as process:
        assert process.stdout.readline() == "False\n"
        process.stdin.write(last_words)
        process.stdin.flush()
        if not last_words:
            process.stdin.close()
        assert process.stdout.readline() == "True\n"


def test_dev_null_does_not_stop_the_vm():
    with vm("import boards; print(boards.load().stopping())", stdin=subprocess.DEVNULL) as process:
        assert process.communicate(timeout=60)[0] == "False\n"
