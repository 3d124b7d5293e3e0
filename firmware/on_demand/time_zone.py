# Reads a POSIX TZ rule, such as CET-1CEST,M3.5.0,M10.5.0/3, for local_time.py. What a rule may
# be is in POSIX.1-2024, "Environment Variables", TZ; hours from -167 to 167 are in it, too.
_DEFAULT = "M3.2.0,M11.1.0"  # where summer time has no rules, as in glibc


def parse(text):
    """(seconds east of UTC, those in summer, its start, its end); ValueError for no such rule."""
    rest = _name(text)
    standard, rest = _time(rest, 24)
    if not rest:
        return -standard, None, None, None
    rest = _name(rest)
    summer = standard - 3600
    if rest and rest[0] != ",":
        summer, rest = _time(rest, 24)
    start, end = (rest[1:] or _DEFAULT).split(",")
    if rest and rest[0] != ",":
        raise ValueError
    return -standard, -summer, _rule(start), _rule(end)


# Both forms of a name: letters, or anything like +03 in <>.
def _name(text):
    if text[:1] == "<":
        name, closed, rest = text[1:].partition(">")
        good = closed and all([c.isalpha() or c.isdigit() or c in "+-" for c in name])
    else:
        rest = text
        while rest[:1].isalpha():
            rest = rest[1:]
        name = text[: len(text) - len(rest)]
        good = True
    if not good or len(name) < 3:
        raise ValueError
    return rest


# [+-]hours[:minutes[:seconds]] at the start of a text, as seconds, and the rest.
def _time(text, most):
    sign = -1 if text[:1] == "-" else 1
    if text[:1] in ("+", "-"):
        text = text[1:]
    seconds = 0
    for i, unit in enumerate((3600, 60, 1)):
        digits = text
        while digits[:1].isdigit():
            digits = digits[1:]
        number = int(text[: len(text) - len(digits)])  # ValueError for none
        if number > (most if not i else 59):
            raise ValueError
        seconds += number * unit
        text = digits
        if text[:1] != ":" or i == 2:
            break
        text = text[1:]
    return sign * seconds, text


def _rule(text):
    day, slash, rest = text.partition("/")
    seconds = 7200
    if slash:
        seconds, rest = _time(rest, 167)
        if rest:
            raise ValueError
    if day[:1] == "M":
        month, week, weekday = [_number(n) for n in day[1:].split(".")]
        if not (1 <= month <= 12 and 1 <= week <= 5 and weekday <= 6):
            raise ValueError
        return "M", month, week, weekday, seconds
    kind = "J" if day[:1] == "J" else "D"
    number = _number(day[1:] if kind == "J" else day)
    if not (kind == "J") <= number <= 365:
        raise ValueError
    return kind, number, 0, 0, seconds


def _number(text):
    if not text or not all([c.isdigit() for c in text]):
        raise ValueError
    return int(text)
