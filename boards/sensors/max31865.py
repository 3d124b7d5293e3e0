# Maxim MAX31865 (Pt100 or Pt1000) by SPI. One measurement with a filter for 50 Hz; the current
# through the sensor is on for it alone.
# Current: 2 mA for 80 ms. Wiring: 3.3 V, SCK, MOSI, MISO, `cs`; the module's resistor is
# `reference` ohms, its jumpers are set for as many `wires`.
import time
from math import sqrt

from boards.sensors import within

BUS = "spi"
OPTIONS = {"ohms": (100, 1000, 100), "reference": (100.0, 10000, 430), "wires": (2, 4, 2)}

# IEC 60751: R = R0 (1 + A t + B t^2), below zero by the polynomial of the same standard's table.
_A = 3.9083e-3
_B = -5.775e-7
_BELOW = (1.5243e-10, -2.8183e-8, -4.826e-6, 2.5859e-3, 2.2228, -242.02)


class Sensor:
    QUANTITIES = {"temperature": ("Cel", -200.01, 850.01)}

    def __init__(self, spi, cs, ohms: int = 100, reference: float = 430, wires: int = 2):
        self._spi = spi
        self._cs = cs
        self._ohms = ohms
        self._reference = reference
        self._config = 0x91 if wires == 3 else 0x81

    def read(self) -> dict:
        """temperature in Cel."""
        self._spi.init(baudrate=1000000, polarity=0, phase=1)
        self._set(0x03)  # off, and faults cleared: the filter can be set only now
        self._set(self._config)
        if self._get(0, 1)[0] != self._config:
            raise OSError("max31865: no answer; check its wires")
        time.sleep_ms(12)  # until the voltage is steady
        self._set(self._config | 0x20)
        time.sleep_ms(66)
        raw = int.from_bytes(self._get(1, 2), "big")
        fault = self._get(7, 1)[0] if raw & 1 else 0
        self._set(0x01)
        if raw & 1:
            raise OSError("max31865: fault 0x%02x: its sensor is open or shorted" % fault)
        ratio = (raw >> 1) * self._reference / 32768 / self._ohms
        return within({"temperature": round(self._celsius(ratio), 2)}, self.QUANTITIES)

    def _celsius(self, ratio):
        if ratio >= 1:
            return (sqrt(_A * _A - 4 * _B * (1 - ratio)) - _A) / (2 * _B)
        celsius = 0
        for factor in _BELOW:
            celsius = celsius * 100 * ratio + factor
        return celsius

    def _set(self, value):
        self._cs.value(0)
        try:
            self._spi.write(bytes((0x80, value)))
        finally:
            self._cs.value(1)

    def _get(self, register, n):
        self._cs.value(0)
        try:
            self._spi.write(bytes((register,)))
            return self._spi.read(n)
        finally:
            self._cs.value(1)
