# Updates of the firmware: fetches what a folder of releases offers (tools/release), while the
# board goes on with its work, and has it restart into a trial of that. Nothing of the image that
# runs is touched, and what is written has no effect before release.try_next().
#
#   update_trial.py   how the trial of a new image ends
#   update_check.py   asks what is offered, and whether it is for this board (signature.py)
#   update_bring.py   brings it on flash (update_fetch.py, update_patch.py) and puts it on trial
#
# Each is loaded when it is needed, and unloaded before the next. The state, in update.json, is
#   version    of the newest release that worked here: an older one is a replay
#   refused    of one that was rolled back: it is not tried again
#   again      that version is fetched once more: its image was damaged on flash
#   target     the ID of the image that is being fetched: what flash has of it is good
#   whole      its patch led nowhere, so its image is fetched
#   trying     the version that is on trial, or would be if the power had not gone
#   told       what was reported last, so that it is reported once
#   checked    when the folder was asked last, in seconds since 1970
import gc

from snowplow_tracker import clock
from snowplow_tracker.json_file import load, save


# only_due: not before `seconds` of the config have gone since the last time.
def steps(app, only_due=False):
    """Do the next step of an update; yields ms to wait, and returns seconds to the one after."""
    if app.restart_for:
        return 60  # what was brought waits for that
    from firmware.on_demand import update_trial

    if update_trial.check(app):
        return 5
    del update_trial
    _unload(app)
    state = load_state(app)
    seconds = app.settings["update"]["seconds"]
    if only_due and "trying" not in state and "target" not in state:
        since = clock.unix_ms() // 1000 - state.get("checked", 0)
        if 0 <= since < seconds:
            return seconds - since
    try:
        if "trying" in state:
            from firmware.on_demand import update_bring

            yield from update_bring.note_end(app, state)
            del update_bring
        if not app.board.online():
            return min(5, seconds)
        from firmware.on_demand import update_check

        offer = yield from update_check.check(app, state)
        del update_check
        _unload(app)
        if offer:
            from firmware.on_demand import update_bring

            yield from update_bring.bring(app, state, offer)
    except (OSError, MemoryError) as e:
        print("update:", str(e) or "out of memory")
        seconds = min(300, seconds)
    state["checked"] = clock.unix_ms() // 1000
    save_state(app, state)
    return seconds


def _unload(app):
    app.unload()
    gc.collect()


def load_state(app):
    """The file's state; what is of a wrong type is left out."""
    state = load(app.settings["state_path"] + "/update.json")
    for key in ("version", "refused", "trying", "checked"):
        if not isinstance(state.get(key, 0), int):
            state.pop(key)
    return state


def save_state(app, state):
    """Write the file's state; whether flash took it."""
    return save(app.settings["state_path"] + "/update.json", state)


def tell(app, state, step, version, reason=None, size=None):
    """Track a step and print it, if it was not the last one; the caller then saves the state."""
    told = "%s %s %s" % (step, version, reason)
    if state.get("told") == told:
        return
    state["told"] = told
    data = {"step": step, "version": version, "from": state.get("version"), "bytes": size}
    data["reason"] = reason and reason[:255]
    print("update: %s: %s" % (version or "-", step), reason or "")
    app.track_event(
        "iglu:io.github.snowplow_micropython/update/jsonschema/1-0-0",
        {key: data[key] for key in data if data[key] is not None},
    )
    app.store.sync()  # before the state says that it was reported
