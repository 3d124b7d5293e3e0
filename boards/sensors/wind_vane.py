# A wind vane of reed contacts and resistors at an ADC pin (Argent Data, SparkFun SEN-15901, Misol,
# Pimoroni), with a resistor of `series` ohms from the pin to the supply.
# Current: 0.3 mA. Wiring: the vane between GND and a pin of ADC1, `series` from there to 3.3 V.
from boards.sensors.voltage import average

BUS = "adc"
OPTIONS = {
    "series": (1000, 100000, 10000),
    "supply_mv": (1000, 5500, 3300),
    "samples": (1, 1000, 8),
}

# The vane's ohms at each of its 16 directions, north first (the table of its datasheet).
_OHMS = (33000, 6570, 8200, 891, 1000, 688, 2200, 1410)
_OHMS += (3900, 3140, 16000, 14120, 120000, 42120, 64900, 21880)


class Sensor:
    QUANTITIES = {"wind_direction": ("deg", -0.1, 360)}

    def __init__(self, millivolts, series: int = 10000, supply_mv: int = 3300, samples: int = 8):
        self._millivolts = millivolts
        self._series = series
        self._supply = supply_mv
        self._samples = samples

    # That of the 16 voltages to which it is the closest.
    def read(self) -> dict:
        """wind_direction in deg, from where it blows."""
        part = average(self._millivolts, self._samples) / self._supply
        if not 0.03 < part < 0.97:
            raise OSError("wind_vane: its line is open or shorted")
        best = 0
        least = 1.0
        for i, ohms in enumerate(_OHMS):
            away = abs(part - ohms / (ohms + self._series))
            if away < least:
                best, least = i, away
        return {"wind_direction": best * 22.5}
