# What becomes of an exception in the code of updates. A server, flash or memory may be better the
# next time; a fault in the code stays. What is on trial with it must not be the last that the
# board can get: it is taken back once its time is over.
from firmware.on_demand import release
from snowplow_tracker import clock


def handle(app, error):
    """Print it, and end a trial that it would keep from its end; seconds to the next step."""
    print("update: %s: %s" % (type(error).__name__, error))
    if isinstance(error, (OSError, MemoryError)) or app.restart_for or not release.trial():
        return 300
    late = app.settings["update"]["trial_seconds"]
    if clock.ms() >= late * 1000:
        release.roll_back("updates fail: %s: %s" % (type(error).__name__, error))
        app.restart("config")
    return min(60, late)
