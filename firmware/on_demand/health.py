# How the board is, as one event. What it cannot tell is left out.
import time

from snowplow_tracker import clock
from snowplow_tracker.json_file import save

SCHEMA = "iglu:io.github.snowplow_micropython/health/jsonschema/1-0-0"

# Current of an ESP32 in microamperes: awake with the radio off, what the radio adds, and asleep
# (its datasheet). With the radio on that agrees with the charge that others measured at 5 V: 204
# mC for a join with DHCP, 137 for a POST. A boot, which is counted as sleep, takes 24 mC.
_AWAKE_UA = 40000
_RADIO_UA = 70000
_LIGHT_SLEEP_UA = 800
_DEEP_SLEEP_UA = 10
_BOOT_MC = 24


def track_losses(app):
    """Track what the store lost since the last time, if it did."""
    lost = app.store.lost
    data = {cause: lost[cause] - app.reported_losses.get(cause, 0) for cause in lost}
    # Less than was tracked: the rest is on flash that cannot be read now.
    if min(data.values()) >= 0 < sum(data.values()):
        app.reported_losses = dict(lost)
        app.track_event("iglu:io.github.snowplow_micropython/loss/jsonschema/1-0-0", data)
        if hasattr(app.store, "path"):  # it counts on over reboots
            save(app.settings["state_path"] + "/losses.json", lost)


def charge(app, awake_ms, asleep_ms):
    """Estimated charge since the board got its power or crashed, in millicoulombs."""
    boots = 1
    sleep_ua = _LIGHT_SLEEP_UA
    if app.board.retained and app.wake_count:
        boots = app.wake_count
        sleep_ua = _DEEP_SLEEP_UA
    used = awake_ms * _AWAKE_UA + app.radio_ms * _RADIO_UA + asleep_ms * sleep_ua
    return boots * _BOOT_MC + used // 1000000


def measure(app):
    """The event's data."""
    board = app.board
    space = board.flash() or (None, None)
    app.note_radio(app.radio_since is not None)
    uptime_ms = clock.ms()
    awake_ms = max(0, uptime_ms - app.asleep_ms)
    data = {
        "uptime": uptime_ms // 1000,
        "boots": app.boot_count,
        "wakes": app.wake_count,
        "wakeReasons": app.wake_reasons,
        "awakeMs": awake_ms,
        "radioMs": app.radio_ms,
        "asleepMs": app.asleep_ms,
        "resetCause": app.reset_cause,
        "resetIntent": app.reset_intent,
        "safeMode": app.crashes.safe_mode,
        "memoryFree": board.memory_free(),
        "memoryLargest": board.memory_largest(),
        "flashSize": space[0],
        "flashFree": space[1],
        "flashErases": getattr(app.store, "erases", None),
        "rssi": board.rssi(),
        "joins": app.link.joins,
        "joinMs": app.link.join_ms or None,
        "requests": app.transport.requests,
        "connections": app.transport.connections,
        "sendMs": app.transport.send_ms or None,
        "failures": app.failures or None,
        "sent": app.emitter.sent,
        "stored": len(app.store),
        "dropped": app.store.dropped,
        "lost": getattr(app.store, "lost", None),
        "supply": board.supply(),
        "battery": app.battery,
        "batteryLow": app.low,
        "temperature": board.temperature(),
        "charge": charge(app, awake_ms, app.asleep_ms),
        "failing": sorted(app.sensors.failing) or None,
        "clockYear": None if clock.known() else time.gmtime()[0],
    }
    return {key: data[key] for key in data if data[key] is not None}
