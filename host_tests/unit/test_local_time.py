"""Local time by POSIX rules, against the C library's, and the hours and days of triggers."""
import calendar
import os
import random
import time
import zoneinfo
from datetime import datetime, timezone

import pytest

from firmware import local_time
from firmware.on_demand.time_zone import parse

# What a tz database may contain, and what POSIX allows beyond.
RULES = [
    "UTC0", "CET-1CEST,M3.5.0,M10.5.0/3", "EST5EDT,M3.2.0,M11.1.0", "EST5EDT",
    "<+0330>-3:30", "<-03>3<-02>,M3.5.0/-1,M10.5.0/-1", "XST-1GMT0,M10.5.0,M3.5.0/1",
    "AEST-10AEDT,M10.1.0,M4.1.0/3", "<+1030>-10:30<+11>-11,M10.1.0,M4.1.0",
    "EET-2EEST,M3.4.4/50,M10.4.4/50", "<+1245>-12:45<+1345>,M9.5.0/2:45,M4.1.0/3:45",
    "XXX3YYY,J60,J300", "XXX-5YYY-6:30,59/0,300/23:59:59", "AAA24BBB-24,J1/0,J365/25",
    "PST8PDT,M1.1.1,M12.5.6/167", "WGT3WGST,M3.5.0/-2,M10.5.0/-1", "XXX-1YYY,0/0,J365/23",
]  # fmt: skip


@pytest.fixture
def clib():
    """offset(rule, seconds since 1970) of the C library."""
    before = os.environ.get("TZ")

    def offset(rule, now):
        os.environ["TZ"] = rule
        time.tzset()
        return time.localtime(now).tm_gmtoff

    yield offset
    if before is None:
        os.environ.pop("TZ", None)
    else:
        os.environ["TZ"] = before
    time.tzset()


def moments(rule):
    """Times of many years: some, and those around each change."""
    zone = parse(rule)
    for year in [*range(2024, 2045), 2096, 2100, 2104]:
        begin = calendar.timegm((year, 1, 1, 0, 0, 0))
        yield from (begin + random.Random(year).randrange(366 * 86400) for _ in range(20))
        low, day = begin, 86400
        while low < begin + 366 * day:  # the second of a change, by halving
            if local_time.offset(zone, low) != local_time.offset(zone, low + day):
                a, b = low, low + day
                while b - a > 1:
                    middle = (a + b) // 2
                    same = local_time.offset(zone, middle) == local_time.offset(zone, low)
                    a, b = (middle, b) if same else (a, middle)
                yield from (a - 1, a, b, b + 1, b - 3600, b + 3600)
            low += day


@pytest.mark.parametrize("rule", RULES)
def test_offsets_are_those_of_the_c_library(rule, clib):
    zone = parse(rule)
    wrong = [
        (now, local_time.offset(zone, now), clib(rule, now))
        for now in moments(rule)
        if local_time.offset(zone, now) != clib(rule, now)
    ]
    assert not wrong, (rule, len(wrong), wrong[:3])


def footers():
    """The rule at the end of each file of the system's tz database."""
    found = {}
    for folder in zoneinfo.TZPATH:
        for name in zoneinfo.available_timezones():
            try:
                with open(f"{folder}/{name}", "rb") as file:
                    found.setdefault(file.read().rsplit(b"\n", 2)[1].decode(), name)
            except OSError:
                pass
    return found


def test_the_rules_of_all_zones_of_the_world(clib):
    rules = footers()
    if not rules:
        pytest.skip("this system has no tz database")
    assert len(rules) > 50
    for rule, name in rules.items():
        zone = parse(rule)
        info = zoneinfo.ZoneInfo(name)
        for now in moments(rule):
            assert local_time.offset(zone, now) == clib(rule, now), (name, rule, now)
        # From 2090 on a zone has no more than its rule.
        for now in range(3786912000, 3786912000 + 2 * 366 * 86400, 86400 * 3 + 1234):
            local = datetime.fromtimestamp(now, timezone.utc).astimezone(info)
            assert local_time.offset(zone, now) == local.utcoffset().total_seconds(), (name, now)


@pytest.mark.parametrize("text", [
    "", "Europe/Zurich", "CET", "CE-1", "CET-1CEST,M3.5.0", "CET-1CEST,M3.6.0,M10.5.0",
    "CET-1CEST,M13.5.0,M10.5.0", "CET-25", "CET-1CEST,M3.5.7,M10.5.0", "CET-1CEST,J0,J365",
    "CET-1CEST,366,1", "CET-1:60", "<+0>1", "<+01-1", "CET-1CEST,M3.5.0/168,M10.5.0", "CET-1x",
    "CET-1CEST,M3.5.0,M10.5.0,M1.1.1", "CET-1CEST,M3.5,M10.5.0", "CET-1 ", "CET-1CEST;M3.5.0,J1",
])  # fmt: skip
def test_what_is_no_rule(text):
    with pytest.raises(ValueError):
        parse(text)


# --- hours and days ------------------------------------------------------------------------------
def at(text, rule="CET-1CEST,M3.5.0,M10.5.0/3"):
    """Milliseconds since 1970 of a local time in summer or winter of Zurich."""
    day = datetime.fromisoformat(text).replace(tzinfo=zoneinfo.ZoneInfo("Europe/Zurich"))
    return int(day.timestamp() * 1000)


def hours(begin=None, end=None, days=()):
    return begin, end, list(days), parse("CET-1CEST,M3.5.0,M10.5.0/3")


@pytest.mark.parametrize("moment, inside", [
    ("2026-07-03 21:59:59", False), ("2026-07-03 22:00:00", True), ("2026-07-04 05:59:59", True),
    ("2026-07-04 06:00:00", False), ("2026-01-03 22:00:00", True), ("2026-01-03 12:00:00", False),
])  # fmt: skip
def test_hours_across_midnight(moment, inside):
    assert local_time.is_within(hours(22 * 60, 6 * 60), at(moment)) == inside


# 3 July 2026 is a Friday. A night is of the day on which it began.
@pytest.mark.parametrize("moment, inside", [
    ("2026-07-03 23:00:00", True), ("2026-07-04 05:00:00", True), ("2026-07-04 23:00:00", False),
    ("2026-07-03 05:00:00", False),
])  # fmt: skip
def test_days_of_a_night(moment, inside):
    assert local_time.is_within(hours(22 * 60, 6 * 60, [4]), at(moment)) == inside


def test_days_alone():
    assert local_time.is_within(hours(days=[4]), at("2026-07-03 00:00:00"))
    assert not local_time.is_within(hours(days=[4]), at("2026-07-04 00:00:00"))


def test_how_long_until_the_hours_begin():
    night = hours(22 * 60, 6 * 60)
    assert local_time.until(night, at("2026-07-03 21:00:30")) == 59 * 60000 + 30000
    assert local_time.until(night, at("2026-07-03 23:00:00")) == 0
    assert local_time.until(hours(days=[0]), at("2026-07-03 23:00:00")) == 0
