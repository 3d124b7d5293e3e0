# What is done before a send, if clock.hook or clock.saver is set.
from .. import clock

# ntptime makes this time, in 2036, of a reply without one: a kiss-of-death.
NTP_ZERO = 2085978496000
AGREE_MS = 600000
LATEST = 4102444800000  # 2100-01-01: no clock that is right shows this
next_ask = 0  # the ms() from which the hook is asked again


def set_clock(idle=None) -> None:
    """Ask clock.hook, each minute until the time is known, then daily."""
    global next_ask
    if clock.saver:
        clock.saver()
    if clock.hook is None or clock.ms() < next_ask:
        return
    before = clock.boot_start()
    for _ in range(3):
        try:
            if clock.hook() is not False and _take_over(before):
                break
        except OSError:
            pass
        except Exception as e:  # a hook may be anybody's code
            print("snowplow: clock.hook: %s: %s" % (type(e).__name__, e))
        if idle:
            idle()
    next_ask = clock.ms() + (86400000 if clock.known() else 60000)


def _take_over(before):
    # Whether the time that the hook set is a possible one.
    now = clock.system_ms()
    if now < clock.EARLIEST:
        return False
    if now >= LATEST or -60000 < now - NTP_ZERO < 60000:
        clock.guess_start = now - clock.ms()
        return False
    clock.floor = min(clock.floor, now)  # a wrong clock may have left one that is too late
    clock.guess_start = 0
    clock.date_start = now - clock.ms()
    if before:
        clock.confirmed = abs(clock.boot_start() - before) < AGREE_MS
    return True
