"""boards/ on the real MicroPython VM: unix.py gives what it gives on CPython, and the ports'
files run there over the fakes."""
import json
import os
import subprocess
from pathlib import Path

import pytest

from boards import unix
from tools.engine import find_vm

ROOT = Path(__file__).resolve().parents[2]
VM = find_vm()

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
# The fakes come first on the path: they take the place of what the VM has of `machine`.
PORT = """
import json, simulation
world = simulation.start(PORT)
world.adc = {4: 14000, 26: 0x8000, 34: 1650900}
world.joins = ["silent", "joined"]
import boards.common, boards.wifi
boards.common.time = boards.chip.time = boards.wifi.time = world.time
board = __import__("boards." + PORT, None, None, ("Board",)).Board()
board.led(True)
board.join("barn", "secret", hostname="feeder", country="CH")
print(json.dumps({
    "id": board.id(), "mac": board.mac(), "online": board.online(), "rssi": board.rssi(),
    "clock": board.set_clock(), "cause": board.reset_cause(), "adc": board.adc(PIN),
    "cpu": board.sensors()["cpu"].read(), "heap": board.memory_free() > 0,
}))
"""


# How much a file can take, and what is told as free before: on a littlefs over a NOR flash.
FLASH = """
import os, vfs, nor, boards.chip
flash = nor.Flash(GEOMETRY, BLOCKS)
flash.format()
vfs.umount("/")
flash.mount("/")
for i in range(FOLDERS):
    os.mkdir("/%d" % i if i % 4 == 0 else "/%d/%d" % (i - i % 4, i))
    for j in range(FILES):
        with open("/%d/f%d" % (i - i % 4, i * 10 + j), "wb") as file:
            file.write(bytes(3000))
board = boards.chip.Board()
told = os.statvfs("/")[3]
free = board.flash()[1]
written = 0
try:
    with open("/big", "wb") as file:
        while True:
            written += file.write(bytes(512))
except OSError:
    pass
print(told, free, written, board.flash()[1])
"""


def vm(code, *options, path="", **how):
    env = {**os.environ, "MICROPYPATH": "%s:.frozen:%s" % (path, ROOT)}
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


@pytest.mark.parametrize(
    "port, pin, expected",
    [
        ("esp32", 34, {"id": "a4cf12059b7c", "cpu": {"temperature": 53.3}}),
        ("rp2", 26, {"id": "e6614c311b7e7a28", "cpu": {"temperature": 27.5}}),
    ],
)
def test_a_port_runs_on_the_vm(port, pin, expected):
    code = "PORT = %r\nPIN = %d\n%s" % (port, pin, PORT)
    with vm(code, path=ROOT / "host_tests" / "fakes", stdin=subprocess.DEVNULL) as process:
        told = json.loads(process.communicate(timeout=60)[0])
    assert told == {
        **expected,
        "mac": "28:CD:C1:00:0A:0B",
        "online": True,
        "rssi": -61,
        "clock": True,
        "cause": "power_on",
        "adc": 1650,
        "heap": True,
    }


@pytest.mark.parametrize("geometry", ["rp2", "esp32"])
@pytest.mark.parametrize("blocks, folders, files", [(120, 0, 0), (120, 20, 2), (100, 40, 0)])
def test_the_flash_that_is_free_can_be_written(geometry, blocks, folders, files):
    values = (geometry, blocks, folders, files)
    code = "GEOMETRY, BLOCKS, FOLDERS, FILES = %r\n%s" % (values, FLASH)
    path = "%s:%s" % (ROOT / "host_tests" / "fakes", ROOT / "host_tests" / "store")
    with vm(code, "-X", "heapsize=8m", path=path, stdin=subprocess.DEVNULL) as process:
        told, free, written, after = map(int, process.communicate(timeout=60)[0].split())
    assert free - 4096 <= written <= free == after
    # What statvfs says itself: two blocks too little for each folder, or below zero.
    assert told * 4096 == free - 2 * folders * 4096 or told > blocks and 2 * folders * 4096 > free
