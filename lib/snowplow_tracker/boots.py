# What is known of the clocks of this boot and of those before, whose events may still be stored.
#
#   keep(path, set_clock)  at start, before anything is tracked: read `path`, note this boot,
#                          make the last known time the clock's floor. If the system's clock is
#                          unset, set_clock(unix_ms) may set it to that, since certificates
#                          cannot be checked in 2021; it does not count as known by that.
#   save()                 now and then, and before a reset: write what is known of this boot
#   freeze(), resume(data) before and after a deep sleep through which the system's clock runs:
#                          the boot goes on, and its ms() too; 26 bytes, in retained memory
#
# What it makes of an event of an earlier boot is in dated.py.
import json
from struct import pack, unpack

from . import clock
from .state import save as write

_path = ""
_boots = []  # [boot, last known time before it, time at its ms() = 0 or 0, last saved ms()]
_resumed = False


def keep(path, set_clock=None):
    """Remember the clocks of boots in the file `path`."""
    global _path, _boots
    _path = path
    _boots = _load(path)
    for _, since, origin, last in _boots:
        clock.floor = max(clock.floor, since, origin and origin + last)
    clock.keeper = _tick  # type: ignore[assignment]
    if not (_resumed and _boots and _boots[-1][0] == clock.boot):
        while clock.boot in [boot[0] for boot in _boots]:
            clock.boot = clock.boot + 1 & 0xFFFF
        _boots = _boots[-15:]  # and this one
        _boots.append([clock.boot, clock.floor, 0, 0])
        save()
    if set_clock and not clock.known():
        set_clock(clock.unix_ms())
        clock._guess = clock._now() - clock.ms()


def save():
    """Write down what is known of this boot's clock."""
    if not _boots:
        return
    this = _boots[-1]
    this[3] = clock.ms()
    this[2] = clock.origin()
    write(_path, _boots)  # if flash fails, the next boots know less


def freeze():
    """What resume() needs after a deep sleep, as bytes."""
    return pack("<HQQQ", clock.boot, clock.ms(), clock._now(), clock._origin)


def resume(data):
    """Go on with the boot that freeze() was called in; whether that is possible."""
    global _resumed
    if len(data) != 26:
        return False
    boot, ms, then, origin = unpack("<HQQQ", data)
    slept = clock._now() - then
    if not 0 <= slept < 1 << 36:  # two years
        return False
    clock.boot = boot
    clock._ms = ms + slept
    clock._ticks = clock.ticks_ms()
    clock._origin = origin
    if clock.known():
        clock._ask_at = ms - ms % 86400000 + 86400000  # tomorrow
    _resumed = True
    return True


def _tick():
    this = _boots[-1]
    if clock.known() and (not this[2] or clock.ms() - this[3] > 3600000):
        save()


def _load(path):
    try:
        with open(path) as file:
            boots = list(json.load(file))
        for boot in boots:
            for number in boot:
                if not isinstance(number, int) or number < 0:
                    raise ValueError
            _, _, _, _ = boot
        return boots
    except (OSError, ValueError, TypeError):
        return []  # none yet, or torn
