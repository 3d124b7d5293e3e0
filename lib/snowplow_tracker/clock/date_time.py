# Date-times of RFC 3339, which JSON Schema asks for.
from ..validators import timestamp


def date_time(name: str, value) -> str:
    """Milliseconds since 1970, or a str such as 2026-11-26T20:00:00Z, as the latter."""
    if isinstance(value, int):
        timestamp(name, value)
        from ..plugins.session import iso

        try:
            return iso(value)
        except OverflowError:  # on boards of 32 bits from 2106 on
            raise ValueError("%s: %d is later than this board's clock can show" % (name, value))
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
