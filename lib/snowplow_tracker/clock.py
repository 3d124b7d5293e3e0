# Time in integer milliseconds: a board's floats are too short for it.
# ms() counts since this module was loaded and is what records carry. unix_ms() is the wall
# clock, which may be set at any time; the sender derives an event's time from both.
#
# A board starts in 1970, 2000 or 2021. What shows a time before `floor` was never set, and
# then unix_ms() counts on from `floor`: the collector's side subtracts stm - dtm from its own
# time, so a wrong clock that is steady still gives right times. `floor` is the last known
# time, if boots.keep() was called. known() tells whether the time is more than such a guess.
#
# `hook` is what sets the system's clock (ntptime.settime, Board.set_clock): it raises OSError,
# or returns False, if it could not. The emitter has sync.py ask it before it sends; where that
# is in vain, transports hand the collector's Date header to date.tell_clock(). `keeper` is
# that of boots.py.
import time
from os import urandom

# ESP32 counts from 2000, other ports from 1970.
_EPOCH_MS = 946684800000 if time.gmtime(0)[0] == 2000 else 0

try:
    from time import sleep_ms, ticks_diff, ticks_ms
except ImportError:
    from .cpython import sleep_ms, ticks_diff, ticks_ms  # noqa: F401

_NEVER = 1735689600000  # 2025-01-01: no clock that was set shows less
hook = keeper = None
floor = _NEVER
boot = int.from_bytes(urandom(2), "little")
_ms = 0
_ticks = ticks_ms()
_origin = 0  # the time at ms() = 0 as a collector told it, else 0
_guess = 0  # the same, if the system's clock was set to a guess
_ask_at = 0


def ms():
    """Monotonic milliseconds of this boot; must be called once in 6 days for ticks wrap."""
    global _ms, _ticks
    now = ticks_ms()
    _ms += ticks_diff(now, _ticks)
    _ticks = now
    return _ms


def unix_ms():
    """Milliseconds since 1970, as well as we know."""
    return _system() or (_origin or floor) + ms()


def known():
    """Whether the wall clock is known, and not counted from the last known time."""
    return bool(_origin or _system())


def origin():
    """The time at ms() = 0; 0 while that is not known."""
    now = _system()
    return now - ms() if now else _origin


def _now():
    return time.time_ns() // 1000000 + _EPOCH_MS


def _system():
    # The system's clock; 0 if it was never set, or to a guess only.
    now = _now()
    return now if now >= floor and not -10000 < now - ms() - _guess < 10000 else 0
