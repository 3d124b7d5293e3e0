# A pH probe with an amplifier at an ADC pin. `points` has what it gives in buffer solutions:
# [[1500, 9.18], [2030, 4.01]], in mV and pH.
# Current: 10 mA. Wiring: the amplifier's supply, its output to a pin of ADC1 (3.3 V at most).
from boards.parts.points import between
from boards.sensors import within
from boards.sensors.voltage import average

BUS = "adc"
OPTIONS = {"points": ("points", 2, 16), "samples": (1, 1000, 32)}


class Sensor:
    QUANTITIES = {"ph": ("[pH]", -0.5, 14.5)}

    def __init__(self, millivolts, points: list, samples: int = 32):
        self._millivolts = millivolts
        self._points = points
        self._samples = samples

    def read(self) -> dict:
        """ph in [pH]."""
        found = between(self._points, average(self._millivolts, self._samples))
        return within({"ph": round(found, 2)}, self.QUANTITIES)
