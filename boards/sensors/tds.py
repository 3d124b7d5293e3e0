# A probe of dissolved solids with an amplifier at an ADC pin. `points` has what it gives in known
# solutions at 25 Cel: [[0, 0], [1150, 707]], in mV and mg/L. It is 2 % more for each degree.
# Current: 5 mA; switch it by `power_pin`. Wiring: 3.3 V, its output to a pin of ADC1.
from boards.parts.points import between
from boards.sensors import within
from boards.sensors.voltage import average

BUS = "adc"
OPTIONS = {"points": ("points", 2, 16), "samples": (1, 1000, 32)}


class Sensor:
    QUANTITIES = {"tds": ("mg/L", -1, 100000)}

    def __init__(self, millivolts, points: list, samples: int = 32):
        self._millivolts = millivolts
        self._points = points
        self._samples = samples

    def read(self) -> dict:
        """tds in mg/L."""
        found = between(self._points, average(self._millivolts, self._samples))
        return within({"tds": round(max(0, found), 1)}, self.QUANTITIES)
