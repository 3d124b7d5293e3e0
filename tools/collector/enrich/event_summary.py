"""What the page shows of an event: one line of text, the board, the numbers.

A summary is computed from the event's record alone.
"""

from typing import NamedTuple

from tools.collector.enrich.event_text import event_text
from tools.collector.enrich.iglu import parse_uri
from tools.collector.enrich.suspicious import derived_time, is_possible

SNOWPLOW_VENDORS = "com.snowplowanalytics"  # and what begins so
OWN_VENDOR = "io.github.snowplow_micropython"
MAX_NAME = 64  # characters of a board's, sensor's or quantity's name
MAX_READINGS = 32  # that are taken from one event
# A fact that a board's card or the map shows -> the keys that hold it in an event or entity.
FACTS = {
    "rssi": ("rssi",),
    "battery": ("battery", "batteryLevel"),
    "supply": ("supply", "battery_voltage"),
    "uptime": ("uptime",),
    "stored": ("stored",),
    "dropped": ("dropped",),
    "boots": ("boots",),
    "reset": ("resetCause",),
    "latitude": ("latitude",),
    "longitude": ("longitude",),
}
_FACT_OF_KEY = {name: fact for fact, names in FACTS.items() for name in names}


class EventSummary(NamedTuple):
    """What the derived tables store of an event, for the page.

    ``at`` is the derived time in milliseconds since 1970, or the time of arrival where that is
    impossible: an event must not stretch a chart to 1970. ``name`` is the event's short name.
    ``board`` is the key of the board that sent it, or None. ``text`` is one line about it.
    ``readings`` are ``(sensor, quantity, unit or None, number)``. ``about`` describes the board:
    those of "app_id", "tracker", "port", "model", "id", "firmware", "release", "name" and "facts"
    that the event has.
    ``suspicious`` says in a sentence what is wrong with a good event's time, or is None.
    """

    at: int
    name: str | None
    board: str | None
    text: str
    readings: list
    about: dict
    suspicious: str | None = None


def summarize(columns, good, errors, received, suspicious=()):
    """Return the :class:`EventSummary` of an event.

    ``columns`` are the columns that are set, ``errors`` the sentences of a bad event, ``received``
    is in milliseconds since 1970, ``suspicious`` lists what is wrong with a good event's time.
    """
    entities = columns.get("contexts", {}).get("data", ())
    board, about = _board(columns, entities, good)
    data = _data(columns)
    readings = _readings(columns, data) if good and board else []
    if good and board:
        about["facts"] = _facts(readings, [data, *(entity["data"] for entity in entities)])
    event_type = columns.get("event")
    name = columns.get("event_name") if event_type == "unstruct" else event_type
    text = event_text(columns, good, errors)
    at = derived_time(columns, received)
    if not is_possible(at, columns, received):
        at = received
    what = suspicious and f"{suspicious[0]} {suspicious[0].hint}"
    return EventSummary(at, name, board, text, readings, about, what or None)


def _data(columns):
    unstruct = columns.get("unstruct_event")
    return unstruct["data"]["data"] if unstruct else None


def _board(columns, entities, good):
    """Return (the board's key or None, the description of the board)."""
    about = {"app_id": columns.get("app_id"), "tracker": columns.get("name_tracker")}
    has_board_entity = False
    for entity in entities:
        vendor, name, _, _ = parse_uri(entity["schema"])
        if (vendor, name) == (OWN_VENDOR, "board") and isinstance(entity["data"], dict):
            has_board_entity = True
            for key in ("port", "model", "id", "firmware", "name"):
                about[key] = _short_name(entity["data"].get(key))
            if type(entity["data"].get("release")) is int:
                about["release"] = str(entity["data"]["release"])[:MAX_NAME]
    about = {key: value for key, value in about.items() if value}
    ids = [about.get("id"), columns.get("domain_userid"), columns.get("user_id")]
    app_and_tracker = "/".join(about[key] for key in ("app_id", "tracker") if key in about)
    # An event whose platform is invalid has no such column; it may still be a board's.
    platform = columns.get("platform") or (columns and not good and "iot")
    if not has_board_entity and platform != "iot":
        return None, {}
    key = next((text for text in ids if text), app_and_tracker) or "unnamed"
    return key[:MAX_NAME], about


def _short_name(value):
    return value[:MAX_NAME] if isinstance(value, str) else None


def _readings(columns, data):
    """Return the numbers of an event: a sensor's readings, or all other numbers in its data."""
    event_type, name = columns.get("event"), columns.get("event_name")
    if event_type == "struct" and "se_value" in columns:
        sensor = " / ".join(
            columns[key] for key in ("se_category", "se_action", "se_label") if key in columns
        )
        readings = [(sensor, columns.get("se_property") or "value", None, columns["se_value"])]
    elif event_type != "unstruct" or columns.get("event_vendor", "").startswith(SNOWPLOW_VENDORS):
        return []
    elif name == "sensor_reading" and isinstance(data, dict) and "readings" in data:
        readings = _sensor_readings(data)
    else:
        readings = [(name, path, None, value) for path, value in _numbers(data)]
    return [
        (sensor[:MAX_NAME], quantity[:MAX_NAME], unit and unit[:16], float(value))
        for sensor, quantity, unit, value in readings[:MAX_READINGS]
        if _is_number(value) and isinstance(sensor, str) and isinstance(quantity, str)
    ]


def _sensor_readings(data):
    listed = data["readings"] if isinstance(data["readings"], list) else ()
    return [
        (data.get("sensor"), one.get("quantity"), _short_name(one.get("unit")), one.get("value"))
        for one in listed
        if isinstance(one, dict)
    ]


def _numbers(data, path=""):
    """Yield (path, number) for the numbers in an object and in the objects directly inside it."""
    for key, value in data.items() if isinstance(data, dict) else ():
        if _is_number(value):
            yield path + key, value
        elif isinstance(value, dict) and not path:
            yield from _numbers(value, key + ".")


def _is_number(value):
    # JSON allows integers beyond a double; no chart can show them.
    return type(value) in (int, float) and abs(value) < 1e300


def _facts(readings, objects):
    """Return {fact: value} of the board's card, from the readings and from the data of objects."""
    found = {_FACT_OF_KEY[name]: value for _, name, _, value in readings if name in _FACT_OF_KEY}
    for data in objects:
        for key, value in data.items() if isinstance(data, dict) else ():
            if key in _FACT_OF_KEY:
                if isinstance(value, dict):
                    value = sum(filter(_is_number, value.values()))
                if _is_number(value) or isinstance(value, str):
                    found[_FACT_OF_KEY[key]] = value if _is_number(value) else _short_name(value)
    return found
