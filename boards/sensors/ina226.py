# TI INA226 (voltage, current and power of a supply up to 36 V) by I2C. One measurement, the mean
# of 64, then it sleeps.
# Current: 0.5 uA idle, 0.33 mA for 150 ms. Wiring: 3.3 V, SDA, SCL; the shunt of `shunt_mohm` in
# the supply's line, IN+ at the source, VBUS at the load; A0 and A1 choose the address.
import time

from boards.parts.words import get, put, signed
from boards.sensors import within

BUS = "i2c"
OPTIONS = {"address": (0x40, 0x4F, 0x40), "shunt_mohm": (0.01, 100000, 100)}


class Sensor:
    QUANTITIES = {
        "voltage": ("mV", -1, 36001),
        "current": ("mA", -8192001, 8192001),
        "power": ("mW", -1e12, 1e12),
    }

    def __init__(self, i2c, address: int = 0x40, shunt_mohm: float = 100):
        self._i2c = i2c
        self._address = address
        self._shunt = shunt_mohm

    def read(self) -> dict:
        """voltage in mV, current in mA, power in mW."""
        if get(self._i2c, self._address, 0xFE) != 0x5449:
            raise OSError("ina226: another chip answers at 0x%02x" % self._address)
        put(self._i2c, self._address, 0, 0x8000)  # reset
        time.sleep_ms(1)
        put(self._i2c, self._address, 0, 0x4723)  # 64 of 1.1 ms each, once
        for _ in range(10):
            time.sleep_ms(30)
            if get(self._i2c, self._address, 6) & 8:
                break
        else:
            raise OSError("ina226: no measurement within 300 ms")
        shunt = signed(get(self._i2c, self._address, 1))  # in 2.5 uV
        if shunt in (32767, -32768):
            raise OSError("ina226: more current than its shunt is for")
        millivolts = get(self._i2c, self._address, 2) * 1.25
        current = shunt * 2.5 / self._shunt
        found = {
            "voltage": millivolts,
            "current": round(current, 2),
            "power": round(current * millivolts / 1000, 2),
        }
        return within(found, self.QUANTITIES)
