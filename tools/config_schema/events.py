"""The keys of firmware/on_demand/event_keys.py as JSON Schema."""

from firmware.on_demand import event_keys

WHENS = tuple(sorted(event_keys.KINDS))


def add(said, properties, definitions):
    """Add them to the properties of a config and to the definitions, both dicts of schemas.

    said: gives the schema of a row of the firmware's tables, as key(section, key, row).
    """
    properties.update(_rows(said, "SETTINGS", event_keys.SETTINGS))
    for name in ("ENTITY", "LOCATION", "STRUCT_EVENT", "SET"):
        definitions[name.lower()] = _table(said, name, getattr(event_keys, name))
    properties["location"]["$ref"] = "#/definitions/location"
    properties["entities"]["items"] = {"$ref": "#/definitions/entity"}
    definitions["event"] = {
        "type": "object",
        "if": {"anyOf": [{"required": [key]} for key in event_keys.ENTITY]},
        "then": {"$ref": "#/definitions/entity"},
        "else": {"$ref": "#/definitions/struct_event"},
    }
    for when in WHENS:
        found = definitions[when] = definitions.get(when) or _table(
            said, when, event_keys.KINDS[when]
        )
        found["properties"]["when"] = {"const": when}
        for key, row in _rows(said, "TRIGGER", event_keys.TRIGGER).items():
            if key in ("event", "set"):
                row["allOf"] = [{"$ref": f"#/definitions/{key}"}]
            found["properties"][key] = row
    del definitions["heartbeat"]["properties"]["event"]  # it is one


def rules():
    """What the keys have to do with others: a list of schemas of a config."""
    wakes = {"contains": {"required": ["when"], "properties": {"when": {"const": "wake"}}}}
    does = {"contains": {"required": ["do"]}}
    battery = {"required": ["mode"], "properties": {"mode": {"const": "battery"}}}
    battery["properties"]["hold_pin"] = {"type": "null"}  # such a board has no other wake
    return [
        {"if": {"required": ["triggers"], "properties": {"triggers": wakes}}, "then": battery},
        {
            "if": {"required": ["triggers"], "properties": {"triggers": does}},
            "then": {"required": ["app"]},
        },
    ]


def _rows(said, section, rows):
    return {key: said.key(section, key, row) for key, row in rows.items()}


def _table(said, section, rows):
    return {
        "type": "object",
        "properties": _rows(said, section, rows),
        "additionalProperties": False,
        "required": [key for key, row in rows.items() if len(row) < 4],
    }
