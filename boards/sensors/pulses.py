# Counts edges at a pin, falling ones unless told otherwise: a rain gauge, a flow or energy meter.
#
# The handler only counts, which allocates nothing, and never takes a count away: read()
# keeps what it has told before and gives the difference, so that a pulse that comes in the
# middle of it is in the next one. On a Pico it runs at once; an ESP32 runs it when the code
# under way lets it, and keeps at most eight in line meanwhile.
import time

BUS = "pin"
OPTIONS = {"debounce_ms": (0, 1000, 5)}


class Sensor:
    def __init__(self, pin, debounce_ms=5, rising=False):
        self.count = 0
        self._told = 0
        self._debounce = debounce_ms
        self._last = time.ticks_add(time.ticks_ms(), -1000)
        self._pin = pin
        pin.irq(self._edge, pin.IRQ_RISING if rising else pin.IRQ_FALLING)

    def _edge(self, pin):
        now = time.ticks_ms()
        if time.ticks_diff(now, self._last) >= self._debounce:
            self.count = self.count + 1 & 0x3FFFFFFF  # a small int on every board
        self._last = now

    def _new(self):
        count = self.count
        new = count - self._told & 0x3FFFFFFF
        self._told = count
        return new

    def read(self):
        """pulses since the last reading."""
        return {"pulses": self._new()}
