# A capacitive soil moisture sensor that gives pulses, slower ones in wet soil (Pimoroni Enviro
# Grow, Grow HAT): `dry_ms` and `wet_ms` from edge to edge. All of them are measured at once.
# Current: 5 mA. Wiring: 3.3 V, GND, its output to a pin.
import time

from boards.sensors import within

BUS = "pin"
OPTIONS = {
    "dry_ms": (1, 1000, 20),  # from edge to edge, in dry soil
    "wet_ms": (1, 1000, 80),  # the same in water
}

_MS = 1000  # of a measurement: six edges of the wettest soil


class Sensor:
    QUANTITIES = {"moisture": ("%", -1, 101)}

    def __init__(self, pin, dry_ms: int = 20, wet_ms: int = 80):
        if dry_ms == wet_ms:
            raise ValueError("dry_ms, wet_ms: expected two different times")
        self._pin = pin
        self._dry = dry_ms
        self._wet = wet_ms
        self._count = -1  # falling edges after the first one, each of them two times later
        self._first = self._last = time.ticks_ms()
        self._started = False

    def _edge(self, pin):
        self._last = time.ticks_ms()
        if self._count < 0:
            self._first = self._last
        self._count += 1

    def start(self) -> int:
        """Begin a measurement; -> ms until it is over."""
        self._count = -1
        self._started = True
        try:
            self._pin.irq(self._edge, self._pin.IRQ_FALLING, hard=True)
        except TypeError:  # ESP32 has no hard interrupts
            self._pin.irq(self._edge, self._pin.IRQ_FALLING)
        return _MS

    # Faster or slower than the two is as dry or as wet as it gets, but only so far.
    def read(self) -> dict:
        """moisture in % of the way from dry to wet."""
        if not self._started:
            time.sleep_ms(self.start())
        self._pin.irq(None)
        self._started = False
        if self._count < 2:
            raise OSError("soil_frequency: no pulses; check its wires, and that it is plugged in")
        ms = time.ticks_diff(self._last, self._first) / self._count / 2
        if ms < min(self._dry, self._wet) / 4:
            raise OSError("soil_frequency: %d ms from edge to edge is noise; check its wires" % ms)
        moisture = 100 * (ms - self._dry) / (self._wet - self._dry)
        return within({"moisture": round(min(100, max(0, moisture)), 1)}, self.QUANTITIES)
