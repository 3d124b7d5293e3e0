# Rohm BH1750 by I2C: brightness as the eye sees it, up to 54612 lx. One measurement at high
# resolution, then the chip sleeps.
import time

BUS = "i2c"
OPTIONS = {"address": (0x23, 0x5C, 0x23)}


class Sensor:
    def __init__(self, i2c, address: int = 0x23):
        self._i2c = i2c
        self._address = address

    # The measurement time may be another program's: 69 again, its default, in two parts.
    def read(self) -> dict:
        """illuminance in lx."""
        for command in (b"\x01", b"\x42", b"\x65", b"\x20"):  # power on, time, time, measure
            self._i2c.writeto(self._address, command)
        time.sleep_ms(180)
        raw = self._i2c.readfrom(self._address, 2)
        counts = raw[0] << 8 | raw[1]
        if counts == 65535:
            raise OSError("light: brighter than it can measure, or no measurement")
        return {"illuminance": round(counts / 1.2, 1)}
