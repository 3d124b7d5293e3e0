# Bosch BME680, BME688 by I2C. One forced measurement, with its heater at 320 Cel for 150 ms.
#
# `gas` is the raw resistance, which falls as there is more of a gas; what Bosch makes an air
# quality of is not public. Read once a minute or less, it hardly warms the thermometer.
# Current: 0.15 uA idle, 12 mA for 200 ms. Wiring: 3.3 V, SDA, SCL; SDO low 0x76, high 0x77.
import time

from boards.sensors import within

BUS = "i2c"
OPTIONS = {"address": (0x76, 0x77, 0x76)}

_HEATER = 320  # Cel


class Sensor:
    QUANTITIES = {
        "temperature": ("Cel", -40, 85),
        "pressure": ("Pa", 30000, 110000),
        "humidity": ("%", 0, 100),
        "gas": ("Ohm", 0, 1e9),
    }

    def __init__(self, i2c, address: int = 0x76):
        self._i2c = i2c
        self._address = address
        self._chip: object = None
        self._air = 25  # Cel, at the last reading: the heater's setting depends on it

    def read(self) -> dict:
        """temperature in Cel, pressure in Pa, humidity in %, gas in Ohm."""
        try:
            if self._chip is None:
                from boards.parts.bme680_words import Chip

                self._set(0xE0, 0xB6)  # reset
                time.sleep_ms(10)
                self._chip = Chip(self._mem)
            return self._measure(self._chip)
        except OSError:
            self._chip = None
            raise

    def _measure(self, chip):
        self._set(0x72, 1)  # humidity once
        self._set(0x75, 0)  # no filter
        self._set(0x5A, chip.heater(_HEATER, self._air))
        self._set(0x64, 0x65)  # 37 times 4 ms
        self._set(0x70, 0)
        self._set(0x71, 0x20 if chip.is_688 else 0x10)
        self._set(0x74, 0x25)  # temperature and pressure once, forced
        for _ in range(20):
            time.sleep_ms(20)
            if self._mem(0x1D, 1)[0] & 0xE0 == 0x80:  # new, and none under way
                break
        else:
            raise OSError("bme680: no measurement within 400 ms")
        raw = self._mem(0x1F, 15)
        fine = chip.fine(raw[3] << 12 | raw[4] << 4 | raw[5] >> 4)
        self._air = (fine * 5 + 128 >> 8) / 100
        found = within({"temperature": self._air}, self.QUANTITIES)
        found["pressure"] = chip.pressure(raw[0] << 12 | raw[1] << 4 | raw[2] >> 4, fine)
        found["humidity"] = round(chip.humidity(raw[6] << 8 | raw[7], fine) / 1000, 1)
        high, low = raw[13:15] if chip.is_688 else raw[11:13]
        if low & 0x30 == 0x30:  # measured, and the heater was hot
            found["gas"] = chip.gas(high << 2 | low >> 6, low & 15)
        return within(found, self.QUANTITIES)

    def _set(self, register, value):
        self._i2c.writeto_mem(self._address, register, bytes((value,)))

    def _mem(self, register, n):
        return self._i2c.readfrom_mem(self._address, register, n)
