# The keys of config.json as data: section -> key -> (kind, low, high, default), without a default
# where the key is required. A trigger's section is its `when`. The kinds, and what a message says
# of them, are in config.py.
_FEATURES = ("session", "platform", "application", "install", "lifecycle", "errors", "diagnostics")
_READ = ("names", 1, 64, None)

KEYS: dict = {
    "": {
        "collector": ("url", 1, 255),
        "roots": ("certificates", 1, 64, None),
        "verify": ("bool", 0, 1, True),
        "app_id": ("text", 1, 255),
        "namespace": ("text", 1, 128, "firmware"),
        "mode": ("one", ("always_on", "battery"), 1, "always_on"),
        "sample_seconds": ("int", 1, 86400, 60),
        "send_seconds": ("int", 1, 86400, 60),
        "batch_size": ("int", 1, 500, 20),
        "buffer_bytes": ("int", 2048, 1048576, 16384),
        "store_bytes": ("int or 0", 8192, 16777216, 0),
        "store_path": ("text", 1, 64, "events"),
        "state_path": ("text", 1, 64, "."),
        "watchdog_seconds": ("int", 0, 300, 60),
        "health_seconds": ("int", 0, 604800, 3600),
        "safe_mode_seconds": ("int", 5, 604800, 21600),
        "user_id": ("text", 1, 255, None),
        "led": ("pin", 0, 60, None),
        "board_sensors": ("bool", 0, 1, True),
        "track": ("some", _FEATURES, 1, ["errors"]),
        "wifi": ("object", 0, 0, None),
        "ethernet": ("object", 0, 0, None),
        "cellular": ("object", 0, 0, None),
        "links": ("some", ("cellular", "ethernet", "wifi"), 1, None),
        "buses": ("object", 0, 0, {}),
        "sensors": ("object", 0, 0, {}),
        "triggers": ("list", 0, 0, []),
        "battery": ("object", 0, 0, {}),
        "remote": ("object", 0, 0, None),
    },
    "network": {
        "ssid": ("bytes", 1, 32),
        "password": ("bytes", 0, 64),
        "address": ("addresses", 4, 4, None),
    },
    "wifi": {
        "country": ("text", 2, 2, None),
        "hostname": ("text", 1, 32, None),
        "power_save": ("bool", 0, 1, False),
        "timeout": ("int", 5, 120, 20),
    },
    "i2c": {
        "sda": ("pin", 0, 60),
        "scl": ("pin", 0, 60),
        "freq": ("int", 1000, 1000000, 100000),
    },
    "battery": {
        "wakes_per_send": ("int", 1, 10000, 10),
        "send_events": ("int", 1, 100000, 200),
        "low_percent": ("int", 0, 100, 20),
        "send_timeout": ("int", 5, 300, 60),
    },
    "remote": {
        "url": ("document", 1, 255),
        "seconds": ("int", 1, 604800, 86400),
        "trial_seconds": ("int", 5, 86400, 900),
    },
    "boot": {"read": _READ},
    "every": {"read": _READ, "seconds": ("int", 1, 86400)},
    "edge": {
        "read": _READ,
        "pin": ("pin", 0, 60),
        "edge": ("one", ("falling", "rising"), 1, "falling"),
        "pull": ("one", ("up", "down"), 1, None),
        "debounce_ms": ("int", 0, 10000, 50),
    },
    "threshold": {
        "read": _READ,
        "seconds": ("int", 1, 86400, 10),
        "sensor": ("text", 1, 64),
        "quantity": ("text", 1, 64),
        "above": ("number", None, None, None),
        "below": ("number", None, None, None),
        "hysteresis": ("number", 0, None, 0),
    },
}
