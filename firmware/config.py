# Reads config.json and checks it at boot. Every mistake is answered with the file, the key and
# what was expected, since a board in a box cannot be asked. What it checks against is loaded
# with it, and both can be forgotten when the settings are there: see main.py.
import json

from boards import sensors


class ConfigError(ValueError):
    pass


def _text(limit, least=1):
    return lambda v: isinstance(v, str) and least <= _units(v) <= limit


# As Enrich counts: UTF-16, and four for a tab.
def _units(v):
    return len(v) + 3 * v.count("\t") + sum([c > "\uffff" for c in v])


# On a board isinstance(True, int) is False, on CPython it is not.
def _int(low, high):
    return lambda v: isinstance(v, int) and not isinstance(v, bool) and low <= v <= high


def _number(v):
    return isinstance(v, (int, float)) and not isinstance(v, bool) and v - v == 0


def _between(low, high):
    return lambda v: _number(v) and low <= v <= high


def _bool(v):
    return isinstance(v, bool)


def _one_of(*known):
    return lambda v: v in known


def _flash(v):
    return _int(0, 0)(v) or _int(8192, 16777216)(v)


def _pin(v):
    return _int(0, 60)(v) or _text(16)(v)


def _url(value, path=False):
    if not isinstance(value, str) or len(value) > 255 or value[:4] != "http":
        return False
    scheme, _, rest = value.partition("://")
    host, slash, tail = rest.partition("/")
    if scheme not in ("http", "https") or slash and tail and not path:
        return False
    for c in value:
        if not "!" <= c <= "~":
            return False
    host, colon, port = host.partition(":")
    for c in "?#@[]\\":
        if c in host:
            return False
    return bool(host) and (port.isdigit() and 0 < int(port) < 65536 or not colon)


def _document(value):
    return _url(value, True)


def _names(v):
    return isinstance(v, list) and all([_text(64)(name) for name in v])


def _addresses(v):
    if not isinstance(v, list) or len(v) != 4:
        return False
    for address in v:
        parts = address.split(".") if isinstance(address, str) else ()
        if len(parts) != 4 or not all([p.isdigit() and int(p) < 256 for p in parts]):
            return False
    return True


def _named(v):
    return isinstance(v, dict) and _names(list(v))


def _several(v):
    return isinstance(v, list) and v


_FEATURES = ("session", "platform", "application", "install", "lifecycle", "errors", "diagnostics")


def _features(v):
    return isinstance(v, list) and all([name in _FEATURES for name in v])


# What boards have built in, if they have it.
_BUILTIN = ("cpu", "disk", "load", "memory", "network")
_NEEDED = object()
_S = (_int(1, 86400), "a whole number of seconds from 1 to 86400")
_MV = (_int(100, 60000), "millivolts from 100 to 60000")
_PIN = (_pin, "a pin number")

# key: (check, what is expected, default)
_KEYS: dict = {
    "collector": (_url, 'a URL such as "https://collector.example.com"', _NEEDED),
    "roots": (_text(64), "the path of a file with DER certificates", None),
    "verify": (_bool, "true, or false to send to whoever answers", True),
    "app_id": (_text(255), "a text of 1 to 255 characters", _NEEDED),
    "namespace": (_text(128), "a text of 1 to 128 characters", "firmware"),
    "mode": (_one_of("always_on", "battery"), '"always_on" or "battery"', "always_on"),
    "sample_seconds": _S + (60,),
    "send_seconds": _S + (60,),
    "batch_size": (_int(1, 500), "a whole number from 1 to 500", 20),
    "buffer_bytes": (_int(2048, 1048576), "a whole number of bytes from 2048 to 1048576", 16384),
    "store_bytes": (_flash, "bytes of flash from 8192 to 16777216, or 0 for none", 0),
    "store_path": (_text(64), "a directory on the flash", "events"),
    "state_path": (_text(64), "a directory on the flash", "."),
    "watchdog_seconds": (_int(0, 300), "a whole number of seconds, 0 for none, to 300", 60),
    "health_seconds": (_int(0, 604800), "seconds, 0 for none, to 604800", 3600),
    "safe_seconds": (_int(5, 604800), "seconds from 5 to 604800", 21600),
    "user_id": (_text(255), "a text of 1 to 255 characters", None),
    "led": (_pin, "the LED's pin number", None),
    "builtin": (_bool, "true or false: the board's own sensors", True),
    "track": (_features, "a list of " + ", ".join(_FEATURES), ["errors"]),
    "wifi": (dict, "an object with ssid and password", None),
    "buses": (dict, 'an object such as {"i2c": {"sda": 4, "scl": 5}}', {}),
    "sensors": (
        _named,
        'an object such as {"air": {"type": "bme280", "bus": "i2c"}}, names to 64 characters',
        {},
    ),
    "triggers": (list, "a list of objects with `when`", []),
    "battery": (dict, "an object; {} for the defaults", {}),
    "remote": (dict, "an object with url", None),
}
_PASSWORD = (_text(64, 0), "a text, empty for an open network", _NEEDED)
_ADDRESS = (_addresses, "a list of own address, mask, gateway, name server", None)
_NETWORK: dict = {
    "ssid": (_text(32), "the network's name", _NEEDED),
    "password": _PASSWORD,
    "address": _ADDRESS,
}
_LINK: dict = {
    "country": (_text(2, 2), 'two letters such as "DE"', None),
    "hostname": (_text(32), "a text of 1 to 32 characters", None),
    "power_save": (_bool, "true or false", False),
    "timeout": (_int(5, 120), "seconds from 5 to 120", 20),
}
_BUS: dict = {"sda": _PIN + (_NEEDED,), "scl": _PIN + (_NEEDED,)}
_BUS["freq"] = (_int(1000, 1000000), "hertz from 1000 to 1000000", 100000)
_BATTERY: dict = {
    "wakes_per_send": (_int(1, 10000), "a whole number from 1 to 10000", 10),
    "send_events": (_int(1, 100000), "a whole number from 1 to 100000", 200),
    "low_percent": (_int(0, 100), "percent from 0 to 100", 20),
    "send_timeout": (_int(5, 300), "seconds from 5 to 300", 60),
}
_REMOTE: dict = {
    "url": (_document, "a URL of a remote_config document", _NEEDED),
    "seconds": (_int(1, 604800), "seconds from 1 to 604800", 86400),
    "trial_seconds": (_int(5, 86400), "seconds from 5 to 86400", 900),
}
_READ = (_names, "a list of names of sensors", None)
_WHEN: dict = {
    "boot": {"read": _READ},
    "every": {"read": _READ, "seconds": _S + (_NEEDED,)},
    "edge": {
        "read": _READ,
        "pin": _PIN + (_NEEDED,),
        "edge": (_one_of("falling", "rising"), '"falling" or "rising"', "falling"),
        "pull": (_one_of("up", "down"), '"up" or "down"', None),
        "debounce_ms": (_int(0, 10000), "milliseconds from 0 to 10000", 50),
    },
    "threshold": {
        "read": _READ,
        "seconds": _S + (10,),
        "sensor": (_text(64), "a sensor's name", _NEEDED),
        "quantity": (_text(64), "one of the sensor's quantities", _NEEDED),
        "above": (_number, "a number", None),
        "below": (_number, "a number", None),
        "hysteresis": (lambda v: _number(v) and v >= 0, "a number from 0", 0),
    },
}


def read(path):
    """What is in `path`; ConfigError if it is not there, not JSON, or names no good roots."""
    try:
        file = open(path)
    except OSError:
        raise ConfigError(
            "%s: not found. Copy config.example.json to it, and fill in what is yours" % path
        )
    with file:
        try:
            data = json.load(file)
        except ValueError:
            raise ConfigError("%s: not valid JSON%s" % (path, _where(file, path)))
    roots = data.get("roots") if isinstance(data, dict) else None
    if isinstance(roots, str) and not _der(roots):
        _refuse(path, "roots", _KEYS["roots"][1], roots)
    return data


def check(path, data):
    """The settings in `data`, with defaults filled in; `path` is how messages call it."""
    settings = _check(path, "", data, _KEYS)
    settings["battery"] = _check(path, "battery.", settings["battery"], _BATTERY)
    if settings["wifi"] is not None:
        settings["wifi"] = _wifi(path, settings["wifi"])
    schemes = [settings["collector"][:6]]
    if settings["remote"] is not None:
        settings["remote"] = _check(path, "remote.", settings["remote"], _REMOTE)
        schemes.append(settings["remote"]["url"][:6])
    if "https:" in schemes and settings["verify"] and not settings["roots"]:
        raise ConfigError("%s: roots is missing: %s" % (path, _KEYS["roots"][1]))
    buses = settings["buses"]
    for name in buses:
        buses[name] = _check(path, "buses.%s." % name, buses[name], _BUS)
    for name in settings["sensors"]:
        settings["sensors"][name] = _sensor(path, name, settings)
    settings["triggers"] = [
        _trigger(path, i, trigger, settings) for i, trigger in enumerate(settings["triggers"])
    ]
    return settings


def _wifi(path, data):
    # One network in the object itself, or several in its list `networks`.
    keys = dict(_LINK)
    if "networks" in data:
        keys["networks"] = (_several, "a list of objects with ssid and password", _NEEDED)
    else:
        keys.update(_NETWORK)
    found = _check(path, "wifi.", data, keys)
    if "networks" not in data:
        found["networks"] = [{key: found.pop(key) for key in _NETWORK}]
        return found
    found["networks"] = [
        _check(path, "wifi.networks[%d]." % i, network, _NETWORK)
        for i, network in enumerate(found["networks"])
    ]
    return found


def _sensor(path, name, settings):
    prefix = "sensors.%s." % name
    data = settings["sensors"][name]
    buses = settings["buses"]
    if not isinstance(data, dict) or not isinstance(data.get("type"), str):
        raise ConfigError("%s: %stype is missing: a sensor such as bme280" % (path, prefix))
    kind = data["type"]
    try:
        module = sensors.load(kind)
    except ImportError:
        raise ConfigError("%s: %stype: no boards/sensors/%s.py" % (path, prefix, kind))
    # What counts by interrupt is lost when the board sleeps.
    if "debounce_ms" in module.OPTIONS and settings["mode"] == "battery":
        raise ConfigError("%s: %stype: %s needs the mode always_on" % (path, prefix, kind))
    keys: dict = {"type": (_text(32), "a sensor", _NEEDED)}
    for option in module.OPTIONS:
        low, high = module.OPTIONS[option][:2]
        default = module.OPTIONS[option][2] if len(module.OPTIONS[option]) > 2 else _NEEDED
        whole = isinstance(low, int)
        expected = "a %snumber from %s to %s" % ("whole " if whole else "", low, high)
        keys[option] = ((_int if whole else _between)(low, high), expected, default)
    if module.BUS == "i2c":
        keys["bus"] = (_one_of(*buses), "one of buses: " + ", ".join(sorted(buses)), _NEEDED)
    elif module.BUS != "board":
        keys["pin"] = _PIN + (None if module.BUS == "battery" else _NEEDED,)
        if module.BUS == "pin":
            keys["pull"] = (_one_of("up", "down"), '"up" or "down"', "up")
    return _check(path, prefix, data, keys)


def _trigger(path, i, data, settings):
    prefix = "triggers[%d]." % i
    when = data.get("when") if isinstance(data, dict) else None
    if when not in list(_WHEN):  # it may be something that no dict can be asked for
        raise ConfigError(
            "%s: %swhen: expected one of %s" % (path, prefix, ", ".join(sorted(_WHEN)))
        )
    if when == "edge" and settings["mode"] == "battery":
        raise ConfigError("%s: %swhen: edge needs the mode always_on" % (path, prefix))
    keys = dict(_WHEN[when])
    keys["when"] = (_text(16), "a trigger", _NEEDED)
    found = _check(path, prefix, data, keys)
    if when == "threshold" and (found["above"] is None) == (found["below"] is None):
        raise ConfigError("%s: %sabove: expected either above or below" % (path, prefix))
    known = sorted(settings["sensors"]) + (list(_BUILTIN) if settings["builtin"] else [])
    for name in ([found["sensor"]] if when == "threshold" else []) + (found["read"] or []):
        if name not in known:
            raise ConfigError(
                "%s: %ssensor, read: expected one of %s, got %s"
                % (path, prefix, ", ".join(known) or "the config's sensors", json.dumps(name))
            )
    return found


def _check(path, prefix, data, keys):
    if not isinstance(data, dict):
        place = path + ": " + prefix[:-1] + ": " if prefix else path + ": "
        raise ConfigError("%sexpected a JSON object in braces" % place)
    for key in data:
        if key not in keys:
            raise ConfigError(
                "%s: unknown key %s%s; known are %s"
                % (path, prefix, key, ", ".join(sorted(keys)))
            )
    settings = {}
    for key in sorted(keys):
        check, expected, default = keys[key]
        if key not in data:
            if default is _NEEDED:
                raise ConfigError("%s: %s%s is missing: %s" % (path, prefix, key, expected))
            settings[key] = default
            continue
        value = data[key]
        good = isinstance(value, check) if check in (dict, list) else check(value)
        if not good:
            _refuse(path, prefix + key, expected, value)
        settings[key] = value
    return settings


def _refuse(path, key, expected, value):
    # A password is the one value that may not be shown.
    got = "" if key[-8:] == "password" else ", got " + json.dumps(value)
    raise ConfigError("%s: %s: expected %s%s" % (path, key, expected, got))


def _der(path):
    try:
        with open(path, "rb") as file:
            return file.read(2) == b"\x30\x82"
    except OSError:
        return False


def _where(file, path):
    # A board's parser reads up to the error and no further; CPython reads all of the file.
    at = file.tell()
    with open(path) as again:
        text = again.read(at)
        if again.read(1):
            return ": look at line %d or just before" % (text.count("\n") + 1)
    return ": a brace, bracket, quote or comma may be missing"
