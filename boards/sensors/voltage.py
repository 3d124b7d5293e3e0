# A voltage at an ADC pin, behind a divider if `ratio` says so (2 for two equal resistors).
# Current: that of the divider. Wiring: the divider's middle to a pin of ADC1.
BUS = "adc"
OPTIONS = {"ratio": (0.01, 1000, 1), "samples": (1, 1000, 8)}


def average(millivolts, samples: int) -> float:
    """The mean of some readings: one alone is noisy on both ports."""
    total = 0
    for _ in range(samples):
        total += millivolts()
    return total / samples


class Sensor:
    QUANTITIES = {"voltage": ("mV", -5500001, 5500001)}

    def __init__(self, millivolts, ratio: float = 1, samples: int = 8):
        self._millivolts = millivolts
        self._ratio = ratio
        self._samples = samples

    def read(self) -> dict:
        """voltage in mV."""
        return {"voltage": round(average(self._millivolts, self._samples) * self._ratio)}
