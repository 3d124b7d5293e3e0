"""What a preset changes in the schema: a config that names one need not have what it gives."""

import copy
import json

from tools.config_schema import words
from tools.deploy import presets


def names():
    """The schema of the key `board`."""
    about = [presets.load(name)["board"] for name in presets.names()]
    return {
        "title": words.title("board"),
        "description": "The preset of a board: `make deploy` puts its pins in this place.",
        "enum": presets.names(), "enumDescriptions": about,
    }  # fmt: skip


def rules(properties, definitions):
    """The rules of the keys that presets give, and of `links`, which names links.

    properties: those of the config, from which the schemas of these keys move into rules.
    """
    given = {name: presets.load(name)["config"] for name in presets.names()}
    found = []
    for key in sorted({key for config in given.values() for key in config}):
        strict = {
            name: properties[key].pop(name)
            for name in list(properties[key])
            if name not in ("title", "description", "default")
        }
        values = {}
        for name, config in given.items():
            if key in config:
                values.setdefault(json.dumps(config[key]), []).append(name)
        for text, boards in values.items():
            part = _nullable(_part(key, strict, json.loads(text), definitions))
            found.append({"if": _named(boards), "then": {"properties": {key: part}}})
        others = {"not": _named(sum(values.values(), []))}
        found.append({"if": others, "then": {"properties": {key: strict}}})
    return found + _links(given)


def _named(boards):
    return {"required": ["board"], "properties": {"board": {"enum": boards}}}


# None takes a key of a preset away.
def _nullable(schema):
    return {"anyOf": [{"type": "null"}, schema]}


# The schema of what a config has to say of a key of which the preset has `given`. What only both
# together make wrong is the check's.
def _part(key, strict, given, definitions):
    if not isinstance(given, dict):
        return strict
    if key == "ethernet":
        parts = [definitions["rmii"], definitions["spi_ethernet"]]
        return _object(parts, given)
    if key == "buses":
        kinds = [definitions[kind] for kind in ("i2c", "spi", "uart")]
        rows = {name: _nullable(_object(kinds, row)) for name, row in given.items()}
    elif key == "sensors":
        rows = {name: _nullable(_sensor(row, definitions)) for name, row in given.items()}
    else:
        return _object([definitions[key]], given)
    return {**strict, "properties": rows}


def _object(parts, given):
    keys = {}
    for part in parts:
        for name, schema in part["properties"].items():
            found = _nullable(schema) if name in given else copy.deepcopy(schema)
            other = keys.get(name, found)
            keys[name] = found if other == found else {"anyOf": [other, found]}
    return {"type": "object", "properties": keys, "additionalProperties": False}


# Of another type than the preset's it may be anything.
def _sensor(given, definitions):
    own = _object([definitions["sensor_" + given["type"]]], given)
    own["properties"]["type"] = {"const": given["type"]}
    other = {"required": ["type"], "not": {"properties": {"type": {"const": given["type"]}}}}
    return {"if": other, "then": {"$ref": "#/definitions/sensor"}, "else": own}


# `links` has each link of the config and the preset, and no other.
def _links(given):
    found = []
    for kind in ("cellular", "ethernet", "wifi"):
        is_there = [{"required": [kind], "properties": {kind: {"type": "object"}}}]
        boards = [name for name, config in given.items() if kind in config]
        if boards:
            is_there.append({**_named(boards), "not": {"required": [kind]}})
        has = {"properties": {"links": {"contains": {"const": kind}}}}
        has_not = {"properties": {"links": {"not": {"contains": {"const": kind}}}}}
        found.append({"if": {"anyOf": is_there}, "then": has, "else": has_not})
    return found
