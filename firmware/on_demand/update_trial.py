# The trial of a new image or config: it is kept once the collector has accepted an event from it,
# and taken back if that does not happen in time. What took itself back before is reported here.
# The loader ends a trial that crashes.
from firmware.on_demand import release, update
from snowplow_tracker import clock
from snowplow_tracker.json_file import read

_NUMBERS = ("version", "signed", "refused", "config", "config_refused", "checked")


def check(app):
    """Yields ms to wait, and returns seconds until the next check of a trial; 0: there is none.

    It may end here, also by a restart into what was before.
    """
    if app.restart_for:  # what was brought waits for that
        from firmware.on_demand import update_leave

        return update_leave.check(app)
    _report(app)
    found = release.trial()
    if found:
        # The loader has not put the config in place: it does not at a wake from deep sleep, to
        # which a board goes that could not restart; and one of an older version never does.
        if read("/releases/state.json").get("config") == "new":
            if app.reset_cause != "deep_sleep":
                release.roll_back("the loader did not take it: run `make deploy` once")
            app.restart_for = "config"
            return 5
        wait = 0
        if not app.emitter.sent:
            wait = 5
            why = "nothing was sent"
        elif app.crashes.safe_mode:  # which has neither sensors nor anything that is optional
            wait = 5
            why = "nothing was sent outside of safe mode"
        elif found.get("asks") and not (yield from reaches_folder(app)):
            wait = 60
            why = "update.url gave nothing that update.key has signed"
        elif not found.get("config"):
            why = yield from _failure(app)
            wait = 60 if why else 0
        if wait:
            late = app.settings["update"]["trial_seconds"]
            if clock.ms() >= late * 1000:
                from firmware.on_demand.update_failed import end

                end(app, "%s in %d s" % (why, late))
            return wait
        # In this order: if it is cut between, the trial is kept once more, and reported once.
        state = load_state(app)
        works(app, state, int(found["id"]), "config" if found.get("config") else "release")
        if not update.save_state(app, state):
            return 5
        release.confirm()
    _forget_networks(app)
    return 0


# A config that changes where updates come from must not be the last one that the board can get.
def reaches_folder(app):
    from firmware.on_demand import update_config

    try:
        return app.board.online() and (yield from update_config.reaches_folder(app))
    except (OSError, ValueError, MemoryError) as e:
        print("update:", str(e) or "out of memory")
    finally:
        app.unload()


# A release whose own code of updates is broken must not be the last one that the board can get. A
# server that is down, or too little memory at the moment, tells nothing about that code.
def _failure(app):
    """Yields ms to wait, and returns what is wrong with the code of updates, or None."""
    try:
        for name in ("update_bring", "update_patch", "update_config"):
            __import__("firmware.on_demand." + name)
            app.unload()
        if app.board.online():
            from firmware.on_demand import update_check

            yield from update_check.check(app, load_state(app))
    except (OSError, MemoryError) as e:
        print("update:", str(e) or "out of memory")
    except Exception as e:
        return "updates fail: %s: %s" % (type(e).__name__, e)
    finally:
        app.unload()
    return None


def load_state(app):
    """The file's state; what is of a wrong type is left out."""
    state = read(update.state_path(app))
    for key in _NUMBERS:
        if not isinstance(state.get(key, 0), int):
            state.pop(key)
    deployed = read("/releases/state.json").get("deployed")
    if deployed and deployed != state.get("deployed"):
        for key in ("refused", "again", "target", "whole"):  # of what is not there any more
            state.pop(key, None)
        # What a computer made whose clock was wrong would keep out all that follows. All manifests
        # that were signed before have a version that is not above that of the deploy.
        state.pop("signed", None)
        for key in ("version", "config", "config_refused"):
            if state.get(key, 0) - deployed[0] > 100000000:  # a year: YYYYMMDDHHMM
                state.pop(key)
        state["deployed"] = deployed
        state["version"] = max(deployed[0], state.get("version", 0))
    return state


def works(app, state, version, kind="release"):
    """Note that what was on trial, or came by a cable, is what runs."""
    update.tell(app, state, "works", version, kind=kind)
    if kind == "config":
        state["config"] = version
        return
    state["version"] = version
    for key in ("again", "target", "whole"):
        state.pop(key, None)


def _report(app):
    found = release.rolled_back()
    if not found:
        return
    state = load_state(app)
    kind = "config" if found.get("config") else "release"
    version = None
    if found.get("id") is None:
        state["again"] = True  # an image that worked was damaged
    else:
        version = int(found["id"])
        state["config_refused" if kind == "config" else "refused"] = version
    if kind == "release":
        state.pop("target", None)
    update.tell(app, state, "rolled_back", version, str(found.get("reason")), kind=kind)
    if update.save_state(app, state):
        release.forget_rolled_back()


# The Wi-Fi networks of the config before are needed no more once an event was sent by one of this
# config, and in this boot by no other; see join.py. After a soft reset the radio may still be in
# one that nobody joined in this boot: which one is not known.
def _forget_networks(app):
    if app.emitter.sent and app.link.name == "Wi-Fi" and app.link.network:
        if not hasattr(getattr(app.link, "_link", app.link), "fell_back"):
            from firmware.on_demand.update_fetch import remove

            remove("/releases/networks.json")
