# TI INA219 (voltage, current and power of a supply up to 26 V) by I2C. One measurement, the mean
# of 128, then it sleeps. The voltage is that behind the shunt.
# Current: 6 uA idle, 0.7 mA for 140 ms. Wiring: 3.3 V, SDA, SCL; the shunt of `shunt_mohm` in the
# supply's line, IN+ at the source; A0 and A1 choose the address.
import time

from boards.parts.words import get, put, signed
from boards.sensors import within

BUS = "i2c"
OPTIONS = {"address": (0x40, 0x4F, 0x40), "shunt_mohm": (0.01, 100000, 100)}


class Sensor:
    QUANTITIES = {
        "voltage": ("mV", -1, 32001),
        "current": ("mA", -32000001, 32000001),
        "power": ("mW", -1e12, 1e12),
    }

    def __init__(self, i2c, address: int = 0x40, shunt_mohm: float = 100):
        self._i2c = i2c
        self._address = address
        self._shunt = shunt_mohm

    def read(self) -> dict:
        """voltage in mV, current in mA, power in mW."""
        put(self._i2c, self._address, 0, 0x8000)  # reset
        time.sleep_ms(1)
        put(self._i2c, self._address, 0, 0x3FFB)  # 32 V, 320 mV, 128 each, once
        for _ in range(10):
            time.sleep_ms(30)
            bus = get(self._i2c, self._address, 2)
            if bus & 2:
                break
        else:
            raise OSError("ina219: no measurement within 300 ms")
        put(self._i2c, self._address, 0, 0x3FF8)
        shunt = signed(get(self._i2c, self._address, 1))  # in 10 uV
        millivolts = (bus >> 3) * 4
        if abs(shunt) >= 32000:
            raise OSError("ina219: more current than its shunt is for")
        current = shunt * 10 / self._shunt
        found = {
            "voltage": millivolts,
            "current": round(current, 2),
            "power": round(current * millivolts / 1000, 2),
        }
        return within(found, self.QUANTITIES)
