# Edges at a pin: a flow or energy meter, a reed contact. Falling ones, unless told otherwise.
# Current: 0. Wiring: a contact between a pin and GND, or an open collector.
#
# A contact bounces, so edges are ignored for debounce_ms after one that counted. What comes
# faster is counted in part: 1000 / debounce_ms edges a second are the limit. The default of 3
# is enough for the reed contact of a rain gauge (it bounces for less than 2 ms) and allows 333
# edges a second (a YF-S201 flow meter gives up to 225); 0 is for faster ones, which must not
# bounce.
#
# The handler only counts, which allocates nothing, and never takes a count away: read() keeps
# what it has reported and gives the difference, so that a pulse that comes in the middle of it
# is in the next one. On a Pico it is a hard interrupt and runs at once; an ESP32 runs it when
# the code under way lets it, and keeps at most eight waiting meanwhile.
import time

BUS = "pin"
OPTIONS = {"debounce_ms": (0, 1000, 3)}

_MOST = 0x1FFFFFFF  # one more is a small int as well, which a hard interrupt needs


class Sensor:
    QUANTITIES: dict = {"pulses": ("1", -1, 1 << 29)}

    def __init__(self, pin, debounce_ms: int = 3, rising: bool = False):
        self.count = 0
        self._reported = 0
        self._debounce = debounce_ms
        self._last = time.ticks_add(time.ticks_ms(), -debounce_ms)  # of those that counted
        self._pin = pin
        edge = pin.IRQ_RISING if rising else pin.IRQ_FALLING
        try:
            pin.irq(self._edge, edge, hard=True)
        except TypeError:  # ESP32 has no hard interrupts
            pin.irq(self._edge, edge)

    # A difference of ticks is negative after 6.2 to 12.4 quiet days, and again in each later
    # 12.4: long ago, too.
    def _edge(self, pin):
        now = time.ticks_ms()
        if not 0 <= time.ticks_diff(now, self._last) < self._debounce:
            self._last = now
            self.count = self.count + 1 & _MOST

    def new(self) -> int:
        """Edges since the last call."""
        count = self.count
        new = count - self._reported & _MOST
        self._reported = count
        return new

    def add(self, count: int) -> None:
        """Edges that were counted elsewhere."""
        self.count = self.count + count & _MOST

    def read(self) -> dict:
        """pulses since the last reading."""
        return {"pulses": self.new()}
