# Sensirion SHT30, SHT31, SHT35 by I2C: one shot at high repeatability, without stretching
# the clock, and a checksum on each word.
import time

from boards.sensors import crc8, within

BUS = "i2c"
OPTIONS = {"address": (0x44, 0x45, 0x44)}


class Sensor:
    def __init__(self, i2c, address=0x44):
        self._i2c = i2c
        self._address = address

    def read(self):
        """temperature in Cel, humidity in %."""
        self._i2c.writeto(self._address, b"\x24\x00")
        time.sleep_ms(16)
        raw = self._i2c.readfrom(self._address, 6)
        if crc8(raw[:2]) != raw[2] or crc8(raw[3:5]) != raw[5]:
            raise OSError("sht3x: wrong checksum")
        temperature = round(-45 + 175 * (raw[0] << 8 | raw[1]) / 65535, 2)
        return {
            "temperature": within("temperature", temperature, -40, 125),
            "humidity": round(100 * (raw[3] << 8 | raw[4]) / 65535, 1),
        }
