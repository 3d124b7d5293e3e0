# Sensirion SCD40, SCD41 (CO2) by I2C. It measures every 5 s by itself. After its first start
# it needs some days with fresh air before its own calibration holds.
# Current: 18 mA, peaks of 205 mA. Wiring: 3.3 or 5 V, SDA, SCL; it has one address.
import time

from boards.parts.sensirion import ask, send
from boards.sensors import within

BUS = "i2c"
OPTIONS: dict = {}
WARMUP_MS = 1000

_ADDRESS = 0x62


class Sensor:
    QUANTITIES = {
        "co2": ("[ppm]", 0, 40001),
        "temperature": ("Cel", -10.01, 60.01),
        "humidity": ("%", -0.01, 100.01),
    }

    def __init__(self, i2c):
        self._i2c = i2c
        self._started = False

    def start(self) -> int:
        """Start it, if it was not; -> ms until it has measured."""
        if self._started:
            return 0
        send(self._i2c, _ADDRESS, 0x3F86, ms=500)  # stop: it takes nothing else while it measures
        send(self._i2c, _ADDRESS, 0x3646, ms=30)  # what is in its EEPROM, in place of another's
        send(self._i2c, _ADDRESS, 0x21B1)
        self._started = True
        return 5100

    def read(self) -> dict:
        """co2 in ppm, temperature in Cel, humidity in %."""
        time.sleep_ms(self.start())
        self._started = False
        for _ in range(6):
            if (ask(self._i2c, _ADDRESS, 0xE4B8, 1, 3)[0] or 0) & 0x7FF:
                break
            time.sleep_ms(1000)
        else:
            raise OSError("scd4x: no measurement within 5 s")
        co2, temperature, humidity = ask(self._i2c, _ADDRESS, 0xEC05, 3, 3)
        self._started = True
        found = {}
        if co2 is not None:
            found["co2"] = co2
        if temperature is not None:
            found["temperature"] = round(-45 + 175 * temperature / 65535, 2)
        if humidity is not None:
            found["humidity"] = round(100 * humidity / 65535, 1)
        return within(found, self.QUANTITIES)
