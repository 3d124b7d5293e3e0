# TI OPT3001 (light as the eye sees it) by I2C. One measurement of 800 ms in the range that
# it chooses itself, then it sleeps.
# Current: 0.3 uA idle, 1.8 uA for 0.9 s. Wiring: 3.3 V, SDA, SCL; ADDR chooses 0x44 to 0x47.
import time

from boards.parts.words import get, put
from boards.sensors import within

BUS = "i2c"
OPTIONS = {"address": (0x44, 0x47, 0x44)}


class Sensor:
    QUANTITIES = {"illuminance": ("lx", -0.01, 83866)}

    def __init__(self, i2c, address: int = 0x44):
        self._i2c = i2c
        self._address = address

    def read(self) -> dict:
        """illuminance in lx."""
        if get(self._i2c, self._address, 0x7F) != 0x3001:
            raise OSError("opt3001: another chip answers at 0x%02x" % self._address)
        put(self._i2c, self._address, 1, 0xCA10)
        for _ in range(11):
            time.sleep_ms(90)
            config = get(self._i2c, self._address, 1)
            if config & 0x0080:
                break
        else:
            raise OSError("opt3001: no measurement within 1 s")
        if config & 0x0100:
            raise OSError("opt3001: brighter than it can measure")
        raw = get(self._i2c, self._address, 0)
        lux = (raw & 0x0FFF) * (1 << (raw >> 12)) / 100
        return within({"illuminance": lux}, self.QUANTITIES)
