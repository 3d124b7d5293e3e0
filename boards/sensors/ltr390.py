# Lite-On LTR390 (light and ultraviolet) by I2C. One measurement of each, then it sleeps.
# Current: 1 uA idle, 0.11 mA for 0.7 s. Wiring: 3.3 V, SDA, SCL; it has one address.
import time

from boards.sensors import within

BUS = "i2c"
OPTIONS: dict = {}

_ADDRESS = 0x53


class Sensor:
    QUANTITIES = {"illuminance": ("lx", -0.01, 157300), "uv_index": ("1", -0.01, 30)}

    def __init__(self, i2c):
        self._i2c = i2c

    def read(self) -> dict:
        """illuminance in lx, uv_index."""
        if self._i2c.readfrom_mem(_ADDRESS, 6, 1)[0] >> 4 != 0xB:
            raise OSError("ltr390: another chip answers at 0x53")
        try:
            # Gain 1 and 18 bits in 100 ms: 0.6 lx a count. Gain 18 and 20 bits in 400 ms, as the
            # datasheet has it for the index: 2300 counts each.
            light = self._measure(0x02, 0x22, 0, 0x0D, 130)
            ultraviolet = self._measure(0x0A, 0x04, 4, 0x10, 450)
        finally:
            self._set(0, 0)
        found = {"illuminance": round(light * 0.6, 1), "uv_index": round(ultraviolet / 2300, 2)}
        if light >= 0x3FFFF:
            found.pop("illuminance")  # brighter than it can measure
        return within(found, self.QUANTITIES)

    def _measure(self, mode, rate, gain, register, ms):
        self._set(0, 0)
        self._set(4, rate)
        self._set(5, gain)
        self._i2c.readfrom_mem(_ADDRESS, 7, 1)  # which clears "new data"
        self._set(0, mode)
        for _ in range(5):
            time.sleep_ms(ms)
            if self._i2c.readfrom_mem(_ADDRESS, 7, 1)[0] & 8:
                break
        else:
            raise OSError("ltr390: no measurement")
        raw = self._i2c.readfrom_mem(_ADDRESS, register, 3)
        return (raw[2] & 15) << 16 | raw[1] << 8 | raw[0]

    def _set(self, register, value):
        self._i2c.writeto_mem(_ADDRESS, register, bytes((value,)))
