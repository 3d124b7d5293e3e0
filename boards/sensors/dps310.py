# Infineon DPS310, DPS368 by I2C. One measurement of each, the pressure 16 times.
# Current: 0.5 uA idle, 0.35 mA for 60 ms. Wiring: 3.3 V, SDA, SCL; SDO low 0x76, high 0x77.
import time

from boards.parts.words import signed
from boards.sensors import within

BUS = "i2c"
OPTIONS = {"address": (0x76, 0x77, 0x77)}

_ONCE = 524288  # the scale of a single measurement, and of the sum of 16
_SIXTEEN = 253952


class Sensor:
    QUANTITIES = {"temperature": ("Cel", -40, 85), "pressure": ("Pa", 30000, 120000)}

    def __init__(self, i2c, address: int = 0x77):
        self._i2c = i2c
        self._address = address

    def read(self) -> dict:
        """temperature in Cel, pressure in Pa."""
        if self._mem(0x0D, 1)[0] != 0x10:
            raise OSError("dps310: another chip answers at 0x%02x" % self._address)
        self._set(0x0C, 0x09)  # reset
        self._wait(0x08, 0xC0, 12)  # its start, and its calibration
        # Some are made with a wrong fuse and would give 60 Cel: so does Infineon's own library.
        for register, value in ((0x0E, 0xA5), (0x0F, 0x96), (0x62, 2), (0x0E, 0), (0x0F, 0)):
            self._set(register, value)
        c = self._calibration(self._mem(0x10, 18))
        # The calibration is for one of two thermometers.
        self._set(0x07, self._mem(0x28, 1)[0] & 0x80)
        self._set(0x06, 0x04)
        self._set(0x09, 0x04)  # the sum of 16 does not fit without a shift
        temperature = self._measure(0x02, 0x20, 0x03) / _ONCE
        pressure = self._measure(0x01, 0x10, 0x00) / _SIXTEEN
        found = {"temperature": round(c[0] / 2 + c[1] * temperature, 2)}
        found = within(found, self.QUANTITIES)
        p = c[2] + pressure * (c[3] + pressure * (c[6] + pressure * c[8]))
        p += temperature * (c[4] + pressure * (c[5] + pressure * c[7]))
        found["pressure"] = round(p, 1)
        return within(found, self.QUANTITIES)

    # c0, c1, c00, c10, c01, c11, c20, c21, c30
    def _calibration(self, b):
        found = [
            signed(b[0] << 4 | b[1] >> 4, 12),
            signed((b[1] & 15) << 8 | b[2], 12),
            signed(b[3] << 12 | b[4] << 4 | b[5] >> 4, 20),
            signed((b[5] & 15) << 16 | b[6] << 8 | b[7], 20),
        ]
        for at in range(8, 18, 2):
            found.append(signed(b[at] << 8 | b[at + 1]))
        if not any(found):
            raise OSError("dps310: no calibration")
        return found

    def _measure(self, command, ready, register):
        self._set(0x08, command)
        self._wait(0x08, ready, 12)
        raw = self._mem(register, 3)
        return signed(raw[0] << 16 | raw[1] << 8 | raw[2], 24)

    def _wait(self, register, bits, tries):
        for _ in range(tries):
            time.sleep_ms(10)
            if self._mem(register, 1)[0] & bits == bits:
                return
        raise OSError("dps310: no measurement within %d ms" % (10 * tries))

    def _set(self, register, value):
        self._i2c.writeto_mem(self._address, register, bytes((value,)))

    def _mem(self, register, n):
        return self._i2c.readfrom_mem(self._address, register, n)
