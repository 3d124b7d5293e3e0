"""Dates of HTTP: which are read, and what they may do to the clock."""

from fake_time import NOW, Machine
from snowplow_tracker import clock
from snowplow_tracker.clock.http_date import retry_after_ms, unix_ms, use_date

GOOD = b"Sun, 22 Nov 2026 12:29:06 GMT"
BAD = (
    GOOD[:-3] + b"GMT+1",
    GOOD[:-3] + b"CET",
    GOOD[:-3] + b"+0100",
    GOOD[:-4],
    GOOD + b" x",
    b"Sun, 00 Nov 2026 12:29:06 GMT",
    b"Sun, 32 Nov 2026 12:29:06 GMT",
    b"Sun, 22 Nov 2026 24:00:00 GMT",
    b"Sun, 22 Nov 2026 12:60:00 GMT",
    b"Sun, 22 Nov 2026 12:29:61 GMT",
    b"Sun, 22 Nov 2026 -1:29:06 GMT",
    b"Sun, 22 Nov 2026 12:29 GMT",
    b"Sunday, 22-Nov-26 12:29:06 GMT",
    b"Sun Nov 22 12:29:06 2026",
    b"Sun, 22 Nov 1999 12:29:06 GMT",
    b"Fri, 01 Jan 2100 00:00:00 GMT",
    b"Sun, 22 Nov 9999 12:29:06 GMT",
    b"Sun, 22 Nov 99999 12:29:06 GMT",
    b"\xff" * 29,
)


def test_only_what_is_a_date_of_this_century_in_gmt_is_read():
    assert unix_ms(GOOD) == unix_ms(GOOD.lower()) == 1795350546000
    assert unix_ms(b"Thu, 31 Dec 2099 23:59:59 GMT") == 4102444799000
    for bad in BAD:
        assert unix_ms(bad) is None, bad


def test_no_other_sets_the_clock_or_makes_the_board_wait():
    for bad in BAD + (b"Sat, 22 Nov 2003 12:29:06 GMT",):  # before anything was built
        with Machine(0):
            use_date(bad)
            assert not clock.known(), bad
        if bad[12:16] != b"2003":
            assert retry_after_ms(bad, NOW) == 0, bad
    with Machine(0):
        use_date(GOOD)
        assert clock.known()
