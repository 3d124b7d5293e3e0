# Checks the values of config.json at boot. Every mistake is answered with the file, the key and
# what was expected, since nobody can ask a board in a box. The keys are in config_keys.py. All of
# it is unloaded afterwards: see main.py.
import json

from firmware.on_demand.config_keys import KEYS

_CERTIFICATES = "the path of a file with DER certificates"
_SECRET = ("cellular.pin", "cellular.user")
# Names of the first edition, which still work.
_RENAMED = {"builtin": "board_sensors", "safe_seconds": "safe_mode_seconds"}
# What a message says of a kind; those of text and numbers are made of their limits.
EXPECTED = {
    "bool": "true or false",
    "url": 'a URL such as "https://collector.example.com"',
    "document": 'a URL such as "https://example.com/board.json"',
    "certificates": _CERTIFICATES,
    "country": "two letters such as DE",
    "pin": "a pin number",
    "names": "a list of names of sensors",
    "addresses": "a list of own address, mask, gateway, name server",
    "points": "a list of two pairs of numbers or more, [[0, 0], [10, 1.5]], the first ones rising",
    "list": "a list",
    "object": "an object in braces",
    "table": "an object in braces, with a name for each row",
    "texts": "an object in braces, of names and texts",
    "schema": 'a schema such as "iglu:com.example/door/jsonschema/1-0-0"',
    "zone": 'a POSIX rule such as "CET-1CEST,M3.5.0,M10.5.0/3"',
    "span": 'two times such as "22:00-06:00"',
    "module": 'the name of a module of yours: "my_app" for my_app.py',
    "reading": 'a number, or a text such as "${air.temperature}"',
}
_TEXTS = ("text", "certificates", "schema", "zone", "span", "module")
_MOST = 3e38  # a board's floats end there
_UNITS = {"seconds": " of seconds", "bytes": " of bytes", "ms": " of milliseconds"}


class ConfigError(ValueError):
    pass


# --- values --------------------------------------------------------------------------------------
def is_good(kind, v, low, high):
    if kind == "bool":
        return isinstance(v, bool)
    if kind == "one":
        return v in low
    if kind == "some":
        return isinstance(v, list) and all([name in low for name in v])
    if kind in ("list", "object", "table"):
        return isinstance(v, list if kind == "list" else dict)
    if kind == "texts":
        return isinstance(v, dict) and all([is_good("text", v[n], low, high) for n in v])
    if kind in _TEXTS or kind == "reading" and isinstance(v, str):
        return isinstance(v, str) and low <= _units(v) <= high
    if kind == "bytes":
        return isinstance(v, str) and _units(v) >= 0 and low <= len(v.encode()) <= high
    if kind == "names":
        return isinstance(v, list) and all([is_good("text", n, low, high) for n in v])
    if kind == "addresses":
        return isinstance(v, list) and len(v) == 4 and all([_is_address(a) for a in v])
    if kind in ("url", "document"):
        return isinstance(v, str) and len(v) <= high and _is_url(v, kind == "document")
    if kind == "points":
        return _are_points(v, high)
    if kind == "country":
        return isinstance(v, str) and len(v) == 2 and all([_is_alphanumeric(c) for c in v])
    if kind == "pin" and isinstance(v, str):
        return 1 <= len(v) <= 16
    if kind == "int or 0" and v == 0:
        low = 0
    # On a board isinstance(True, int) is False, on CPython it is not.
    kinds = (int, float) if kind in ("number", "reading") else int
    if not isinstance(v, kinds) or isinstance(v, bool) or v - v != 0:
        return False
    if kind in ("number", "reading") and not -_MOST <= v <= _MOST:
        return False
    if kind == "reading":
        return True
    return (low is None or v >= low) and (high is None or v <= high)


def _are_points(v, most):
    if not isinstance(v, list) or not 2 <= len(v) <= most:
        return False
    last = None
    for point in v:
        if not isinstance(point, list) or len(point) != 2:
            return False
        if not all([is_good("number", n, None, None) for n in point]):
            return False
        if last is not None and point[0] <= last:
            return False
        last = point[0]
    return True


# As Enrich counts: UTF-16, and four for a tab. -1 for half of a surrogate pair.
def _units(text):
    n = len(text) + 3 * text.count("\t")
    for c in text:
        if 0xD800 <= ord(c) < 0xE000:
            return -1
        n += c > "\uffff"
    return n


def _is_address(v):
    parts = v.split(".") if isinstance(v, str) else ()
    return len(parts) == 4 and all([is_digits(p, 1, 3) and int(p) < 256 for p in parts])


# isdigit() takes the digits of all alphabets on CPython.
def is_digits(text, low, high):
    return low <= len(text) <= high and all(["0" <= c <= "9" for c in text])


def _is_alphanumeric(c):
    return "0" <= c <= "9" or "A" <= c <= "Z" or "a" <= c <= "z"


def _is_url(v, document):
    scheme, _, rest = v.partition("://")
    host, _, path = rest.partition("/")
    if scheme not in ("http", "https") or path and not document:
        return False
    for c in v:
        if not "!" <= c <= "~" or c in "#@[]\\":
            return False
    host, colon, port = host.partition(":")
    if not host or "?" in host + port:
        return False
    return not colon or is_digits(port, 1, 5) and 0 < int(port) < 65536


def describe(key, kind, low, high):
    """What is expected of a key, from its limits."""
    if kind in EXPECTED:
        return EXPECTED[kind]
    if kind in ("one", "some"):
        return ("one of " if kind == "one" else "a list of ") + (
            ", ".join([str(name) for name in low]) or "the names in buses"
        )
    if kind in ("text", "bytes"):
        unit = "bytes" if kind == "bytes" else "characters"
        return "a text of %d to %d %s" % (low, high, unit)
    what = "a number"
    if kind != "number":
        what = "a whole number" + _UNITS.get(key.rpartition("_")[2], "")
    if low is not None:
        what += " from %s" % low
    if high is not None:
        what += " to %s" % high
    return what + (", or 0" if kind == "int or 0" else "")


# --- checking ------------------------------------------------------------------------------------
def check(path, data):
    """The settings in `data`, with defaults filled in; `path` is how messages call it."""
    if isinstance(data, dict):
        data = dict(data)
        data.pop("$schema", None)  # tells editors where config.schema.json is
        for old in _RENAMED:
            if old in data:
                new = _RENAMED[old]
                if new in data:
                    raise ConfigError("%s: %s is now called %s: remove it" % (path, old, new))
                print("%s: %s is now called %s" % (path, old, new))
                data[new] = data.pop(old)
        if "board" in data:
            raise ConfigError(
                "%s: board: `make deploy` puts a preset's keys in its place: deploy again" % path
            )
    keys = KEYS[""]
    events = None
    others = [key for key in data if key not in keys] if isinstance(data, dict) else ()
    if others:
        known = ", ".join(sorted(keys))
        events = load_events(path, "unknown key %s; known are %s" % (others[0], known))
        keys = dict(keys, **events.event_keys.SETTINGS)
    settings = check_keys(path, "", data, keys)
    settings["extras"] = events.check(path, settings) if events else {}
    settings["method"] = settings["extras"].pop("method", "post")
    settings["collector"] = settings["collector"].rstrip("/")
    settings["battery"] = check_keys(path, "battery.", settings["battery"], KEYS["battery"])
    others = [settings.pop(key) for key in ("ethernet", "cellular", "links")]
    settings["links"] = []
    if settings["wifi"] is not None:
        settings["wifi"] = _wifi(path, settings["wifi"])
        settings["links"] = [("wifi", settings["wifi"])]
    if others != [None, None, None]:
        try:
            from firmware.on_demand.link_config import check_links
        except ImportError:
            raise ConfigError("%s: the code of its links is not here: deploy again" % path)
        settings["links"] = check_links(path, settings, *others)
    urls = [settings["collector"]]
    if settings["remote"] is not None:
        settings["remote"] = check_keys(path, "remote.", settings["remote"], KEYS["remote"])
        urls.append(settings["remote"]["url"])
    if settings["update"] is not None:
        # What it brings is signed, so it may come by http where the collector has https.
        settings["update"] = check_keys(path, "update.", settings["update"], KEYS["update"])
        if settings["update"]["url"][:6] == "https:":
            urls.append(settings["update"]["url"])
    secure = [url[:6] == "https:" for url in urls]
    if any(secure) and settings["verify"]:
        if not settings["roots"]:
            raise ConfigError("%s: roots is missing: %s" % (path, _CERTIFICATES))
        if secure[0] and not all(secure):
            raise ConfigError(
                "%s: remote.url: expected https, as the collector has: it can change the collector"
                % path
            )
    from firmware.on_demand import config_sensors

    config_sensors.check(path, settings)
    if settings["triggers"]:
        from firmware.on_demand import config_triggers

        config_triggers.check(path, settings)
    return settings


def check_changes(data, changes):
    """Refuse a remote change from a collector with https to one without."""
    new = changes.get("collector")
    verified = isinstance(data, dict) and data.get("verify", True)
    if verified and isinstance(new, str) and new[:6] != "https:":
        if str(data.get("collector"))[:6] == "https:":
            raise ConfigError("collector: expected https, as config.json has")


def _wifi(path, data):
    # One network in the object itself, or several in its list `networks`.
    if "networks" not in data:
        found = check_keys(path, "wifi.", data, dict(KEYS["wifi"], **KEYS["network"]))
        found["networks"] = [{key: found.pop(key) for key in KEYS["network"]}]
        return found
    found = check_keys(path, "wifi.", data, dict(KEYS["wifi"], networks=("list", 0, 0)))
    found["networks"] = [
        check_keys(path, "wifi.networks[%d]." % i, network, KEYS["network"])
        for i, network in enumerate(found["networks"])
    ]
    return found


# On a board only if its config has such keys.
def load_events(path, what):
    """The module that checks the keys that few configs have; `what` has one of them."""
    try:
        from firmware.on_demand import config_events
    except ImportError:
        raise ConfigError("%s: %s. For what else there is, deploy again" % (path, what))
    return config_events


def check_keys(path, prefix, data, keys):
    """The settings in `data` with their defaults; prefix: where it is, such as "wifi."."""
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
        kind, low, high = keys[key][:3]
        if key in data:
            value = settings[key] = data[key]
            if not is_good(kind, value, low, high):
                refuse(path, prefix + key, describe(key, kind, low, high), value)
        elif len(keys[key]) > 3:
            settings[key] = keys[key][3]
        else:
            expected = describe(key, kind, low, high)
            raise ConfigError("%s: %s%s is missing: %s" % (path, prefix, key, expected))
    return settings


# Nothing is shown that may hold a password: no list or object, and no URL with a user in it.
def refuse(path, key, expected, value):
    shown = ""
    if isinstance(value, (list, dict)):
        shown = ", got a list" if isinstance(value, list) else ", got an object"
    elif not (key[-8:] == "password" or key in _SECRET or "@" in str(value)):
        shown = json.dumps(value)
        shown = ", got " + (shown if len(shown) < 400 else shown[:400] + "...")
    raise ConfigError("%s: %s: expected %s%s" % (path, key, expected, shown))
