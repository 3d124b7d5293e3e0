# Sensirion SHT30, SHT31, SHT35 by I2C. One measurement at high repeatability, without clock
# stretching, and a checksum on each of the two values.
# Current: 0.2 uA idle, 0.6 mA for 15 ms. Wiring: 3.3 V, SDA, SCL; ADDR low 0x44, high 0x45.
import time

from boards.parts.crc8 import crc8
from boards.sensors import within

BUS = "i2c"
OPTIONS = {"address": (0x44, 0x45, 0x44)}


class Sensor:
    QUANTITIES = {"temperature": ("Cel", -40.01, 125.01), "humidity": ("%", 0, 100)}

    def __init__(self, i2c, address: int = 0x44):
        self._i2c = i2c
        self._address = address

    # Another program may have left it measuring periodically or heating; it takes the reset
    # only once it has stopped.
    def read(self) -> dict:
        """temperature in Cel, humidity in %."""
        for command, ms in (
            (b"\x30\x93", 1),  # stop
            (b"\x30\xa2", 2),  # reset
            (b"\x24\x00", 16),  # measure
        ):
            self._i2c.writeto(self._address, command)
            time.sleep_ms(ms)
        raw = self._i2c.readfrom(self._address, 6)
        found = {}
        if crc8(raw[:2]) == raw[2]:
            found["temperature"] = round(-45 + 175 * (raw[0] << 8 | raw[1]) / 65535, 2)
        if crc8(raw[3:5]) == raw[5]:
            found["humidity"] = round(100 * (raw[3] << 8 | raw[4]) / 65535, 1)
        if not found:
            raise OSError("sht3x: wrong checksum")
        return within(found, self.QUANTITIES)
