"""An event in one line: what the terminal and the page's list show of it."""

import json

_SENSOR = "iglu:io.github.snowplow_micropython/sensor_reading/jsonschema/1-"
_MAX = 160


def summary(row):
    """Return one line about a stored row (a dict or :class:`judge.Row` fields), cut to 160.

    The first reason of a bad event; the readings of a sensor's event; else a short form.
    """
    record = json.loads(row["record"])
    text = _good(record["event"]) if row["good"] else (record["errors"] or ["?"])[0]
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
    return f"{name} {json.dumps(data, ensure_ascii=False, separators=(',', ':'))}"


def _reading(reading):
    shown = f"{reading.get('quantity')}={_number(reading.get('value'))}"
    return f"{shown} {reading['unit']}" if reading.get("unit") else shown


def _number(value):
    return f"{value:.10g}" if isinstance(value, float) else str(value)
