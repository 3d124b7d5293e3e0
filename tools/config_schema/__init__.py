"""firmware/config.schema.json: what config.json may have, as a JSON Schema for editors and forms.

It is made of the tables that the firmware's own check uses: firmware/on_demand/config_keys.py,
link_keys.py, event_keys.py, and what the drivers in boards/sensors declare. What no JSON Schema
can say, such as that a trigger names a sensor that is there, remains to the check.
"""

import json

from firmware.on_demand import config_keys, link_keys
from tools.config_schema import events, presets, sensors, words
from tools.config_schema.kinds import value
from tools.engine import ROOT

PATH = ROOT / "firmware" / "config.schema.json"
# The tables of link_keys.py that make an object's.
_TABLES = {
    "rmii": ("ETHERNET", "RMII"), "spi_ethernet": ("ETHERNET", "SPI"), "cellular": ("CELLULAR",),
}  # fmt: skip
_WHENS = ("boot", "edge", "every", "threshold")  # those of config_keys.py
_RENAMED = {"builtin": "board_sensors", "safe_seconds": "safe_mode_seconds"}
_DIGITS = "^[0-9]{4,8}$"
_COMMAND = "^[ !#-:<-~]*$"  # becomes part of a command to the modem


def text():
    """What the file has."""
    return json.dumps(schema(), indent=1, ensure_ascii=False) + "\n"


def schema():
    """The schema as a dict."""
    said = _Said()
    definitions = _definitions(said)
    properties = {"$schema": {"description": "Where this schema is, for editors."}}
    for key, row in config_keys.KEYS[""].items():
        properties[key] = said.key("", key, row)
    events.add(said, properties, definitions)
    for key in ("wifi", "ethernet", "cellular", "battery", "remote", "update", "rtc"):
        properties[key]["$ref"] = f"#/definitions/{key}"
    for key, item in (("buses", "any_bus"), ("sensors", "sensor")):
        properties[key]["additionalProperties"] = {"$ref": f"#/definitions/{item}"}
    properties["sensors"]["propertyNames"] = value("text", 1, 64)
    properties["triggers"]["items"] = {"$ref": "#/definitions/trigger"}
    properties["links"]["uniqueItems"] = True
    for old, new in _RENAMED.items():
        properties[old] = {**properties[new], "deprecated": True}
        properties[old]["description"] = f"Is now called {new}."
    rules = [{"not": {"required": [old, new]}} for old, new in _RENAMED.items()]
    rules += _rules() + events.rules()
    properties["board"] = presets.names()
    rules += presets.rules(properties, definitions)
    for key in properties:
        _join_reference(properties[key])
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "config.json of the Snowplow firmware for MicroPython boards",
        "type": "object",
        "properties": dict(sorted(properties.items())),
        "required": [key for key, row in config_keys.KEYS[""].items() if len(row) < 4],
        "additionalProperties": False,
        "allOf": rules,
        "definitions": dict(sorted(definitions.items())),
    }


# Draft 7 ignores what stands beside a $ref.
def _join_reference(found):
    if "$ref" in found:
        found["allOf"] = [{"$ref": found.pop("$ref")}]


class _Said:
    # What the comments of the tables say.
    def __init__(self):
        folder = ROOT / "firmware" / "on_demand"
        self._words = words.comments(folder / "config_keys.py")
        self._words.update(words.comments(folder / "link_keys.py"))
        self._words.update(words.comments(folder / "event_keys.py"))

    def key(self, section, key, row):
        """The schema of a row of a table. ValueError if no comment says what it is."""
        said = [self._words.get((name, key)) for name in _TABLES.get(section, (section,))]
        if not any(said):
            raise ValueError(f"{section or 'config'}.{key}: it needs a comment behind its row")
        text = next(filter(None, said))
        found = {"title": words.title(key), "description": words.sentence(text)}
        if len(row) > 3 and row[3] is not None:
            found["default"] = row[3]
        return {**found, **value(*row[:3])}

    def table(self, section):
        """The schema of an object with the keys of a table."""
        rows = config_keys.KEYS.get(section)
        if rows is None:
            tables = [getattr(link_keys, name) for name in _TABLES[section]]
            rows = {key: row for table in tables for key, row in table.items()}
        return closed(
            {key: self.key(section, key, row) for key, row in rows.items()},
            [key for key, row in rows.items() if len(row) < 4],
        )


def closed(properties, required=()):
    """The schema of an object that has no other keys."""
    found = {"type": "object", "properties": properties, "additionalProperties": False}
    return {**found, "required": list(required)} if required else found


def when(key, *values):
    """A condition: the key is there and has one of these values."""
    return {"required": [key], "properties": {key: {"enum": list(values)}}}


def _definitions(said):
    sections = ("network", "wifi", "battery", "remote", "update", "rtc", "quantity")
    found = {name: said.table(name) for name in (*sections, "i2c", "spi", "uart", *_TABLES)}
    for name in _WHENS:
        found[name] = said.table(name)
    found["threshold"]["oneOf"] = [{"required": ["above"]}, {"required": ["below"]}]
    whens = {"title": "When", "enum": list(events.WHENS)}
    found["trigger"] = _choice("when", whens, {name: name for name in events.WHENS})
    found["wifi"] = _wifi(found)
    found["ethernet"] = _ethernet(found)
    found["cellular"] = _cellular(found["cellular"])
    found["any_bus"] = _bus()
    found.update(sensors.definitions(said))
    return found


def _choice(key, values, names):
    # An object whose other keys depend on one.
    rules = [
        {"if": when(key, one), "then": {"$ref": f"#/definitions/{name}"}}
        for one, name in names.items()
    ]
    return {"type": "object", "properties": {key: values}, "required": [key], "allOf": rules}


def _wifi(found):
    network, wifi = found["network"], found.pop("wifi")
    networks = {
        "title": "Networks",
        "description": "Several networks, in the order in which they are tried. Without any, the "
        "board opens its portal, which asks for one.",
        "type": "array", "items": {"$ref": "#/definitions/network"},
    }  # fmt: skip
    one = closed({**network["properties"], **wifi["properties"]}, network["required"])
    several = closed({"networks": networks, **wifi["properties"]}, ["networks"])
    return {"type": "object", "if": {"required": ["networks"]}, "then": several, "else": one}


def _ethernet(found):
    rmii = found["rmii"]
    rmii["if"] = when("clock_mode", "out")
    rmii["then"] = {"required": ["clock_pin"]}
    names = {kind: "spi_ethernet" if kind == "w5500" else "rmii" for kind in link_keys.PHY}
    return _choice("type", rmii["properties"]["type"], names)


def _cellular(found):
    found["dependencies"] = {"user": ["password"]}
    found["properties"]["pin"]["pattern"] = _DIGITS
    for key in ("apn", "number"):
        found["properties"][key]["pattern"] = _COMMAND
    return found


def _bus():
    def has(*keys):
        return {"anyOf": [{"required": [key]} for key in keys]}

    i2c, spi, uart = ({"$ref": f"#/definitions/{kind}"} for kind in ("i2c", "spi", "uart"))
    other = {"if": has("sck", "miso"), "then": spi, "else": uart}
    return {"type": "object", "if": has("sda", "scl"), "then": i2c, "else": other}


def _rules():
    # What keys of the whole config have to do with each other.
    secure = {"required": ["collector"], "properties": {"collector": {"pattern": "^https:"}}}
    safe_url = {"properties": {"url": {"pattern": "^https:"}}}
    verified = {"not": when("verify", False)}
    any_secure = {"anyOf": [secure]}
    for key in ("remote", "update"):
        safe = {"properties": {key: {"required": ["url"], **safe_url}}}
        any_secure["anyOf"].append({"required": [key], **safe})
    row = {"properties": {"delta": False, "extremes": {"const": False}}}
    sensor = {"properties": {"quantities": {"additionalProperties": row}}}
    awake = {
        "sensors": {"additionalProperties": sensor},
        "triggers": {"items": {"properties": {"when": {"not": {"const": "edge"}}}}},
    }
    return [
        {"if": {"allOf": [verified, any_secure]}, "then": {"required": ["roots"]}},
        {
            "if": {"allOf": [verified, secure]},
            "then": {"properties": {"remote": safe_url}},
        },
        {"if": when("mode", "battery"), "then": {"properties": awake}},
    ]
