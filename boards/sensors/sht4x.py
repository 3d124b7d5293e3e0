# Sensirion SHT40, SHT41, SHT45 by I2C. One measurement at high repeatability, without heating.
# Current: 0.1 uA idle, 0.35 mA for 9 ms. Wiring: 3.3 V, SDA, SCL; the address is the part's.
import time

from boards.parts.crc8 import crc8
from boards.sensors import within

BUS = "i2c"
OPTIONS = {"address": (0x44, 0x46, 0x44)}


class Sensor:
    QUANTITIES = {"temperature": ("Cel", -40.01, 125.01), "humidity": ("%", -0.01, 100.01)}

    def __init__(self, i2c, address: int = 0x44):
        self._i2c = i2c
        self._address = address

    def read(self) -> dict:
        """temperature in Cel, humidity in %."""
        self._i2c.writeto(self._address, b"\x94")  # reset: a heater that is on goes off
        time.sleep_ms(2)
        self._i2c.writeto(self._address, b"\xfd")
        time.sleep_ms(11)
        raw = self._i2c.readfrom(self._address, 6)
        found = {}
        if crc8(raw[:2]) == raw[2]:
            found["temperature"] = round(-45 + 175 * (raw[0] << 8 | raw[1]) / 65535, 2)
        if crc8(raw[3:5]) == raw[5]:
            # Its line reaches beyond both ends, where the datasheet cuts it off.
            humidity = -6 + 125 * (raw[3] << 8 | raw[4]) / 65535
            found["humidity"] = round(min(100, max(0, humidity)), 1)
        if not found:
            raise OSError("sht4x: wrong checksum")
        return within(found, self.QUANTITIES)
