# Sensirion SGP30 (gases) by I2C. The raw signals alone: what the chip makes of them (TVOC,
# CO2 equivalent) needs a reading each second. A signal falls as there is more of the gas.
# Current: 48 mA while it heats. Wiring: 1.8 V, so by a module's regulator; SDA, SCL; one address.
from boards.parts.sensirion import ask, send
from boards.sensors import within

BUS = "i2c"
OPTIONS: dict = {}

_ADDRESS = 0x58


class Sensor:
    QUANTITIES = {"h2_raw": ("1", 0, 65535), "ethanol_raw": ("1", 0, 65535)}

    def __init__(self, i2c):
        self._i2c = i2c
        self._started = False

    def read(self) -> dict:
        """h2_raw, ethanol_raw: ticks; their logarithm is that of the concentration."""
        if not self._started:
            send(self._i2c, _ADDRESS, 0x2003, ms=12)  # it starts to heat
        self._started = False
        h2, ethanol = ask(self._i2c, _ADDRESS, 0x2050, 2, 28)
        self._started = True
        found = {"h2_raw": h2, "ethanol_raw": ethanol}
        return within({k: found[k] for k in found if found[k] is not None}, self.QUANTITIES)
