# What the emitter does before it sends, if clock.hook or clock.keeper is set.
from . import clock


def sync(idle=None):
    """Ask clock.hook, each minute until the time is known, then daily."""
    if clock.keeper:
        clock.keeper()
    if clock.hook is None or clock.ms() < clock._ask_at:
        return
    for _ in range(3):
        try:
            if clock.hook() is not False and clock._now() >= clock._NEVER:
                # It may be before a floor that a wrong clock has left.
                clock.floor = min(clock.floor, clock._now())
                clock._origin = clock._guess = 0
                break
        except OSError:
            pass
        if idle:
            idle()
    clock._ask_at = clock.ms() + (86400000 if clock.known() else 60000)
