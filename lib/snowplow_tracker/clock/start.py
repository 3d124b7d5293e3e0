# What boot_history.py needs at a boot only: the firmware removes it from RAM afterwards.
from struct import unpack

from .. import clock
from ..json_file import read_json
from . import boot_history, set_clock


def start(path: str, set_time=None) -> None:
    """What boot_history.start() is."""
    boots, guess = load(path)
    boot_history.path = path
    for _, since, origin, last in boots:
        clock.floor = max(clock.floor, since, origin and origin + last)
    clock.saver = boot_history.save_hourly  # type: ignore[assignment]
    boot_history.boots = boots
    goes_on = boot_history.resumed and boots and boots[-1][0] == clock.boot
    if not goes_on:
        # What a reset has kept of the boot before: its guess, or what a kiss-of-death made.
        now = clock.system_ms()
        if guess and clock.known() or -60000 < now - set_clock.NTP_ZERO < 60 * 86400000:
            clock.guess_start = now - clock.ms()
            set_time = None
        while clock.boot in [boot[0] for boot in boots]:
            clock.boot = clock.boot + 1 & 0xFFFF
        boots = boot_history.boots = boots[-15:]  # and this one
        boots.append([clock.boot, clock.floor, 0, 0])
    if clock.known():
        set_time = None
    if set_time or not goes_on:
        boot_history.write(bool(set_time) or boot_history.is_guess())
    if set_time:
        set_time(clock.unix_ms())
        clock.guess_start = clock.system_ms() - clock.ms()


def resume(data: bytes) -> bool:
    """What boot_history.resume() is."""
    if len(data) != boot_history.FROZEN_SIZE:
        return False
    boot, ms, then, date_start = unpack(boot_history.FORMAT, data)
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
    boot_history.resumed = True
    return True


def load(path: str) -> tuple:
    """The boots, and whether the last one left a guess in the system's clock."""
    try:
        boots = list(read_json(path))
        guess = boots and isinstance(boots[-1], int) and boots.pop()
        for boot in boots:
            for number in boot:
                if not isinstance(number, int) or not 0 <= number < set_clock.LATEST:
                    raise ValueError
            _, _, _, _ = boot
        return boots, guess
    except (ValueError, TypeError):
        return [], 0  # there is none, or it was torn
