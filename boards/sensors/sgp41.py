# Sensirion SGP41 (volatile organic compounds, nitrogen oxides) by I2C. The raw signals alone: the
# indices are computed by Sensirion's own algorithm from a reading each second. voc_raw falls
# and nox_raw rises as there is more of the gas.
#
# It is conditioned once, for 9 s: for more than 10 s would damage it. After that it keeps its
# heater on, as the datasheet has it.
# Current: 34 uA idle, 3.2 mA once it is read. Wiring: 3.3 V, SDA, SCL; it has one address.
import time

from boards.parts.sensirion import ask, send
from boards.sensors import within

BUS = "i2c"
OPTIONS: dict = {}

_ADDRESS = 0x59
_AIR = (0x8000, 0x6666)  # 50 %, 25 Cel: no compensation


class Sensor:
    QUANTITIES = {"voc_raw": ("1", 0, 65535), "nox_raw": ("1", 0, 65535)}

    def __init__(self, i2c):
        self._i2c = i2c
        self._conditioned = False

    def start(self) -> int:
        """Condition it, if it was not; -> ms until it can measure."""
        if self._conditioned:
            return 0
        send(self._i2c, _ADDRESS, 0x3615, ms=2)  # heater off: another program may have begun
        send(self._i2c, _ADDRESS, 0x2612, _AIR)
        self._conditioned = True
        return 9000

    def read(self) -> dict:
        """voc_raw, nox_raw: ticks, at 50 % humidity and 25 Cel."""
        time.sleep_ms(self.start())
        self._conditioned = False
        try:
            voc, nox = ask(self._i2c, _ADDRESS, 0x2619, 2, 53, _AIR)
        except OSError:
            send(self._i2c, _ADDRESS, 0x3615)
            raise
        self._conditioned = True
        found = {"voc_raw": voc, "nox_raw": nox}
        return within({k: found[k] for k in found if found[k] is not None}, self.QUANTITIES)
