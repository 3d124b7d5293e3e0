# TI TMP117 by I2C, to a tenth of a degree. One measurement, the mean of eight, then it sleeps.
# Current: 0.15 uA idle, 0.14 mA for 125 ms. Wiring: 3.3 V, SDA, SCL; ADD0 chooses the address.
import time

from boards.parts.words import get, put, signed
from boards.sensors import within

BUS = "i2c"
OPTIONS = {"address": (0x48, 0x4B, 0x48)}


class Sensor:
    QUANTITIES = {"temperature": ("Cel", -55.01, 150.01)}

    def __init__(self, i2c, address: int = 0x48):
        self._i2c = i2c
        self._address = address

    def read(self) -> dict:
        """temperature in Cel."""
        if get(self._i2c, self._address, 15) & 0x0FFF != 0x117:
            raise OSError("tmp117: another chip answers at 0x%02x" % self._address)
        put(self._i2c, self._address, 1, 0x0002)  # reset
        time.sleep_ms(3)
        put(self._i2c, self._address, 1, 0x0C20)
        for _ in range(10):
            time.sleep_ms(20)
            if get(self._i2c, self._address, 1) & 0x2000:
                break
        else:
            raise OSError("tmp117: no measurement within 200 ms")
        raw = signed(get(self._i2c, self._address, 0))
        return within({"temperature": round(raw / 128, 3)}, self.QUANTITIES)
