"""Write the tables in docs/config.md from firmware/config.schema.json.

    python -m tools.config_page
"""

import json

from firmware.on_demand import config_keys
from tools.config_schema import PATH as SCHEMA
from tools.engine import ROOT

PAGE = ROOT / "docs" / "config.md"
BEGIN, END = "<!-- made by tools/config_page.py -->\n", "<!-- end -->\n"
# Of each table its heading, the definition in the schema, and what is to be known before.
TABLES = (
    ("wifi", "wifi", "One network, or several in `networks`, which are tried in that order."),
    ("networks", "network", "Each of the networks of `wifi`."),
    ("battery", "battery", "For the mode `battery`: [Power](power.md)."),
    ("remote", "remote", "[Configuration from afar](remote_config.md)."),
    ("update", "update", "[Updates over the air](updates.md)."),
    ("rtc", "rtc", "A [clock chip](boards.md#clock-chips)."),
    ("I2C in buses", "i2c", "How sensors are connected: [Sensors](sensors.md)."),
    ("SPI in buses", "spi", ""),
    ("UART in buses", "uart", ""),
    ("quantities", "quantity",
     "[What becomes of a reading](sensors.md#what-becomes-of-a-reading)."),
    ("All triggers", "all", "Each trigger has `when`, one of the kinds below, and what is to be "
     "done: [Events without code](events.md)."),
    ("Trigger every", "every", ""),
    ("Trigger boot", "boot", ""),
    ("Trigger edge", "edge", ""),
    ("Trigger threshold", "threshold", ""),
    ("Trigger wake", "wake", ""),
    ("Trigger heartbeat", "heartbeat", ""),
    ("location", "location", "Where the board is."),
)  # fmt: skip
OF_ALL = ("read", "between", "days", "event", "set", "do")  # the keys that all triggers have
# What has a table of its own in another page, and old names.
PINS = [key for key, row in config_keys.KEYS[""].items() if row[0] == "pin"]
ELSEWHERE = {"ethernet": "boards.md#ethernet", "cellular": "boards.md#cellular"}


def page():
    """The text of docs/config.md with the tables as they must be."""
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    return before + BEGIN + "\n" + tables() + "\n" + END + rest.partition(END)[2]


def tables():
    """All tables, as Markdown."""
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    definitions = schema["definitions"]
    every = definitions["every"]["properties"]
    definitions["all"] = {"properties": {key: every[key] for key in OF_ALL}}
    for kind in ("every", "boot", "edge", "threshold", "wake", "heartbeat"):
        for key in OF_ALL:
            definitions[kind]["properties"].pop(key, None)
    order = list(config_keys.KEYS[""])
    keys = {name: it for name, it in schema["properties"].items() if not it.get("deprecated")}
    keys.pop("$schema")
    keys = dict(sorted(keys.items(), key=lambda it: (it[0] not in order, _place(order, it[0]))))
    linked = {name: "#" + heading.lower().replace(" ", "-") for heading, name, _ in TABLES}
    found = ["### All keys\n", table(keys, schema["required"], {**linked, **ELSEWHERE})]
    for heading, name, text in TABLES:
        object_ = definitions[name]
        if "else" in object_:  # wifi
            one, several = object_["else"], object_["then"]
            object_ = {**one, "required": []}
            object_["properties"] = {**one["properties"], **several["properties"]}
        found.append(f"### {heading}\n")
        if text:
            found.append(text + "\n")
        found.append(table(object_["properties"], object_.get("required", []), {}))
        if name == "boot":
            found[-1] = "It has no keys of its own.\n"
    return "\n".join(found)


def _place(order, name):
    return order.index(name) if name in order else name


def table(properties, required, links):
    """One table of {key: its schema}; `links` is {key: where more is said of it}."""
    lines = ["| key | what it is | value | default |", "|---|---|---|---|"]
    for key, schema in properties.items():
        if schema is True or not isinstance(schema, dict) or "const" in schema:
            continue
        name = f"[`{key}`]({links[key]})" if key in links else f"`{key}`"
        words = schema.get("description", "").rstrip(".")
        words = words[:1].upper() + words[1:]
        default = "required" if key in required else _default(schema)
        value = "pin" if key in PINS and "type" not in schema else _value(schema)
        lines.append(f"| {name} | {words} | {value} | {default} |")
    return "\n".join(lines) + "\n"


def _default(schema):
    return f"`{json.dumps(schema['default'])}`" if "default" in schema else "–"


def _value(schema):
    kinds = schema.get("type")
    if "enum" in schema:
        values = schema["enum"]
        if len(values) > 8:
            return "[a preset](boards.md#presets)"
        return ", ".join(f"`{value}`" for value in values)
    if kinds == "boolean":
        return "`true`, `false`"
    if kinds in ("integer", "number"):
        text = "whole number" if kinds == "integer" else "number"
        limits = schema
        for other in schema.get("anyOf", ()):
            limits = other if "minimum" in other else limits
        if abs(limits.get("minimum", 3e38)) < 1e38:
            most = limits["maximum"]
            text = f"{limits['minimum']} to {most}" if most < 1e38 else "0 or more"
            text += ", or 0" if limits is not schema else ""
        return text
    if kinds == "array":
        inner = schema.get("items", {})
        return f"list of {_value(inner)}" if "enum" in inner else "list"
    if kinds == "string":
        most = schema.get("maxLength")
        return f"text of {most} at most" if most else "text"
    return "pin" if isinstance(kinds, list) else "object"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    print(PAGE)
