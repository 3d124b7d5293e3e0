# A config on trial waits for the restart while events are in RAM alone. If the collector of before
# does not take them, it may be gone: then they go to that of the new config. If that takes none in
# the time of the trial either, the config is taken back, and they go to that of before again.
# `leaving`, which an App has only then, is the ms() since which they go to the new one, and what
# was used before: transport, method and batch size.
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
    before = getattr(app, "leaving", None)
    late = app.settings["update"]["trial_seconds"]
    reason = None
    if before is None:
        reason = _leave(app)
    elif clock.ms() - before[0] >= late * 1000:
        app.leaving = None
        _send_by(app, *before[1:])
        reason = "nothing was sent in %d s" % late
    if reason:
        release.roll_back(reason)
    return min(60, late)


# The new config is checked after the restart only, so anything may be wrong with it.
def _leave(app):
    """Send to its collector from now on; or why that cannot be."""
    from firmware.on_demand.start import make_transport
    from firmware.on_demand.update_config import read

    emitter = app.emitter
    method = "get" if emitter.get else "post"
    transport, new_method = emitter.transport, method
    try:
        new = read("config.json.new")
        if not _is_moved(new):
            new_method = new.get("method", "post")
            settings = {
                "collector": new["collector"].rstrip("/"),
                "roots": new.get("roots"),
                "verify": new.get("verify") is not False,
                "method": new_method,
                "extras": {"headers": new.get("headers")},
                "state_path": app.settings["state_path"],
            }
            transport = make_transport(app, settings)
    except MemoryError:
        raise  # it is tried again
    except Exception as e:
        return "config.json: collector: %s" % e
    app.leaving = clock.ms(), emitter.transport, method, emitter.batch_size
    _send_by(app, transport, new_method, emitter.batch_size)
    print("update: events go to the collector of the new config")


# Whether the remote configuration names the collector, as it does with the new config, too.
def _is_moved(new):
    if not new.get("remote"):
        return False
    from firmware.on_demand.remote_config import load_state

    return "collector" in load_state(new.get("state_path", ".")).get("changes", ())


def _send_by(app, transport, method, batch_size):
    from firmware.on_demand.start import set_method

    app.emitter.close()
    app.emitter.transport = app.transport = transport
    set_method(app.emitter, {"method": method, "batch_size": batch_size})
    app.emitter.retry_at = 0
