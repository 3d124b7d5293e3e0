# Real-time clock chips with a battery of their own, on I2C: one file each, loaded when `rtc` of
# the config names it. Each has a class Chip(i2c) with
#
#   PPM       how wrong it goes at most, in millionths
#   read()    -> seconds since 1970, or None if it stood still since it was set
#   set(ms)   sets it to milliseconds since 1970, to half a second; OSError if it does not run
#
# They count in UTC, from 2000 to 2099, and in 24 hours.
import time

_DAYS_TO_2000 = 10957


def load(kind: str):
    """The module of a chip by its name."""
    return __import__("boards.rtc." + kind, None, None, ("Chip",))


def digits(value: int) -> int:
    """The number of two decimal digits in a byte; -1 if it has others."""
    return (value >> 4) * 10 + (value & 15) if value & 15 < 10 and value >> 4 < 10 else -1


def coded(value: int) -> int:
    """A number below 100 as two decimal digits in a byte."""
    return value // 10 << 4 | value % 10


def seconds(year: int, month: int, day: int, clock: tuple) -> int | None:
    """Seconds since 1970 of a year from 2000 on, as 0 to 99; None if there is no such time."""
    hour, minute, second = clock
    leap = year % 4 == 0
    lengths = (31, 28 + leap, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
    if year < 0 or not 1 <= month <= 12 or not 1 <= day <= lengths[month - 1]:
        return None
    if not (0 <= hour < 24 and 0 <= minute < 60 and 0 <= second < 60):
        return None
    days = _DAYS_TO_2000 + year * 365 + (year + 3) // 4 + sum(lengths[: month - 1]) + day - 1
    return ((days * 24 + hour) * 60 + minute) * 60 + second


def date(unix: int) -> tuple:
    """(year - 2000, month, day, hour, minute, second, weekday from Monday on) in UTC."""
    epoch = 946684800 if time.gmtime(0)[0] == 2000 else 0
    t = time.gmtime(unix - epoch)
    return (t[0] - 2000,) + tuple(t[1:7])
