# How a trial ends that does not work, and what becomes of an exception in the code of updates: a
# server, flash or memory may be better the next time, but a fault in the code stays. What is on
# trial with it must not be the last that the board can get.
from firmware.on_demand import release
from snowplow_tracker import clock


def handle(app, error):
    """Print it, and end a trial that it would keep from its end; seconds to the next step."""
    print("update: %s: %s" % (type(error).__name__, error))
    if isinstance(error, (OSError, MemoryError)) or app.restart_for or not release.trial():
        return 300
    late = app.settings["update"]["trial_seconds"]
    if clock.ms() >= late * 1000:
        end(app, "updates fail: %s: %s" % (type(error).__name__, error))
    return min(60, late)


def end(app, reason):
    """Take back what is on trial, and restart."""
    release.roll_back(reason)
    if not app.nothing_to_lose():
        app.tracker.flush(10)  # what is in RAM alone
    app.restart("config")
