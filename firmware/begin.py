# How the firmware begins. Needed once, and forgotten then: what goes on is in app.py.
import sys

from guard import Guard
from sensing import Sensors
from snowplow_tracker import __version__, clock
from snowplow_tracker.clock.boot_history import start
from snowplow_tracker.emitter import Emitter
from snowplow_tracker.json_file import load, save
from snowplow_tracker.tracker import Tracker
from transport import Meter


def make(app):
    """Give an App its parts."""
    board = app.board
    settings = app.settings
    where = settings["state_path"]
    app.cause = board.reset_cause()
    app.boots = _count(where + "/boot.json", "boots", app.intent)
    if settings["remote"] and load(where + "/remote.json").get("trial"):
        app.trial = True
        _count(where + "/remote.json", "trial", app.intent)  # see settings.py
    # What was told of the losses of a store that counts on over reboots.
    app.lost = load(where + "/losses.json") if hasattr(app.store, "path") else {}
    if sum(app.lost.values()) > app.store.dropped and not app.store.error:  # it is a new one
        app.lost = {}
    app.guard = Guard(board)
    board.on_idle = app.guard.feed
    wifi = dict(settings["wifi"] or {})
    app.link = board.link(wifi.pop("networks", None), **wifi)
    clock.hook = app.set_clock
    start(where + "/boots.json", board.set_time)
    app.transport = Meter(
        settings["collector"] + "/com.snowplowanalytics.snowplow/tp2",
        roots=settings["roots"],
        verify=settings["verify"],
        cookie_file=where + "/cookie.txt",
        dns=board.dns,
    )
    app.transport.tell = app.heard
    app.emitter = Emitter(
        settings["collector"],
        batch_size=settings["batch_size"],
        event_store=app.store,
        transport=app.transport,
        idle=board.idle,
        online=board.online,
    )
    app.tracker = Tracker(settings["namespace"], app.emitter, app_id=settings["app_id"])
    # Who it is, as a Subject would say it; and the entity of every event.
    id = board.id()
    who = {"duid": id, "uid": settings["user_id"]}
    app.who = {key: who[key] for key in who if who[key]}
    data = {"port": sys.platform, "firmware": __version__, "id": id, "model": board.model}
    app.entity = (
        "iglu:io.github.snowplow_micropython/board/jsonschema/1-0-0",
        {key: data[key] for key in data if data[key]},
    )
    app.tracker.plugins.append(app.attach)
    if app.has_extras:
        import extras

        extras.make(app)
    app.sensors = Sensors(board, settings)


# A wake from deep sleep is no boot, and writes nothing.
def _count(path, key, intent):
    state = load(path)
    count = state.get(key, 0)
    if intent != "sleep":
        state[key] = count = count + 1
        save(path, state)
    return count


def started(app):
    """Say what board this is, track the boot, and what ended the run before if it crashed."""
    board = app.board
    print("board: %s (%s), id %s" % (board.model, sys.platform, board.id()))
    print("sensors:", ", ".join(app.sensors.names) or "none")
    for what in board.absent:
        print("absent:", what)
    print("collector:", app.settings["collector"])
    app.struct("board", "boot", app.cause, app.intent)
    crashes = app.crashes
    if crashes.error and "errors" in app.settings["track"]:
        from snowplow_tracker.events.error import SCHEMA

        app.event(SCHEMA, crashes.error)
    if crashes.safe:
        print("safe mode after %d crashes in a row: no sensors" % crashes.count)
        app.struct("board", "safe_mode", None, None, crashes.count)
    if app.has_extras:
        import extras

        extras.started(app)
