# Maxim MAX31855K (thermocouple of type K) by SPI, with the temperature of its own junction.
# Current: 0.9 mA. Wiring: 3.3 V, SCK, MISO, `cs`; the thermocouple must not touch earth.
from boards.sensors import within

BUS = "spi"
OPTIONS: dict = {}

_FAULTS = ("the thermocouple is open", "shorted to ground", "shorted to its supply")


class Sensor:
    QUANTITIES = {"temperature": ("Cel", -200.01, 1350.01), "junction": ("Cel", -55, 125)}

    def __init__(self, spi, cs):
        self._spi = spi
        self._cs = cs

    def read(self) -> dict:
        """temperature, junction in Cel."""
        self._spi.init(baudrate=1000000, polarity=0, phase=0)
        self._cs.value(0)
        try:
            raw = self._spi.read(4)
        finally:
            self._cs.value(1)
        word = int.from_bytes(raw, "big")
        # The bits 3 and 17 are always 0; of a line at 3.3 V or GND all bits are the same.
        if word & 0x20008 or not word:
            raise OSError("max31855: no answer; check its wires")
        if word & 0x10000:
            raise OSError("max31855: " + (_FAULTS[(word & 7) >> 1] if word & 7 else "a fault"))
        hot = word >> 18
        cold = word >> 4 & 0xFFF
        found = {
            "temperature": (hot - (hot >> 13 << 14)) / 4,
            "junction": (cold - (cold >> 11 << 12)) / 16,
        }
        return within(found, self.QUANTITIES)
