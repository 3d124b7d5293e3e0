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
#
# start.py, which is needed at a boot only, has start() and resume(), and sets `path`, `boots` and
# `resumed`.
from struct import pack

from .. import clock
from ..json_file import save as save_json

# boot, ms(), system clock, date_start * 2 + whether the system clock is a guess
FORMAT = "<HQQQ"
FROZEN_SIZE = 26  # bytes of freeze()
path = ""
boots: list = []
resumed = False


def start(path: str, set_time: object = None) -> None:
    """Remember the clocks of boots in the file `path`."""
    from .start import start

    start(path, set_time)


def save() -> None:
    """Write what is known of this boot's clock."""
    if boots:
        write(is_guess())


def write(guess: bool) -> None:
    """Write the file; `guess`: whether the system's clock shows one, or will."""
    this = boots[-1]
    this[3] = clock.ms()
    this[2] = clock.boot_start()
    save_json(path, boots + [int(guess)])  # if flash fails, the next boots know less


def is_guess() -> bool:
    """Whether the system's clock shows a guess."""
    return -10000 < clock.system_ms() - clock.ms() - clock.guess_start < 10000


def freeze() -> bytes:
    """What resume() needs after a deep sleep, as bytes."""
    date = clock.date_start * 2 + is_guess()
    return pack(FORMAT, clock.boot, clock.ms(), clock.system_ms(), date)


def resume(data: bytes) -> bool:
    """Go on with the boot that freeze() was called in; whether that is possible."""
    from .start import resume

    return resume(data)


def save_hourly() -> None:
    """What clock.saver is."""
    this = boots[-1]
    if clock.known() and (not this[2] or clock.ms() - this[3] > 3600000):
        save()
