# A rain gauge with a tipping bucket and a reed contact (Argent Data, SparkFun SEN-15901, Misol,
# Pimoroni). The rain since the last reading; each tip is `mm_per_tip`.
# Current: 0. Wiring: the contact between a pin and GND.
from boards.sensors import pulses

BUS = "pin"
OPTIONS: dict = {"debounce_ms": (0, 1000, 50), "mm_per_tip": (0.001, 10, 0.2794)}


class Sensor(pulses.Sensor):
    QUANTITIES = {"rain": ("mm", -0.1, 1e9)}

    def __init__(self, pin, debounce_ms: int = 50, mm_per_tip: float = 0.2794):
        super().__init__(pin, debounce_ms)
        self._mm = mm_per_tip

    def read(self) -> dict:
        """rain in mm."""
        return {"rain": round(self.new() * self._mm, 4)}
