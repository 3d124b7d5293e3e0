# Aosong AHT20, AHT21, AM2301B by I2C.
# Current: 0.25 uA idle, 320 uA for 80 ms. Wiring: 3.3 V, SDA, SCL; it has one address.
import time

from boards.parts.crc8 import crc8
from boards.sensors import within

BUS = "i2c"
OPTIONS: dict = {}

_ADDRESS = 0x38
_RESET = b"\xba"
_BUSY = 0x80
_CALIBRATED = 0x08


class Sensor:
    QUANTITIES = {"temperature": ("Cel", -40.01, 85.01), "humidity": ("%", 0, 100)}

    def __init__(self, i2c):
        self._i2c = i2c
        self._ready = False

    # Resets it before the first reading, and after one that failed.
    def _start(self):
        self._i2c.writeto(_ADDRESS, _RESET)
        time.sleep_ms(20)
        if not self._i2c.readfrom(_ADDRESS, 1)[0] & _CALIBRATED:
            self._i2c.writeto(_ADDRESS, b"\xbe\x08\x00")
            time.sleep_ms(10)

    def read(self) -> dict:
        """temperature in Cel, humidity in %."""
        if not self._ready:
            self._start()
        self._ready = False
        self._i2c.writeto(_ADDRESS, b"\xac\x33\x00")
        time.sleep_ms(80)
        raw = self._i2c.readfrom(_ADDRESS, 7)
        if raw[0] & _BUSY:
            raise OSError("aht20: no measurement within 80 ms")
        if not raw[0] & _CALIBRATED:
            raise OSError("aht20: it lost its power, or is broken")
        if crc8(raw[:6]) != raw[6]:
            raise OSError("aht20: wrong checksum")
        self._ready = True
        humidity = raw[1] << 12 | raw[2] << 4 | raw[3] >> 4
        temperature = (raw[3] & 15) << 16 | raw[4] << 8 | raw[5]
        found = {
            "temperature": round(temperature / 5242.88 - 50, 2),
            "humidity": round(humidity / 10485.76, 1),
        }
        return within(found, self.QUANTITIES)
