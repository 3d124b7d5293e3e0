# An NTC thermistor between an ADC pin and ground, with a resistor of `series` ohms from the
# pin to the supply. r25 and beta are in its datasheet.
# Current: 0.17 mA with 10 kOhm. Wiring: GND, thermistor, a pin of ADC1, resistor, 3.3 V.
from math import log

from boards.sensors import within
from boards.sensors.voltage import average

BUS = "adc"
OPTIONS = {
    "r25": (1, 10000000, 10000),
    "beta": (1000, 10000, 3950),
    "series": (1, 10000000, 10000),
    "supply_mv": (1000, 5500, 3300),
    "samples": (1, 1000, 8),
}


class Sensor:
    QUANTITIES = {"temperature": ("Cel", -55, 155)}

    def __init__(
        self,
        millivolts,
        r25: int = 10000,
        beta: int = 3950,
        series: int = 10000,
        supply_mv: int = 3300,
        samples: int = 8,
    ):
        self._millivolts = millivolts
        self._r25 = r25
        self._beta = beta
        self._series = series
        self._supply = supply_mv
        self._samples = samples

    def read(self) -> dict:
        """temperature in Cel."""
        mv = average(self._millivolts, self._samples)
        if not 0.01 < mv / self._supply < 0.99:
            raise OSError("thermistor: its line is open or shorted")
        ohms = self._series * mv / (self._supply - mv)
        kelvin = 1 / (1 / 298.15 + log(ohms / self._r25) / self._beta)
        return within({"temperature": round(kelvin - 273.15, 2)}, self.QUANTITIES)
