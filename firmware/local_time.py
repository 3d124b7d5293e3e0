# The hours and days of the config in its time zone. `hours` of a trigger is (begin, end, days,
# zone): minutes of the day or None, numbers of days from 0 (Monday) on or None, and the zone as
# firmware/on_demand/time_zone.py reads it. Loaded if a trigger has hours or days.
_DAY = 86400


def is_within(hours, now_ms):
    """Whether this time (ms since 1970) is in the hours and on the days."""
    begin, end, days, zone = hours
    day, minute = _local(zone, now_ms)
    if begin is not None:
        if begin < end:
            if not begin <= minute < end:
                return False
        elif minute < end:
            day -= 1  # that on which the night began
        elif minute < begin:
            return False
    return not days or (day + 3) % 7 in days


def until(hours, now_ms):
    """Milliseconds until the hours begin next; 0 in them, and if they are not the reason."""
    begin, _, _, zone = hours
    if begin is None or is_within(hours, now_ms):
        return 0
    _, minute = _local(zone, now_ms)
    return ((begin - minute) % 1440 or 1440) * 60000 - now_ms % 60000


# (days since 1970, minute of the day) at this time.
def _local(zone, now_ms):
    now = now_ms // 1000
    now += offset(zone, now)
    return now // _DAY, now % _DAY // 60


def offset(zone, now):
    """Seconds east of UTC at a time in seconds since 1970."""
    standard, summer, start, end = zone
    if start is None:
        return standard
    year = _year(now // _DAY)
    start = _change(start, year) - standard
    end = _change(end, year) - summer
    if start <= end:
        is_summer = start <= now < end
    else:  # south of the equator
        is_summer = not end <= now < start
    return summer if is_summer else standard


# When a rule applies in a year, as local seconds since 1970. Rules as POSIX has them: ("M", month,
# week, weekday, seconds), ("J", day from 1 on without 29 February, 0, 0, seconds), or ("D", day
# from 0 on, 0, 0, seconds).
def _change(rule, year):
    kind, first, week, weekday, seconds = rule
    begin = _days(year)
    leap = _days(year + 1) - begin - 365
    if kind == "M":
        day = begin + _month(first, leap)
        length = _month(first + 1, leap) - _month(first, leap)
        step = (weekday - (day + 4)) % 7 + 7 * (week - 1)
        day += step if step < length else step - 7
    elif kind == "J":
        day = begin + first - 1 + (leap and first >= 60)
    else:
        day = begin + first
    return day * _DAY + seconds


# Days from 1970 to a year, and those of the months before one: 30.6 days from March on.
def _days(year):
    past = year - 1
    return year * 365 - 719527 + past // 4 - past // 100 + past // 400


def _month(month, leap):
    return (month - 1) * 31 if month < 3 else (306 * month - 324) // 10 + leap


def _year(day):
    year = 1970 + day // 366
    while _days(year + 1) <= day:
        year += 1
    return year
