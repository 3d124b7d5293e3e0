# Maxim MAX6675 (thermocouple of type K) by SPI, from 0 Cel on.
# Current: 0.5 mA. Wiring: 3.3 V, SCK, MISO, `cs`; the thermocouple's T- at GND.
import time

from boards.sensors import within

BUS = "spi"
OPTIONS: dict = {}


class Sensor:
    QUANTITIES = {"temperature": ("Cel", -0.01, 1023.7)}

    def __init__(self, spi, cs):
        self._spi = spi
        self._cs = cs

    # To read it ends the measurement that runs, and begins a new one, which takes 0.22 s: the
    # first value is from before.
    def read(self) -> dict:
        """temperature in Cel."""
        self._spi.init(baudrate=1000000, polarity=0, phase=0)
        self._get()
        time.sleep_ms(230)
        word = self._get()
        if word & 0x8002 or not word:
            raise OSError("max6675: no answer; check its wires")
        if word & 4:
            raise OSError("max6675: the thermocouple is open")
        return within({"temperature": (word >> 3) / 4}, self.QUANTITIES)

    def _get(self):
        self._cs.value(0)
        try:
            return int.from_bytes(self._spi.read(2), "big")
        finally:
            self._cs.value(1)
