# The trial of a new image: it is kept once the collector has accepted an event from it, and taken
# back if that does not happen in time. What took itself back before is reported here. The loader
# ends a trial that crashes.
from firmware.on_demand import release, update
from snowplow_tracker import clock


def check(app):
    """Whether a trial goes on; it may end here, also by a restart into the image before."""
    _report(app)
    if release.trial():
        late = app.settings["update"]["trial_seconds"]
        if not app.emitter.sent:
            if clock.ms() >= late * 1000:
                release.roll_back("nothing was sent in %d s" % late)
                app.restart("config")
            return True
        release.confirm()
    return False


def _report(app):
    found = release.rolled_back()
    if not found:
        return
    state = update.load_state(app)
    version = state.pop("trying", None)
    if version:
        state["refused"] = version
    else:
        state["again"] = True  # an image that worked was damaged
    state.pop("target", None)
    update.tell(app, state, "rolled_back", version, str(found.get("reason")))
    if update.save_state(app, state):
        release.forget_rolled_back()
