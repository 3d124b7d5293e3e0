# Time in integer milliseconds: a board's floats are too short for it.
# ms() counts since this module was loaded; records carry it. unix_ms() is the wall clock, which
# may be set at any time; the sender derives an event's time from both.
#
# A board starts in 1970, 2000 or 2021. A system clock that shows less than `floor` was never
# set; then unix_ms() counts on from `floor`: the collector's side subtracts stm - dtm from its
# own time, so a wrong clock that is steady still gives right times.
#
# The state, and who may write it besides this file:
#   floor        the system clock is set if it shows at least this. EARLIEST, or the last known
#                time. boot_history.start() raises it; set_clock() and http_date.set_time() lower
#                it to a time that they have just learned.
#   date_start   the time at ms() = 0 by a collector's Date or by the hook, else 0: it holds while
#                the system's clock shows no time. http_date.set_time() and set_clock() set it.
#   guess_start  the time at ms() = 0 by which boot_history.start() set the system's clock as a
#                guess, for certificates, else 0. While the system's clock agrees with it to ten
#                seconds, the time is not known. set_clock() clears it.
#   confirmed    whether two sources of the time (hook and Date) agreed, and none has disagreed
#                since; set_clock() and http_date.use_date() set it. Without it stores delete no
#                event of an earlier boot for its age.
#   elapsed, ticks    the last ms(), and the ticks at it; boot_history.resume() sets both
# Invariant: known() is true only if the system's clock is at least `floor` and is no guess, or
# if date_start is set.
#
# `hook` is what sets the system's clock (ntptime.settime, Board.set_clock): it raises OSError,
# or returns False, if it could not. The emitter calls set_clock.py before it sends. `saver` is
# called there too: boot_history.py sets it.
import time
from os import urandom

# ESP32 counts from 2000, other ports from 1970.
EPOCH_MS = 946684800000 if time.gmtime(0)[0] == 2000 else 0

try:
    from time import sleep_ms, ticks_diff, ticks_ms
except ImportError:
    from ..cpython import sleep_ms, ticks_diff, ticks_ms  # noqa: F401

EARLIEST = 1735689600000  # 2025-01-01: no clock that was set shows less
hook = saver = None
confirmed = False
floor = EARLIEST
boot = int.from_bytes(urandom(2), "little")
elapsed = 0
ticks = ticks_ms()
date_start = 0
guess_start = 0


def ms() -> int:
    """Monotonic milliseconds of this boot; must be called once in 6 days, as ticks wrap."""
    global elapsed, ticks
    now = ticks_ms()
    elapsed += ticks_diff(now, ticks)
    ticks = now
    return elapsed


def unix_ms() -> int:
    """Milliseconds since 1970, as well as we know."""
    return _known_ms() or (date_start or floor) + ms()


def known() -> bool:
    """Whether the wall clock is known, and not counted from the last known time."""
    return bool(date_start or _known_ms())


def boot_start() -> int:
    """The time at ms() = 0; 0 while that is not known."""
    now = _known_ms()
    return now - ms() if now else date_start


def system_ms() -> int:
    """What the system's clock shows, whether it was set or not."""
    return time.time_ns() // 1000000 + EPOCH_MS


def _known_ms():
    # system_ms() without the call; 0 if the clock was never set, or to a guess only.
    now = time.time_ns() // 1000000 + EPOCH_MS
    return now if now >= floor and not -10000 < now - ms() - guess_start < 10000 else 0
