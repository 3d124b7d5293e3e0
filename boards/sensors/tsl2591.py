# ams TSL2591 (light and infrared) by I2C. 100 ms at medium gain, and once more at the lowest when
# it is bright. The datasheet has no formula for lux; this is the usual one, for open air.
# Current: 2.3 uA idle, 0.28 mA for 0.2 s. Wiring: 3.3 V, SDA, SCL; it has one address.
import time

from boards.sensors import within

BUS = "i2c"
OPTIONS: dict = {}

_ADDRESS = 0x29
_COMMAND = 0xA0
_FULL = 36863  # counts in 100 ms
_GAINS = ((25, 0x10), (1, 0x00))


class Sensor:
    QUANTITIES = {"illuminance": ("lx", -0.01, 88001), "infrared": ("1", -1, 36863)}

    def __init__(self, i2c):
        self._i2c = i2c

    def read(self) -> dict:
        """illuminance in lx, infrared in counts at gain 1."""
        if self._get(0x12, 1)[0] != 0x50:
            raise OSError("tsl2591: another chip answers at 0x29")
        try:
            for gain, control in _GAINS:
                full, infrared = self._measure(control)
                if max(full, infrared) < _FULL:
                    return self._values(full, infrared, gain)
            raise OSError("tsl2591: brighter than it can measure")
        finally:
            self._set(0x00, 0)

    def _measure(self, control):
        self._set(0x00, 0)
        self._set(0x01, control)
        self._set(0x00, 3)
        time.sleep_ms(120)
        if not self._get(0x13, 1)[0] & 1:
            raise OSError("tsl2591: no measurement within 120 ms")
        raw = self._get(0x14, 4)
        return raw[1] << 8 | raw[0], raw[3] << 8 | raw[2]

    def _values(self, full, infrared, gain):
        lux = 0
        if full > infrared:
            lux = (full - infrared) * (1 - infrared / full) * 408 / (100 * gain)
        found = {"illuminance": round(lux, 2), "infrared": round(infrared / gain, 1)}
        return within(found, self.QUANTITIES)

    def _get(self, register, n):
        return self._i2c.readfrom_mem(_ADDRESS, _COMMAND | register, n)

    def _set(self, register, value):
        self._i2c.writeto_mem(_ADDRESS, _COMMAND | register, bytes((value,)))
