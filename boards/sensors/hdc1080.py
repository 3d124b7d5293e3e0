# TI HDC1080 by I2C. Both quantities to 14 bits, then it sleeps; the heater stays off.
# Current: 0.1 uA idle, 0.2 mA for 15 ms. Wiring: 3.3 V, SDA, SCL; it has one address.
import time

from boards.parts.words import get, put
from boards.sensors import within

BUS = "i2c"
OPTIONS: dict = {}

_ADDRESS = 0x40


class Sensor:
    QUANTITIES = {"temperature": ("Cel", -40, 125), "humidity": ("%", -0.01, 100)}

    def __init__(self, i2c):
        self._i2c = i2c

    def read(self) -> dict:
        """temperature in Cel, humidity in %."""
        if get(self._i2c, _ADDRESS, 0xFE) != 0x5449 or get(self._i2c, _ADDRESS, 0xFF) != 0x1050:
            raise OSError("hdc1080: another chip answers at 0x40")
        put(self._i2c, _ADDRESS, 2, 0x8000)  # reset
        time.sleep_ms(15)
        put(self._i2c, _ADDRESS, 2, 0x1000)
        self._i2c.writeto(_ADDRESS, b"\0")
        time.sleep_ms(20)
        raw = self._i2c.readfrom(_ADDRESS, 4)
        found = {
            "temperature": round((raw[0] << 8 | raw[1]) * 165 / 65536 - 40, 2),
            "humidity": round((raw[2] << 8 | raw[3]) * 100 / 65536, 1),
        }
        return within(found, self.QUANTITIES)
