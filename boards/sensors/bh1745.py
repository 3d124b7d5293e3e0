# Rohm BH1745 (light, by its colours) by I2C, such as on Pimoroni's Enviro Indoor. One measurement
# of 160 ms at gain 1, then it sleeps.
# Current: 0.8 uA idle, 0.13 mA for 0.2 s. Wiring: 3.3 V, SDA, SCL; ADDR low 0x38, high 0x39.
import time

from boards.sensors import within

BUS = "i2c"
OPTIONS = {"address": (0x38, 0x39, 0x38)}


class Sensor:
    QUANTITIES = {"illuminance": ("lx", -0.01, 64000)}

    def __init__(self, i2c, address: int = 0x38):
        self._i2c = i2c
        self._address = address

    def read(self) -> dict:
        """illuminance in lx."""
        if self._i2c.readfrom_mem(self._address, 0x40, 1)[0] & 0x3F != 0x0B:
            raise OSError("bh1745: another chip answers at 0x%X" % self._address)
        self._set(0x40, 0x80)  # reset
        time.sleep_ms(10)
        self._set(0x41, 0x00)  # 160 ms
        self._set(0x44, 0x02)  # as the datasheet asks for
        self._set(0x42, 0x10)
        for _ in range(6):
            time.sleep_ms(60)
            if self._i2c.readfrom_mem(self._address, 0x42, 1)[0] & 0x80:  # new
                break
        else:
            raise OSError("bh1745: no measurement within 360 ms")
        raw = self._i2c.readfrom_mem(self._address, 0x50, 8)
        self._set(0x42, 0)
        red, green, _, clear = [raw[i] | raw[i + 1] << 8 for i in range(0, 8, 2)]
        if max(red, green, clear) == 65535:
            raise OSError("bh1745: brighter than it can measure")
        # Rohm's formula: lamps with much infrared, and others.
        if clear < 0.16 * green:
            lux = 0.202 * red + 0.766 * green
        else:
            lux = 0.159 * red + 0.646 * green
        return within({"illuminance": round(lux, 1)}, self.QUANTITIES)

    def _set(self, register, value):
        self._i2c.writeto_mem(self._address, register, bytes((value,)))
