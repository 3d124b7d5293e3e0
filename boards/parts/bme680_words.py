# The calibration of a BME680 or BME688, and the formulas of its datasheet (3.3, 3.4), those of
# climate in integers: a board's floats are too short for them.
from struct import unpack

_K1 = (0, 0, 0, 0, 0, -1, 0, -0.8, 0, 0, -0.2, -0.5, 0, -1, 0, 0)
_K2 = (0, 0, 0, 0, 0.1, 0.7, 0, -0.8, -0.1, 0, 0, 0, 0, 0, 0, 0)


class Chip:
    # read(register, n) -> bytes
    def __init__(self, read):
        if read(0xD0, 1)[0] != 0x61:
            raise OSError("bme680: another chip answers at its address")
        self.is_688 = read(0xF0, 1)[0] == 1
        a = read(0x8A, 23)
        b = read(0xE1, 14)
        self._t2, self._t3 = unpack("<hb", a[0:3])
        self._t1 = b[8] | b[9] << 8
        p1, p2, p3 = unpack("<Hhb", a[4:9])
        p4, p5, p7, p6 = unpack("<hhbb", a[10:16])
        p8, p9, p10 = unpack("<hhB", a[18:23])
        self._p = (p1, p2, p3, p4, p5, p6, p7, p8, p9, p10)
        h1 = b[2] << 4 | b[1] & 15
        h2 = b[0] << 4 | b[1] >> 4
        self._h = (h1, h2) + unpack("<bbbBb", b[3:8])
        self._g2, self._g1, self._g3 = unpack("<hbb", b[10:14])
        self._heat = unpack("<b", read(0x00, 1))[0]
        self._heat_range = read(0x02, 1)[0] >> 4 & 3
        self._error = unpack("<b", read(0x04, 1))[0] >> 4
        if not self._t1 or not p1:
            raise OSError("bme680: no calibration")

    def fine(self, raw: int) -> int:
        """The temperature, in 5120ths of a degree."""
        a = (raw >> 3) - (self._t1 << 1)
        b = (a >> 1) * (a >> 1) >> 12
        return (a * self._t2 >> 11) + (b * (self._t3 << 4) >> 14)

    def pressure(self, raw: int, fine: int) -> int:
        """Pa."""
        p1, p2, p3, p4, p5, p6, p7, p8, p9, p10 = self._p
        a = (fine >> 1) - 64000
        square = (a >> 2) * (a >> 2)
        b = ((square >> 11) * p6 >> 2) + (a * p5 << 1)
        b = (b >> 2) + (p4 << 16)
        a = ((square >> 13) * (p3 << 5) >> 3) + (p2 * a >> 1) >> 18
        a = (32768 + a) * p1 >> 15
        if not a:
            return 0
        p = (1048576 - raw - (b >> 12)) * 3125 * 2 // a
        a = p9 * ((p >> 3) * (p >> 3) >> 13) >> 12
        b = (p >> 2) * p8 >> 13
        c = (p >> 8) * (p >> 8) * (p >> 8) * p10 >> 17
        return p + (a + b + c + (p7 << 7) >> 4)

    def humidity(self, raw: int, fine: int) -> int:
        """Thousandths of a percent."""
        h1, h2, h3, h4, h5, h6, h7 = self._h
        t = fine * 5 + 128 >> 8  # in hundredths
        a = raw - (h1 << 4) - (t * h3 // 100 >> 1)
        b = t * h4 // 100 + ((t * (t * h5 // 100) >> 6) // 100) + 16384
        c = a * (h2 * b >> 10)
        d = (h6 << 7) + t * h7 // 100 >> 4
        e = ((c >> 14) * (c >> 14) >> 10) * d >> 1
        return min(max((c + e >> 10) * 1000 >> 12, 0), 100000)

    def heater(self, celsius: int, air: float) -> int:
        """The setting for a temperature of the heater."""
        a = self._g1 / 16 + 49
        b = self._g2 / 32768 * 0.0005 + 0.00235
        c = a * (1 + b * celsius) + self._g3 / 1024 * air
        heat = c * (4 / (4 + self._heat_range)) / (1 + self._heat * 0.002)
        return min(255, max(0, int(3.4 * (heat - 25))))

    def gas(self, raw: int, span: int) -> int:
        """Ohm."""
        if self.is_688:
            return round(1e6 * (262144 >> span) / (4096 + 3 * (raw - 512)))
        a = (1340 + 5 * self._error) * (1 + _K1[span] / 100)
        ohms = 8e6 / ((1 + _K2[span] / 100) * (1 << span) * ((raw - 512) / a + 1))
        return round(ohms)
