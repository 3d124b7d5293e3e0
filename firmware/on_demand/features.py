# The features that the config's `track` names, all with schemas of Iglu Central: session,
# platform and application entities, install and lifecycle events, the tracker's own failures.
import sys

from snowplow_tracker.self_describing import sealed

_NETWORK_TYPES = {"Wi-Fi": "wifi", "cellular": "mobile"}  # the schema has none for Ethernet


def make(app):
    """Give an App what its events are to carry."""
    wanted = app.settings["track"]
    tracker = app.tracker
    if "session" in wanted or "lifecycle" in wanted:
        from snowplow_tracker.plugins.session import Session

        timeouts = app.settings.get("session", ())
        app.session = Session(app.settings["state_path"], *timeouts)
        if app.reset_intent != "sleep":  # a reset after a sleep, of which the file does not know
            app.session.end()
        tracker.plugins.append(app.session)
    if "lifecycle" in wanted:
        app.lifecycle = _entity_of(_lifecycle(app))
    if "diagnostics" in wanted:
        from snowplow_tracker.plugins.diagnostics import Diagnostics

        app.diagnostics = Diagnostics(tracker).seen
    refresh(app)


def track_boot(app):
    """Track what comes once, and once a boot."""
    if "install" in app.settings["track"]:
        from snowplow_tracker.events.install import track

        app.count(track(app.tracker, app.settings["state_path"]))
    if app.lifecycle:
        _track_lifecycle(app, True)


def before_sleep(app):
    """Call before a sleep."""
    if app.lifecycle:
        _track_lifecycle(app, False)
    elif app.session:
        app.session.background()


def after_sleep(app):
    """Call after a light sleep."""
    if app.lifecycle:
        _track_lifecycle(app, True)
    elif app.session:
        app.session.foreground()


def _lifecycle(app):
    from snowplow_tracker.plugins.lifecycle import Lifecycle

    return Lifecycle(app.tracker, app.session)


# What the plugin adds to each event until the board sleeps or wakes. So it need not stay in RAM.
def _entity_of(lifecycle):
    found = []
    lifecycle("", {}, None, found)
    return sealed("entity", found[0])


def _track_lifecycle(app, awake):
    lifecycle = _lifecycle(app)
    plugins = app.tracker.plugins
    app.entities.remove(app.lifecycle)
    plugins.append(lifecycle)
    try:
        app.count(lifecycle.foreground() if awake else lifecycle.background())
    finally:
        plugins.remove(lifecycle)
        app.lifecycle = _entity_of(lifecycle)
        app.entities.append(app.lifecycle)


# The facts that change are as old as the last health event.
def refresh(app):
    """Make the entities anew, and track what failed in the tracker."""
    board = app.board
    wanted = app.settings["track"]
    entities = []
    if "application" in wanted:
        from snowplow_tracker import __version__
        from snowplow_tracker.entities.application import application

        entities.append(application(__version__, sys.platform))
    if "platform" in wanted:
        from snowplow_tracker.entities.mobile_context import mobile_context

        space = board.flash() or (None, None)
        entities.append(
            mobile_context(
                device_model=board.model,
                network_type=_NETWORK_TYPES.get(app.link.name) if board.online() else "offline",
                app_available_memory=board.memory_free(),
                total_storage=space[0],
                available_storage=space[1],
            )
        )
    app.entities = [sealed("entity", entity) for entity in entities]
    if app.lifecycle:
        app.entities.append(app.lifecycle)
    if app.diagnostics:
        from snowplow_tracker.plugins.diagnostics_check import check

        app.tracked += check(app.tracker, app.diagnostics)
