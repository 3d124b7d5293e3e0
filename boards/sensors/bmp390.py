# Bosch BMP388, BMP390 by I2C. One forced measurement, pressure eight times; the compensation is
# that of the datasheet in Bosch's integer form.
# Current: 2 uA idle, 0.7 mA for 30 ms. Wiring: 3.3 V, SDA, SCL; SDO low 0x76, high 0x77.
import time
from struct import unpack

from boards.sensors import within

BUS = "i2c"
OPTIONS = {"address": (0x76, 0x77, 0x77)}


class Sensor:
    QUANTITIES = {"temperature": ("Cel", -40, 85), "pressure": ("Pa", 30000, 125000)}

    def __init__(self, i2c, address: int = 0x77):
        self._i2c = i2c
        self._address = address

    def read(self) -> dict:
        """temperature in Cel, pressure in Pa."""
        if self._mem(0x00, 1)[0] not in (0x50, 0x60):
            raise OSError("bmp390: another chip answers at 0x%02x" % self._address)
        self._set(0x7E, 0xB6)  # reset
        time.sleep_ms(10)
        words = unpack("<HHbhhbbHHbbhbb", self._mem(0x31, 21))
        if not words[0] or not words[1]:
            raise OSError("bmp390: no calibration")
        self._set(0x1C, 0x03)  # pressure 8 times, temperature once
        self._set(0x1B, 0x13)  # both, forced
        for _ in range(10):
            time.sleep_ms(10)
            if self._mem(0x03, 1)[0] & 0x60 == 0x60:
                break
        else:
            raise OSError("bmp390: no measurement within 100 ms")
        raw = self._mem(0x04, 6)
        fine = self._fine(words, raw[5] << 16 | raw[4] << 8 | raw[3])
        found = within({"temperature": (fine * 25 >> 14) / 100}, self.QUANTITIES)
        pressure = self._pressure(words, fine, raw[2] << 16 | raw[1] << 8 | raw[0])
        found["pressure"] = round(pressure / 100, 1)
        return within(found, self.QUANTITIES)

    def _set(self, register, value):
        self._i2c.writeto_mem(self._address, register, bytes((value,)))

    def _mem(self, register, n):
        return self._i2c.readfrom_mem(self._address, register, n)

    def _fine(self, words, raw):
        t1, t2, t3 = words[:3]
        a = raw - (t1 << 8)
        return (t2 * a << 18) + a * a * t3 >> 32

    # In hundredths.
    def _pressure(self, words, fine, raw):
        p1, p2, p3, p4, p5, p6, p7, p8, p9, p10, p11 = words[3:]
        square = fine * fine
        cube = (square >> 6) * fine >> 8
        offset = (p5 << 47) + (p8 * cube >> 5) + (p7 * square << 4) + (p6 * fine << 22)
        slope = (
            (p1 - 16384 << 46)
            + (p4 * cube >> 5)
            + (p3 * square << 2)
            + ((p2 - 16384) * fine << 21)
        )
        a = (slope >> 24) * raw
        b = (p10 * fine + (p9 << 16)) * raw >> 13
        c = (raw * (b // 10) >> 9) * 10
        d = (p11 * raw * raw >> 16) * raw >> 7
        return ((offset >> 2) + a + c + d) * 25 >> 40
