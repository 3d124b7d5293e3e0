# The one form of date that collectors send: "Sun, 06 Nov 1994 08:49:37 GMT".
from .. import clock
from . import set_clock

_MONTHS = b"janfebmaraprmayjunjulaugsepoctnovdec"


def unix_ms(text: bytes) -> "int | None":
    """Milliseconds since 1970 of an HTTP date of the years 2000 to 2099; None if it is not one."""
    try:
        _, days, name, years, time, zone = text.lower().split()
        hour, minute, second = [int(part) for part in time.split(b":")]
        day = int(days)
        year = int(years)
    except ValueError:
        return None
    month = _MONTHS.find(name)
    if zone != b"gmt" or month < 0 or month % 3 or not 1 <= day <= 31 or not 2000 <= year < 2100:
        return None
    if not (0 <= hour < 24 and 0 <= minute < 60 and 0 <= second <= 60):  # a leap second
        return None
    # Counted from the first of March, so that the leap day is a year's last.
    month = (month // 3 + 10) % 12
    if month > 9:
        year -= 1
    day += year * 365 + year // 4 - year // 100 + year // 400 + (month * 306 + 5) // 10
    return (((day - 719469) * 24 + hour) * 60 + minute) * 60000 + second * 1000


def retry_after_ms(text: bytes, now: int) -> int:
    """Milliseconds to wait by a Retry-After of seconds or a date; 0 if it is neither."""
    if text.isdigit() and len(text) < 10:
        return int(text) * 1000
    then = unix_ms(text)
    return max(0, then - now) if then else 0


def use_date(text: bytes) -> None:
    """Set the clock by a collector's Date, if the time is not known; it has whole seconds."""
    now = unix_ms(text)
    if now and not clock.known():
        set_time(now + 500)


def compare_date(text: bytes) -> None:
    """Note whether the Date of who accepted a request agrees with the time that is known."""
    now = unix_ms(text)
    if now:
        clock.confirmed = abs(now - clock.unix_ms()) < set_clock.AGREE_MS
        if not clock.confirmed:
            set_clock.next_ask = 0


def set_time(now: int) -> None:
    """Take over a time (ms since 1970); it holds until the system's clock is set."""
    if now >= clock.EARLIEST:
        clock.date_start = now - clock.ms()
        clock.confirmed = False  # it may be from before the system's clock was lost
        clock.floor = min(clock.floor, now)
