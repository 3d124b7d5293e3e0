# A capacitive soil moisture sensor at an ADC pin. It is calibrated with what it gives in dry
# air and in water. The line between the two is straight enough for a plant.
# Current: 5 mA; switch it by `power_pin`. Wiring: 3.3 V, its output to a pin of ADC1.
from boards.sensors.voltage import average

BUS = "adc"
OPTIONS = {"dry_mv": (0, 5500), "wet_mv": (0, 5500), "samples": (1, 1000, 8)}

_BEYOND = 25  # percent outside of the calibration: not a wet pot, but a wire


class Sensor:
    QUANTITIES = {"moisture": ("%", -1, 101)}

    def __init__(self, millivolts, dry_mv: int, wet_mv: int, samples: int = 8):
        if dry_mv == wet_mv:
            raise ValueError("dry_mv, wet_mv: expected two different voltages")
        self._millivolts = millivolts
        self._dry = dry_mv
        self._wet = wet_mv
        self._samples = samples

    def read(self) -> dict:
        """moisture in % of the way from dry air to water."""
        mv = average(self._millivolts, self._samples)
        moisture = 100 * (mv - self._dry) / (self._wet - self._dry)
        if not -_BEYOND <= moisture <= 100 + _BEYOND:
            raise OSError("soil: %d mV is far from its calibration; check its wires" % mv)
        return {"moisture": round(min(100, max(0, moisture)), 1)}
