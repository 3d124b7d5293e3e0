# Rohm BH1750 (light as the eye sees it) by I2C. One measurement at high resolution, then the chip
# sleeps.
# Current: 0.01 uA idle, 0.12 mA for 180 ms. Wiring: 3.3 V, SDA, SCL; ADDR low 0x23, high 0x5C.
import time

BUS = "i2c"
OPTIONS = {"address": (0x23, 0x5C, 0x23)}


class Sensor:
    QUANTITIES = {"illuminance": ("lx", -1, 54613)}

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
