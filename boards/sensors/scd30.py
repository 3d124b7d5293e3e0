# Sensirion SCD30 (CO2) by I2C. It measures every 2 s by itself, and needs some days with fresh
# air before its own calibration holds. It stretches the clock for up to 30 ms.
# Current: 19 mA, peaks of 75 mA. Wiring: 3.3 or 5 V, SDA, SCL, SEL to GND; it has one address.
import time

from boards.parts.sensirion import ask, floats, send
from boards.sensors import within

BUS = "i2c"
OPTIONS: dict = {}
WARMUP_MS = 2000

_ADDRESS = 0x61


class Sensor:
    QUANTITIES = {
        "co2": ("[ppm]", 0, 10001),
        "temperature": ("Cel", -40.01, 70.01),
        "humidity": ("%", -0.01, 100.01),
    }

    def __init__(self, i2c):
        self._i2c = i2c
        self._started = False

    def start(self) -> int:
        """Start it, if it was not; -> ms until it has measured."""
        if self._started:
            return 0
        send(self._i2c, _ADDRESS, 0xD304, ms=2000)  # reset
        send(self._i2c, _ADDRESS, 0x4600, (2,), 5)  # an interval of 2 s
        send(self._i2c, _ADDRESS, 0x0010, (0,), 5)  # measure, at no known air pressure
        self._started = True
        return 2500

    def read(self) -> dict:
        """co2 in ppm, temperature in Cel, humidity in %."""
        time.sleep_ms(self.start())
        self._started = False
        for _ in range(30):
            if ask(self._i2c, _ADDRESS, 0x0202, 1, 5)[0] == 1:
                break
            time.sleep_ms(100)
        else:
            raise OSError("scd30: no measurement within 3 s")
        words = ask(self._i2c, _ADDRESS, 0x0300, 6, 5)
        self._started = True
        return within(floats(words, ("co2", "temperature", "humidity"), 2), self.QUANTITIES)
