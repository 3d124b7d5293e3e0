# Updates of the firmware: fetches what a folder of releases offers (tools/release), while the
# board goes on with its work, and has it restart into a trial of that. Nothing of the image that
# runs is touched, and what is written has no effect before release.try_next().
#
#   update_trial.py   how the trial of a new image or config ends
#   update_check.py   asks what is offered, and whether it is for this board (signature.py)
#   update_bring.py   brings it on flash (update_fetch.py, update_patch.py) and puts it on trial
#   update_config.py  does all that for the config
#   update_leave.py   where a config waits for events that the collector of before does not take
#   update_steps.py   calls steps(), and lets no exception out
#   update_failed.py  takes back what is on trial; what becomes of an exception in any of them
#
# Each is loaded when it is needed, and unloaded before the next. The state, in update.json, is
#   version    of the newest release that worked here, or was deployed: an older one is a replay
#   signed     when the newest manifest that was seen was signed, in seconds since 1970: as well
#   refused    of one that was rolled back: it is not tried again
#   again      that version is fetched once more: its image was damaged on flash
#   target     the ID of the image that is being fetched: what flash has of it is good
#   whole      its patch led nowhere, so its image is fetched
#   config, config_refused   versions of configs, as version and refused of releases
#   deployed   what release.py says of it, of the last deploy by cable of which this state knows
#   told, told config        what was reported last, so that it is reported once
#   checked    when the folder was asked last, in seconds since 1970
import gc
import os

from snowplow_tracker import clock
from snowplow_tracker.json_file import save


# only_due: not before `seconds` of the config have gone since the last time.
def steps(app, only_due=False):
    """Do the next step of an update; yields ms to wait, and returns seconds to the one after."""
    from firmware.on_demand import update_trial

    seconds = app.settings["update"]["seconds"]
    wait = yield from update_trial.check(app)
    if wait:
        return min(wait, seconds)
    state = update_trial.load_state(app)
    del update_trial
    _unload(app)
    if only_due and "target" not in state:
        since = clock.unix_ms() // 1000 - state.get("checked", 0)
        if 0 <= since < seconds:
            return seconds - since
    if not app.board.online():
        return min(5, seconds)
    for part in (_take_release, _take_config):
        try:
            if not app.restart_for:
                yield from part(app, state)
        except (OSError, MemoryError) as e:
            print("update:", str(e) or "out of memory")
            seconds = min(300, seconds)
        _unload(app)
    state["checked"] = clock.unix_ms() // 1000
    save_state(app, state)
    return min(60, seconds) if app.restart_for else seconds


def _take_release(app, state):
    from firmware.on_demand import update_check

    offer = yield from update_check.check(app, state)
    del update_check
    _unload(app)
    if offer:
        from firmware.on_demand import update_bring

        yield from update_bring.bring(app, state, offer)


def _take_config(app, state):
    from firmware.on_demand import update_config

    yield from update_config.check(app, state)


def _unload(app):
    app.unload()
    gc.collect()


# With images it lies where no config can move it: it keeps out replays.
def state_path(app):
    """The path of update.json."""
    try:
        os.stat("/releases")
        return "/releases/update.json"
    except OSError:
        return app.settings["state_path"] + "/update.json"


def save_state(app, state):
    """Write the file's state; whether flash took it."""
    return save(state_path(app), state)


def tell(app, state, step, version, reason=None, size=None, kind="release"):
    """Track a step and print it, if it was not the last one; the caller then saves the state."""
    told = "%s %s %s" % (step, version, reason)
    is_config = kind == "config"
    key = "told config" if is_config else "told"
    if state.get(key) == told:
        return
    state[key] = told
    data = {"step": step, "version": version, "bytes": size, "kind": kind if is_config else None}
    data["from"] = state.get("config" if is_config else "version")
    data["reason"] = reason and reason[:255]
    print("update: %s %s: %s" % (kind, version or "-", step), reason or "")
    app.track_event(
        "iglu:io.github.snowplow_micropython/update/jsonschema/1-0-0",
        {key: data[key] for key in data if data[key] is not None},
    )
    app.store.sync()  # before the state says that it was reported
