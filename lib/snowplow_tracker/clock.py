# Time in integer milliseconds: a board's floats are too short for it.
# ms() counts since this module was loaded and is what records carry; unix_ms() is the wall
# clock, which may be set at any time. The sender derives an event's time from both.
import time
from os import urandom

# ESP32 counts from 2000, other ports from 1970.
_EPOCH_MS = 946684800000 if time.gmtime(0)[0] == 2000 else 0

try:
    from time import ticks_diff, ticks_ms
except ImportError:  # CPython

    def ticks_ms():
        return time.monotonic_ns() // 1000000

    def ticks_diff(end, start):
        return end - start


boot = int.from_bytes(urandom(2), "little")
_ms = 0
_ticks = ticks_ms()


def ms():
    """Monotonic milliseconds of this boot; must be called once in 6 days for ticks wrap."""
    global _ms, _ticks
    now = ticks_ms()
    _ms += ticks_diff(now, _ticks)
    _ticks = now
    return _ms


def unix_ms():
    """Milliseconds since 1970 by the board's clock."""
    return time.time_ns() // 1000000 + _EPOCH_MS
