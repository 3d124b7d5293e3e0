# Silicon Labs Si7013, Si7020, Si7021, and HTU20D, HTU21D, SHT20, SHT21, by I2C. The heater stays
# off.
# Current: 0.1 uA idle, 0.15 mA for 80 ms. Wiring: 3.3 V, SDA, SCL; they have one address.
import time

from boards.parts.crc8 import crc8
from boards.sensors import within

BUS = "i2c"
OPTIONS: dict = {}

_ADDRESS = 0x40


class Sensor:
    QUANTITIES = {"temperature": ("Cel", -40.01, 125.01), "humidity": ("%", -0.01, 100.01)}

    def __init__(self, i2c):
        self._i2c = i2c

    def read(self) -> dict:
        """temperature in Cel, humidity in %."""
        self._i2c.writeto(_ADDRESS, b"\xfe")  # reset
        time.sleep_ms(16)
        found = {}
        raw = self._measure(b"\xf3", 90)
        if raw is not None:
            found["temperature"] = round(175.72 * raw / 65536 - 46.85, 2)
        raw = self._measure(b"\xf5", 30)
        if raw is not None:  # its line reaches beyond both ends
            found["humidity"] = round(min(100, max(0, 125 * raw / 65536 - 6)), 1)
        if not found:
            raise OSError("si7021: wrong checksum")
        return within(found, self.QUANTITIES)

    # Without stretching of the clock; the lowest two bits are the status.
    def _measure(self, command, ms):
        self._i2c.writeto(_ADDRESS, command)
        time.sleep_ms(ms)
        raw = self._i2c.readfrom(_ADDRESS, 3)
        return (raw[0] << 8 | raw[1]) & 0xFFFC if crc8(raw[:2], 0) == raw[2] else None
