# Lite-On LTR-559 (light) by I2C. One measurement of 100 ms at gain 1, then it sleeps.
# Current: 5 uA idle, 0.22 mA for 0.2 s. Wiring: 3.3 V, SDA, SCL; it has one address.
import time

from boards.sensors import within

BUS = "i2c"
OPTIONS: dict = {}

_ADDRESS = 0x23
# By how much of the light is infrared, in hundredths: what a count of each channel is worth, in
# 10000ths of a lx (the appendix of the datasheet).
_FACTORS = ((45, 17743, 11059), (64, 42785, -19548), (85, 5926, 1185))


class Sensor:
    QUANTITIES = {"illuminance": ("lx", -0.01, 64001)}

    def __init__(self, i2c):
        self._i2c = i2c

    def read(self) -> dict:
        """illuminance in lx."""
        if self._i2c.readfrom_mem(_ADDRESS, 0x86, 1)[0] >> 4 != 9:
            raise OSError("ltr559: another chip answers at 0x23")
        self._set(0x80, 0x02)  # reset
        time.sleep_ms(10)
        self._set(0x85, 0x01)  # 100 ms, each 100 ms
        self._set(0x80, 0x01)
        for _ in range(5):
            time.sleep_ms(60)
            status = self._i2c.readfrom_mem(_ADDRESS, 0x8C, 1)[0]
            if status & 0x84 == 0x04:  # new, and valid
                break
        else:
            raise OSError("ltr559: no measurement within 300 ms")
        raw = self._i2c.readfrom_mem(_ADDRESS, 0x88, 4)
        self._set(0x80, 0)
        infrared, both = raw[1] << 8 | raw[0], raw[3] << 8 | raw[2]
        if max(infrared, both) == 65535:
            raise OSError("ltr559: brighter than it can measure")
        lux = 0
        for most, factor, factor_infrared in _FACTORS:
            if 100 * infrared < most * (both + infrared):
                lux = (both * factor + infrared * factor_infrared) / 10000
                break
        return within({"illuminance": round(lux, 2)}, self.QUANTITIES)

    def _set(self, register, value):
        self._i2c.writeto_mem(_ADDRESS, register, bytes((value,)))
