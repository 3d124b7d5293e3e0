# The trial of a new image or config: it is kept once the collector has accepted an event from it,
# and taken back if that does not happen in time. What took itself back before is reported here.
# The loader ends a trial that crashes.
from firmware.on_demand import release, update
from snowplow_tracker import clock
from snowplow_tracker.json_file import load

_NUMBERS = ("version", "signed", "refused", "config", "config_refused", "checked")


def check(app):
    """Whether a trial goes on; it may end here, also by a restart into what was before."""
    _report(app)
    found = release.trial()
    if found:
        # The loader has not put the config in place: it does not at a wake from deep sleep, to
        # which a board goes that could not restart; and one of an older version never does.
        if load("/releases/state.json").get("config") == "new":
            if app.reset_cause != "deep_sleep":
                release.roll_back("the loader did not take it: run `make deploy` once")
            app.restart_for = "config"
            return True
        late = app.settings["update"]["trial_seconds"]
        if not app.emitter.sent:
            if clock.ms() >= late * 1000:
                release.roll_back("nothing was sent in %d s" % late)
                app.restart("config")
            return True
        # In this order: if it is cut between, the trial is kept once more, and reported once.
        state = load_state(app)
        works(app, state, int(found["id"]), "config" if found.get("config") else "release")
        if not update.save_state(app, state):
            return True
        release.confirm()
    _forget_networks(app)
    return False


def load_state(app):
    """The file's state; what is of a wrong type is left out."""
    state = load(update.state_path(app))
    for key in _NUMBERS:
        if not isinstance(state.get(key, 0), int):
            state.pop(key)
    deployed = load("/releases/state.json").get("deployed")
    if deployed and deployed != state.get("deployed"):
        for key in ("refused", "again", "target", "whole"):  # of what is not there any more
            state.pop(key, None)
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
