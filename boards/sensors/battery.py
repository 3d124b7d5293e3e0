# A battery's voltage: at an ADC pin behind a divider of `ratio`, or, without a pin, what the board
# itself measures of its supply (a Pico W does).
# Current: that of the divider. Wiring: the divider's middle to a pin of ADC1, or none.
from boards.sensors import within
from boards.sensors.voltage import average

BUS = "battery"
OPTIONS = {
    "ratio": (1.0, 100, 2),
    "empty_mv": (500, 60000, 3300),
    "full_mv": (500, 60000, 4200),
    "samples": (1, 1000, 8),
}


class Sensor:
    QUANTITIES = {"voltage": ("mV", 499, 60001), "battery": ("%", -1, 101)}

    def __init__(
        self,
        millivolts,
        ratio: float = 2,
        empty_mv: int = 3300,
        full_mv: int = 4200,
        samples: int = 8,
    ):
        if empty_mv >= full_mv:
            raise ValueError("empty_mv, full_mv: expected the lower one first")
        self._millivolts = millivolts
        self._ratio = ratio
        self._empty = empty_mv
        self._full = full_mv
        self._samples = samples

    def read(self) -> dict:
        """voltage in mV, and battery in % of the way from empty to full."""
        mv = round(average(self._millivolts, self._samples) * self._ratio)
        within({"voltage": mv}, self.QUANTITIES)
        percent = 100 * (mv - self._empty) // (self._full - self._empty)
        return {"voltage": mv, "battery": min(100, max(0, percent))}
