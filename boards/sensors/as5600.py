# ams AS5600 (the angle of a magnet) by I2C: a wind vane, a knob, a valve.
# Current: 6.5 mA. Wiring: 3.3 V at both VDD pins, SDA, SCL, a magnet 0.5 to 3 mm above it.
from boards.sensors import within

BUS = "i2c"
OPTIONS: dict = {}

_ADDRESS = 0x36


class Sensor:
    QUANTITIES = {"angle": ("deg", -0.01, 360)}

    def __init__(self, i2c):
        self._i2c = i2c

    # The raw angle, which no setting of another program changes.
    def read(self) -> dict:
        """angle in deg."""
        status = self._i2c.readfrom_mem(_ADDRESS, 0x0B, 1)[0]
        if not status & 0x20:
            raise OSError("as5600: no magnet, or it is too far away")
        raw = self._i2c.readfrom_mem(_ADDRESS, 0x0C, 2)
        angle = (raw[0] & 15) << 8 | raw[1]
        return within({"angle": round(angle * 360 / 4096, 1)}, self.QUANTITIES)
