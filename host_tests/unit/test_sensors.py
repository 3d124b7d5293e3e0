"""boards/sensors/: each driver with its datasheet's worked examples, and with bus errors."""
import math

import pytest

import chips
import machine
from boards import base, common, esp32, rp2, sensors
from boards.sensors import bme280, crc8, thermistor

KINDS = ("aht20", "battery", "bme280", "button", "cpu", "dht11", "dht22", "ds18b20", "light",
         "pulses", "sht3x", "soil", "thermistor", "voltage")  # fmt: skip


@pytest.fixture(params=["esp32", "rp2"])
def world(request, simulate):
    return simulate(request.param)


@pytest.fixture
def board(world):
    return {"esp32": esp32, "rp2": rp2}[world.port].Board()


@pytest.fixture
def i2c(world, board):
    return board.i2c(sda=4, scl=5)


def make(kind, *hangs_on, **options):
    return sensors.load(kind).Sensor(*hangs_on, **options)


# --- what all have in common -------------------------------------------------------------------
@pytest.mark.parametrize("kind", KINDS)
def test_every_sensor_has_its_three_names(simulate, kind):
    simulate("rp2")
    module = sensors.load(kind)
    assert module.BUS in ("i2c", "onewire", "pin", "adc", "board", "battery")
    for bounds in module.OPTIONS.values():
        assert bounds[0] < bounds[1]
        assert len(bounds) == 2 or bounds[0] <= bounds[2] <= bounds[1]
    assert module.Sensor.read.__doc__


def test_every_file_is_tested(simulate):
    from pathlib import Path

    files = {path.stem for path in Path(sensors.__file__).parent.glob("*.py")} - {"__init__"}
    assert files == set(KINDS)


def test_importing_drives_no_pin(simulate):
    world = simulate("rp2")
    for kind in KINDS:
        sensors.load(kind)
    assert world.log == []


# Sensirion's datasheet, table 20: the checksum of 0xBEEF is 0x92. An empty one is its start.
@pytest.mark.parametrize("data, crc", [(b"\xbe\xef", 0x92), (b"", 0xFF), (b"\x00\x00", 0x81)])
def test_crc8(data, crc):
    assert crc8(data) == crc == chips.crc8(data)


I2C_SENSORS = [
    ("bme280", 0x76, chips.Bme280),
    ("sht3x", 0x44, chips.Sht3x),
    ("aht20", 0x38, chips.Aht20),
    ("light", 0x23, chips.Bh1750),
]


@pytest.mark.parametrize("kind, address, chip", I2C_SENSORS)
def test_a_sensor_that_is_not_there_and_then_is(world, i2c, kind, address, chip):
    sensor = make(kind, i2c)
    with pytest.raises(OSError):
        sensor.read()
    world.i2c[address] = chip()
    good = sensor.read()
    assert set(good) <= set(common.UNITS)
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


@pytest.mark.parametrize("raw, humidity", [(0, 0), (65535, 100)])
def test_bme280_humidity_is_clipped_as_the_datasheet_says(world, i2c, raw, humidity):
    world.i2c[0x76] = chips.Bme280(humidity=raw)
    assert make("bme280", i2c).read()["humidity"] == humidity


def test_bme280_signed_words():
    # E4 to E6 hold two signed numbers of 12 bits that share a byte.
    chip = chips.Bme280()
    chip.registers[0xE4:0xE7] = bytes((0xFF, 0xE1, 0x80))
    sensor = bme280.Sensor(Registers(chip))
    sensor._calibrate()
    assert sensor._humid[3:5] == (-15, -2034)  # 0xFF1, 0x80E


class Registers:
    def __init__(self, chip):
        self.chip = chip

    def readfrom_mem(self, address, register, n):
        return bytes(self.chip.registers[register : register + n])


@pytest.mark.parametrize("change, match", [
    ({"id": 0x61}, "id 0x61"),
    ({"temperature": 0x80000}, "nothing"),
    ({"pressure": 0x80000}, "nothing"),
    ({"temperature": 900000}, "out of its range"),
    ({"pressure": 100000}, "out of its range"),
])  # fmt: skip
def test_bme280_refuses(world, i2c, change, match):
    world.i2c[0x76] = chips.Bme280(**change)
    with pytest.raises(OSError, match=match):
        make("bme280", i2c).read()


def test_bme280_without_calibration(world, i2c):
    world.i2c[0x76] = chips.Bme280()
    world.i2c[0x76].registers[0x88:0xA0] = bytes(24)
    with pytest.raises(OSError, match="calibration"):
        make("bme280", i2c).read()


# --- SHT3x, AHT20, BH1750 ----------------------------------------------------------------------
# -45 + 175 S / 65535 and 100 S / 65535 (datasheet 4.13).
@pytest.mark.parametrize("words, celsius, percent", [
    ((0x6666, 0x8000), 25.0, 50.0), ((0x0750, 0), -40.0, 0.0), ((0xF8AE, 0xFFFF), 125.0, 100.0),
])  # fmt: skip
def test_sht3x(world, i2c, words, celsius, percent):
    world.i2c[0x44] = chips.Sht3x(*words)
    assert make("sht3x", i2c).read() == {"temperature": celsius, "humidity": percent}


def test_sht3x_out_of_range(world, i2c):
    world.i2c[0x44] = chips.Sht3x(0, 0)
    with pytest.raises(OSError, match="range"):
        make("sht3x", i2c).read()


# S / 2^20 * 200 - 50 and S / 2^20 * 100 (datasheet 6.1, 6.2).
@pytest.mark.parametrize("raw, celsius, percent", [
    ((0x80000, 0x60000), 25.0, 50.0), ((0, 0x0CCCD), -40.0, 0.0), ((0xFFFFF, 0xACCCC), 85.0, 100),
])  # fmt: skip
def test_aht20(world, i2c, raw, celsius, percent):
    world.i2c[0x38] = chips.Aht20(*raw)
    sensor = make("aht20", i2c)
    assert sensor.read() == {"temperature": celsius, "humidity": percent}
    sensor.read()
    assert world.i2c[0x38].writes.count(b"\xbe\x08\x00") == 1  # calibrated once


def test_bh1750_worked_example(world, i2c):
    # Datasheet: 10000011 10010000 is 33680 counts / 1.2 = 28067 lx.
    world.i2c[0x23] = chips.Bh1750(0b1000001110010000)
    assert round(make("light", i2c).read()["illuminance"]) == 28067


# --- 1-Wire ------------------------------------------------------------------------------------
ROM = bytes((0x28, 0xFF, 0x4B, 0x46, 0x7F, 0x03, 0x0E, 0x61))
OTHER = bytes((0x28, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07))


def scratch(bus, raw, config=0x7F, reserved=0x10):
    data = bytes((raw & 0xFF, raw >> 8 & 0xFF, 0x4B, 0x46, config, 0xFF, reserved, 0x10))
    return data + bytes((bus.crc8(data),))


# The table of the DS18B20's datasheet.
@pytest.mark.parametrize("raw, celsius", [
    (0x07D0, 125), (0x0191, 25.0625), (0x00A2, 10.125), (0x0008, 0.5), (0x0000, 0),
    (0xFFF8, -0.5), (0xFF5E, -10.125), (0xFE6F, -25.0625), (0xFC90, -55),
])  # fmt: skip
def test_ds18b20_table(world, board, raw, celsius):
    bus = board.onewire(4)
    world.onewire[ROM] = scratch(bus, raw)
    before = world.now_ms
    assert make("ds18b20", bus).read() == {"temperature": celsius}
    assert world.now_ms - before >= 750


def test_ds18b20_several_on_one_line(world, board):
    bus = board.onewire(4)
    world.onewire = {ROM: scratch(bus, 0x0191), OTHER: scratch(bus, 0x0008)}
    world.onewire[b"\x10" + ROM[1:]] = scratch(bus, 0)  # a DS18S20 counts otherwise
    found = make("ds18b20", bus).read()
    assert found == {"temperature_4bff": 25.0625, "temperature_0201": 0.5}
    assert common.unit("temperature_4bff") == "Cel"
    assert world.log.count(("onewire", 0x44)) == 1  # all measure at the same time


@pytest.mark.parametrize("data, match", [
    (None, "none on the line"),
    (bytes(9), "shorted"),
    (b"\xff" * 9, "CRC"),
    (bytes.fromhex("910100000000000000"), "CRC"),
])  # fmt: skip
def test_ds18b20_refuses(world, board, data, match):
    if data:
        world.onewire[ROM] = data
    with pytest.raises(OSError, match=match):
        make("ds18b20", board.onewire(4)).read()


def test_ds18b20_that_lost_its_power_says_85(world, board):
    bus = board.onewire(4)
    world.onewire[ROM] = scratch(bus, 0x0550, reserved=0x0C)
    with pytest.raises(OSError, match="power"):
        make("ds18b20", bus).read()
    world.onewire[ROM] = scratch(bus, 0x0550)  # in an oven it may well be so hot
    assert make("ds18b20", bus).read() == {"temperature": 85}


# --- DHT ---------------------------------------------------------------------------------------
# The AM2302's datasheet: 0x028C is 65.2 %, 0x015F 35.1 degrees, and the top bit the sign.
@pytest.mark.parametrize("kind, answer, expected", [
    ("dht22", (0x02, 0x8C, 0x01, 0x5F, 0xEE), {"temperature": 35.1, "humidity": 65.2}),
    ("dht22", (0x02, 0x8C, 0x80, 0x65, 0x73), {"temperature": -10.1, "humidity": 65.2}),
    ("dht11", (0x35, 0x00, 0x18, 0x00, 0x4D), {"temperature": 24, "humidity": 53}),
])  # fmt: skip
def test_dht(world, board, kind, answer, expected):
    world.dht = answer
    assert make(kind, board.input(4)).read() == expected


@pytest.mark.parametrize("kind, answer, match", [
    ("dht22", None, "no answer"),
    ("dht22", (0x02, 0x8C, 0x01, 0x5F, 0xEF), "checksum"),
    ("dht22", (0x02, 0x8C, 0x7F, 0x00, 0x0D), "temperature"),
    ("dht22", (0x04, 0x8C, 0x01, 0x5F, 0xF0), "humidity"),
    ("dht11", (0x00, 0x00, 0x18, 0x00, 0x18), "humidity"),
])  # fmt: skip
def test_dht_refuses(world, board, kind, answer, match):
    world.dht = answer
    with pytest.raises(OSError, match=match):
        make(kind, board.input(4)).read()


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
    sensor = make("pulses", board.input(14, "up"))
    for _ in range(20):
        pulse(world, 14, ms=1)
    assert sensor.read() == {"pulses": 1}


def test_a_pulse_in_the_middle_of_a_reading_is_in_the_next(world, board):
    class Interrupted(sensors.load("pulses").Sensor):
        def __getattribute__(self, name):  # as late in read() as a pulse can come
            value = super().__getattribute__(name)
            if name == "_told":
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
    sensor.count = sensor._told = 0x3FFFFFFF
    pulse(world, 14)
    assert sensor.count == 0
    assert sensor.read() == {"pulses": 1}


def test_a_pin_that_is_not_there_fails_as_on_the_port(simulate):
    simulate("esp32")
    with pytest.raises(ValueError):
        machine.Pin("LED")
