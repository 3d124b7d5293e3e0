# Sensirion SPS30 (particles) by I2C. It is started for a reading, runs for 30 s, and is stopped.
# Current: 0.36 mA idle, 55 mA for 30 s. Wiring: 5 V, SDA and SCL to 3.3 V, SEL to GND.
import time

from boards.parts.sensirion import ask, floats, send
from boards.sensors import within

BUS = "i2c"
OPTIONS: dict = {}
WARMUP_MS = 1000

_ADDRESS = 0x69


class Sensor:
    QUANTITIES = {
        "pm1": ("ug/m3", -0.01, 1001),
        "pm2_5": ("ug/m3", -0.01, 1001),
        "pm4": ("ug/m3", -0.01, 1001),
        "pm10": ("ug/m3", -0.01, 1001),
    }

    def __init__(self, i2c):
        self._i2c = i2c
        self._started = False

    def start(self) -> int:
        """Start its fan; -> ms until it has measured."""
        if self._started:
            return 0
        send(self._i2c, _ADDRESS, 0xD304, ms=100)  # reset: it takes no start while it measures
        send(self._i2c, _ADDRESS, 0x0010, (0x0300,), 20)  # floats
        self._started = True
        return 30000

    def read(self) -> dict:
        """pm1, pm2_5, pm4, pm10 in ug/m3."""
        time.sleep_ms(self.start())
        self._started = False
        if ask(self._i2c, _ADDRESS, 0x0202, 1, 5)[0] != 1:
            raise OSError("sps30: no measurement; is its fan blocked, has it 5 V?")
        words = ask(self._i2c, _ADDRESS, 0x0300, 8, 5)
        send(self._i2c, _ADDRESS, 0x0104)
        return within(floats(words, ("pm1", "pm2_5", "pm4", "pm10"), 1), self.QUANTITIES)
