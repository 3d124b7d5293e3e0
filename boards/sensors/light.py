# Rohm BH1750 by I2C: brightness as the eye sees it. One measurement at high resolution, then
# the chip sleeps.
import time

BUS = "i2c"
OPTIONS = {"address": (0x23, 0x5C, 0x23)}


class Sensor:
    def __init__(self, i2c, address=0x23):
        self._i2c = i2c
        self._address = address

    def read(self):
        """illuminance in lx."""
        self._i2c.writeto(self._address, b"\x20")
        time.sleep_ms(180)
        raw = self._i2c.readfrom(self._address, 2)
        return {"illuminance": round((raw[0] << 8 | raw[1]) / 1.2, 1)}
