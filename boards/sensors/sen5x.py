# Sensirion SEN50, SEN54, SEN55 (particles, gases, climate) by I2C. It runs all the time, which
# its VOC and NOx indices need: 100 and 1 are the usual air of the last day.
# Current: 63 mA, peaks of 110 mA. Wiring: 5 V, SDA and SCL with pull-ups to 3.3 V, SEL to GND.
import time

from boards.parts.sensirion import ask, send
from boards.sensors import within

BUS = "i2c"
OPTIONS: dict = {}
WARMUP_MS = 1000

_ADDRESS = 0x69
_VALUES = (  # in the order of the words: name, divisor; the last four may be negative
    ("pm1", 10),
    ("pm2_5", 10),
    ("pm4", 10),
    ("pm10", 10),
    ("humidity", 100),
    ("temperature", 200),
    ("voc_index", 10),
    ("nox_index", 10),
)


class Sensor:
    QUANTITIES = {
        "pm1": ("ug/m3", -0.1, 6553.5),
        "pm2_5": ("ug/m3", -0.1, 6553.5),
        "pm4": ("ug/m3", -0.1, 6553.5),
        "pm10": ("ug/m3", -0.1, 6553.5),
        "humidity": ("%", -0.01, 100.01),
        "temperature": ("Cel", -40, 90),
        "voc_index": ("1", 0, 501),
        "nox_index": ("1", 0, 501),
    }

    def __init__(self, i2c):
        self._i2c = i2c
        self._started = False

    def start(self) -> int:
        """Start it, if it was not; -> ms until its particles are counted."""
        if self._started:
            return 0
        send(self._i2c, _ADDRESS, 0xD304, ms=200)  # reset
        send(self._i2c, _ADDRESS, 0x0021, ms=50)
        self._started = True
        return 30000

    def read(self) -> dict:
        """pm1, pm2_5, pm4, pm10 in ug/m3, humidity in %, temperature in Cel, indices."""
        time.sleep_ms(self.start())
        self._started = False
        if ask(self._i2c, _ADDRESS, 0x0202, 1, 25)[0] != 1:
            time.sleep_ms(1100)
            if ask(self._i2c, _ADDRESS, 0x0202, 1, 25)[0] != 1:
                raise OSError("sen5x: no measurement; is its fan blocked, has it 5 V?")
        words = ask(self._i2c, _ADDRESS, 0x03C4, 8, 25)
        self._started = True
        found = {}
        for i, word in enumerate(words):
            # What this type does not measure reads as the highest value.
            if word is None or word == (0xFFFF if i < 4 else 0x7FFF):
                continue
            if i > 3 and word & 0x8000:
                word -= 0x10000
            name, divisor = _VALUES[i]
            found[name] = round(word / divisor, 2)
        if not found:
            raise OSError("sen5x: nothing measured yet")
        return within(found, self.QUANTITIES)
