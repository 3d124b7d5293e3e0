# Reads config.json and checks it at boot. Every mistake is answered with the file, the key and
# what was expected, since a board in a box cannot be asked.
import json


class ConfigError(ValueError):
    pass


def _text(value):
    return isinstance(value, str) and 0 < len(value) <= 255


def _url(value):
    # Only http: the transport of this version cannot verify a certificate.
    if not _text(value) or value[:7] != "http://":
        return False
    host, _, port = value[7:].rstrip("/").partition(":")
    for c in host:
        if c <= " " or c in "/?#@[]\\\x7f":
            return False
    return bool(host) and (not port and value[-1] != ":" or port.isdigit())


def _seconds(value):
    return _whole(value) and 1 <= value <= 86400


def _count(value):
    return _whole(value) and 1 <= value <= 500


def _bytes(value):
    return _whole(value) and 1024 <= value <= 1048576


def _whole(value):
    return isinstance(value, int) and not isinstance(value, bool)


def _any_text(value):
    return isinstance(value, str) and len(value) <= 64


_NEEDED = object()
_SECONDS = "a whole number of seconds from 1 to 86400"

# key: (check, what is expected, default)
_KEYS = {
    "collector": (_url, 'a URL such as "http://192.168.1.10:9090", http only', _NEEDED),
    "app_id": (_text, "a text of 1 to 255 characters", _NEEDED),
    "namespace": (_text, "a text of 1 to 128 characters", "firmware"),
    "sample_seconds": (_seconds, _SECONDS, 60),
    "send_seconds": (_seconds, _SECONDS, 60),
    "batch_size": (_count, "a whole number from 1 to 500", 20),
    "buffer_bytes": (_bytes, "a whole number of bytes from 1024 to 1048576", 16384),
    "wifi": (dict, "an object with ssid and password", None),
}

_WIFI_KEYS = {
    "ssid": (_text, "the network's name", _NEEDED),
    "password": (_any_text, "a text, empty for an open network", _NEEDED),
    "country": (lambda v: _text(v) and len(v) == 2, 'two letters such as "DE"', None),
    "hostname": (lambda v: _text(v) and len(v) <= 32, "a text of 1 to 32 characters", None),
}


def load(path):
    """The settings in `path`, with defaults filled in; ConfigError says what is wrong."""
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
    settings = _check(path, "", data, _KEYS)
    if settings["wifi"] is not None:
        settings["wifi"] = _check(path, "wifi.", settings["wifi"], _WIFI_KEYS)
    return settings


def _check(path, prefix, data, keys):
    if not isinstance(data, dict):
        raise ConfigError("%s: expected a JSON object in braces" % path)
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
        good = isinstance(value, dict) if check is dict else check(value)
        if not good:
            # A password is the one value that may not be shown.
            got = "" if key == "password" else ", got " + json.dumps(value)
            raise ConfigError("%s: %s%s: expected %s%s" % (path, prefix, key, expected, got))
        settings[key] = value
    return settings


def _where(file, path):
    # A board's parser reads up to the error and no further; CPython reads all of the file.
    at = file.tell()
    with open(path) as again:
        text = again.read(at)
        if again.read(1):
            return ": look at line %d or just before" % (text.count("\n") + 1)
    return ": a brace, bracket, quote or comma may be missing"
