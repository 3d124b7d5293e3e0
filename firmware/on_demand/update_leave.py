# A config on trial waits for the restart while events are in RAM alone. If the collector of before
# does not take them, it may be gone: then they go to that of the new config. If that takes none in
# the time of the trial either, the config is taken back, and they go to that of before again.
# `leaving`, which an App has only then, is the ms() since which they go to the new one.
from firmware.on_demand import release
from firmware.on_demand.remote_config import use_collector
from snowplow_tracker import clock
from snowplow_tracker.emitter.outcome import outcome
from snowplow_tracker.json_file import load


def check(app):
    """Seconds until it is to be called again."""
    if not release.trial() or load("/releases/state.json").get("config") != "new":
        return 60
    if outcome(app.emitter.last_result) in ("none", "success") or not app.board.online():
        return 60  # it restarts as soon as all of them are sent
    since = getattr(app, "leaving", None)
    late = app.settings["update"]["trial_seconds"]
    reason = None
    if since is None:
        reason = _leave(app)
    elif clock.ms() - since >= late * 1000:
        reason = "nothing was sent in %d s" % late
    if reason:
        app.leaving = None
        release.roll_back(reason)
        use_collector(app, app.settings)
    return min(60, late)


# The new config is checked after the restart only, so anything may be wrong with it.
def _leave(app):
    """Send to its collector from now on; or why that cannot be."""
    try:
        use_collector(app, _new_settings(app.settings))
    except MemoryError:
        raise  # it is tried again
    except Exception as e:
        return "config.json: collector: %s" % e
    app.leaving = clock.ms()
    print("update: events go to the collector of the new config")


# Only what tells where events go, and how: there may be no memory to check all of it.
def _new_settings(settings):
    from firmware.on_demand.update_config import read

    new = read("config.json.new")
    return dict(
        settings,
        collector=new["collector"].rstrip("/"),
        roots=new.get("roots"),
        verify=new.get("verify") is not False,
        method=new.get("method", "post"),
        extras={"headers": new.get("headers")},
    )
