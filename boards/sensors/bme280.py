# Bosch BME280, and BMP280 (the same without humidity), by I2C. One forced measurement for
# each reading, so that the chip sleeps and does not warm itself. The compensation is the
# datasheet's in integers: a board's floats are too short for it. At 0 and 100 % its formula
# cuts off.
# Current: 0.1 uA idle, 0.7 mA for 10 ms. Wiring: 3.3 V, SDA, SCL; SDO low 0x76, high 0x77.
import time

from boards.sensors import within

BUS = "i2c"
OPTIONS = {"address": (0x76, 0x77, 0x76)}


class Sensor:
    QUANTITIES = {
        "temperature": ("Cel", -40, 85),
        "pressure": ("Pa", 30000, 110000),
        "humidity": ("%", 0, 100),
    }

    def __init__(self, i2c, address: int = 0x76):
        self._i2c = i2c
        self._address = address
        self._words: tuple = ()  # empty: the chip is to be reset and its calibration read
        self._humid: tuple = ()

    def read(self) -> dict:
        """temperature in Cel, pressure in Pa; a BME280 also humidity in %."""
        try:
            # Before the first reading and after one that failed, so that a sensor that is plugged
            # in later works, and another chip is not read with the words of the last.
            if not self._words:
                from boards.parts.bme280_start import start

                self._humid, self._words = start(self._mem, self._set, time.sleep_ms)
            return self._measure()
        except OSError:
            self._words = ()
            raise

    # What was not measured reads as 0x80000, but so does a valid value. The settings tell: a
    # chip that lost its power meanwhile has forgotten them.
    def _measure(self):
        if self._humid:
            self._set(0xF2, b"\x01")
        self._set(0xF4, b"\x25")  # each once, forced
        for _ in range(10):
            time.sleep_ms(10)
            humid, status, mode = self._mem(0xF2, 3)
            if not status & 8:
                break
        else:
            raise OSError("bme280: no measurement within 100 ms")
        if mode & 0xFC != 0x24 or self._humid and humid & 7 != 1:
            raise OSError("bme280: nothing was measured; it lost its power, or is broken")
        raw = self._mem(0xF7, 8 if self._humid else 6)
        fine = self._fine(raw[3] << 12 | raw[4] << 4 | raw[5] >> 4)
        # The others are computed from the temperature: without it there is none.
        found = within({"temperature": (fine * 5 + 128 >> 8) / 100}, self.QUANTITIES)
        found["pressure"] = self._pressure(raw[0] << 12 | raw[1] << 4 | raw[2] >> 4, fine)
        if self._humid:
            found["humidity"] = round(self._humidity(raw[6] << 8 | raw[7], fine) / 1024, 1)
        return within(found, self.QUANTITIES)

    def _set(self, register, value):
        self._i2c.writeto_mem(self._address, register, value)

    def _mem(self, register, n):
        return self._i2c.readfrom_mem(self._address, register, n)

    def _fine(self, raw):
        t1, t2, t3 = self._words[:3]
        a = ((raw >> 3) - (t1 << 1)) * t2 >> 11
        b = (raw >> 4) - t1
        return a + ((b * b >> 12) * t3 >> 14)

    def _pressure(self, raw, fine):
        _, _, _, p1, p2, p3, p4, p5, p6, p7, p8, p9 = self._words
        a = fine - 128000
        b = a * a * p6 + (a * p5 << 17) + (p4 << 35)
        a = (a * a * p3 >> 8) + (a * p2 << 12)
        a = ((1 << 47) + a) * p1 >> 33
        if not a:
            return 0  # as the datasheet does it
        p = (((1048576 - raw) << 31) - b) * 3125 // a
        a = p9 * (p >> 13) * (p >> 13) >> 25
        b = p8 * p >> 19
        return ((p + a + b >> 8) + (p7 << 4)) >> 8

    # In 1024ths of a percent.
    def _humidity(self, raw, fine):
        h1, h2, h3, h4, h5, h6 = self._humid
        v = fine - 76800
        a = (raw << 14) - (h4 << 20) - h5 * v + 16384 >> 15
        b = (v * h6 >> 10) * ((v * h3 >> 11) + 32768) >> 10
        v = a * ((b + 2097152) * h2 + 8192 >> 14)
        v -= ((v >> 15) * (v >> 15) >> 7) * h1 >> 4
        return min(max(v, 0), 419430400) >> 12
