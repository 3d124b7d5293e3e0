# How the firmware starts: makes the parts of an App, which are declared there. It is unloaded
# afterwards.
import os
import sys

from firmware.sensors import Sensors
from firmware.transport import MeasuringTransport
from firmware.watchdog import Watchdog
from snowplow_tracker import __version__, clock
from snowplow_tracker.clock.boot_history import start
from snowplow_tracker.emitter import Emitter
from snowplow_tracker.json_file import load, save
from snowplow_tracker.self_describing import sealed
from snowplow_tracker.tracker import Tracker

# Identity (session.json, install.json) stays; safe mode does not read it.
_STATE_FILES = ("boot.json", "boots.json", "losses.json", "remote.json", "cookie.txt")
# The settings that nothing reads after the boot.
_BOOT_SETTINGS = (
    "app_id",
    "batch_size",
    "board_sensors",
    "buffer_bytes",
    "buses",
    "collector",
    "hold_pin",
    "led",
    "method",
    "mode",
    "portal_pin",
    "remote_options",
    "rtc",
    "sample_seconds",
    "sensors",
    "session",
    "store",
    "store_bytes",
    "store_path",
    "transport",
    "triggers",
    "user_id",
    "watchdog_seconds",
)


def make(app):
    """Give an App its parts."""
    board = app.board
    settings = app.settings
    directory = settings["state_path"]
    _set_first_values(app)
    if app.crashes.last_resort:
        _remove_state(directory)
        # The clock may show a guess, of which boots.json told: it is unset from here on.
        board.set_time(946684800000)
    app.reset_cause = board.reset_cause()
    app.boot_count = _count_boot(directory, app.reset_intent)
    if settings["remote"] and settings["on_trial"]:
        _count_trial(app, directory)
    app.reported_losses = _reported_losses(app.store, directory)
    app.watchdog = Watchdog(board)
    board.on_idle = app.watchdog.feed
    clock.hook = app.set_clock
    start(directory + "/boots.json", board.set_time)
    if settings["rtc"]:
        from firmware.on_demand import rtc

        rtc.start(app)
    app.transport = make_transport(app, settings)
    app.emitter = Emitter(
        settings["collector"],
        event_store=app.store,
        transport=app.transport,
        online=board.online,
    )
    set_method(app.emitter, settings)
    app.emitter.idle = board.idle
    app.tracker = Tracker(settings["namespace"], app.emitter, app_id=settings["app_id"])
    # What a Subject would add to each event, and the entity of each event.
    subject = {"duid": board.id(), "uid": settings["user_id"]}
    app.standard_nv_pairs = {key: subject[key] for key in subject if subject[key]}
    app.tracker.subject = app
    extras = settings["extras"]
    app.board_entity = _board_entity(board, settings)  # sealed once what follows has changed it
    app.tracker.plugins.append(app.attach)
    if app.has_features:
        from firmware.on_demand import features

        features.make(app)
    if extras:
        from firmware.on_demand.extras import add

        add(app)
    if "remote_options" in settings:
        from firmware.on_demand import remote_options

        remote_options.apply(app)
    app.board_entity = sealed("board", app.board_entity)
    app.sensors = Sensors(board, settings)
    if settings["watchdog_seconds"]:
        board.watchdog(settings["watchdog_seconds"])
    app.own = None
    if "app" in extras and not app.crashes.safe_mode:
        from firmware.own_app import OwnApp

        app.own = OwnApp(app, extras["app"])
        app.own.start()


def _set_first_values(app):
    app.tracked = 0
    app.failures = {}
    app.battery = None
    app.low = False
    app.trial_start = None
    app.remote_wait = 5
    app.has_features = app.settings["track"] != ["errors"]
    app.session = app.lifecycle = app.diagnostics = None
    app.entities = []
    app.location = None
    app.restart_for = None
    app.asleep_ms = app.radio_ms = 0
    app.radio_since = None
    app.wake_count = app.wake_reasons = None
    app.reported = (None, None)
    app.problem = app.flash_error = None
    app.outcome = "none"


def _board_entity(board, settings):
    data = {"port": sys.platform, "firmware": __version__, "id": board.id(), "model": board.model}
    data["name"] = settings["extras"].get("name")
    data["release"] = settings["update"] and _release()
    data = {key: data[key] for key in data if data[key]}
    minor = 2 if "release" in data else 1 if "name" in data else 0
    return ("iglu:io.github.snowplow_micropython/board/jsonschema/1-0-%d" % minor, data)


# The version of the release that runs, or of the deploy by cable; see release.py.
def _release():
    state = load("/releases/state.json")
    try:
        trial = state.get("trial")
        if trial and not trial.get("config"):
            return int(trial["id"])
        return state["release"] if "release" in state else state["deployed"][0]
    except (KeyError, TypeError, ValueError, AttributeError):
        return None  # not known, or the file is damaged


def make_store(settings):
    """The store on flash if the config gives it space there, else in RAM."""
    options = settings.get("store", {})
    if not settings["store_bytes"]:
        from snowplow_tracker.store.ring import RingStore

        return RingStore(settings["buffer_bytes"], **options)
    from snowplow_tracker.store.segments import SegmentStore

    # A segment is a page at least, and its size must not change with `buffer_bytes`, as in safe
    # mode: the store counts in segments.
    page = min(settings["buffer_bytes"], max(4096, settings["store_bytes"] // 16))
    return SegmentStore(
        settings["store_path"], settings["store_bytes"], page_bytes=page, **options
    )


# The settings may be others than the App's; see remote_config.py.
def make_transport(app, settings):
    """A transport to the settings' collector, which tells the App how its requests end."""
    transport = MeasuringTransport(
        settings["collector"] + "/com.snowplowanalytics.snowplow/tp2",
        roots=settings["roots"],
        verify=settings["verify"],
        cookie_file=settings["state_path"] + "/cookie.txt",
        headers=settings["extras"].get("headers"),
        dns=app.board.dns,
        get=settings["method"] == "get",
        **settings.get("transport", {}),
    )
    transport.on_result = app.request_ended
    return transport


# What is checked already, and so needs no file of the library that checks it.
def set_method(emitter, settings):
    """Tell an Emitter the method, and how many events go together."""
    emitter.get = settings["method"] == "get"
    emitter.batch_size = emitter.batch_limit = 1 if emitter.get else settings["batch_size"]


# One of these files may be what crashes the firmware.
def _remove_state(directory):
    for name in _STATE_FILES:
        try:
            os.remove(directory + "/" + name)
        except OSError:
            pass  # it is not there


# A wake from deep sleep is no boot, and writes nothing.
def _count_boot(directory, intent):
    path = directory + "/boot.json"
    state = load(path)
    count = _count_in(state, "boots")
    if intent != "sleep":
        count += 1
        save(path, {"boots": count})
    return count


# Boots of a document on trial; see settings.py.
def _count_trial(app, directory):
    from firmware.on_demand.remote_config import load_state, save_state

    app.trial_start = 0
    state = load_state(directory)
    if app.reset_intent != "sleep" and state.get("trial"):
        state["trial"] += 1
        save_state(directory, state)


# What was tracked of the losses of a store that counts on over reboots.
def _reported_losses(store, directory):
    if not hasattr(store, "path"):
        return {}
    state = load(directory + "/losses.json")
    losses = {cause: _count_in(state, cause) for cause in store.lost}
    if sum(losses.values()) > store.dropped and not store.error:  # it is a new store
        return {}
    return losses


# The file may be damaged.
def _count_in(state, key):
    count = state.get(key, 0)
    return count if isinstance(count, int) and count >= 0 else 0


def track_boot(app):
    """Print what board this is, and track the boot, and the crash that ended the run before."""
    board = app.board
    print("board: %s (%s), id %s" % (board.model, sys.platform, board.id()))
    print("sensors:", ", ".join(app.sensors.names) or "none")
    for reason in board.absent:
        print("absent:", reason)
    board.absent = []  # the texts are needed once
    settings = app.settings
    print("collector:", settings["collector"])
    networks = getattr(app.link, "networks", None)
    if networks:
        print("joining:", ", ".join(["'%s'" % network["ssid"] for network in networks]))
    app.track_struct("board", "boot", app.reset_cause, app.reset_intent)
    crashes = app.crashes
    if crashes.error and "errors" in settings["track"]:
        from snowplow_tracker.events.error import SCHEMA

        try:
            app.track_event(SCHEMA, crashes.error)
        except ValueError:  # the file is damaged
            crashes.mark_reported()
    if crashes.safe_mode:
        print("safe mode after %d crashes in a row: no sensors" % crashes.count)
        app.track_struct("board", "safe_mode", None, None, crashes.count)
    for key in _BOOT_SETTINGS:
        settings.pop(key, None)
    kept = dict(settings)  # a dict whose keys went is as large as before
    settings.clear()
    settings.update(kept)
