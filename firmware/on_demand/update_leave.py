# A config on trial waits for the restart while events are in RAM alone. If the collector of before
# does not take them, it may be gone: then they go to that of the new config. If that takes none in
# the time of the trial either, the config is taken back, and they go to that of before again.
# `leaving`, which an App has only then, is the ms() since which they go to the new one.
from firmware.on_demand import release
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
    if since is None:
        _send_to(app, "config.json.new")
        app.leaving = clock.ms()
        print("update: events go to the collector of the new config")
    elif clock.ms() - since >= late * 1000:
        _send_to(app, "config.json")
        app.leaving = None
        release.roll_back("nothing was sent in %d s" % late)
    return min(60, late)


def _send_to(app, path):
    from firmware.on_demand.remote_config import use_collector
    from firmware.on_demand.settings import load_settings

    use_collector(app, load_settings(path))
