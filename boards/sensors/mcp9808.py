# Microchip MCP9808 by I2C, to a quarter of a degree. It measures for a reading, then it sleeps.
# Current: 0.1 uA idle, 0.2 mA for 260 ms. Wiring: 3.3 V, SDA, SCL; A0 to A2 choose the address.
import time

from boards.parts.words import get, put
from boards.sensors import within

BUS = "i2c"
OPTIONS = {"address": (0x18, 0x1F, 0x18)}


class Sensor:
    QUANTITIES = {"temperature": ("Cel", -40.01, 125.01)}

    def __init__(self, i2c, address: int = 0x18):
        self._i2c = i2c
        self._address = address

    def read(self) -> dict:
        """temperature in Cel."""
        maker, part = get(self._i2c, self._address, 6), get(self._i2c, self._address, 7) >> 8
        if maker != 0x0054 or part != 4:
            raise OSError("mcp9808: another chip answers at 0x%02x" % self._address)
        self._i2c.writeto_mem(self._address, 8, b"\x03")  # to a 16th
        put(self._i2c, self._address, 1, 0)  # awake, and alerts off
        time.sleep_ms(260)
        raw = get(self._i2c, self._address, 5) & 0x1FFF
        put(self._i2c, self._address, 1, 0x0100)
        return within({"temperature": (raw - (raw >> 12 << 13)) / 16}, self.QUANTITIES)
