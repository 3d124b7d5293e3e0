# Checks the keys of event_keys.py; config.py loads it where a config has one of them.
from firmware.on_demand import config, config_triggers, event_keys
from firmware.on_demand.config import ConfigError, check_keys, refuse

_NAME = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_"
# Modules that an app of this name would never be.
_TAKEN = ("boards", "boot", "config", "firmware", "main", "snowplow_tracker")
_DEEP = 8  # levels of an event's data; a board's stack is short


def check(path, settings):
    """Take the keys of SETTINGS out of the settings, checked; -> those that are there."""
    found = {key: settings.pop(key) for key in event_keys.SETTINGS}
    extras: dict = {key: found[key] for key in found if found[key] not in (None, False, [], {})}
    if "entities" in extras:
        extras["entities"] = entities(path, "entities", extras["entities"])
    if "location" in extras:
        extras["location"] = check_keys(path, "location.", extras["location"], event_keys.LOCATION)
    if "timezone" in extras:
        extras["timezone"] = _zone(path, extras["timezone"])
    if "headers" in extras:
        _headers(path, extras["headers"])
    if "app" in extras:
        _module(path, extras["app"])
    return extras


# Its values may be secrets: none is ever shown.
def _headers(path, headers):
    from snowplow_tracker.transport.url import header_lines

    try:
        length = len(header_lines(headers))
    except ValueError as e:
        raise ConfigError("%s: %s" % (path, e))
    if length > 700:
        raise ConfigError("%s: headers: expected 700 bytes in all at most" % path)


def _zone(path, text):
    from firmware.on_demand.time_zone import parse

    try:
        return parse(text)
    except ValueError:
        refuse(path, "timezone", config.EXPECTED["zone"], text)


def _module(path, name):
    good = not name[0].isdigit() and name not in _TAKEN
    for c in name:
        good = good and c in _NAME and c != "-"
    if not good:
        refuse(path, "app", config.EXPECTED["module"], name)


# --- events and entities -------------------------------------------------------------------------
def entities(path, key, listed):
    """[(schema, data)] of a list of {schema, data}."""
    found = []
    for i, entity in enumerate(listed):
        prefix = "%s[%d]." % (key, i)
        entity = _self_describing(path, prefix, entity)
        found.append((entity["schema"], entity["data"]))
    return found


def _self_describing(path, prefix, data):
    found = check_keys(path, prefix, data, event_keys.ENTITY)
    good = found["schema"][:5] == "iglu:"
    parts = found["schema"][5:].split("/")
    good = good and len(parts) == 4 and len(parts[-1].split("-")) == 3
    if good:
        for i, part in enumerate(parts[:3] + parts[3].split("-")):
            letters = _NAME + "." if i == 0 else _NAME if i < 3 else "0123456789"
            good = good and bool(part) and all([c in letters for c in part])
            good = good and (i < 3 or part == "0" or part[0] != "0") and (i != 3 or part != "0")
    if not good:
        refuse(path, prefix + "schema", config.EXPECTED["schema"], found["schema"])
    todo: list = [(found["data"], 1)]
    while todo:
        value, depth = todo.pop()
        if depth > _DEEP:
            raise ConfigError("%s: %sdata: expected %d levels at most" % (path, prefix, _DEEP))
        if isinstance(value, (dict, list)):
            inner = value.values() if isinstance(value, dict) else value
            todo.extend([(item, depth + 1) for item in inner])
        elif isinstance(value, str) and not config.is_good("text", value, 0, 65535):
            raise ConfigError("%s: %sdata: half of a surrogate pair" % (path, prefix))
    return found


def _event(path, prefix, event, names):
    if "schema" in event or "data" in event:
        event = _self_describing(path, prefix, event)
    else:
        event = check_keys(path, prefix, event, event_keys.STRUCT_EVENT)
        value = event["value"]
        if isinstance(value, str) and (value[:2] != "${" or value.find("}") != len(value) - 1):
            refuse(path, prefix + "value", config.EXPECTED["reading"], value)
    todo: list = [event]
    while todo:
        value = todo.pop()
        if isinstance(value, (dict, list)):
            todo.extend(value.values() if isinstance(value, dict) else value)
        elif isinstance(value, str):
            for part in value.split("${")[1:]:
                name, closed, _ = part.partition("}")
                if not closed:
                    refuse(path, prefix[:-1], "a } behind ${", value)
                names(prefix[:-1], name)
    return event


# --- triggers ------------------------------------------------------------------------------------
def trigger(path, prefix, when, data, settings):
    """A trigger's options, as conditions.py takes them."""
    if when == "wake" and settings["mode"] != "battery":
        raise ConfigError('%s: %swhen: wake needs "mode": "battery"' % (path, prefix))
    if when == "wake" and settings["hold_pin"] is not None:
        raise ConfigError(
            "%s: %swhen: its button and its clock switch a board with hold_pin on; remove wake"
            % (path, prefix)
        )
    keys = dict(event_keys.KINDS[when], **event_keys.TRIGGER)
    if when == "heartbeat":  # it is an event
        del keys["event"]
    found = check_keys(path, prefix, data, dict(keys, when=("text", 1, 16)))
    acts = when == "heartbeat" or found["event"] or found["set"] or found["do"]
    if acts:  # it reads only what it is told to
        found["read"] = found.get("read") or []
    found["hours"] = _hours(path, prefix, found, settings)
    if found.get("event") is not None:

        def names(key, name):
            if name == "count" and when in ("edge", "wake"):
                return
            sensor, _, quantity = name.partition(".")
            config_triggers.known_sensor(path, key, sensor, settings)
            config_triggers.known_quantity(path, key, sensor, quantity, settings)

        found["event"] = _event(path, prefix + "event.", found["event"], names)
    if when == "wake":
        found["place"] = settings["extras"].get("wakes", 0)
        settings["extras"]["wakes"] = found["place"] + 1
        if found["place"] > 1:
            raise ConfigError("%s: %swhen: expected wake twice at most" % (path, prefix))
    if found["set"] is not None:
        found["set"] = _set(path, prefix + "set.", found["set"], settings)
    if found["do"] and "app" not in settings["extras"]:
        raise ConfigError('%s: %sdo: it needs "app", whose actions it names' % (path, prefix))
    return found


def _set(path, prefix, data, settings):
    found = check_keys(path, prefix, data, event_keys.SET)
    off = 1 - found["level"]
    outputs = settings["extras"].setdefault("outputs", {})
    if outputs.setdefault(found["pin"], off) != off:
        raise ConfigError(
            "%s: %slevel: another trigger sets this pin to %d; write the same level"
            % (path, prefix, off)
        )
    found["waits"] = settings["mode"] == "battery"
    return found


def _hours(path, prefix, found, settings):
    # (begin, end, days, zone) for local_time.py, or None.
    between = found.pop("between")
    days = found.pop("days")
    if between is None and not days:
        return None
    begin = end = None
    if between is not None:
        begin = _minute(between[:5])
        end = _minute(between[6:])
        if begin is None or end is None or between[5] != "-" or begin in (end, 1440):
            refuse(path, prefix + "between", config.EXPECTED["span"], between)
    days = [event_keys.DAYS.index(day) for day in days or ()]
    return begin, end, days, settings["extras"].get("timezone", (0, 0, None, None))


def _minute(text):
    if text[2:3] != ":" or not (text[:2].isdigit() and text[3:].isdigit()):
        return None
    minute = int(text[:2]) * 60 + int(text[3:])
    return minute if int(text[3:]) < 60 and minute <= 1440 else None
