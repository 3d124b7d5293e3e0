# Maxim MAX17048 (fuel gauge of one lithium cell) by I2C. It learns the cell by itself, so it is
# not reset; it is powered by the cell.
# Current: 23 uA. Wiring: SDA, SCL, the cell at CELL and VDD; it has one address.
from boards.parts.words import get, signed
from boards.sensors import within

BUS = "i2c"
OPTIONS: dict = {}

_ADDRESS = 0x36


class Sensor:
    QUANTITIES = {
        "voltage": ("mV", 2000, 5120),
        "battery": ("%", -1, 101),
        "charge_rate": ("%/h", -6815, 6815),
    }

    def __init__(self, i2c):
        self._i2c = i2c

    def read(self) -> dict:
        """voltage in mV, battery in %, charge_rate in %/h."""
        if get(self._i2c, _ADDRESS, 8) & 0xFFF0 != 0x0010:
            raise OSError("max17048: another chip answers at 0x36")
        found = {
            "voltage": round(get(self._i2c, _ADDRESS, 2) * 0.078125),
            # It may count some more than full.
            "battery": min(100, round(get(self._i2c, _ADDRESS, 4) / 256, 1)),
            "charge_rate": round(signed(get(self._i2c, _ADDRESS, 0x16)) * 0.208, 1),
        }
        return within(found, self.QUANTITIES)
