"""An event in one line: what the terminal and the page's list show of it."""

import json

_SENSOR = "iglu:io.github.snowplow_micropython/sensor_reading/jsonschema/1-"
_MAX = 160


def summary(columns, good, errors):
    """Return one line about an event, cut to 160 characters.

    The first of its ``errors`` where it is bad; the readings of a sensor's event; else a short
    form of its ``columns``.
    """
    text = _good(columns) if good else (errors or ["?"])[0]
    return text if len(text) <= _MAX else text[: _MAX - 1] + "…"


def printable(text):
    """Return text with whatever could steer a terminal, or hide there, escaped."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def _good(event):
    kind = event.get("event")
    if kind == "struct":
        names = ("se_category", "se_action", "se_label", "se_property", "se_value")
        return " / ".join(_number(event[name]) for name in names if name in event)
    if kind == "unstruct" and "unstruct_event" in event:
        return _self_describing(event["unstruct_event"]["data"])
    names = ("page_title", "page_url", "tr_orderid", "tr_total", "ti_sku", "ti_price")
    return " ".join(_number(event[name]) for name in names if name in event)


def _self_describing(inner):
    data = inner["data"]
    if inner["schema"].startswith(_SENSOR):
        try:
            return " ".join([str(data["sensor"]), *map(_reading, data["readings"])])
        except (AttributeError, KeyError, TypeError):
            pass  # Another schema of that name
    name = inner["schema"].split("/")[1]
    if not isinstance(data, dict):
        return f"{name} {_compact(data)}"
    return " ".join([name, *(f"{key}={_value(value)}" for key, value in data.items())])


def _value(value):
    return value if isinstance(value, str) else _compact(value)


def _compact(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _reading(reading):
    shown = f"{reading.get('quantity')}={_number(reading.get('value'))}"
    unit = reading.get("unit")
    return f"{shown} {unit}" if unit and unit != "1" else shown  # UCUM's 1 is no unit


def _number(value):
    return f"{value:.10g}" if isinstance(value, float) else str(value)
