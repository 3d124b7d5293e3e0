# How a run of the firmware ends: by a restart, or by the board's wish.
from snowplow_tracker import clock
from snowplow_tracker.json_file import read


def restart_if_due(app):
    """Restart for app.restart_for, as soon as that loses no event."""
    intent = app.restart_for
    if intent == "link":
        app.restart_for = None  # the link asks again
        # One that did not help is not repeated for a while.
        if app.reset_intent == "link" and clock.ms() < 6 * 3600000:
            return
    if app.nothing_to_lose() and not (len(app.store) and _leaves_store()):
        app.restart(intent)


# Whether the config of the next boot does not have the store of this one; see update_config.py.
def _leaves_store():
    try:
        state = read("/releases/state.json")
    except MemoryError:
        return True  # it is asked again
    return state.get("config") == "new" and "leaves_store" in (state.get("trial") or ())


def stop(app):
    """Send what is left for a while, and print what became of all events."""
    app.board.set_reset_intent("stop")
    if "outputs" in app.settings["extras"]:
        from firmware import output

        output.off(app)
    app.save()  # now: another Ctrl-C may end what follows
    app.tracker.flush(10)
    app.save()
    print(
        "stopped: tracked %d, sent %d, unsent %d, dropped %d"
        % (app.tracked, app.emitter.sent, len(app.store), app.store.dropped)
    )
