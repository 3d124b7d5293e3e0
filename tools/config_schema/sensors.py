"""The sensors of config.json as JSON Schema: each type with what its driver declares."""

from firmware.on_demand.config_keys import KEYS
from tools import sensors as drivers
from tools.config_schema import words
from tools.config_schema.kinds import value

_PLACES = {
    "bus": "the name of its bus in buses",
    "cs": "the pin that selects it",
    "pin": "the pin that it is at",
    "pull": "the resistor in the chip",
    "adc": "the name of another sensor, an ADC, at which it is",
    "channel": "which input of that ADC",
    "power_pin": "the pin that switches its supply",
}


def _counts(module):
    # What counts by interrupt is read once each time.
    return "debounce_ms" in module.OPTIONS


def definitions(said):
    """{name: schema}: `sensor`, and for each type of sensor one of its own.

    said: gives the schema of a row of the firmware's tables, as key(section, key, row).
    """
    found = {name: {**_words(name, _PLACES[name]), **_place(name)} for name in _PLACES}
    for key, row in KEYS["sensor"].items():
        found[key] = said.key("sensor", key, row)
    del found["quantities"]
    rules, about = [], []
    for kind, module in drivers.drivers().items():
        name = f"sensor_{kind}"
        found[name] = _sensor(kind, module, said)
        about.append(words.sentence(drivers.header(module)[0]))
        rules.append({
            "if": {"required": ["type"], "properties": {"type": {"const": kind}}},
            "then": {"$ref": f"#/definitions/{name}"},
        })  # fmt: skip
    kinds = {
        "title": "Type", "description": "The sensor's type.",
        "enum": list(drivers.drivers()), "enumDescriptions": about,
    }  # fmt: skip
    found["sensor"] = {
        "type": "object", "properties": {"type": kinds}, "required": ["type"], "allOf": rules,
    }  # fmt: skip
    return found


def _words(key, text):
    return {"title": words.title(key), "description": words.sentence(text)}


def _place(name):
    if name in ("bus", "adc"):
        return {"type": "string"}
    if name == "channel":
        return value("int", 0, 3)
    if name == "pull":
        return {"default": "up", **value("one", ("up", "down"), 1)}
    return value("pin", 0, 60)


# As _sensor() and _place() of firmware/on_demand/config_sensors.py have it.
def _sensor(kind, module, said):
    bus = module.BUS
    keys = {"type": {"const": kind}}
    rules = {}
    own = words.comments(module.__file__)
    required = ["type"]
    for name, bounds in module.OPTIONS.items():
        keys[name] = _option(kind, name, bounds, own)
        if len(bounds) < (4 if isinstance(bounds[0], str) else 3):
            required.append(name)
    places = {
        "board": (), "i2c": ("bus",), "uart": ("bus",), "spi": ("bus", "cs"),
        "pin": ("pin", "pull"), "onewire": ("pin",),
    }.get(bus, ("pin", "adc", "channel"))  # fmt: skip
    if bus not in ("adc", "battery"):
        required += [name for name in places if name != "pull"]
    else:
        other = {"properties": {"channel": False}}
        rules = {
            "if": {"required": ["adc"]},
            "then": {"required": ["channel"], "properties": {"pin": False}},
            "else": other if bus == "battery" else {"required": ["pin"], **other},
        }
    if not _counts(module) and bus != "board":
        places += ("power_pin",)
        warmup = _words("warmup_ms", "how long it needs from its power to a good reading")
        bounds = {"default": getattr(module, "WARMUP_MS", 100), **value("int", 0, 300000)}
        keys["warmup_ms"] = {**warmup, **bounds}
        rules["dependencies"] = {"warmup_ms": ["power_pin"]}
    for name in places:
        keys[name] = {"$ref": f"#/definitions/{name}"}
    keys["quantities"] = _quantities(module, said)
    keys["max_seconds"] = {"$ref": "#/definitions/max_seconds"}
    keys["entities"] = {
        **_words("entities", "entities of its events"),
        "type": "array", "items": {"$ref": "#/definitions/entity"},
    }  # fmt: skip
    if not _counts(module) and not hasattr(module.Sensor, "start"):
        keys.update({name: {"$ref": f"#/definitions/{name}"} for name in ("reads", "combine")})
    return {
        "description": words.sentence(drivers.header(module)[0]),
        "type": "object", "properties": keys, "required": required,
        "additionalProperties": False, **rules,
    }  # fmt: skip


def _option(kind, name, bounds, own):
    said = own.get(("OPTIONS", name)) or words.OPTIONS.get(name)
    if not said:
        raise ValueError(f"boards/sensors/{kind}.py: {name} needs a comment behind its row")
    found = _words(name, said)
    if not isinstance(bounds[0], str):
        bounds = ("int" if isinstance(bounds[0], int) else "number", *bounds)
    if len(bounds) > 3 and bounds[3] is not None:
        found["default"] = bounds[3]
    if bounds[0] != "table":
        return {**found, **value(*bounds[:3])}
    rows = {
        key: {**_words(key, own.get((name, key), "")),
              **({"default": row[3]} if len(row) > 3 and row[3] is not None else {}),
              **value(*row[:3])}
        for key, row in bounds[1].items()
    }  # fmt: skip
    row = {
        "type": "object", "properties": rows, "additionalProperties": False,
        "required": [key for key, limits in bounds[1].items() if len(limits) < 4],
    }  # fmt: skip
    return {
        **found, "type": "object", "additionalProperties": row,
        "minProperties": 1, "maxProperties": 32, "propertyNames": value("text", 1, 48),
    }  # fmt: skip


def _quantities(module, said):
    found = said.key("sensor", "quantities", KEYS["sensor"]["quantities"])
    row = {"$ref": "#/definitions/quantity"}
    if _counts(module) and not hasattr(module, "IS_MEAN"):  # a delta would lose counts
        row = {"allOf": [row, {"properties": {"delta": False}}]}
    known = list(getattr(module.Sensor, "QUANTITIES", {}))
    if not known:
        return {**found, "additionalProperties": row}
    found["properties"] = {name: row for name in known}
    # Those of which there are several have a name behind it: temperature_0316a2798aff.
    kinds = [name for name in known if "_" not in name]
    if kinds:
        found["patternProperties"] = {"^(%s)_" % "|".join(kinds): row}
    return {**found, "additionalProperties": False}
