# The settings at boot: config.json, which is read here and checked in config.py, with what the
# remote configuration (remote_config.py) changes.
import json
from io import StringIO

from firmware.on_demand import config

_TRIES = 3  # boots of a document on trial, which start.py counts: it may be what crashes


def load_settings(path):
    """The checked settings; without the document's changes if those are not valid."""
    try:
        data = read(path)
    except (MemoryError, RuntimeError):  # RuntimeError: the stack is full
        raise config.ConfigError("%s: too long, or too many brackets in each other" % path)
    directory = settings = None
    state = {}
    if isinstance(data, dict) and data.get("remote"):
        directory = data.get("state_path", ".")
    if isinstance(directory, str):
        from firmware.on_demand.remote_config import load_state, refused, save_state

        try:
            state = load_state(directory)
        except MemoryError:
            print("remote config: out of memory")
    trial = state.get("trial", 0)
    if state.get("changes"):
        try:
            if trial > _TRIES:
                raise ValueError("nothing was sent with it")
            from firmware.on_demand import remote_keys

            settings = remote_keys.check(path, data, state["changes"])
        except ValueError as e:
            print("remote config: version %s is taken back: %s" % (state.get("version"), e))
            save_state(directory, refused(state))
            trial = 0
    if settings is None:
        settings = config.check(path, data)
    # What could not be read is not tried by this boot, and so not kept by what it sends.
    settings["on_trial"] = trial > 0
    return settings


# At boot a board tries what its config says; who makes a config for it is told before.
def check_password(path, password):
    """Refuse a password that no Wi-Fi network has."""
    if len(password.encode()) in (1, 2, 3, 4, 6, 7):  # 5: a key of WEP
        raise config.ConfigError(
            "%s: wifi.password: expected 8 to 63 characters, as WPA has them, or none for an open "
            "network" % path
        )


def read(path):
    """What is in `path`; ConfigError if it is not there, not JSON, or names no good roots."""
    try:
        with open(path, encoding="utf-8") as file:
            text = file.read()
    except OSError:
        raise config.ConfigError(
            "%s: not found. Copy config.example.json to it, and fill in what is yours" % path
        )
    except UnicodeError:
        raise config.ConfigError("%s: not UTF-8 text. Save it as UTF-8" % path)
    file = StringIO(text[1:] if text[:1] == "\ufeff" else text)
    try:
        data = join_surrogates(json.load(file))
        if file.read().strip():
            raise ValueError
    except ValueError:
        # A board's parser reads up to the error and no further; CPython's reads all of it.
        at = file.tell()
        hint = ": look at line %d or just before" % (text.count("\n", 0, at) + 1)
        if not text[at:].strip():
            hint = ": a brace, bracket, quote or comma may be missing"
        raise config.ConfigError("%s: not valid JSON%s" % (path, hint))
    roots = data.get("roots") if isinstance(data, dict) else None
    if isinstance(roots, str) and not _is_der(roots):
        config.refuse(path, "roots", "the path of a file with DER certificates", roots)
    return data


# A board's parser makes two characters of a pair such as \ud83c\udf31.
def join_surrogates(value):
    """The value with such pairs as one character, in all of its texts."""
    if isinstance(value, dict):
        return {join_surrogates(key): join_surrogates(value[key]) for key in value}
    if isinstance(value, list):
        return [join_surrogates(item) for item in value]
    if not isinstance(value, str) or not _has_surrogates(value):
        return value
    text = ""
    high = 0
    for c in value:
        low = ord(c)
        if high and 0xDC00 <= low < 0xE000:
            text = text[:-1] + chr(0x10000 + (high - 0xD800 << 10) + low - 0xDC00)
        else:
            text += c
        high = low if 0xD800 <= low < 0xDC00 else 0
    return text


def _has_surrogates(text):
    for c in text:
        if 0xD800 <= ord(c) < 0xE000:
            return True
    return False


# As TLS takes them: a copy may have been cut short, and would crash every boot.
def _is_der(path):
    try:
        with open(path, "rb") as file:
            if file.read(2) != b"\x30\x82":
                return False
        from snowplow_tracker.transport.tls import Tls

        Tls("", path, True)
    except (OSError, ValueError):
        return False
    return True
