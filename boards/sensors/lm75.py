# NXP LM75A, LM75B, and TI TMP75 and others like them, by I2C. They have no number by which to know
# them: what answers at the address is taken for one.
# Current: 0.1 mA. Wiring: 3.3 V, SDA, SCL; A0 to A2 choose the address.
import time

from boards.parts.words import get, signed
from boards.sensors import within

BUS = "i2c"
OPTIONS = {"address": (0x48, 0x4F, 0x48)}


class Sensor:
    QUANTITIES = {"temperature": ("Cel", -55.01, 125.01)}

    def __init__(self, i2c, address: int = 0x48):
        self._i2c = i2c
        self._address = address

    def read(self) -> dict:
        """temperature in Cel."""
        if self._i2c.readfrom_mem(self._address, 1, 1) != b"\0":
            self._i2c.writeto_mem(self._address, 1, b"\0")  # awake
        time.sleep_ms(300)
        raw = signed(get(self._i2c, self._address, 0)) >> 5  # 11 bits; the lowest is an eighth
        return within({"temperature": raw / 8}, self.QUANTITIES)
