import time

from snowplow_tracker import clock


def test_unix_ms_is_the_systems_time():
    assert abs(clock.unix_ms() - int(time.time() * 1000)) < 5000


def test_ms_never_goes_back():
    last = clock.ms()
    for _ in range(1000):
        now = clock.ms()
        assert isinstance(now, int) and now >= last
        last = now


def test_ms_goes_on_when_ticks_wrap():
    # Ticks of a 32-bit board, whose period is 2^30 ms.
    period = 1 << 30
    real = (clock.ticks_ms, clock.ticks_diff, clock._ticks)
    ticks = [period - 500]

    def ticks_diff(end, start):
        return (end - start + period // 2) % period - period // 2

    try:
        clock._ticks = ticks[0]
        clock.ticks_ms = lambda: ticks[0] % period
        clock.ticks_diff = ticks_diff
        start = clock.ms()
        for days in range(40):
            ticks[0] += 86400000
            assert clock.ms() - start == (days + 1) * 86400000
    finally:
        clock.ticks_ms, clock.ticks_diff, clock._ticks = real


def test_boot_fits_the_record():
    assert 0 <= clock.boot < 65536
