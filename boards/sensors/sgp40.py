# Sensirion SGP40 (volatile organic compounds) by I2C. The raw signal alone: the VOC index is
# computed by Sensirion's own algorithm from a reading each second. The signal falls as there
# is more of the gas. The heater is on for a reading alone: 170 ms before it, as Sensirion's
# low-power mode does it.
# Current: 34 uA idle, 2.6 mA for 230 ms. Wiring: 3.3 V, SDA, SCL; it has one address.
import time

from boards.parts.sensirion import ask, send
from boards.sensors import within

BUS = "i2c"
OPTIONS: dict = {}

_ADDRESS = 0x59
_AIR = (0x8000, 0x6666)  # 50 %, 25 Cel: no compensation


class Sensor:
    QUANTITIES = {"voc_raw": ("1", 0, 65535)}

    def __init__(self, i2c):
        self._i2c = i2c

    def read(self) -> dict:
        """voc_raw: ticks, at 50 % humidity and 25 Cel."""
        try:
            ask(self._i2c, _ADDRESS, 0x260F, 1, 32, _AIR)
            time.sleep_ms(140)
            found = {"voc_raw": ask(self._i2c, _ADDRESS, 0x260F, 1, 32, _AIR)[0]}
        finally:
            send(self._i2c, _ADDRESS, 0x3615)  # heater off
        return within(found, self.QUANTITIES)
