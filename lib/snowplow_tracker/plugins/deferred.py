# Tracking from an interrupt handler:
#
#   PRESSED = StructuredEvent("button", "pressed")
#   deferred = Deferred(tracker)
#   pin.irq(lambda pin: deferred.track(PRESSED))    # in the interrupt
#   deferred.drain()                                # in the main loop, often
#
# - track() notes event and time. It neither blocks nor allocates, so it may run in a hard
#   interrupt; `value` has to be a small int or an object that is there already. What finds no
#   place is counted in `missed`.
# - drain() tracks what was noted, at the time when it happened. It is not scheduled from the
#   interrupt: that could come between two steps of the store. Call it once in 6 days.
# - One interrupt at a time calls track(), one task calls drain(). The notes are
#   [_tail, _head) modulo `size`; track() moves _head alone, drain() _tail alone.
from .. import clock
from ..clock import ticks_diff, ticks_ms


class Deferred:
    def __init__(self, tracker, size: int = 16) -> None:
        self.tracker = tracker
        self.missed = 0
        self.failed = 0  # were refused when they were drained
        self._events: list = [None] * size
        self._values: list = [None] * size
        self._ticks: list = [0] * size
        self._size = size
        self._head = self._tail = 0

    def track(self, event, value: "float | None" = None) -> bool:
        """Note an Event, with a value for a StructuredEvent; -> whether there was room."""
        head = self._head
        if head - self._tail >= self._size:
            self.missed += 1
            return False
        i = head % self._size
        self._events[i] = event
        self._values[i] = value
        self._ticks[i] = ticks_ms()
        self._head = head + 1
        return True

    def drain(self) -> int:
        """Track what was noted; -> how many events."""
        n = 0
        while self._tail != self._head:
            i = self._tail % self._size
            event = self._events[i]
            event.ms = clock.ms() - ticks_diff(ticks_ms(), self._ticks[i])
            if self._values[i] is not None:
                event.value = self._values[i]
            self._tail += 1
            try:
                self.tracker.track(event)
                n += 1
            except ValueError:
                self.failed += 1
            event.ms = None
        return n
