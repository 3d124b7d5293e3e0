"""An event as one line of text, for the terminal and the page's list."""

import json

_SENSOR = "iglu:io.github.snowplow_micropython/sensor_reading/jsonschema/1-"
_MAX_LENGTH = 160


def event_text(columns, good, errors):
    """Return one line about an event, cut to 160 characters.

    For a bad event the line is the first of its ``errors``; for a sensor's event its readings; for
    other events a short form of its ``columns``.
    """
    text = _good_text(columns) if good else (errors or ["?"])[0]
    return text if len(text) <= _MAX_LENGTH else text[: _MAX_LENGTH - 1] + "…"


def _good_text(event):
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
            pass  # Someone else's schema has the same name
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
    return f"{shown} {unit}" if unit and unit != "1" else shown  # In UCUM "1" means: no unit


def _number(value):
    return f"{value:.10g}" if isinstance(value, float) else str(value)
