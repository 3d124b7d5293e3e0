# What is known of the clocks of this boot and of those before, whose events may still be stored.
#
#   start(path, set_time)  call it before anything is tracked: it reads `path`, notes this boot,
#                          and makes the last known time the clock's floor. If the system's clock
#                          is unset, set_time(unix_ms) may set it to the floor, since no
#                          certificate is valid in 2021; the time does not count as known by that.
#   save()                 call it before a reset: it writes what is known of this boot. The
#                          emitter's sends do it each hour.
#   freeze(), resume(data) before and after a deep sleep through which the system's clock runs:
#                          the boot goes on, and its ms() too; FROZEN_SIZE bytes
#   boots                  the list of [boot, last known time before it, time at its ms() = 0 or 0,
#                          last saved ms()], the present boot last. backdate.py reads it.
#                          The file is this list as JSON, and behind the last boot 1 if the
#                          system's clock shows a guess: a reset may keep it.
import json
from struct import pack, unpack

from .. import clock
from ..json_file import save as save_json
from . import set_clock

# boot, ms(), system clock, date_start * 2 + whether the system clock is a guess
_FORMAT = "<HQQQ"
FROZEN_SIZE = 26  # bytes of freeze()
_path = ""
boots: list = []
resumed = False


def start(path: str, set_time=None) -> None:
    """Remember the clocks of boots in the file `path`."""
    global _path, boots
    _path = path
    boots, guess = _load(path)
    for _, since, origin, last in boots:
        clock.floor = max(clock.floor, since, origin and origin + last)
    clock.saver = _save_hourly  # type: ignore[assignment]
    if not (resumed and boots and boots[-1][0] == clock.boot):
        # What a reset has kept of the boot before: its guess, or what a kiss-of-death made.
        now = clock.system_ms()
        if guess and clock.known() or -60000 < now - set_clock.NTP_ZERO < 60 * 86400000:
            clock.guess_start = now - clock.ms()
            set_time = None
        while clock.boot in [boot[0] for boot in boots]:
            clock.boot = clock.boot + 1 & 0xFFFF
        boots = boots[-15:]  # and this one
        boots.append([clock.boot, clock.floor, 0, 0])
        _write(_is_guess() or bool(set_time and not clock.known()))
    if set_time and not clock.known():
        set_time(clock.unix_ms())
        clock.guess_start = clock.system_ms() - clock.ms()


def save() -> None:
    """Write what is known of this boot's clock."""
    if boots:
        _write(_is_guess())


def _write(guess):
    this = boots[-1]
    this[3] = clock.ms()
    this[2] = clock.boot_start()
    save_json(_path, boots + [int(guess)])  # if flash fails, the next boots know less


def _is_guess():
    # Whether the system's clock shows a guess.
    return -10000 < clock.system_ms() - clock.ms() - clock.guess_start < 10000


def freeze() -> bytes:
    """What resume() needs after a deep sleep, as bytes."""
    date = clock.date_start * 2 + _is_guess()
    return pack(_FORMAT, clock.boot, clock.ms(), clock.system_ms(), date)


def resume(data: bytes) -> bool:
    """Go on with the boot that freeze() was called in; whether that is possible."""
    global resumed
    if len(data) != FROZEN_SIZE:
        return False
    boot, ms, then, date_start = unpack(_FORMAT, data)
    slept = clock.system_ms() - then
    if not 0 <= slept < 1 << 36:  # two years
        return False
    clock.boot = boot
    clock.elapsed = ms + slept
    clock.ticks = clock.ticks_ms()
    clock.date_start = date_start >> 1
    clock.guess_start = then - ms if date_start & 1 else 0
    if clock.known():
        set_clock.next_ask = ms - ms % 86400000 + 86400000  # tomorrow
    resumed = True
    return True


def _save_hourly():
    this = boots[-1]
    if clock.known() and (not this[2] or clock.ms() - this[3] > 3600000):
        save()


def _load(path):
    # The boots, and whether the last one left a guess in the system's clock.
    try:
        with open(path) as file:
            boots = list(json.load(file))
        guess = boots and isinstance(boots[-1], int) and boots.pop()
        for boot in boots:
            for number in boot:
                if not isinstance(number, int) or not 0 <= number < set_clock.LATEST:
                    raise ValueError
            _, _, _, _ = boot
        return boots, guess
    except (OSError, ValueError, TypeError):
        return [], 0  # none yet, or torn
