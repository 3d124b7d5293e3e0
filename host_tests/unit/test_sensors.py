"""boards/sensors/: each driver with its datasheet's worked examples, and with bus errors."""
import inspect
import math
from pathlib import Path

import pytest

import chips
import machine
import other_chips
from boards import base, esp32, rp2, sensors
from boards.parts.crc8 import crc8
from boards.sensors import thermistor, within
from firmware.sensors import unit

KINDS = sorted(path.stem for path in Path(sensors.__file__).parent.glob("[!_]*.py"))
BUSES = ("i2c", "spi", "uart", "onewire", "pin", "adc", "board", "battery")


@pytest.fixture(params=["esp32", "rp2"])
def world(request, simulate):
    return simulate(request.param)


@pytest.fixture
def board(world):
    return {"esp32": esp32, "rp2": rp2}[world.port].Board()


@pytest.fixture
def i2c(world, board):
    return board.i2c(sda=4, scl=5)


def make(kind, bus, **options):
    return sensors.load(kind).Sensor(bus, **options)


# --- what all have in common -------------------------------------------------------------------
@pytest.mark.parametrize("kind", KINDS)
def test_every_sensor_declares_what_it_is(simulate, kind):
    simulate("rp2")
    module = sensors.load(kind)
    assert module.BUS in BUSES
    arguments = inspect.signature(module.Sensor).parameters
    first = {"spi": 2}.get(module.BUS, 1)
    assert list(arguments)[first:][: len(module.OPTIONS)] == list(module.OPTIONS)
    for name, bounds in module.OPTIONS.items():
        if isinstance(bounds[0], str):
            continue
        assert bounds[0] < bounds[1]
        assert len(bounds) == 2 or bounds[0] <= bounds[2] <= bounds[1]
        default = arguments[name].default
        assert bounds[2:] == (() if default is inspect.Parameter.empty else (default,))
    for quantity, (code, low, high) in module.Sensor.QUANTITIES.items():
        assert quantity == quantity.lower() and len(quantity) <= 64
        assert code is None or 1 <= len(code) <= 16
        assert low < high
    assert module.Sensor.read.__doc__


def test_importing_drives_no_pin(simulate):
    world = simulate("rp2")
    for kind in KINDS:
        sensors.load(kind)
    assert world.log == []


# Sensirion's datasheet, table 20: the checksum of 0xBEEF is 0x92. An empty one is its start.
@pytest.mark.parametrize("data, crc", [(b"\xbe\xef", 0x92), (b"", 0xFF), (b"\x00\x00", 0x81)])
def test_crc8(data, crc):
    assert crc8(data) == crc == other_chips.crc8(data)


def test_a_quantity_out_of_its_range_does_not_take_the_others_along():
    ranges = {"temperature": ("Cel", -40, 85), "humidity": ("%", 0, 100)}
    both = {"temperature": 20, "humidity": 50}
    assert within(both, ranges) == both
    assert within({"temperature": 86, "humidity": 50}, ranges) == {"humidity": 50}
    assert within({"temperature": 20, "humidity": 100}, ranges) == {"temperature": 20}
    assert within({"temperature": 20, "humidity": float("nan")}, ranges) == {"temperature": 20}
    with pytest.raises(OSError, match="temperature -40, humidity 0"):
        within({"temperature": -40, "humidity": 0}, ranges)


I2C_SENSORS = [
    ("bme280", 0x76, chips.Bme280),
    ("sht3x", 0x44, other_chips.Sht3x),
    ("aht20", 0x38, other_chips.Aht20),
    ("light", 0x23, other_chips.Bh1750),
]


@pytest.mark.parametrize("kind, address, chip", I2C_SENSORS)
def test_a_sensor_that_is_not_there_and_then_is(world, i2c, kind, address, chip):
    sensor = make(kind, i2c)
    with pytest.raises(OSError):
        sensor.read()
    world.i2c[address] = chip()
    good = sensor.read()
    assert set(good) <= set(sensor.QUANTITIES)
    world.i2c[address].broken = "mute"
    with pytest.raises(OSError):
        sensor.read()
    world.i2c[address].broken = None
    assert sensor.read() == good


@pytest.mark.parametrize("kind, address, chip", [I2C_SENSORS[1], I2C_SENSORS[2]])
def test_a_wrong_checksum_is_no_reading(world, i2c, kind, address, chip):
    world.i2c[address] = chip()
    world.i2c[address].broken = "corrupt"
    with pytest.raises(OSError, match="checksum"):
        make(kind, i2c).read()


@pytest.mark.parametrize("kind, address, chip", [I2C_SENSORS[0], I2C_SENSORS[2]])
def test_a_measurement_that_never_ends(world, i2c, kind, address, chip):
    world.i2c[address] = chip()
    world.i2c[address].broken = "busy"
    before = world.now_ms
    with pytest.raises(OSError, match="no measurement"):
        make(kind, i2c).read()
    assert world.now_ms - before < 200


# --- BME280 ------------------------------------------------------------------------------------
def test_bmp280_worked_example(world, i2c):
    # BMP280 datasheet 3.12: 25.08 degrees and 100653.27 Pa.
    world.i2c[0x76] = chips.Bme280(id=0x58)
    assert make("bme280", i2c).read() == {"temperature": 25.08, "pressure": 100653}


def test_bme280_humidity(world, i2c):
    chip = world.i2c[0x77] = chips.Bme280()
    found = make("bme280", i2c, address=0x77).read()
    # The datasheet's formula in doubles (its appendix), from the chip's own words.
    h1, h2, h3, h4, h5, h6 = chip.H
    fine = 128422 - 76800.0
    expected = (30000 - (h4 * 64.0 + h5 / 16384.0 * fine)) * (
        h2 / 65536.0 * (1 + h6 / 67108864.0 * fine * (1 + h3 / 67108864.0 * fine))
    )
    expected *= 1 - h1 * expected / 524288.0
    assert found["humidity"] == pytest.approx(expected, abs=0.1)
    assert 0 < found["humidity"] < 100
    assert chip.modes == [1]  # forced: it sleeps again by itself


# The datasheet's formula cuts off at 0 and 100 %, so such a value is none.
@pytest.mark.parametrize("raw", [0, 65535])
def test_bme280_humidity_at_an_end_of_its_scale(world, i2c, raw):
    world.i2c[0x76] = chips.Bme280(humidity=raw)
    assert make("bme280", i2c).read() == {"temperature": 25.08, "pressure": 100653}


@pytest.mark.parametrize("pressure", [0, 100000, 0xFFFFF])
def test_bme280_pressure_out_of_range_leaves_the_others(world, i2c, pressure):
    world.i2c[0x76] = chips.Bme280(pressure=pressure)
    assert set(make("bme280", i2c).read()) == {"temperature", "humidity"}


# The pressure's and humidity's formulas contain the temperature.
@pytest.mark.parametrize("temperature", [0, 900000, 0xFFFFF])
def test_bme280_without_a_temperature_has_nothing(world, i2c, temperature):
    world.i2c[0x76] = chips.Bme280(temperature=temperature)
    with pytest.raises(OSError, match="out of its range: temperature"):
        make("bme280", i2c).read()


def test_bme280_with_a_negative_humidity_word(world, i2c):
    # E4 to E6 hold two signed numbers of 12 bits that share a byte.
    chip = world.i2c[0x76] = chips.Bme280()
    h4, h5 = -15, -2034  # 0xFF1, 0x80E
    chip.registers[0xE4:0xE7] = bytes((0xFF, 0xE1, 0x80))
    h1, h2, h3, _, _, h6 = chip.H
    fine = 128422 - 76800.0
    expected = (10000 - (h4 * 64.0 + h5 / 16384.0 * fine)) * (
        h2 / 65536.0 * (1 + h6 / 67108864.0 * fine * (1 + h3 / 67108864.0 * fine))
    )
    expected *= 1 - h1 * expected / 524288.0
    assert 0 < expected < 100
    chip.set(519888, 415148, 10000)
    assert make("bme280", i2c).read()["humidity"] == pytest.approx(expected, abs=0.1)


# 0x80000 is also what a register holds when nothing was measured (BME280 datasheet 5.4.7).
def test_bme280_the_middle_of_the_range_is_a_value(world, i2c):
    world.i2c[0x76] = chips.Bme280(temperature=0x80000)
    assert make("bme280", i2c).read()["temperature"] == 26.46
    chip = world.i2c[0x76] = chips.Bme280(pressure=0x80000)
    # The datasheet's formula in doubles, with its example's temperature.
    p1, p2, p3, p4, p5, p6, p7, p8, p9 = chip.P
    a = 128422 / 2 - 64000
    b = (a * a * p6 / 32768 + a * p5 * 2) / 4 + p4 * 65536
    a = (1 + (p3 * a * a / 524288 + p2 * a) / 524288 / 32768) * p1
    p = (1048576 - 0x80000 - b / 4096) * 6250 / a
    p += (p9 * p * p / 2147483648 + p * p8 / 32768 + p7) / 16
    assert make("bme280", i2c).read()["pressure"] == pytest.approx(p, abs=1)


def test_bme280_that_measured_nothing(world, i2c):
    chip = world.i2c[0x76] = chips.Bme280()
    sensor = make("bme280", i2c)
    good = sensor.read()
    chip.forgets = True
    with pytest.raises(OSError, match="nothing was measured"):
        sensor.read()
    chip.forgets = False
    assert sensor.read() == good


def test_bme280_another_chip_has_another_calibration(world, i2c):
    world.i2c[0x76] = chips.Bme280()
    sensor = make("bme280", i2c)
    sensor.read()
    del world.i2c[0x76]
    with pytest.raises(OSError):
        sensor.read()
    other = chips.Bme280()
    other.registers[0x8A:0x8C] = (other.T[1] + 200).to_bytes(2, "little")
    world.i2c[0x76] = other
    assert sensor.read() == make("bme280", i2c).read() != {}
    assert sensor.read()["temperature"] > 25.2


def test_bme280_of_an_unknown_id(world, i2c):
    world.i2c[0x76] = chips.Bme280(id=0x61)
    with pytest.raises(OSError, match="id 0x61"):
        make("bme280", i2c).read()


def test_bme280_without_calibration(world, i2c):
    world.i2c[0x76] = chips.Bme280()
    world.i2c[0x76].registers[0x88:0xA0] = bytes(24)
    with pytest.raises(OSError, match="calibration"):
        make("bme280", i2c).read()


# --- what another program set --------------------------------------------------------------------
# The board was reset; the chip kept its power, and what was set in it.
def test_bme280_is_reset_first(world, i2c):
    chip = world.i2c[0x76] = chips.Bme280()
    for register, value in ((0xF5, 0b10100), (0xF2, 5), (0xF4, 0b01001011)):
        i2c.writeto_mem(0x76, register, bytes((value,)))  # filter 16, normal mode
    assert make("bme280", i2c).read()["temperature"] == 25.08
    assert chip.registers[0xF5] == 0


def test_sht3x_is_stopped_and_reset_first(world, i2c):
    chip = world.i2c[0x44] = other_chips.Sht3x()
    chip.write(b"\x30\x6d")  # heats
    chip.write(b"\x20\x32")
    chip.periodic = True  # and measures every two seconds
    assert make("sht3x", i2c).read() == {"temperature": 25.0, "humidity": 50.0}


def test_aht20_is_reset_first_and_after_a_failure(world, i2c):
    chip = world.i2c[0x38] = other_chips.Aht20()
    sensor = make("aht20", i2c)
    assert sensor.read() == {"temperature": 25.0, "humidity": 50.0}
    sensor.read()
    assert chip.writes.count(b"\xba") == chip.writes.count(b"\xbe\x08\x00") == 1
    chip.power_cycle()
    with pytest.raises(OSError, match="power"):
        sensor.read()
    assert sensor.read() == {"temperature": 25.0, "humidity": 50.0}
    assert chip.writes.count(b"\xba") == 2


# BH1750 datasheet: the measurement time may be 31 to 254, and the counts grow with it.
@pytest.mark.parametrize("time", [31, 138, 254])
def test_bh1750_has_its_own_measurement_time(world, i2c, time):
    chip = world.i2c[0x23] = other_chips.Bh1750(12000)
    chip.write(bytes((0x40 | time >> 5,)))
    chip.write(bytes((0x60 | time & 31,)))
    assert chip.time == time
    assert make("light", i2c).read() == {"illuminance": 10000}


def test_ds18b20_has_its_own_resolution(world, board):
    world.onewire[ROM] = other_chips.Ds18b20(0x0190, eeprom=b"\x4b\x46\x1f")  # 9 bits
    assert make("ds18b20", board.onewire(4), single=1).read() == {"temperature": 25}


# --- SHT3x, AHT20, BH1750 ----------------------------------------------------------------------
# -45 + 175 S / 65535 and 100 S / 65535 (datasheet 4.13).
@pytest.mark.parametrize("words, celsius, percent", [
    ((0x6666, 0x8000), 25.0, 50.0), ((0x0750, 1000), -40.0, 1.5), ((0xF8AE, 64880), 125.0, 99.0),
])  # fmt: skip
def test_sht3x(world, i2c, words, celsius, percent):
    world.i2c[0x44] = other_chips.Sht3x(*words)
    assert make("sht3x", i2c).read() == {"temperature": celsius, "humidity": percent}


@pytest.mark.parametrize("words, left", [
    ((0x6666, 0), "temperature"), ((0x6666, 0xFFFF), "temperature"),
    ((0, 0x8000), "humidity"), ((0xFFFF, 0x8000), "humidity"),
])  # fmt: skip
def test_sht3x_at_the_end_of_a_scale(world, i2c, words, left):
    world.i2c[0x44] = other_chips.Sht3x(*words)
    assert list(make("sht3x", i2c).read()) == [left]


def test_sht3x_out_of_range(world, i2c):
    world.i2c[0x44] = other_chips.Sht3x(0, 0)
    with pytest.raises(OSError, match="range"):
        make("sht3x", i2c).read()


@pytest.mark.parametrize("corrupt, left", [(0, "humidity"), (1, "temperature")])
def test_sht3x_with_one_wrong_checksum(world, i2c, corrupt, left):
    world.i2c[0x44] = other_chips.Sht3x(corrupt=(corrupt,))
    world.i2c[0x44].broken = "corrupt"
    assert list(make("sht3x", i2c).read()) == [left]


# S / 2^20 * 200 - 50 and S / 2^20 * 100 (datasheet 6.1, 6.2).
@pytest.mark.parametrize("raw, expected", [
    ((0x80000, 0x60000), {"temperature": 25, "humidity": 50}),
    ((0x02000, 0x0CCCD), {"temperature": -40, "humidity": 0.8}),
    ((0xFD000, 0xACCCC), {"temperature": 85, "humidity": 98.8}),
    ((0, 0x60000), {"temperature": 25}),
    ((0xFFFFF, 0x60000), {"temperature": 25}),
    ((0x80000, 0), {"humidity": 50}),
])  # fmt: skip
def test_aht20(world, i2c, raw, expected):
    world.i2c[0x38] = other_chips.Aht20(*raw)
    assert make("aht20", i2c).read() == expected


def test_bh1750_worked_example(world, i2c):
    # Datasheet: 10000011 10010000 is 33680 counts / 1.2 = 28067 lx.
    world.i2c[0x23] = other_chips.Bh1750(0b1000001110010000)
    assert round(make("light", i2c).read()["illuminance"]) == 28067


@pytest.mark.parametrize("counts, lux", [(0, 0), (0xFFFE, 54611.7)])
def test_bh1750_ends(world, i2c, counts, lux):
    world.i2c[0x23] = other_chips.Bh1750(counts)  # the dark is a measurement
    assert make("light", i2c).read() == {"illuminance": lux}


def test_bh1750_in_the_sun(world, i2c):
    world.i2c[0x23] = other_chips.Bh1750(0xFFFF)
    with pytest.raises(OSError, match="brighter"):
        make("light", i2c).read()


# --- 1-Wire ------------------------------------------------------------------------------------
ROM = bytes((0x28, 0xFF, 0x4B, 0x46, 0x7F, 0x03, 0x0E, 0x61))
NAME = "temperature_0e037f464bff"
OTHER = bytes((0x28, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07))
# Three of one batch of clones (github.com/robert-hh/Onewire_DS18X20 issue 16).
CLONES = [bytes.fromhex("28ff641e8016%02x00" % number) for number in range(3)]


def serial(rom):
    """As Linux names it in /sys/bus/w1/devices: 28-0316a2798aff."""
    return "temperature_%012x" % int.from_bytes(rom[1:7], "little")


# The table of the DS18B20's datasheet.
@pytest.mark.parametrize("raw, celsius", [
    (0x07D0, 125), (0x0191, 25.0625), (0x00A2, 10.125), (0x0008, 0.5), (0x0000, 0),
    (0xFFF8, -0.5), (0xFF5E, -10.125), (0xFE6F, -25.0625), (0xFC90, -55),
])  # fmt: skip
def test_ds18b20_table(world, board, raw, celsius):
    world.onewire[ROM] = other_chips.Ds18b20(raw)
    before = world.now_ms
    assert make("ds18b20", board.onewire(4)).read() == {NAME: celsius}
    assert world.now_ms - before >= 750


def test_ds18b20_several_on_one_line(world, board):
    world.onewire = {ROM: other_chips.Ds18b20(0x0191), OTHER: other_chips.Ds18b20(0x0008)}
    world.onewire[b"\x10" + ROM[1:]] = other_chips.Ds18b20(0)  # a DS18S20 counts otherwise
    found = make("ds18b20", board.onewire(4)).read()
    assert found == {NAME: 25.0625, serial(OTHER): 0.5}
    assert unit(make("ds18b20", board.onewire(4)), NAME) == "Cel"
    assert world.log.count(("onewire", 0x44)) == 1  # all measure at the same time


def test_ds18b20_clones_have_names_of_their_own(world, board):
    world.onewire = {rom: other_chips.Ds18b20(16 * i) for i, rom in enumerate(CLONES)}
    found = make("ds18b20", board.onewire(4)).read()
    assert found == {serial(rom): i for i, rom in enumerate(CLONES)}


# A cable is cut, or a probe is added: with the same driver, and after a reset.
@pytest.mark.parametrize("again", [False, True])
def test_ds18b20_keeps_its_name(world, board, again):
    probes = {rom: other_chips.Ds18b20(16 * i) for i, rom in enumerate(CLONES)}
    sensor = make("ds18b20", board.onewire(4))
    for here in (CLONES, CLONES[1:2], CLONES[1:], CLONES[2:]):
        if again:
            sensor = make("ds18b20", board.onewire(4))
        world.onewire = {rom: probes[rom] for rom in here}
        assert sensor.read() == {serial(rom): CLONES.index(rom) for rom in here}


def test_ds18b20_that_is_the_only_one_by_contract(world, board):
    world.onewire = {ROM: other_chips.Ds18b20(0x0191)}
    sensor = make("ds18b20", board.onewire(4), single=1)
    assert sensor.read() == {"temperature": 25.0625}
    world.onewire = {OTHER: other_chips.Ds18b20(0x0008)}  # it was replaced
    assert sensor.read() == {"temperature": 0.5}
    world.onewire[ROM] = other_chips.Ds18b20(0x0191)
    with pytest.raises(OSError, match="2 on the line.*single"):
        sensor.read()


@pytest.mark.parametrize("fault", ["power", "noise", "short", "gone"])
def test_ds18b20_one_bad_probe_does_not_take_the_others_along(world, board, fault):
    world.onewire = {rom: other_chips.Ds18b20(16 * i) for i, rom in enumerate(CLONES)}
    world.onewire[CLONES[1]].fault = fault
    found = make("ds18b20", board.onewire(4)).read()
    assert found == {serial(CLONES[0]): 0, serial(CLONES[2]): 2}


def test_ds18b20_is_read_again_after_a_wrong_bit(world, board):
    world.onewire[ROM] = other_chips.Ds18b20(0x0191, fault="hiccup")
    assert make("ds18b20", board.onewire(4)).read() == {NAME: 25.0625}


@pytest.mark.parametrize("fault, match", [
    (None, "none on the line"), ("short", "shorted"), ("gone", "CRC"), ("noise", "CRC"),
])  # fmt: skip
def test_ds18b20_refuses(world, board, fault, match):
    if fault:
        world.onewire[ROM] = other_chips.Ds18b20(fault=fault)
    with pytest.raises(OSError, match=match):
        make("ds18b20", board.onewire(4)).read()


# 0x07FF: too little power to measure (datasheet of the parasite supply: 127.9375).
def test_ds18b20_out_of_range(world, board):
    world.onewire[ROM] = other_chips.Ds18b20(0x07FF)
    with pytest.raises(OSError, match="range"):
        make("ds18b20", board.onewire(4)).read()


# Byte 6 of a genuine one tells it; of clones it is constant, 0x0C or anything else.
@pytest.mark.parametrize("reserved", [None, 0x0C, 0x00, 0x66])
def test_ds18b20_that_lost_its_power_says_85(world, board, reserved):
    probe = world.onewire[ROM] = other_chips.Ds18b20(0x0550, reserved, fault="power")
    sensor = make("ds18b20", board.onewire(4))
    with pytest.raises(OSError, match="power"):
        sensor.read()
    probe.fault = None  # in an oven it may well be so hot
    assert sensor.read() == {NAME: 85}


# --- DHT ---------------------------------------------------------------------------------------
def frame(*data):
    return (*data, sum(data) & 0xFF)


# The AM2302's datasheet: 0x028C is 65.2 %, 0x015F 35.1 degrees, and the top bit the sign; some
# send two's complement (arendst/Tasmota issue 14165). DHT11 from 2018 on: tenths, and the sign
# in the top bit of their byte (olewolf/DHT_nonblocking issue 12).
@pytest.mark.parametrize("kind, answer, expected", [
    ("dht22", (0x02, 0x8C, 0x01, 0x5F, 0xEE), {"temperature": 35.1, "humidity": 65.2}),
    ("dht22", (0x02, 0x8C, 0x80, 0x65, 0x73), {"temperature": -10.1, "humidity": 65.2}),
    ("dht22", frame(0x02, 0x33, 0xFF, 0xF7), {"temperature": -0.9, "humidity": 56.3}),
    ("dht22", frame(0x02, 0x33, 0xFE, 0x71), {"temperature": -39.9, "humidity": 56.3}),
    ("dht22", frame(0x02, 0x33, 0x81, 0x8F), {"temperature": -39.9, "humidity": 56.3}),
    ("dht22", frame(0x02, 0x33, 0x80, 0x00), {"temperature": 0, "humidity": 56.3}),
    ("dht11", (0x35, 0x00, 0x18, 0x00, 0x4D), {"temperature": 24, "humidity": 53}),
    ("dht11", frame(60, 0, 6, 0x83), {"temperature": -6.3, "humidity": 60}),
    ("dht11", frame(60, 0, 0, 0x84), {"temperature": -0.4, "humidity": 60}),
    ("dht11", frame(60, 5, 6, 0x03), {"temperature": 6.3, "humidity": 60.5}),
    ("dht11", frame(98, 0, 6, 0), {"temperature": 6, "humidity": 98}),
])  # fmt: skip
def test_dht(world, board, kind, answer, expected):
    world.dht = answer
    assert make(kind, board.input(4)).read() == expected


@pytest.mark.parametrize("kind, answer, match", [
    ("dht22", None, "no answer"),
    ("dht22", (0x02, 0x8C, 0x01, 0x5F, 0xEF), "checksum"),
    ("dht22", frame(0x04, 0x8C, 0x7F, 0x00), "temperature 3251.2, humidity 116.4"),
    ("dht22", frame(0, 0, 0, 0), "zeros"),
    ("dht11", frame(0, 0, 0, 0), "zeros"),
    ("dht22", frame(0xFF, 0xFF, 0xFE, 0x01), "range"),
])  # fmt: skip
def test_dht_refuses(world, board, kind, answer, match):
    world.dht = answer
    with pytest.raises(OSError, match=match):
        make(kind, board.input(4)).read()


@pytest.mark.parametrize("kind, answer, left", [
    ("dht22", frame(0x02, 0x8C, 0x7F, 0x00), {"humidity": 65.2}),
    ("dht22", frame(0x04, 0x8C, 0x01, 0x5F), {"temperature": 35.1}),
    ("dht22", frame(0x03, 0xE7, 0x01, 0x5F), {"temperature": 35.1}),  # 99.9 %: wet, or broken
    ("dht11", frame(0, 0, 24, 0), {"temperature": 24}),
    ("dht11", frame(100, 0, 24, 0), {"temperature": 24}),
])  # fmt: skip
def test_dht_one_value_does_not_take_the_other_along(world, board, kind, answer, left):
    world.dht = answer
    assert make(kind, board.input(4)).read() == left


# --- analog ------------------------------------------------------------------------------------
def constant(millivolts):
    return lambda: millivolts


def test_voltage(world, board):
    world.adc = {34: 1_650_900, 26: 0x8000}
    pin = {"esp32": 34, "rp2": 26}[world.port]
    sensor = make("voltage", lambda: board.adc(pin), ratio=2)
    assert sensor.read() == {"voltage": 3300}
    readings = iter([100, 200, 100, 200])
    assert make("voltage", lambda: next(readings), samples=4).read() == {"voltage": 150}


# R = R25 exp(B (1/T - 1/298.15)): the definition, the other way round.
@pytest.mark.parametrize("celsius", [-20, 0, 25, 60, 100])
def test_thermistor(simulate, celsius):
    ohms = 10000 * math.exp(3950 * (1 / (celsius + 273.15) - 1 / 298.15))
    mv = 3300 * ohms / (ohms + 10000)
    found = make("thermistor", constant(mv)).read()
    assert found["temperature"] == pytest.approx(celsius, abs=0.01)


@pytest.mark.parametrize("mv", [0, 20, 3290, 3300])
def test_a_thermistor_that_is_cut_or_shorted(mv):
    with pytest.raises(OSError, match="open or shorted"):
        thermistor.Sensor(constant(mv)).read()


@pytest.mark.parametrize(
    "mv, moisture", [(2800, 0), (1200, 100), (2000, 50), (2900, 0), (1100, 100)]
)
def test_soil(mv, moisture):
    assert make("soil", constant(mv), dry_mv=2800, wet_mv=1200).read() == {"moisture": moisture}


def test_soil_refuses():
    with pytest.raises(OSError, match="calibration"):
        make("soil", constant(0), dry_mv=2800, wet_mv=1200).read()
    with pytest.raises(ValueError, match="dry_mv"):
        make("soil", constant(0), dry_mv=1200, wet_mv=1200)


@pytest.mark.parametrize(
    "mv, percent", [(1650, 0), (2100, 100), (1875, 50), (2300, 100), (1500, 0)]
)
def test_battery(mv, percent):
    assert make("battery", constant(mv)).read() == {"voltage": 2 * mv, "battery": percent}


def test_a_battery_that_is_full_before_it_is_empty():
    for empty_mv in (4200, 4300):
        with pytest.raises(ValueError, match="empty_mv"):
            make("battery", constant(1650), empty_mv=empty_mv)


# At 0 and at full scale an ADC says nothing: a cut wire, a short, an overload.
@pytest.mark.parametrize("kind, options", [
    ("voltage", {}), ("soil", {"dry_mv": 3300, "wet_mv": 10}), ("thermistor", {}),
    ("battery", {"ratio": 1}),
])  # fmt: skip
@pytest.mark.parametrize("full", [False, True])
def test_an_adc_at_an_end_of_its_scale(world, board, kind, options, full):
    pin = {"esp32": 34, "rp2": 26}[world.port]
    world.adc = {34: 3_300_000 * full, 26: 0xFFFF * full}
    with pytest.raises(OSError, match="pin %d is at an end of its scale" % pin):
        make(kind, lambda: board.adc(pin), **options).read()


def test_a_battery_that_is_not_connected():
    with pytest.raises(OSError, match="range"):
        make("battery", constant(3)).read()


def test_cpu(simulate):
    simulate("esp32").fahrenheit = 128
    assert make("cpu", esp32.Board()).read() == {"temperature": 53.3}
    with pytest.raises(OSError, match="no thermometer"):
        make("cpu", base.Board()).read()


# --- pulses ------------------------------------------------------------------------------------
def pulse(world, pin, ms=10):
    world.edge(pin, 0)
    world.time.sleep_ms(ms)
    world.edge(pin, 1)
    world.time.sleep_ms(ms)


def test_pulses(world, board):
    sensor = make("pulses", board.input(14, "up"))
    assert sensor.read() == {"pulses": 0}
    for _ in range(5):
        pulse(world, 14)
    assert sensor.read() == {"pulses": 5}
    assert sensor.read() == {"pulses": 0}


def test_pulses_bounce(world, board):
    sensor = make("pulses", board.input(14, "up"), debounce_ms=50)
    for _ in range(20):
        pulse(world, 14, ms=1)
    assert sensor.read() == {"pulses": 1}


def edges(world, pin, hz, seconds):
    """Falling edges at a steady rate; -> how many."""
    start, number = world.now_ms, 0
    while number < hz * seconds:
        world.time.sleep_ms(start + number * 1000 // hz - world.now_ms)
        world.edge(pin, 0)
        world.edge(pin, 1)
        number += 1
    return number


# A YF-S201 flow meter gives 7.5 Hz for each litre a minute, 225 Hz at its 30.
@pytest.mark.parametrize("hz", [10, 100, 200, 225, 300, 333])
def test_pulses_that_are_fast(world, board, hz):
    sensor = make("pulses", board.input(14, "up"))
    assert sensor.read() == {"pulses": 0}
    assert sensor.read() == {"pulses": 0}
    world.time.sleep_ms(2000)
    sent = edges(world, 14, hz, 10)
    assert sensor.read() == {"pulses": sent}


@pytest.mark.parametrize("debounce_ms", [0, 3, 1000, 10_000])
def test_the_first_edge_counts_at_once(world, board, debounce_ms):
    sensor = make("pulses", board.input(14, "up"), debounce_ms=debounce_ms)
    pulse(world, 14)
    assert sensor.read() == {"pulses": 1}


# Beyond its limit it counts in part, and never next to nothing.
@pytest.mark.parametrize("debounce_ms, hz", [(5, 201), (5, 300), (20, 100), (50, 333), (0, 999)])
def test_pulses_that_are_too_fast(world, board, debounce_ms, hz):
    sensor = make("pulses", board.input(14, "up"), debounce_ms=debounce_ms)
    sent = edges(world, 14, hz, 10)
    counted = sensor.read()["pulses"]
    assert counted == sent if not debounce_ms else 0.45 <= counted * debounce_ms / 10000 <= 1


# ticks_ms() wraps after 12.4 days, and a difference beyond 6.2 is negative.
@pytest.mark.parametrize("days", [5, 6, 7, 9, 12, 13, 18, 19, 20, 25])
@pytest.mark.parametrize("kind, quantity", [("pulses", "pulses"), ("button", "presses")])
def test_edges_after_quiet_days(world, board, days, kind, quantity):
    sensor = make(kind, board.input(14, "up"))
    pulse(world, 14)
    assert sensor.read() == {quantity: 1}
    world.time.sleep_ms(days * 86400000)
    for _ in range(3):
        pulse(world, 14, ms=60)
    assert sensor.read() == {quantity: 3}


def test_a_pulse_in_the_middle_of_a_reading_is_in_the_next(world, board):
    class Interrupted(sensors.load("pulses").Sensor):
        def __getattribute__(self, name):  # as late in read() as a pulse can come
            value = super().__getattribute__(name)
            if name == "_reported":
                world.time.sleep_ms(10)
                world.edge(14, 0)
                world.edge(14, 1)
            return value

    sensor = Interrupted(board.input(14, "up"))
    assert [sensor.read()["pulses"] for _ in range(5)] == [0, 1, 1, 1, 1]


def test_button(world, board):
    sensor = make("button", board.input(9, "up"))
    for _ in range(3):
        for _ in range(4):
            pulse(world, 9, ms=2)  # it bounces
        world.time.sleep_ms(200)
    assert sensor.read() == {"presses": 3}


def test_a_count_wraps_without_a_loss(world, board):
    sensor = make("pulses", board.input(14, "up"))
    sensor.count = sensor._reported = 0x1FFFFFFF
    pulse(world, 14)
    assert sensor.count == 0
    assert sensor.read() == {"pulses": 1}


def test_a_pin_that_is_not_there_fails_as_on_the_port(simulate):
    simulate("esp32")
    with pytest.raises(ValueError):
        machine.Pin("LED")
