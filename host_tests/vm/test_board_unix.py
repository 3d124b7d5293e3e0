"""boards/ on the real MicroPython VM: unix.py gives what it gives on CPython, and the ports'
files run there over the fakes."""
import json
import os
import subprocess
from contextlib import contextmanager
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
import boards.chip, boards.common, boards.link, boards.open_link
for module in (boards.chip, boards.common, boards.link, boards.open_link):
    module.time = world.time
board = __import__("boards." + PORT, None, None, ("Board",)).Board()
board.led(True)
board.join("barn", "secret", hostname="feeder", country="CH")
print(json.dumps({
    "id": board.id(), "mac": board.mac(), "online": board.online(), "rssi": board.rssi(),
    "clock": board.set_clock(), "cause": board.reset_cause(), "adc": board.adc(PIN),
    "cpu": board.sensors()["cpu"].read(), "heap": board.memory_free() > 0,
}))
"""


# Every driver over the fakes; the chips give what host_tests/unit/test_sensors.py explains.
SENSORS = """
import json, micropython, simulation
world = simulation.start(PORT)
import chips, other_chips, boards.chip
from boards import sensors
boards.chip.time = world.time
board = __import__("boards." + PORT, None, None, ("Board",)).Board()
found = {}
def read(kind, bus, **options):
    module = sensors.load(kind)
    if hasattr(module, "time"):
        module.time = world.time
    if kind == "button":
        sensors.load("pulses").time = world.time
    sensor = module.Sensor(bus, **options)
    for _ in range(3):
        world.edge(14, 0)
        world.edge(14, 1)
        world.time.sleep_ms(9 * 86400000)
    try:
        found[kind] = sensor.read()
    except OSError as e:
        found[kind] = str(e)
world.i2c = {0x76: chips.Bme280(), 0x44: other_chips.Sht3x(0x6666, 0xFFFF),
             0x38: other_chips.Aht20(), 0x23: other_chips.Bh1750()}
world.onewire = {bytes((0x28, 0xFF, 0x64, 0x1E, 0x80, 0x16, n, 0)): other_chips.Ds18b20(16 * n)
                 for n in range(3)}
world.onewire[bytes((0x28, 0xFF, 0x64, 0x1E, 0x80, 0x16, 1, 0))].fault = "noise"
i2c = board.i2c(4, 5)
for kind in ("bme280", "sht3x", "aht20", "light"):
    read(kind, i2c)
read("ds18b20", board.onewire(6))
world.dht = (0x02, 0x33, 0xFF, 0xF7, 0x2B)
read("dht22", board.input(7))
world.dht = (60, 0, 6, 0x83, 0xC5)
read("dht11", board.input(8))
read("pulses", board.input(14, "up"))
read("button", board.input(14, "up"))
handler, _, pin = world.irqs[14]
micropython.heap_lock()  # as a hard interrupt has it
handler(pin)
micropython.heap_unlock()
world.adc = {4: 14000, 26: 0, 34: 0}
read("voltage", lambda: board.adc(PIN))
read("cpu", board)
board.watchdog(30)
before = world.now_ms
board.light_sleep(7200000)
found["slept"] = world.now_ms - before
print(json.dumps(found))
"""
# Every driver over its chip, as on CPython; with the modules that it loads, since those wait too.
EVERY = """
import json, simulation
world = simulation.start(PORT)
world.adc[4] = 14000
import sys, every_sensor, boards.chip
boards.chip.time = world.time
board = __import__("boards." + PORT, None, None, ("Board",)).Board()
from boards import sensors
found = []
def on_the_worlds_time(kind):
    sensors.load(kind)
    for name in list(sys.modules):
        if name.startswith("boards.") and hasattr(sys.modules[name], "time"):
            sys.modules[name].time = world.time
for kind, first, options, expected in every_sensor.rows(board, world):
    on_the_worlds_time(kind)
    try:
        got = every_sensor.read(board, world, kind, first, options)
    except OSError as e:
        got = str(e)
    found.append((kind, got, expected))
print(json.dumps(found))
"""
# How much a file can take, and what is told as free before: on a littlefs over a NOR flash.
FLASH = """
import os, vfs, nor, boards.chip, boards.measure
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


@contextmanager
def vm(code, *options, path="", **how):
    env = {**os.environ, "MICROPYPATH": "%s:.frozen:%s" % (path, ROOT)}
    command = [VM, *options, "-c", code]
    with subprocess.Popen(command, env=env, stdout=subprocess.PIPE, text=True, **how) as process:
        try:
            yield process
        finally:
            process.kill()  # it may hang


def test_the_vm_tells_what_cpython_tells():
    with vm(REPORT, stdin=subprocess.DEVNULL) as process:
        told = json.loads(process.communicate(timeout=120)[0])
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
        assert json.loads(process.communicate(timeout=120)[0])["sensors"]
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
        assert process.communicate(timeout=120)[0] == "False\n"


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
        told = json.loads(process.communicate(timeout=120)[0])
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


@pytest.mark.parametrize("port, pin, celsius", [("esp32", 34, 53.3), ("rp2", 26, 27.5)])
def test_sensors_and_sleep_on_the_vm(port, pin, celsius):
    code = "PORT = %r\nPIN = %d\n%s" % (port, pin, SENSORS)
    with vm(code, path=ROOT / "host_tests" / "fakes", stdin=subprocess.DEVNULL) as process:
        found = json.loads(process.communicate(timeout=120)[0])
    humidity = found["bme280"].pop("humidity")
    assert 0 < humidity < 100
    assert found == {
        "bme280": {"temperature": 25.08, "pressure": 100653},
        "sht3x": {"temperature": 25},
        "aht20": {"temperature": 25, "humidity": 50},
        "light": {"illuminance": 28066.7},
        "ds18b20": {"temperature_0016801e64ff": 0, "temperature_0216801e64ff": 2},
        "dht22": {"temperature": -0.9, "humidity": 56.3},
        "dht11": {"temperature": -6.3, "humidity": 60},
        "pulses": {"pulses": 3},
        "button": {"presses": 3},
        "voltage": "adc: pin %d is at an end of its scale; check wires and divider" % pin,
        "cpu": {"temperature": celsius},
        "slept": 7200000,
    }


@pytest.mark.parametrize("port", ["esp32", "rp2"])
def test_every_driver_reads_its_chip_on_the_vm(port):
    code = "PORT = %r\n%s" % (port, EVERY)
    with vm(code, path=ROOT / "host_tests" / "fakes", stdin=subprocess.DEVNULL) as process:
        found = json.loads(process.communicate(timeout=120)[0])
    for kind, got, expected in found:
        assert got == expected, kind
    assert len(found) == len(list((ROOT / "boards" / "sensors").glob("[!_]*.py")))


@pytest.mark.parametrize("geometry", ["rp2", "esp32"])
@pytest.mark.parametrize("blocks, folders, files", [(120, 0, 0), (120, 20, 2), (100, 40, 0)])
def test_the_flash_that_is_free_can_be_written(geometry, blocks, folders, files):
    values = (geometry, blocks, folders, files)
    code = "GEOMETRY, BLOCKS, FOLDERS, FILES = %r\n%s" % (values, FLASH)
    path = "%s:%s" % (ROOT / "host_tests" / "fakes", ROOT / "host_tests" / "store")
    with vm(code, "-X", "heapsize=8m", path=path, stdin=subprocess.DEVNULL) as process:
        told, free, written, after = map(int, process.communicate(timeout=120)[0].split())
    assert free - 4096 <= written <= free == after
    # What statvfs says itself: two blocks too little for each folder, or below zero.
    assert told * 4096 == free - 2 * folders * 4096 or told > blocks and 2 * folders * 4096 > free
