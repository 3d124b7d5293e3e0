# What the emitter does before it sends, if clock.hook or clock.saver is set.
from .. import clock


def set_clock(idle=None) -> None:
    """Ask clock.hook, each minute until the time is known, then daily."""
    if clock.saver:
        clock.saver()
    if clock.hook is None or clock.ms() < clock.next_ask:
        return
    for _ in range(3):
        try:
            if clock.hook() is not False and clock.system_ms() >= clock.EARLIEST:
                # It may be before a floor that a wrong clock has left.
                clock.floor = min(clock.floor, clock.system_ms())
                clock.date_start = clock.guess_start = 0
                break
        except OSError:
            pass
        if idle:
            idle()
    clock.next_ask = clock.ms() + (86400000 if clock.known() else 60000)
