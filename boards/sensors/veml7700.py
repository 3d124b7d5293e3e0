# Vishay VEML7700 (light as the eye sees it) by I2C. It is measured at the lowest gain, and once
# more at the highest when it is dark. Bright light is corrected as Vishay's application note
# says.
# Current: 0.5 uA idle, 45 uA for 0.3 s. Wiring: 3.3 V, SDA, SCL; it has one address.
import time

from boards.sensors import within

BUS = "i2c"
OPTIONS: dict = {}

_ADDRESS = 0x10
_DARK = 100  # counts


class Sensor:
    QUANTITIES = {"illuminance": ("lx", -0.01, 140000)}

    def __init__(self, i2c):
        self._i2c = i2c

    def read(self) -> dict:
        """illuminance in lx."""
        counts = self._measure(0x1000)
        lux = counts * 0.5376
        if counts <= _DARK:
            lux = self._measure(0x0800) * 0.0336
        self._set(1)
        if counts == 65535:
            raise OSError("veml7700: brighter than it can measure")
        if lux > 1000:
            lux = (((6.0135e-13 * lux - 9.3924e-9) * lux + 8.1488e-5) * lux + 1.0023) * lux
        return within({"illuminance": round(lux, 2)}, self.QUANTITIES)

    # In 100 ms, at a gain: 0x1000 is an 8th, 0x0800 is 2.
    def _measure(self, gain):
        self._set(gain | 1)  # off, so that the next measurement is of this gain
        self._set(gain)
        time.sleep_ms(150)
        raw = self._i2c.readfrom_mem(_ADDRESS, 4, 2)
        return raw[1] << 8 | raw[0]

    def _set(self, config):
        self._i2c.writeto_mem(_ADDRESS, 0, bytes((config & 0xFF, config >> 8)))
