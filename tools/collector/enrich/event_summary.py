"""What the page shows of an event: one line, its board, the numbers in it.

Pure functions. Everything here is derived from the stored record, and can be made from it again.
"""

from datetime import datetime, timedelta
from typing import NamedTuple

from tools.collector.enrich.iglu import SNOWPLOW, split
from tools.collector.enrich.one_line import summary

OURS = "io.github.snowplow_micropython"
MAX_NAME = 64  # characters of a name from outside that the page shows
MAX_READINGS = 32  # of one event
_EPOCH = datetime(1970, 1, 1)
_MILLISECOND = timedelta(milliseconds=1)
# What a card shows -> the names under which an event of any schema may tell it.
FACTS = {
    "rssi": ("rssi",),
    "battery": ("battery", "batteryLevel"),
    "supply": ("supply", "battery_voltage"),
    "uptime": ("uptime",),
    "stored": ("stored",),
    "dropped": ("dropped",),
    "boots": ("boots",),
    "reset": ("resetCause",),
}
_FACT = {name: fact for fact, names in FACTS.items() for name in names}


class Shown(NamedTuple):
    """What is kept beside a record for the page.

    ``at`` is the derived time in milliseconds since 1970. ``name`` is the event's short name.
    ``board`` is the key of the board that sent it, or None. ``text`` is a line about it.
    ``readings`` are ``(sensor, quantity, unit or None, number)``. ``about`` is what the event
    tells of its board: ``{"app_id", "tracker", "port", "model", "id", "firmware", "facts"}``,
    each only where it is told.
    """

    at: int
    name: str | None
    board: str | None
    text: str
    readings: list
    about: dict


def digest(columns, good, errors, received):
    """Return the :class:`Shown` of an event.

    ``columns`` are those of the canonical event that are set, ``errors`` the sentences of a bad
    one, ``received`` milliseconds since 1970.
    """
    entities = columns.get("contexts", {}).get("data", ())
    board, about = _board(columns, entities, good)
    data = _data(columns)
    readings = _readings(columns, data) if good and board else []
    if good and board:
        about["facts"] = _facts(readings, [data, *(entity["data"] for entity in entities)])
    kind = columns.get("event")
    name = columns.get("event_name") if kind == "unstruct" else kind
    text = summary(columns, good, errors)
    return Shown(_at(columns, received), name, board, text, readings, about)


def _at(columns, received):
    try:
        at = datetime.fromisoformat(columns["derived_tstamp"].removesuffix("Z"))
        return (at - _EPOCH) // _MILLISECOND
    except (KeyError, ValueError):  # A bad event has none; Python has no year 0
        return received


def _data(columns):
    unstruct = columns.get("unstruct_event")
    return unstruct["data"]["data"] if unstruct else None


def _board(columns, entities, good):
    """Return (key or None, what the event tells of the board)."""
    about = {"app_id": columns.get("app_id"), "tracker": columns.get("name_tracker")}
    known = False
    for entity in entities:
        vendor, name, _, _ = split(entity["schema"])
        if (vendor, name) == (OURS, "board") and isinstance(entity["data"], dict):
            known = True
            for key in ("port", "model", "id", "firmware"):
                about[key] = _name(entity["data"].get(key))
    about = {key: value for key, value in about.items() if value}
    told = [about.get("id"), columns.get("domain_userid"), columns.get("user_id")]
    named = "/".join(about[key] for key in ("app_id", "tracker") if key in about)
    # A bad platform is in no column, and the event may well be a board's.
    platform = columns.get("platform") or (columns and not good and "iot")
    if not known and platform != "iot":
        return None, {}
    key = next((text for text in told if text), named) or "unnamed"
    return key[:MAX_NAME], about


def _name(value):
    return value[:MAX_NAME] if isinstance(value, str) else None


def _readings(columns, data):
    """Return the numbers of an event: a sensor's readings, or whatever else is one in it."""
    kind, name = columns.get("event"), columns.get("event_name")
    if kind == "struct" and "se_value" in columns:
        sensor = " / ".join(
            columns[key] for key in ("se_category", "se_action", "se_label") if key in columns
        )
        readings = [(sensor, columns.get("se_property") or "value", None, columns["se_value"])]
    elif kind != "unstruct" or columns.get("event_vendor", "").startswith(SNOWPLOW[:20]):
        return []
    elif name == "sensor_reading" and isinstance(data, dict) and "readings" in data:
        readings = _sensor(data)
    else:
        readings = [(name, path, None, value) for path, value in _numbers(data)]
    return [
        (sensor[:MAX_NAME], quantity[:MAX_NAME], unit and unit[:16], float(value))
        for sensor, quantity, unit, value in readings[:MAX_READINGS]
        if _is_number(value) and isinstance(sensor, str) and isinstance(quantity, str)
    ]


def _sensor(data):
    listed = data["readings"] if isinstance(data["readings"], list) else ()
    return [
        (data.get("sensor"), one.get("quantity"), _name(one.get("unit")), one.get("value"))
        for one in listed
        if isinstance(one, dict)
    ]


def _numbers(data, path=""):
    """Yield (path, number) of an object, and of the objects in it."""
    for key, value in data.items() if isinstance(data, dict) else ():
        if _is_number(value):
            yield path + key, value
        elif isinstance(value, dict) and not path:
            yield from _numbers(value, key + ".")


def _is_number(value):
    # Beyond a double JSON still has whole numbers, for which no chart has a place.
    return type(value) in (int, float) and abs(value) < 1e300


def _facts(readings, objects):
    """Return {fact: value} of a card: from a sensor's readings, and from any event and entity."""
    found = {_FACT[name]: value for _, name, _, value in readings if name in _FACT}
    for data in objects:
        for key, value in data.items() if isinstance(data, dict) else ():
            if key in _FACT:
                if isinstance(value, dict):
                    value = sum(filter(_is_number, value.values()))
                if _is_number(value) or isinstance(value, str):
                    found[_FACT[key]] = value if _is_number(value) else _name(value)
    return found

