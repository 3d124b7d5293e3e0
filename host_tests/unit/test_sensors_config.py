"""From a sensor's options in config.json to its readings in an event, for every driver."""
import json
import os
import re
import subprocess
import sys

import pytest

import every_sensor
import other_chips
import sensirion_chips
import serial_chips
import word_chips
from boards import esp32, rp2
from firmware import sensors
from firmware.on_demand import config
from firmware_life import Life
from tools import sensors as page
from tools.engine import ROOT

BUSES = {
    "wire": {"sda": 4, "scl": 5},
    "spi": {"sck": 18, "mosi": 19, "miso": 16},
    "line": {"tx": 8, "rx": 9},
}
PINS = {"ds18b20": 6, "dht11": 7, "dht22": 7, "pulses": 14, "button": 14, "rain_gauge": 14,
        "anemometer": 14, "soil_frequency": 14}  # fmt: skip


@pytest.fixture(params=["esp32", "rp2"])
def world(request, simulate):
    world = simulate(request.param)
    world.adc.update({4: 14000, 34: 1_650_000, 26: 32768})
    return world


@pytest.fixture
def board(world):
    return {"esp32": esp32, "rp2": rp2}[world.port].Board()


def check(**settings):
    data = {"collector": "http://h", "app_id": "x", "board_sensors": False, **settings}
    return config.check("config.json", json.loads(json.dumps(data)))


def open_one(board, options, **more):
    return sensors.Sensors(board, check(buses=BUSES, sensors={"it": options, **more}))


def place(module, kind, adc):
    """What a config says of where the sensor is."""
    bus = module.BUS
    if bus in ("i2c", "spi", "uart"):
        name = {"i2c": "wire", "spi": "spi", "uart": "line"}[bus]
        return {"bus": name, "cs": 17} if bus == "spi" else {"bus": name}
    if bus in ("adc", "battery"):
        return {"pin": adc}
    return {"pin": PINS[kind]} if bus in ("pin", "onewire") else {}


# --- every driver --------------------------------------------------------------------------------
def test_every_sensor_by_its_config(world, board):
    adc = {"esp32": 34, "rp2": 26}[world.port]
    modules = page.drivers()
    for kind, _, options, expected in every_sensor.rows(board, world):
        module = modules[kind]
        found = open_one(board, {"type": kind, **place(module, kind, adc), **options})
        assert found.names == ["it"]
        world.time.sleep_ms(found.start(None))
        if "debounce_ms" in module.OPTIONS:
            for i in range(3):
                world.edge(14, 0)
                world.edge(14, 1)
                world.time.sleep_ms(334 if i == 2 else 333)
        got = found.read("it")
        assert not found.failing, (kind, found.failing)
        if module.BUS not in ("adc", "battery"):
            assert got == expected
        assert set(got) == set(expected)
        for reading in sensors.readings(found.get("it"), got):
            assert reading.get("unit"), (kind, reading)


def test_the_page_is_made_of_the_declarations():
    text = page.PAGE.read_text(encoding="utf-8")
    assert text == page.page(), "run `python -m tools.sensors`"
    assert len(page.drivers()) >= 45
    for kind in page.drivers():
        assert text.count("\n| `%s` |" % kind) == 1


def test_the_examples_of_the_page_are_good_configs(world):
    examples = re.findall(r"```json\n(.*?)```", page.PAGE.read_text(encoding="utf-8"), re.S)
    settings = check(**json.loads("{%s}" % examples[0]))
    assert settings["sensors"]["dust"]["warmup_ms"] == 30000
    settings = check(buses={"i2c": BUSES["wire"]}, sensors=json.loads("{%s}" % examples[1]))
    assert settings["sensors"]["air"]["quantities"]["temperature"]["offset"] == -1.4


# `make deploy` checks the config where there are no modules of a board.
def test_every_driver_can_be_checked_on_a_computer():
    code = "from tools.sensors import drivers, page; page(); print(len(drivers()))"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env={**os.environ, "PYTHONPATH": "."},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert int(done.stdout) == len(page.drivers())


# --- buses ---------------------------------------------------------------------------------------
@pytest.mark.parametrize("bus, expected", [
    ({}, "sda and scl"), ({"sd": 4}, "sda and scl"), ([], "an object"),
    ({"sda": 4}, "buses.b.scl is missing"), ({"sck": 4, "miso": 5}, "buses.b.mosi is missing"),
    ({"tx": 4}, "buses.b.rx is missing"), ({"tx": 4, "rx": 5, "id": 9}, "buses.b.id"),
    ({"tx": 4, "rx": 5, "baudrate": 9600}, "unknown key buses.b.baudrate"),
    ({"sda": 4, "scl": 5, "freq": "fast"}, "buses.b.freq"),
])  # fmt: skip
def test_a_bus_that_is_none(bus, expected):
    with pytest.raises(config.ConfigError, match="config.json: .*" + expected):
        check(buses={"b": bus})


def test_a_sensor_at_another_kind_of_bus():
    for kind in ("bme280", "max6675", "mhz19"):
        name = {"bme280": "wire", "max6675": "spi", "mhz19": "line"}[kind]
        for other in {*BUSES, "none"} - {name}:
            expected = "sensors.it.bus: expected one of " + name
            with pytest.raises(config.ConfigError, match=expected):
                cs = {"cs": 1} if kind == "max6675" else {}
                check(buses=BUSES, sensors={"it": {"type": kind, "bus": other, **cs}})


@pytest.mark.parametrize("bus, kind, options", [
    ({"sda": 4, "scl": 5, "id": 0}, "bme280", {}),
    ({"sck": 18, "mosi": 19, "miso": 16, "id": 1}, "max31855", {"cs": 17}),
])  # fmt: skip
def test_a_bus_of_the_hardware(world, board, bus, kind, options):
    for row in every_sensor.rows(board, world):  # which sets its chip up
        if row[0] == kind:
            break
    settings = check(buses={"b": bus}, sensors={"it": {"type": kind, "bus": "b", **options}})
    assert sensors.Sensors(board, settings).read("it") == row[3]


# A number that the port does not have is the sensor's failure, and says so.
def test_a_unit_that_the_chip_does_not_have(world, board):
    settings = check(buses={"b": {"sda": 4, "scl": 5, "id": 3}},
                     sensors={"it": {"type": "bme280", "bus": "b"}})  # fmt: skip
    found = sensors.Sensors(board, settings)
    assert found.read("it") is None and "doesn't exist" in found.failing["it"]


# --- options -------------------------------------------------------------------------------------
@pytest.mark.parametrize("options, expected", [
    ({"type": "ads1115", "bus": "wire", "full_scale_mv": 5000},
     "full_scale_mv: expected one of 256, 512, 1024, 2048, 4096, 6144, got 5000"),
    ({"type": "ph", "pin": 34}, "points is missing: a list of two pairs"),
    ({"type": "ph", "pin": 34, "points": [[1, 2]]}, "points: expected a list of two pairs"),
    ({"type": "ph", "pin": 34, "points": [[1, 2], [1, 3]]}, "points: expected"),
    ({"type": "ph", "pin": 34, "points": [[1, 2], [2, "x"]]}, "points: expected"),
    ({"type": "ph", "pin": 34, "points": [[1, 2], [2]]}, "points: expected"),
    ({"type": "modbus", "bus": "line"}, "registers is missing: an object in braces"),
    ({"type": "modbus", "bus": "line", "registers": {}}, "registers: expected 1 to 32 rows"),
    ({"type": "modbus", "bus": "line", "registers": {"a": {}}}, "registers.a.register is missing"),
    ({"type": "modbus", "bus": "line", "registers": {"a": 5}}, "registers.a: expected a JSON"),
    ({"type": "modbus", "bus": "line", "registers": {"a": {"register": 1, "kind": "coil"}}},
     "registers.a.kind: expected one of holding, input"),
    ({"type": "modbus", "bus": "line", "registers": {"": {"register": 1}}}, "names of 1 to 48"),
    ({"type": "hx711", "data": 4}, "clock is missing: a pin"),
    ({"type": "voltage", "adc": "other", "channel": 0}, "adc: expected one"),
    ({"type": "bme280", "bus": "wire", "warmup_ms": 5}, "unknown key sensors.it.warmup_ms"),
    ({"type": "pulses", "pin": 4, "power_pin": 5}, "unknown key sensors.it.power_pin"),
    ({"type": "bme280", "bus": "wire", "power_pin": -1}, "power_pin: expected a pin"),
])  # fmt: skip
def test_options_that_are_wrong(options, expected):
    with pytest.raises(config.ConfigError, match=expected):
        check(buses=BUSES, sensors={"it": options})


def test_a_thermistor_at_an_ads1115(world, board):
    world.i2c = {0x48: word_chips.Ads1115((0, 0, 1650, 0))}
    found = open_one(
        board,
        {"type": "thermistor", "adc": "inputs", "channel": 2},
        inputs={"type": "ads1115", "bus": "wire"},
    )
    assert found.read("it") == {"temperature": 25}
    world.i2c[0x48].broken = "mute"
    assert found.read("it") is None
    world.i2c[0x48].broken = None
    assert found.read("it") == {"temperature": 25}


# --- switched power ------------------------------------------------------------------------------
class Powered:
    """Loses its power with the pin; `log` has the ms at which it was switched."""

    def __init__(self, world, pin, chip):
        self.log = []
        self.chip = chip
        self._world = world
        chip.broken = "mute"
        world.watchers[pin] = self.switched

    def switched(self, level):
        self.log.append((level, self._world.now_ms))
        self.chip.broken = None if level else "mute"
        if not level:
            self.chip.power_cycle()


def test_a_sensor_is_on_for_its_readings_alone(world, board):
    chip = other_chips.Aht20()
    world.i2c = {0x38: chip}
    power = Powered(world, 22, chip)
    options = {"type": "aht20", "bus": "wire", "power_pin": 22, "warmup_ms": 700}
    found = open_one(board, options)
    power.log.clear()
    for _ in range(3):  # it has forgotten all that was set, and is asked only once
        wait = found.start(None)
        assert wait == 700
        world.time.sleep_ms(wait)
        assert found.read("it") == {"temperature": 25, "humidity": 50}
        assert [level for level, _ in power.log] == [1, 0]
        assert 700 <= power.log[1][1] - power.log[0][1] < 900
        power.log.clear()
    assert sensors.unit(found.get("it"), "humidity") == "%"


# Without its power, an ADC of an ESP32 sees an end of its scale.
def test_an_analog_sensor_whose_power_is_switched(world, board):
    pin = {"esp32": 34, "rp2": 26}[world.port]
    half = world.adc[pin]
    world.adc[pin] = 0
    world.watchers[22] = lambda level: world.adc.update({pin: half * level})
    soil = {"type": "soil", "pin": pin, "dry_mv": 2800, "wet_mv": 1200, "power_pin": 22}
    found = open_one(board, soil)
    for _ in range(2):
        world.time.sleep_ms(found.start(None))
        assert 70 <= found.read("it")["moisture"] <= 73


# Aosong's manuals: nothing is to be asked of it in the first second.
@pytest.mark.parametrize("kind", ["dht11", "dht22"])
def test_a_dht_warms_up(kind):
    settings = check(sensors={"it": {"type": kind, "pin": 7, "power_pin": 22}})
    assert settings["sensors"]["it"]["warmup_ms"] > 1000


# A threshold reads it, and then its event does: to wait once more would stop all others.
@pytest.mark.parametrize("options", [
    {"type": "aht20", "bus": "wire", "power_pin": 22}, {"type": "sps30", "bus": "wire"},
])  # fmt: skip
def test_a_slow_sensor_gives_the_same_until_it_is_started_again(world, board, options):
    world.i2c = {0x38: other_chips.Aht20(), 0x69: sensirion_chips.Sps30()}
    found = open_one(board, options)
    assert found.read("it") is None and not found.failing  # it was not started
    world.time.sleep_ms(found.start(None))
    first = found.read("it")
    world.i2c = {}
    before = world.now_ms
    assert first and found.read("it") == first and world.now_ms == before
    found.start(None)
    assert found.read("it") is None and found.failing
    assert found.read("it") is None


def test_a_sensor_that_fails_is_switched_off_too(world, board):
    chip = other_chips.Aht20()
    power = Powered(world, 22, chip)
    found = open_one(board, {"type": "aht20", "bus": "wire", "power_pin": 22})
    found.start(None)
    assert found.read("it") is None  # it is not there
    assert power.log[-1][0] == 0 and world.pins[22] == 0
    world.i2c = {0x38: chip}
    found.start(None)
    assert found.read("it") == {"temperature": 25, "humidity": 50}
    assert world.pins[22] == 0


# --- in both modes -------------------------------------------------------------------------------
LIFE = {
    "collector": "http://192.168.4.1:9090",
    "app_id": "garden",
    "sample_seconds": 600,
    "send_seconds": 600,
    "board_sensors": False,
    "buses": {"wire": {"sda": 4, "scl": 5}},
    "sensors": {
        "air": {"type": "scd4x", "bus": "wire"},
        "soil": {"type": "sht4x", "bus": "wire", "power_pin": 22, "warmup_ms": 20_000},
    },
    "wifi": {"ssid": "barn", "password": "secret"},
    "battery": {"wakes_per_send": 3},
    "watchdog_seconds": 60,
}


@pytest.mark.filterwarnings("ignore::ResourceWarning")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("mode", ["always_on", "battery"])
def test_slow_and_switched_sensors_over_hours(world, tmp_path, monkeypatch, mode):
    monkeypatch.chdir(tmp_path)
    world.ntp = ["true"]
    probe = sensirion_chips.Sht4x()
    probe.power_cycle = lambda: None
    world.i2c = {0x62: sensirion_chips.Scd4x(), 0x44: probe}
    power = Powered(world, 22, probe)
    life = Life(world, tmp_path, monkeypatch, dict(LIFE, mode=mode))
    life.run(hours=4)
    found = [(e["sensor"], len(e["readings"])) for e in life.of("sensor_reading")]
    assert found.count(("air", 3)) >= 18 and found.count(("soil", 2)) >= 18
    assert life.of("application_error") == []
    assert set(life.ends) <= {"deep", "over"}
    # On for its warm-up and the reading, and never left on.
    on = [at for level, at in power.log if level]
    off = [at for level, at in power.log if not level]
    assert world.pins.get(22, 0) == 0
    for at in on:
        ends = [end for end in off if end >= at]
        assert 20_000 <= ends[0] - at < 27_000


@pytest.mark.filterwarnings("ignore::ResourceWarning")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("mode", ["always_on", "battery"])
def test_a_threshold_reads_a_slow_sensor(world, tmp_path, monkeypatch, mode):
    monkeypatch.chdir(tmp_path)
    world.ntp = ["true"]
    world.i2c = {0x62: sensirion_chips.Scd4x(), 0x44: sensirion_chips.Sht4x()}
    met = {"when": "threshold", "sensor": "soil", "quantity": "humidity", "above": 5}
    config = dict(LIFE, mode=mode, triggers=[dict(met, read=["air", "soil"])])
    life = Life(world, tmp_path, monkeypatch, config)
    life.run(hours=1)
    assert [e["se_la"] for e in life.said("threshold", "above")] == ["soil"]
    found = [(e["sensor"], len(e["readings"])) for e in life.of("sensor_reading")]
    assert found == [("air", 3), ("soil", 2)] and life.of("application_error") == []


@pytest.mark.filterwarnings("ignore::ResourceWarning")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_every_event_says_where_the_board_is(world, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    world.ntp = ["true"]
    gps = serial_chips.Periodic(every_sensor.RMC + every_sensor.GGA)
    gps.broken = "mute"  # no sky yet
    world.uart = {1: gps}
    config = dict(LIFE, buses={"line": BUSES["line"]}, health_seconds=600)
    config["sensors"] = {"place": {"type": "gps", "bus": "line"}}
    life = Life(world, tmp_path, monkeypatch, config)
    life.after(lambda: setattr(gps, "broken", None), seconds=1500)
    life.run(hours=2)

    def place(event):
        entities = json.loads(event["co"])["data"]
        return [e["data"] for e in entities if "/geolocation_context/" in e["schema"]]

    readings = [e for e in life.received if "/sensor_reading/" in e.get("ue_pr", "")]
    first = life.received.index(readings[0])
    assert len(readings) > 5 and first > 1
    assert not any(place(event) for event in life.received[:first])
    for event in life.received[first:]:
        (data,) = place(event)
        assert data["latitude"] == 48.1173 and data["longitude"] == 11.516667
        assert data["altitude"] == 545.4 and data["speed"] == 11.52
        assert abs(data["timestamp"] - int(event["dtm"])) < 700_000
