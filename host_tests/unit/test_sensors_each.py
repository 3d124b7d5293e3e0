"""Every driver over its chip (every_sensor.py), and what all must do when the chip fails."""
import pytest

import air_chips
import every_sensor
import sensirion_chips
import serial_chips
import word_chips
from boards import buses, esp32, rp2, sensors
from boards.parts.crc8 import crc8

I2C = {row[0]: row for row in every_sensor.I2C}
MODULES = sorted(row[0] for row in every_sensor.I2C)


@pytest.fixture(params=["esp32", "rp2"])
def world(request, simulate):
    world = simulate(request.param)
    world.adc.setdefault(4, 14000)
    return world


@pytest.fixture
def board(world):
    return {"esp32": esp32, "rp2": rp2}[world.port].Board()


def make(kind, board, world, **more):
    """(the driver, its chip) of a sensor on I2C."""
    _, address, chip, options, _ = I2C[kind]
    world.i2c = {address: chip()}
    sensor = sensors.load(kind).Sensor(board.i2c(4, 5), **{**options, **more})
    return sensor, world.i2c[address]


def test_every_driver_reads_its_chip(world, board):
    seen = set()
    for kind, first, options, expected in every_sensor.rows(board, world):
        assert every_sensor.read(board, world, kind, first, options) == expected, kind
        declared = sensors.load(kind).Sensor.QUANTITIES
        for name in expected:
            assert kind == "modbus" or name in declared or name.split("_")[0] in declared
        seen.add(kind)
    from pathlib import Path

    assert seen == {path.stem for path in Path(sensors.__file__).parent.glob("[!_]*.py")}


@pytest.mark.parametrize("kind", MODULES)
def test_a_chip_that_comes_and_goes(world, board, kind):
    sensor, chip = make(kind, board, world)
    address = I2C[kind][1]
    del world.i2c[address]
    with pytest.raises(OSError):
        sensor.read()
    world.i2c[address] = chip
    assert sensor.read() == I2C[kind][4]
    chip.broken = "mute"
    with pytest.raises(OSError):
        sensor.read()
    chip.broken = None
    assert sensor.read() == I2C[kind][4]
    assert sensor.read() == I2C[kind][4]  # and at once again


CHECKED = ["aht20", "hdc302x", "pmsa003i", "scd30", "scd4x", "sen5x", "sgp30", "sgp40", "sgp41",
           "sht3x", "sht4x", "si7021", "sps30"]  # fmt: skip


@pytest.mark.parametrize("kind", CHECKED)
def test_a_wrong_checksum_is_no_reading(world, board, kind):
    sensor, chip = make(kind, board, world)
    chip.broken = "corrupt"
    with pytest.raises(OSError, match="checksum|no measurement"):
        sensor.read()


BUSY = ["ads1115", "bh1745", "bme280", "bme680", "bmp390", "dps310", "ina219", "ina226",
        "ltr390", "ltr559", "opt3001", "scd30", "scd4x", "sen5x", "sps30",
        "tmp117", "tsl2591", "vl53l0x"]  # fmt: skip


@pytest.mark.parametrize("kind", BUSY)
def test_a_measurement_that_does_not_end(world, board, kind):
    sensor, chip = make(kind, board, world)
    chip.broken = "busy"
    wait = sensor.start() if hasattr(sensor, "start") else 0
    world.time.sleep_ms(wait)
    before = world.now_ms
    with pytest.raises(OSError, match="measurement"):
        sensor.read()
    assert world.now_ms - before <= 10_000


IDENTIFIED = {"bh1745": 0x40, "bme680": 0xD0, "bmp390": 0, "dps310": 0x0D, "hdc1080": 0xFF,
              "ina226": 0xFE, "ltr390": 6, "ltr559": 0x86, "max17048": 8, "mcp9808": 6,
              "opt3001": 0x7F, "tmp117": 15, "vl53l0x": 0xC0}  # fmt: skip


@pytest.mark.parametrize("kind", IDENTIFIED)
def test_another_chip_at_its_address(world, board, kind):
    sensor, chip = make(kind, board, world)
    register = IDENTIFIED[kind]
    if isinstance(chip, word_chips.WordChip):
        chip.words[register] ^= 0x0550
        chip.reset_words[register] ^= 0x0550
    else:
        chip.registers[register] ^= 0x55
    with pytest.raises(OSError, match="another chip"):
        sensor.read()


# start() lets the firmware go on meanwhile; read() then waits for nothing.
@pytest.mark.parametrize("kind", ["scd30", "scd4x", "sen5x", "sgp41", "sps30"])
def test_a_slow_measurement_is_waited_for_by_the_caller(world, board, kind):
    sensor, _ = make(kind, board, world)
    wait = sensor.start()
    assert 1000 < wait <= 30_000
    world.time.sleep_ms(wait)
    before = world.now_ms
    assert sensor.read() == I2C[kind][4]
    assert world.now_ms - before < 300


# --- what another program set --------------------------------------------------------------------
@pytest.mark.parametrize("kind, begin", [("scd4x", 0x21B1), ("scd30", 0x0010), ("sps30", 0x0010)])
def test_a_chip_that_measures_already_is_stopped_first(world, board, kind, begin):
    sensor, chip = make(kind, board, world)
    chip.measuring, chip.began_at = True, world.now_ms
    assert sensor.read() == I2C[kind][4]


def test_sgp41_is_never_conditioned_for_more_than_ten_seconds(world, board):
    sensor, chip = make("sgp41", board, world)
    for _ in range(5):
        world.time.sleep_ms(sensor.start())
        sensor.read()
        world.time.sleep_ms(60_000)
    assert chip.commands.count(0x2612) == 1 and 8000 < chip.hot_ms <= 10_000
    # The board was reset in the middle: another program's conditioning ends first.
    chip.write(b"\x26\x12\x80\x00\xa2\x66\x66\x93")
    again = sensors.load("sgp41").Sensor(board.i2c(4, 5))
    again.start()
    assert chip.commands[-2:] == [0x3615, 0x2612]


def test_sgp40_heats_for_a_reading_alone(world, board):
    sensor, chip = make("sgp40", board, world)
    sensor.read()
    assert chip.commands == [0x260F, 0x260F, 0x3615]
    assert chip.arguments[0x260F] == [0x8000, 0x6666]  # as the datasheet has it: 80 00 A2 66 66 93


# Sensirion's datasheets: what a command's arguments look like on the wire.
def test_the_bytes_of_a_command(world, board):
    from boards.parts import sensirion

    sent = []
    world.i2c = {0x59: type("Chip", (), {"write": lambda self, data: sent.append(data)})()}
    sensirion.send(board.i2c(4, 5), 0x59, 0x260F, (0x8000, 0x6666))
    assert sent == [bytes.fromhex("260f8000a2666693")]  # SGP40, 4.3


def test_sen5x_of_a_type_that_measures_less(world, board):
    sensor, chip = make("sen5x", board, world)
    chip.answers = dict(chip.answers)
    # SEN50: no climate, no gases (datasheet 6.1.4: 0x7FFF is unknown); and one below zero.
    chip.answers[0x03C4] = (20, (21, 35, 42, 50) + 4 * (0x7FFF,))
    assert set(sensor.read()) == {"pm1", "pm2_5", "pm4", "pm10"}
    chip.answers[0x03C4] = (20, 4 * (0xFFFF,) + (4512, 0x10000 - 1000, 0x7FFF, 0x7FFF))
    assert sensor.read() == {"humidity": 45.12, "temperature": -5}


def test_sgp30_is_started_once(world, board):
    sensor, chip = make("sgp30", board, world)
    sensor.read()
    sensor.read()
    assert chip.commands.count(0x2003) == 1


# --- the datasheets' tables ----------------------------------------------------------------------
def words_of(kind, chip, board, world):
    world.i2c = {I2C[kind][1]: chip}
    return sensors.load(kind).Sensor(board.i2c(4, 5)).read()


# TMP117 (SNOSD82) table 7-1; what is beyond the part's range is none.
@pytest.mark.parametrize("raw, celsius", [
    (0x0000, 0), (0x0001, 0.008), (0x0C80, 25), (0xFFFF, -0.008), (0xF380, -25), (0x3200, 100),
    (0xE480, -55), (0x4B00, 150),
])  # fmt: skip
def test_tmp117_table(world, board, raw, celsius):
    assert words_of("tmp117", word_chips.Tmp117(raw), board, world) == {"temperature": celsius}


@pytest.mark.parametrize("raw", [0x7FFF, 0x8000])  # 256 and -256: also what it holds after reset
def test_tmp117_out_of_range(world, board, raw):
    with pytest.raises(OSError, match="range"):
        words_of("tmp117", word_chips.Tmp117(raw), board, world)


# LM75A (NXP) table 9, 11 bits.
@pytest.mark.parametrize("raw, celsius", [
    (0x7F00, None), (0x7EE0, None), (0x7D00, 125), (0x1900, 25), (0x0020, 0.125), (0x0000, 0),
    (0xFFE0, -0.125), (0xE700, -25), (0xC920, -54.875), (0xC900, -55),
])  # fmt: skip
def test_lm75_table(world, board, raw, celsius):
    if celsius is None:
        with pytest.raises(OSError, match="range"):
            words_of("lm75", word_chips.Lm75(raw), board, world)
    else:
        assert words_of("lm75", word_chips.Lm75(raw), board, world) == {"temperature": celsius}


# MCP9808 (DS25095) 5.1.3: 16ths, two's complement of 13 bits.
@pytest.mark.parametrize("raw, celsius", [
    (0x0000, 0), (0x0001, 0.0625), (0x0194, 25.25), (0x07D0, 125), (0x1FFF, -0.0625),
    (0x1E6C, -25.25), (0x1D80, -40),
])  # fmt: skip
def test_mcp9808(world, board, raw, celsius):
    chip = word_chips.Mcp9808(raw)
    assert words_of("mcp9808", chip, board, world) == {"temperature": celsius}
    assert chip.words[1] == 0x0100  # asleep again


# OPT3001 (SBOS681) table 9.
@pytest.mark.parametrize("raw, lux", [
    (0x0001, 0.01), (0x0FFF, 40.95), (0x3456, 88.80), (0x789A, 2818.56), (0x8800, 5242.88),
    (0x9400, 5242.88), (0xB001, 20.48), (0xBFFF, 83865.60),
])  # fmt: skip
def test_opt3001_table(world, board, raw, lux):
    found = words_of("opt3001", word_chips.Opt3001(raw), board, world)
    assert found == {"illuminance": pytest.approx(lux)}


def test_too_much_light(world, board):
    with pytest.raises(OSError, match="brighter"):
        words_of("opt3001", word_chips.Opt3001(0xBFFF, overflow=True), board, world)
    with pytest.raises(OSError, match="brighter"):
        words_of("veml7700", word_chips.Veml7700(50_000), board, world)
    with pytest.raises(OSError, match="brighter"):
        words_of("tsl2591", word_chips.Tsl2591(40_000, 1000), board, world)
    with pytest.raises(OSError, match="brighter"):
        words_of("ltr559", word_chips.Ltr559(65535, 1000), board, world)
    found = words_of("ltr390", word_chips.Ltr390(0x3FFFF), board, world)
    assert found == {"uv_index": 2}


# In the dark the gain is 16 times higher: 0.0336 lx a count.
@pytest.mark.parametrize("lux", [0, 0.5, 3, 50, 900])
def test_veml7700_in_all_light(world, board, lux):
    found = words_of("veml7700", word_chips.Veml7700(lux), board, world)
    assert found["illuminance"] == pytest.approx(lux, abs=0.02 + 0.006 * lux)


def test_veml7700_is_corrected_when_it_is_bright(world, board):
    # Application note 84323: y = 6.0135E-13 x4 - 9.3924E-9 x3 + 8.1488E-5 x2 + 1.0023 x
    x = round(10_000 / 0.5376) * 0.5376
    y = 6.0135e-13 * x**4 - 9.3924e-9 * x**3 + 8.1488e-5 * x**2 + 1.0023 * x
    found = words_of("veml7700", word_chips.Veml7700(10_000), board, world)
    assert found["illuminance"] == pytest.approx(y, rel=1e-3)


@pytest.mark.parametrize("full, infrared, gain", [(400, 100, 25), (20_000, 5000, 1), (0, 0, 25)])
def test_tsl2591_chooses_its_gain(world, board, full, infrared, gain):
    chip = word_chips.Tsl2591(full, infrared)
    found = words_of("tsl2591", chip, board, world)
    expected = (full - infrared) * (1 - infrared / full) * 408 / 100 if full else 0
    assert found["illuminance"] == pytest.approx(expected, abs=0.01)
    assert chip.registers[1] == {25: 0x10, 1: 0}[gain]
    assert chip.registers[0] == 0  # off


# The four formulas of the LTR-559's appendix A, by the part that is infrared.
@pytest.mark.parametrize("both, infrared, lux", [
    (1000, 200, 1.7743 * 1000 + 1.1059 * 200), (1000, 1000, 4.2785 * 1000 - 1.9548 * 1000),
    (1000, 3000, 0.5926 * 1000 + 0.1185 * 3000), (100, 3000, 0), (0, 0, 0),
])  # fmt: skip
def test_ltr559_formulas(world, board, both, infrared, lux):
    found = words_of("ltr559", word_chips.Ltr559(both, infrared), board, world)
    assert found["illuminance"] == pytest.approx(lux, abs=0.01)


# INA219 (SBOS448) table 6: the shunt's register in two's complement at 320 mV.
@pytest.mark.parametrize("shunt, milliamperes", [
    (0x07D0, 200), (0x7CFF, 3199.9), (0x0001, 0.1), (0, 0), (0xFFFF, -0.1), (0xF830, -200),
])  # fmt: skip
def test_ina219_with_its_usual_shunt(world, board, shunt, milliamperes):
    found = words_of("ina219", word_chips.Ina219(shunt), board, world)
    assert found["current"] == milliamperes and found["voltage"] == 11980


def test_more_current_than_the_shunt_is_for(world, board):
    for kind, chip in (("ina219", word_chips.Ina219(0x7D00)),
                       ("ina226", word_chips.Ina226(0x7FFF)),
                       ("ina226", word_chips.Ina226(0x8000))):  # fmt: skip
        with pytest.raises(OSError, match="shunt"):
            words_of(kind, chip, board, world)


def test_max17048_counts_beyond_full(world, board):
    found = words_of("max17048", word_chips.Max17048(charge=0x6680), board, world)
    assert found["battery"] == 100


def test_ads1115_beyond_its_scale(world, board):
    sensor, chip = make("ads1115", board, world, full_scale_mv=2048, channels=2)
    chip.inputs = (1000, 3300, 0, 0)
    assert sensor.read() == {"voltage_0": 1000}
    assert sensor.millivolts(3) == 0
    with pytest.raises(OSError, match="channel 1"):
        sensor.millivolts(1)
    chip.inputs = (3300, 3300, 0, 0)
    with pytest.raises(OSError, match="beyond"):
        sensor.read()


# HTU21D (HPC199) page 14: the checksums of 0xDC, 0x683A and 0x4E85.
@pytest.mark.parametrize("data, crc", [("dc", 0x79), ("683a", 0x7C), ("4e85", 0x6B)])
def test_crc8_of_si7021(data, crc):
    assert crc8(bytes.fromhex(data), 0) == crc


def test_si7021_one_value_does_not_take_the_other_along(world, board):
    sensor, chip = make("si7021", board, world)
    chip.raw[0xF5] = (29, 0xFFFC)  # beyond 100 %: its line goes on to 119
    assert sensor.read() == {"temperature": 24.69, "humidity": 100}
    chip.raw[0xF3] = (85, 0)  # -46.85
    assert sensor.read() == {"humidity": 100}


def test_hdc1080_of_a_floating_bus(world, board):
    with pytest.raises(OSError, match="range"):
        words_of("hdc1080", word_chips.Hdc1080(0xFFFF, 0xFFFF), board, world)
    heated = word_chips.Hdc1080()
    heated.words[2] = 0x3000
    assert words_of("hdc1080", heated, board, world) == {"temperature": 24.45, "humidity": 50}


@pytest.mark.parametrize("angle, degrees", [(0, 0), (1024, 90), (4095, 359.9)])
def test_as5600(world, board, angle, degrees):
    assert words_of("as5600", word_chips.As5600(angle), board, world) == {"angle": degrees}
    with pytest.raises(OSError, match="no magnet"):
        words_of("as5600", word_chips.As5600(angle, status=0x10), board, world)


@pytest.mark.parametrize("humidity, percent", [(0, 0), (0x0C49, 0), (0x8000, 56.5), (0xFFFF, 100)])
def test_sht4x_is_cut_off_at_the_ends(world, board, humidity, percent):
    chip = sensirion_chips.Sht4x(humidity=humidity)
    assert words_of("sht4x", chip, board, world)["humidity"] == percent
    assert chip.writes == [b"\x94", b"\xfd"]


# --- air pressure: the datasheets' formulas in doubles -------------------------------------------
@pytest.mark.parametrize("temperature, pressure", [
    (8_300_000, 6_700_000), (7_500_000, 6_200_000), (9_000_000, 7_400_000),
])  # fmt: skip
def test_bmp390_formulas(world, board, temperature, pressure):
    # BMP390 datasheet (BST-BMP390-DS002) 8.4 to 8.6.
    chip = air_chips.Bmp390(temperature, pressure)
    t1, t2, t3 = chip.T[0] * 2**8, chip.T[1] / 2**30, chip.T[2] / 2**48
    p1, p2, p3, p4, p5, p6, p7, p8, p9, p10, p11 = chip.P
    a = temperature - t1
    t = a * t2 + a * a * t3
    offset = p5 * 8 + p6 / 2**6 * t + p7 / 2**8 * t**2 + p8 / 2**15 * t**3
    slope = (p1 - 2**14) / 2**20 + (p2 - 2**14) / 2**29 * t + p3 / 2**32 * t**2 + p4 / 2**37 * t**3
    rest = pressure**2 * (p9 / 2**48 + p10 / 2**48 * t) + pressure**3 * p11 / 2**65
    expected = offset + pressure * slope + rest
    found = words_of("bmp390", chip, board, world)
    assert found["temperature"] == pytest.approx(t, abs=0.02)
    assert found["pressure"] == pytest.approx(expected, abs=1)


@pytest.mark.parametrize("temperature, pressure, humidity", [
    (493_000, 350_000, 21_000), (430_000, 300_000, 25_000), (560_000, 400_000, 17_000),
])  # fmt: skip
@pytest.mark.parametrize("new", [0, 1])
def test_bme680_formulas(world, board, temperature, pressure, humidity, new):
    # BME680 datasheet (BST-BME680-DS001) 3.3 and 3.4; BME688 (DS000) 3.6.5.
    chip = air_chips.Bme680(temperature, pressure, humidity, new)
    found = words_of("bme680", chip, board, world)
    t1, t2, t3 = chip.T
    a = (temperature / 16384 - t1 / 1024) * t2
    fine = a + (temperature / 131072 - t1 / 8192) ** 2 * t3 * 16
    celsius = fine / 5120
    p1, p2, p3, p4, p5, p6, p7, p8, p9, p10 = chip.P
    a = fine / 2 - 64000
    b = a * a * p6 / 131072 + a * p5 * 2
    b = b / 4 + p4 * 65536
    a = (p3 * a * a / 16384 + p2 * a) / 524288
    a = (1 + a / 32768) * p1
    p = (1048576 - pressure - b / 4096) * 6250 / a
    p += (p9 * p * p / 2147483648 + p * p8 / 32768 + (p / 256) ** 3 * p10 / 131072 + p7 * 128) / 16
    h1, h2, h3, h4, h5, h6, h7 = chip.H
    a = humidity - (h1 * 16 + h3 / 2 * celsius)
    b = a * (h2 / 262144 * (1 + h4 / 16384 * celsius + h5 / 1048576 * celsius**2))
    percent = b + (h6 / 16384 + h7 / 2097152 * celsius) * b * b
    assert found["temperature"] == pytest.approx(celsius, abs=0.02)
    assert found["pressure"] == pytest.approx(p, abs=5)
    assert found["humidity"] == pytest.approx(percent, abs=0.2)
    adc, span = chip.gas
    if new:
        ohms = 1e6 * (262144 >> span) / (4096 + 3 * (adc - 512))
    else:
        k1, k2 = -0.01, 0.007  # of span 5
        a = 1340 * (1 + k1)
        ohms = 1 / ((1 + k2) * 0.000000125 * (1 << span) * ((adc - 512) / a + 1))
    assert found["gas"] == pytest.approx(ohms, rel=1e-4)
    # The heater's setting, 3.3.5.
    g1, g2, g3 = chip.G
    a = (g1 / 16 + 49) * (1 + (g2 / 32768 * 0.0005 + 0.00235) * 320) + g3 / 1024 * 25
    heat = 3.4 * (a * 4 / (4 + chip.HEAT_RANGE) / (1 + chip.HEAT * 0.002) - 25)
    assert chip.registers[0x5A] == int(heat)


def test_bme680_whose_heater_is_not_hot_has_no_gas(world, board):
    chip = air_chips.Bme680()
    chip.hot = False
    found = words_of("bme680", chip, board, world)
    assert set(found) == {"temperature", "pressure", "humidity"}


def test_dps310_formulas(world, board):
    # DPS310 datasheet 4.9.1 and 4.9.2.
    chip = air_chips.Dps310()
    pressure, temperature = chip.raw
    p, t = pressure / 253952, temperature / 524288
    c0, c1, c00, c10, c01, c11, c20, c21, c30 = chip.C
    expected = c00 + p * (c10 + p * (c20 + p * c30)) + t * c01 + t * p * (c11 + p * c21)
    found = words_of("dps310", chip, board, world)
    assert found["pressure"] == pytest.approx(expected, abs=0.1)
    assert found["temperature"] == pytest.approx(c0 * 0.5 + c1 * t, abs=0.01)


@pytest.mark.parametrize("kind, register, n", [("bmp390", 0x31, 21), ("bme680", 0x8A, 23),
                                               ("dps310", 0x10, 18)])  # fmt: skip
def test_a_chip_without_calibration(world, board, kind, register, n):
    sensor, chip = make(kind, board, world)
    chip.registers[register : register + n] = bytes(n)
    with pytest.raises(OSError, match="no calibration"):
        sensor.read()


# --- SPI -----------------------------------------------------------------------------------------
def on_spi(kind, chip, board, world, **options):
    world.spi = {17: chip} if chip else {}
    cs = board.output(17, 1)
    sensor = sensors.load(kind).Sensor(buses.spi(sck=18, mosi=19, miso=16), cs, **options)
    try:
        return sensor.read()
    finally:
        assert world.pins[17] == 1  # the bus is free for others


# MAX31855 (19-5793) tables 4 and 5.
@pytest.mark.parametrize("hot, celsius", [
    (0b00111110100000, 1000), (0b00000110010011, 100.75), (0b00000001100100, 25),
    (0b00000000000000, 0), (0b11111111111111, -0.25), (0b11111111111100, -1),
])  # fmt: skip
def test_max31855_thermocouple(world, board, hot, celsius):
    found = on_spi("max31855", serial_chips.Max31855(hot), board, world)
    assert found == {"temperature": celsius, "junction": 25}


@pytest.mark.parametrize("cold, celsius", [
    (0b011001001001, 100.5625), (0b000110010000, 25), (0b111111111111, -0.0625),
    (0b111111110000, -1), (0b111011000000, -20),
])  # fmt: skip
def test_max31855_junction(world, board, cold, celsius):
    found = on_spi("max31855", serial_chips.Max31855(cold=cold), board, world)
    assert found["junction"] == celsius


@pytest.mark.parametrize("fault, match", [(1, "open"), (2, "ground"), (4, "supply")])
def test_max31855_faults(world, board, fault, match):
    with pytest.raises(OSError, match=match):
        on_spi("max31855", serial_chips.Max31855(fault=fault), board, world)


@pytest.mark.parametrize("kind", ["max31855", "max6675", "max31865"])
def test_nothing_on_spi(world, board, kind):
    with pytest.raises(OSError, match="no answer"):
        on_spi(kind, None, board, world)
    shorted = type("Shorted", (), {"exchange": lambda self, data, *_: bytes(len(data))})()
    with pytest.raises(OSError, match="no answer"):
        on_spi(kind, shorted, board, world)


@pytest.mark.parametrize("raw, celsius", [(0, None), (1, 0.25), (0x190, 100), (0xFFE, 1023.5)])
def test_max6675(world, board, raw, celsius):
    if celsius:
        found = on_spi("max6675", serial_chips.Max6675(raw), board, world)
        assert found == {"temperature": celsius}
    with pytest.raises(OSError, match="open"):
        on_spi("max6675", serial_chips.Max6675(raw or 4, open=True), board, world)


# IEC 60751: the resistance of a Pt100, of which the chip's code is the part of its reference.
@pytest.mark.parametrize("celsius, ohms", [
    (-200, 18.52), (-100, 60.26), (-50, 80.31), (0, 100), (50, 119.40), (100, 138.51),
    (200, 175.86), (400, 247.09), (550, 297.49), (850, 390.48),
])  # fmt: skip
def test_max31865_table(world, board, celsius, ohms):
    chip = serial_chips.Max31865(round(ohms / 400 * 32768))
    found = on_spi("max31865", chip, board, world, reference=400)
    assert found["temperature"] == pytest.approx(celsius, abs=0.06)
    chip = serial_chips.Max31865(round(10 * ohms / 4000 * 32768))
    found = on_spi("max31865", chip, board, world, ohms=1000, reference=4000, wires=3)
    assert found["temperature"] == pytest.approx(celsius, abs=0.06)
    assert chip.config & 0x80 == 0  # no current through the sensor afterwards


def test_max31865_that_is_open(world, board):
    with pytest.raises(OSError, match="fault 0x80"):
        on_spi("max31865", serial_chips.Max31865(0x7FFF, fault=0x80), board, world)


# --- UART ----------------------------------------------------------------------------------------
def on_uart(kind, device, board, world, **options):
    world.uart = {1: device} if device else {}
    return sensors.load(kind).Sensor(buses.uart(tx=8, rx=9), **options)


@pytest.mark.parametrize("kind", ["gps", "mhz19", "modbus", "pms5003"])
def test_a_device_that_says_nothing(world, board, kind):
    options = every_sensor.MODBUS if kind == "modbus" else {}
    device = {row[0]: row[1] for row in every_sensor.UART}[kind]()
    sensor = on_uart(kind, device, board, world, **options)
    good = sensor.read()
    device.broken = "mute"
    world.time.sleep_ms(5000)
    before = world.now_ms
    with pytest.raises(OSError, match="no answer|no whole frame|no sentence"):
        for _ in range(3):  # what came before may still be there
            sensor.read()
    assert world.now_ms - before < 10_000
    device.broken = None
    assert sensor.read() == good
    with pytest.raises(OSError):
        on_uart(kind, None, board, world, **options).read()


@pytest.mark.parametrize("kind", ["mhz19", "modbus", "pms5003"])
def test_a_frame_with_a_wrong_checksum(world, board, kind):
    options = every_sensor.MODBUS if kind == "modbus" else {}
    device = {row[0]: row[1] for row in every_sensor.UART}[kind]()
    device.broken = "corrupt"
    with pytest.raises(OSError, match="checksum|frame|no answer"):
        on_uart(kind, device, board, world, **options).read()


def test_another_speed_on_a_shared_line(world, board):
    sensor = on_uart("mhz19", serial_chips.Mhz19(), board, world)
    buses.uart(tx=8, rx=9).init(115200)
    assert sensor.read() == {"co2": 608}


def test_mhz19_that_has_not_measured_yet(world, board):
    device = serial_chips.Mhz19()
    device.reply = b"\xff\x86\x00\x00\x00\x00\x00\x00\x7a"
    with pytest.raises(OSError, match="range"):
        on_uart("mhz19", device, board, world).read()


def test_pms5003_skips_noise_that_looks_like_a_frame(world, board):
    device = serial_chips.Pms5003()
    device.data = b"BM\x00\x1cBM" + device.data
    sensor = on_uart("pms5003", device, board, world)
    assert sensor.read() == {"pm1": 8, "pm2_5": 13, "pm10": 15}


# MODBUS over serial line 6.2.2: the checksum of 02 07 is 0x1241, sent as 41 12.
@pytest.mark.parametrize("data, crc", [("0207", 0x1241), ("01030000000a", 0xCDC5)])
def test_modbus_checksum(data, crc):
    data = bytes.fromhex(data)
    assert sensors.load("modbus").crc16(data) == crc
    assert serial_chips.crc16(data) == crc.to_bytes(2, "little")


# The examples of the MODBUS application protocol (V1.1b3) 6.3 and 6.4.
def test_modbus_examples(world, board):
    device = serial_chips.ModbusDevice({(3, 107): 0x022B, (3, 108): 0, (4, 8): 0x000A}, 17)
    rows = {"a": {"register": 107}, "b": {"register": 108}, "c": {"register": 8, "kind": "input"}}
    sensor = on_uart("modbus", device, board, world, registers=rows, address=17)
    assert sensor.read() == {"a": 555, "b": 0, "c": 10}
    assert device.heard[0] == b"\x11\x03\x00\x6b\x00\x01" + serial_chips.crc16(
        b"\x11\x03\x00\x6b\x00\x01"
    )


def test_modbus_formats(world, board):
    words = {(3, 0): 0xFFF6, (3, 2): 0x0001, (3, 3): 0x86A0, (3, 4): 0x86A0, (3, 5): 0x0001,
             (3, 6): 0xFFFF, (3, 7): 0xFFF6, (3, 8): 0x4129, (3, 9): 0x999A, (3, 10): 0x7FC0,
             (3, 11): 0}  # fmt: skip
    rows = {
        "int16": {"register": 0, "format": "int16", "scale": 0.1, "unit": "Cel"},
        "uint32": {"register": 2, "format": "uint32"},
        "swapped": {"register": 4, "format": "uint32", "low_word_first": True},
        "int32": {"register": 6, "format": "int32", "offset": 1},
        "float": {"register": 8, "format": "float"},
        "nan": {"register": 10, "format": "float"},
        "not_there": {"register": 99},
    }
    device = serial_chips.ModbusDevice(words, echo=True)
    sensor = on_uart("modbus", device, board, world, registers=rows)
    assert sensor.read() == {
        "int16": -1, "uint32": 100_000, "swapped": 100_000, "int32": -9,
        "float": pytest.approx(10.6),
    }  # fmt: skip
    assert sensor.QUANTITIES["int16"][0] == "Cel"


def test_modbus_says_what_is_wrong(world, board):
    device = serial_chips.ModbusDevice({(3, 0): 1})
    with pytest.raises(OSError, match="register 5: exception 2"):
        on_uart("modbus", device, board, world, registers={"x": {"register": 5}}).read()
    with pytest.raises(OSError, match="no answer from 9"):
        on_uart("modbus", device, board, world, registers={"x": {"register": 0}}, address=9).read()
    device.line = (19200, 8, 0, 1)
    sensor = on_uart("modbus", device, board, world, registers={"x": {"register": 0}},
                     baudrate=19200, parity="even")  # fmt: skip
    assert sensor.read() == {"x": 1}


def test_a_dead_modbus_is_asked_once(world, board):
    rows = {"r%d" % n: {"register": n} for n in range(16)}
    sensor = on_uart("modbus", None, board, world, registers=rows)
    before = world.now_ms
    with pytest.raises(OSError, match="no answer from 1"):
        sensor.read()
    assert world.now_ms - before < 1000


# MODBUS over serial line 2.5.1.1: frames are 3.5 characters apart, of 11 bits.
@pytest.mark.parametrize("baudrate", [1200, 9600])
def test_modbus_is_silent_between_frames(world, board, baudrate):
    class Listening(serial_chips.ModbusDevice):
        line = (baudrate, 8, None, 1)
        ended, silent = None, []

        def hear(self, data, line, now):
            if self.ended is not None:
                self.silent.append(now - self.ended)
            super().hear(data, line, now)

        def send(self, data, at):
            super().send(data, at)
            self.ended = self._coming[-1][0]

    device = Listening({(3, 0): 1, (3, 1): 2})
    rows = {"a": {"register": 0}, "b": {"register": 1}}
    sensor = on_uart("modbus", device, board, world, registers=rows, baudrate=baudrate)
    assert sensor.read() == {"a": 1, "b": 2}
    assert device.silent[0] >= 3500 * 11 / baudrate


@pytest.mark.parametrize("text, match", [
    (b"$GPRMC,123519,V,,,,,,,230394,,*33\r\n", "no fix"),
    (b"$GPGGA,123519,4807.038,N,01131.000,E,0,00,,,M,,M,,*77\r\n", "no fix"),
    (every_sensor.GGA.replace(b"4807", b"4907"), "no sentence"),
    (b"$" + b"x" * 500, "no sentence"),
    (bytes(range(256)), "no sentence"),
])  # fmt: skip
def test_gps_without_a_place(world, board, text, match):
    from boards.parts import nmea

    if match == "no fix":  # with a right checksum, so that the text itself is what is refused
        body = text[1 : text.index(b"*")]
        check = 0
        for byte in body:
            check ^= byte
        text = b"$%s*%02X\r\n" % (body, check)
        assert nmea.fields(text.strip())
    with pytest.raises(OSError, match=match):
        on_uart("gps", serial_chips.Periodic(text), board, world).read()


@pytest.mark.parametrize("text, hemisphere, degrees", [
    ("4807.038", "N", 48.1173), ("01131.000", "W", -11.516667), ("0000.6", "S", -0.01),
    ("", "N", None), ("4807.038", "", None), ("123.4", "N", None),
])  # fmt: skip
def test_nmea_degrees(text, hemisphere, degrees):
    from boards.parts import nmea

    assert nmea.degrees(text, hemisphere) == (degrees and pytest.approx(degrees, abs=1e-6))


# --- pins ----------------------------------------------------------------------------------------
@pytest.mark.parametrize("raw, counts", [
    (0, 0), (1, 1), (0x123456, 0x123456), (0xFFFFFF, -1), (0x800001, -8388607),
    (0x7FFFFF, None), (0x800000, None),
])  # fmt: skip
def test_hx711(world, board, raw, counts):
    chip = serial_chips.Hx711(world, 12, 13, raw)
    sensor = sensors.load("hx711").Sensor(board, data=12, clock=13)
    if counts is None:  # datasheet page 5: beyond its scale it stays at the ends
        with pytest.raises(OSError, match="range"):
            sensor.read()
    else:
        assert sensor.read() == {"counts": counts}
    assert chip.bits == 25 and chip.held == 0


def test_hx711_that_is_not_there(world, board):
    sensor = sensors.load("hx711").Sensor(board, data=12, clock=13)
    world.pins[12] = 1
    with pytest.raises(OSError, match="no measurement"):
        sensor.read()
    world.pins[12] = 0
    with pytest.raises(OSError, match="stuck"):
        sensor.read()


# The manual: us / 58 is cm, at 345 m/s.
@pytest.mark.parametrize("echoes, mm", [
    ([5800, 5801, 5799], 995), ([-1, 1160, -2], 199), ([580, 23200, 580], 99),
    ([-1], None), ([-2], None), ([30_000], None),
])  # fmt: skip
def test_hcsr04(world, board, echoes, mm):
    world.pulses = list(echoes)
    sensor = sensors.load("hcsr04").Sensor(board, trigger=12, echo=13)
    if mm is None:
        with pytest.raises(OSError, match="no echo|range"):
            sensor.read()
    else:
        assert sensor.read() == {"distance": mm}


# The table of the vane's datasheet, at 5 V with 10 kOhm.
VANE = (3.84, 1.98, 2.25, 0.41, 0.45, 0.32, 0.90, 0.62, 1.40, 1.19, 3.08, 2.93, 4.62, 4.04, 4.33,
        3.43)  # fmt: skip


@pytest.mark.parametrize("i, volts", list(enumerate(VANE)))
def test_wind_vane_table(world, board, i, volts):
    sensor = sensors.load("wind_vane").Sensor(lambda: volts * 1000, supply_mv=5000)
    assert sensor.read() == {"wind_direction": i * 22.5}


@pytest.mark.parametrize("mv", [0, 50, 3290])
def test_a_wind_vane_whose_line_is_cut(world, board, mv):
    with pytest.raises(OSError, match="open or shorted"):
        sensors.load("wind_vane").Sensor(lambda: mv).read()


def test_anemometer_is_a_mean(world, board):
    sensor = sensors.load("anemometer").Sensor(board.input(14, "up"), mps_per_hz=0.5)
    assert sensor.read() == {"wind_speed": 0}
    for _ in range(120):
        world.edge(14, 0)
        world.edge(14, 1)
        world.time.sleep_ms(500)
    assert sensor.read() == {"wind_speed": 1}
    assert sensor.read() == {"wind_speed": 1}  # at once again: the same
    world.time.sleep_ms(60_000)
    assert sensor.read() == {"wind_speed": 0}


def test_points(world, board):
    from boards.parts.points import between

    points = [[0, 0], [10, 100], [20, 50]]
    for x, y in ((-1, -10), (0, 0), (5, 50), (10, 100), (15, 75), (30, 0)):
        assert between(points, x) == y


def test_ph_that_no_water_has(world, board):
    sensor = sensors.load("ph").Sensor(lambda: 3300, points=[[1500, 9.18], [2030, 4.01]])
    with pytest.raises(OSError, match="range"):
        sensor.read()


# --- sound ---------------------------------------------------------------------------------------
def test_how_far_a_microphone_swings(world, board):
    loud = {world.now_ms + 400: 1710}  # a door, once

    def millivolts():
        return loud.get(world.now_ms, 1640 + world.now_ms % 20)

    sensor = sensors.load("microphone").Sensor(millivolts)
    assert sensor.read() == {"noise": 70}
    assert sensor.read() == {"noise": 19}


def test_what_is_too_loud_for_a_microphone(world, board):
    world.adc.update({26: 65535, 34: 3_100_000})
    pin = 26 if world.port == "rp2" else 34
    sensor = sensors.load("microphone").Sensor(lambda: board.adc(pin))
    with pytest.raises(OSError, match="end of its scale"):
        sensor.read()


# --- distance by light ---------------------------------------------------------------------------
def test_the_flight_of_light_is_measured_for_200_ms(world, board):
    sensor, chip = make("vl53l0x", board, world)
    sensor.read()
    assert abs(chip.budget_us() - 200_000) < 1000  # by the API's formulas


# UM2039, 6.3: 11 is a range; 4 too little echo, 6 and 9 a wrong phase, 1 to 3 the laser's failure.
@pytest.mark.parametrize("status", [i for i in range(16) if i != 11])
def test_what_is_not_a_range_is_none(world, board, status):
    sensor, chip = make("vl53l0x", board, world)
    chip.status, chip.distance = status, 8190 if status == 4 else 500
    with pytest.raises(OSError, match="nothing within its range"):
        sensor.read()
    chip.status, chip.distance = 11, 500
    assert sensor.read() == {"distance": 500}


@pytest.mark.parametrize("distance", [0, 2001, 8190, 8191])
def test_a_distance_that_it_cannot_measure(world, board, distance):
    sensor, chip = make("vl53l0x", board, world)
    chip.distance = distance
    with pytest.raises(OSError, match="range"):
        sensor.read()


# The fuses of a chip say how many reference diodes it needs, and of which kind; some do not work.
@pytest.mark.parametrize("fuses", [0x03, 0x0C, 0x20, 0x81, 0x85, 0x95])
def test_reference_diodes(world, board, fuses):
    sensor, chip = make("vl53l0x", board, world)
    for good in b"\xff" * 6, bytes((0xF5, 0x0F, 0x3D, 0xFF, 0xEF, 0x0F)):
        chip.fuses, chip.good = fuses, good
        assert sensor.read() == {"distance": 1234}


def test_a_chip_that_another_program_left_measuring(world, board):
    sensor, chip = make("vl53l0x", board, world)
    chip.run_on()
    assert sensor.read() == {"distance": 1234}
    chip.in_reset = True  # or in a reset that the board's own cut short
    assert sensor.read() == {"distance": 1234}


# --- soil that gives pulses ---------------------------------------------------------------------
@pytest.mark.parametrize("ms, expected", [(20, 0), (50, 50), (80, 100), (90, 100), (12, 0)])
def test_pulses_of_dry_and_wet_soil(world, board, ms, expected):
    # pimoroni/enviro, enviro/boards/grow.py: 20 ms from edge to edge is dry, 80 is wet.
    sensor = sensors.load("soil_frequency").Sensor(board.input(14, "down"))
    level = [0]

    def toggle(timer):
        level[0] ^= 1
        world.edge(14, level[0])

    world.timers.append([ms, world.now_ms + ms, toggle, level])
    for _ in range(2):
        world.time.sleep_ms(sensor.start())
        assert sensor.read() == {"moisture": expected}
        assert world.irqs[14][0] is None  # no interrupts in between


def test_a_soil_sensor_that_is_not_plugged_in(world, board):
    sensor = sensors.load("soil_frequency").Sensor(board.input(14, "down"))
    with pytest.raises(OSError, match="no pulses"):
        sensor.read()
    world.timers.append([1, world.now_ms + 1, lambda _: [world.edge(14, n) for n in (1, 0)], 1])
    with pytest.raises(OSError, match="noise"):
        sensor.read()


# 0.159 R + 0.646 G, or 0.202 R + 0.766 G where C / G is below 0.16 (Rohm).
@pytest.mark.parametrize("counts, expected", [
    ((1000, 2000, 800, 900), 1451), ((1000, 2000, 800, 300), 1734), ((0, 0, 0, 0), 0),
])  # fmt: skip
def test_light_by_its_colours(world, board, counts, expected):
    sensor, chip = make("bh1745", board, world)
    chip.counts = counts
    assert sensor.read() == {"illuminance": expected}
    chip.counts = (65535, 2000, 800, 900)
    with pytest.raises(OSError, match="brighter"):
        sensor.read()
