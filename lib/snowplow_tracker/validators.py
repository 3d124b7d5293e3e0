# What Enrich or a schema would refuse, beside text and numbers (record.py, tracker.py).


def integer(name: str, value, low: int = -2147483648, high: int = 2147483647) -> int:
    """`value` if it is an int within the limits."""
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise ValueError("%s: expected an int from %d to %d, got %r" % (name, low, high, value))
    return value


def count(name: str, value) -> int:
    """`value` if it is an int from 0 on, of 31 bits."""
    return integer(name, value, 0)


def digits(name: str, value) -> str:
    """An int of 32 bits as text."""
    return str(integer(name, value))


def uuid(name: str, value) -> str:
    """`value` if it is a UUID of 36 characters."""
    parts = value.split("-") if isinstance(value, str) else ()
    good = [len(part) for part in parts] == [8, 4, 4, 4, 12]
    for part in parts:
        for c in part:
            good = good and c in "0123456789abcdefABCDEF"
    if not good:
        raise ValueError("%s: expected a UUID of 36 characters, got %r" % (name, value))
    return value


def within(low: int, high: int):
    """A check for an int within the limits."""
    return lambda name, value: integer(name, value, low, high)


def flag(name: str, value) -> bool:
    """`value` if it is True or False."""
    if not isinstance(value, bool):
        raise ValueError("%s: expected True or False, got %r" % (name, value))
    return value


def one_of(known: str):
    """A check for one of the words in `known`."""
    words = known.split()

    def check(name: str, value) -> str:
        if value not in words:
            raise ValueError("%s: expected one of %s; got %r" % (name, known, value))
        return value

    return check


def timestamp(name: str, value) -> str:
    """Milliseconds since 1970 as text; seconds, which would land in January 1970, are refused."""
    if not isinstance(value, int) or not 1000000000000 <= value < 10000000000000:
        raise ValueError("%s: expected an int of milliseconds since 1970" % name)
    return str(value)


def date_time(name: str, value) -> str:
    """Milliseconds since 1970, or a str such as 2026-11-26T20:00:00Z, as the latter."""
    if isinstance(value, int):
        timestamp(name, value)
        from .plugins.session import iso

        return iso(value)
    if not isinstance(value, str) or not _is_date_time(value):
        raise ValueError(
            "%s: expected milliseconds since 1970, or such as 2026-11-26T20:00:00Z, got %r"
            % (name, value)
        )
    return value


def _is_date_time(value):
    zone = value[19:]
    if zone[:1] == "." and zone[1:2].isdigit():
        zone = zone[1:].lstrip("0123456789")
    if zone != "Z":
        if len(zone) != 6 or zone[0] not in "+-" or zone[3] != ":":
            return False
        if not _in_range(zone[1:3], 0, 23) or not _in_range(zone[4:], 0, 59):
            return False
    for i, c in (4, "-"), (7, "-"), (10, "T"), (13, ":"), (16, ":"):
        if value[i] != c:
            return False
    year, month, day = value[:4], value[5:7], value[8:10]
    if not _in_range(year, 1, 9999) or not _in_range(month, 1, 12):
        return False
    days = 30 + (int(month) + int(month) // 8) % 2
    if month == "02":
        year = int(year)
        days = 29 if year % 4 == 0 and (year % 100 or year % 400 == 0) else 28
    times = ((value[11:13], 23), (value[14:16], 59), (value[17:19], 59))
    return _in_range(day, 1, days) and all([_in_range(part, 0, most) for part, most in times])


def _in_range(digits, low, high):
    for c in digits:
        if c not in "0123456789":
            return False
    return low <= int(digits) <= high
