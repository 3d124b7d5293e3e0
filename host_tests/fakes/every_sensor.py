"""Every driver with a chip and what it then reads: for CPython and the VM, as one list.

    for kind, bus, options, expected in rows(board, world): ...

A row sets its chip up in the world when it is asked for. The values are the datasheets' examples
where there are any; host_tests/unit/test_sensors*.py say which, and check the others.
"""
import air_chips
import chips
import other_chips
import sensirion_chips
import serial_chips
import vl53l0x
import word_chips
from boards import buses

GGA = b"$GPGGA,123519,4807.038,N,01131.000,E,1,08,0.9,545.4,M,46.9,M,,*47\r\n"
RMC = b"$GPRMC,123519,A,4807.038,N,01131.000,E,022.4,084.4,230394,003.1,W*6A\r\n"
ROM = bytes((0x28, 0xFF, 0x4B, 0x46, 0x7F, 0x03, 0x0E, 0x61))

# kind, address, chip, options, what is read
I2C = (
    ("ads1115", 0x48, word_chips.Ads1115, {},
     {"voltage_0": 1000, "voltage_1": 2000, "voltage_2": 500, "voltage_3": 3300}),
    ("aht20", 0x38, other_chips.Aht20, {}, {"temperature": 25, "humidity": 50}),
    ("as5600", 0x36, word_chips.As5600, {}, {"angle": 90}),
    ("bh1745", 0x38, word_chips.Bh1745, {}, {"illuminance": 1451}),
    ("bme280", 0x76, lambda: chips.Bme280(id=0x58), {},
     {"temperature": 25.08, "pressure": 100653}),
    ("bme680", 0x76, air_chips.Bme680, {},
     {"temperature": 23.03, "pressure": 99744, "humidity": 43.3, "gas": 250528}),
    ("bmp390", 0x77, air_chips.Bmp390, {}, {"temperature": 22.5, "pressure": 95500.4}),
    ("dps310", 0x77, air_chips.Dps310, {}, {"temperature": 27.33, "pressure": 96582.1}),
    ("hdc1080", 0x40, word_chips.Hdc1080, {}, {"temperature": 24.45, "humidity": 50}),
    ("hdc302x", 0x44, sensirion_chips.Hdc302x, {}, {"temperature": 25, "humidity": 50}),
    ("ina219", 0x40, word_chips.Ina219, {"shunt_mohm": 2},
     {"voltage": 11980, "current": 10000, "power": 119800}),
    ("ina226", 0x40, word_chips.Ina226, {"shunt_mohm": 2},
     {"voltage": 11980, "current": 10000, "power": 119800}),
    ("light", 0x23, lambda: other_chips.Bh1750(0x8390), {}, {"illuminance": 28066.7}),
    ("lm75", 0x48, word_chips.Lm75, {}, {"temperature": 25}),
    ("ltr390", 0x53, word_chips.Ltr390, {}, {"illuminance": 600, "uv_index": 2}),
    ("ltr559", 0x23, word_chips.Ltr559, {}, {"illuminance": 1995.48}),
    ("max17048", 0x36, word_chips.Max17048, {},
     {"voltage": 3900, "battery": 80.5, "charge_rate": -2.1}),
    ("mcp9808", 0x18, word_chips.Mcp9808, {}, {"temperature": 25.25}),
    ("opt3001", 0x44, word_chips.Opt3001, {}, {"illuminance": 2818.56}),
    ("scd30", 0x61, sensirion_chips.Scd30, {},
     {"co2": 439.1, "temperature": 27.24, "humidity": 48.81}),
    ("scd4x", 0x62, sensirion_chips.Scd4x, {}, {"co2": 500, "temperature": 25, "humidity": 37}),
    ("sen5x", 0x69, sensirion_chips.Sen5x, {},
     {"pm1": 2.1, "pm2_5": 3.5, "pm4": 4.2, "pm10": 5, "humidity": 45.12, "temperature": 21.9,
      "voc_index": 101, "nox_index": 1.2}),
    ("pmsa003i", 0x12, serial_chips.Pmsa003i, {"set": 10, "reset": 9},
     {"pm1": 8, "pm2_5": 13, "pm10": 15}),
    ("sgp30", 0x58, sensirion_chips.Sgp30, {}, {"h2_raw": 0x3400, "ethanol_raw": 0x4A00}),
    ("sgp40", 0x59, sensirion_chips.Sgp, {}, {"voc_raw": 30000}),
    ("sgp41", 0x59, sensirion_chips.Sgp, {}, {"voc_raw": 30000, "nox_raw": 16000}),
    ("sht3x", 0x44, other_chips.Sht3x, {}, {"temperature": 25, "humidity": 50}),
    ("sht4x", 0x44, sensirion_chips.Sht4x, {}, {"temperature": 25, "humidity": 56.5}),
    ("si7021", 0x40, word_chips.Si7021, {}, {"temperature": 24.69, "humidity": 32.3}),
    ("sps30", 0x69, sensirion_chips.Sps30, {}, {"pm1": 2.5, "pm2_5": 4, "pm4": 5, "pm10": 6}),
    ("tmp117", 0x48, word_chips.Tmp117, {}, {"temperature": 25}),
    ("tsl2591", 0x29, word_chips.Tsl2591, {}, {"illuminance": 918, "infrared": 100}),
    ("vl53l0x", 0x29, vl53l0x.Vl53l0x, {}, {"distance": 1234}),
    ("veml7700", 0x10, word_chips.Veml7700, {}, {"illuminance": 99.99}),
)  # fmt: skip
SPI = (
    ("max31855", serial_chips.Max31855, {"temperature": 25, "junction": 25}),
    ("max31865", serial_chips.Max31865, {"temperature": 0}),
    ("max6675", serial_chips.Max6675, {"temperature": 100}),
)
MODBUS = {"registers": {"moisture": {"register": 8, "kind": "input", "scale": 0.5, "unit": "%"}}}
UART = (
    ("gps", lambda: serial_chips.Periodic(RMC + GGA), {},
     {"latitude": 48.1173, "longitude": 11.516667, "altitude": 545.4, "speed": 11.52,
      "satellites": 8}),
    ("mhz19", serial_chips.Mhz19, {}, {"co2": 608}),
    ("modbus", lambda: serial_chips.ModbusDevice({(4, 8): 10}), MODBUS, {"moisture": 5}),
    ("pms5003", serial_chips.Pms5003, {}, {"pm1": 8, "pm2_5": 13, "pm10": 15}),
)  # fmt: skip
ADC = (
    ("battery", 1875, {}, {"voltage": 3750, "battery": 50}),
    ("microphone", 1650, {}, {"noise": 0}),
    ("ph", 1765, {"points": [[1500, 9], [2030, 4]]}, {"ph": 6.5}),
    ("soil", 2000, {"dry_mv": 2800, "wet_mv": 1200}, {"moisture": 50}),
    ("tds", 575, {"points": [[0, 0], [1150, 707]]}, {"tds": 353.5}),
    ("thermistor", 1650, {}, {"temperature": 25}),
    ("voltage", 1650, {"ratio": 2}, {"voltage": 3300}),
    ("wind_vane", 3300 * 2200 / 12200, {}, {"wind_direction": 135}),
)


def rows(board, world):
    """(kind, what its Sensor takes first, options, expected), one after the other."""
    i2c = board.i2c(4, 5)
    for kind, address, chip, options, expected in I2C:
        world.i2c = {address: chip()}
        yield kind, (i2c,), options, expected
    spi = buses.spi(sck=18, mosi=19, miso=16)
    cs = board.output(17, 1)
    for kind, chip, expected in SPI:
        world.spi = {17: chip()}
        options = {"reference": 400} if kind == "max31865" else {}
        yield kind, (spi, cs), options, expected
    uart = buses.uart(tx=8, rx=9)
    for kind, device, options, expected in UART:
        world.uart = {1: device()}
        yield kind, (uart,), options, expected
    for kind, millivolts, options, expected in ADC:
        yield kind, (lambda value=millivolts: value,), options, expected
    world.onewire = {ROM: other_chips.Ds18b20(0x0191)}
    yield "ds18b20", (board.onewire(6),), {"single": 1}, {"temperature": 25.0625}
    world.dht = (0x02, 0x33, 0xFF, 0xF7, 0x2B)
    yield "dht22", (board.input(7),), {}, {"temperature": -0.9, "humidity": 56.3}
    world.dht = (60, 0, 6, 0x83, 0xC5)
    yield "dht11", (board.input(7),), {}, {"temperature": -6.3, "humidity": 60}
    celsius = board.temperature()
    yield "cpu", (board,), {}, {"temperature": celsius}
    serial_chips.Hx711(world, 12, 13)
    yield "hx711", (board,), {"data": 12, "clock": 13}, {"counts": 0x123456}
    world.pulses = [-1, 5831, 5840]
    yield "hcsr04", (board,), {"trigger": 12, "echo": 13}, {"distance": 1002}
    level = [0]

    def toggle(timer):
        level[0] ^= 1
        world.edge(14, level[0])

    world.timers.append([50, world.now_ms + 50, toggle, level])
    yield "soil_frequency", (board.input(14, "down"),), {}, {"moisture": 50}
    world.timers = [timer for timer in world.timers if timer[3] is not level]
    world.edge(14, 1)
    yield "pulses", (board.input(14, "up"),), {}, {"pulses": 3}
    yield "button", (board.input(14, "up"),), {}, {"presses": 3}
    yield "rain_gauge", (board.input(14, "up"),), {}, {"rain": 0.8382}
    yield "anemometer", (board.input(14, "up"),), {}, {"wind_speed": 2}


def read(board, world, kind, first, options):
    """What the driver reads; those that count see three edges in a second before it."""
    from boards import sensors

    module = sensors.load(kind)
    sensor = module.Sensor(*first, **options)
    if "debounce_ms" in module.OPTIONS:
        for _ in range(3):
            world.edge(14, 0)
            world.edge(14, 1)
            world.time.sleep_ms(333 if _ < 2 else 334)
    return sensor.read()
