# How the board is, as one event. What it cannot tell is left out.
import time

from snowplow_tracker import clock

SCHEMA = "iglu:io.github.snowplow_micropython/health/jsonschema/1-0-0"

# Charge at 5 V in millicoulombs, measured by others on an ESP32: a boot, a join with DHCP and
# with a static address, a connection, and what TLS adds to it. Connections are the cost.
_BOOT = 24
_JOIN = 204
_JOIN_STATIC = 100
_CONNECTION = 137
_TLS = 128


def charge(app):
    """Estimated charge of boot, joins and connections since the boot, in millicoulombs."""
    wifi = app.settings["wifi"]
    static = wifi and wifi["networks"][0]["address"]
    each = _CONNECTION + (_TLS if app.settings["collector"][:6] == "https:" else 0)
    joins = app.link.joins * (_JOIN_STATIC if static else _JOIN)
    return _BOOT + joins + app.transport.connections * each


def measure(app):
    """The event's data."""
    board = app.board
    space = board.flash() or (None, None)
    data = {
        "uptime": clock.ms() // 1000,
        "boots": app.boots,
        "wakes": app.wakes,
        "resetCause": app.cause,
        "resetIntent": app.intent,
        "safeMode": app.crashes.safe,
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
        "sent": app.emitter.sent,
        "stored": len(app.store),
        "dropped": app.store.dropped,
        "lost": getattr(app.store, "lost", None),
        "supply": board.supply(),
        "battery": app.battery,
        "batteryLow": app.low,
        "temperature": board.temperature(),
        "charge": charge(app),
        "failing": sorted(app.sensors.failing) or None,
        "clockYear": None if clock.known() else time.gmtime()[0],
    }
    return {key: data[key] for key in data if data[key] is not None}
