"""Make configs of boards: `make provision`, by questions in a terminal or from a CSV of a fleet.

Passwords are asked for without echo or read from the CSV, and go into the configs only, which
nobody else may read: they are in no argument, no message and no history of a shell.
"""

import itertools
import json

from firmware.on_demand.config import ConfigError, check
from tools.deploy import ROOT, Stop, presets
from tools.deploy.user_config import check_wifi, write_private

# What a board is to do if there is no config yet.
NEW = {"store_bytes": 262144, "buffer_bytes": 4096, "track": ["session", "application", "errors"]}


def problem(name, config):
    """Why a board would refuse a config, in one line, or None. It may lack roots: see roots.py."""
    try:
        merged = presets.apply(config)[0]
        if str(merged.get("collector")).startswith("https://"):
            merged = {"roots": "x.der", **merged}
        check(name, merged)
        check_wifi(name, merged.get("wifi"))
    except (ConfigError, Stop) as e:
        return str(e)
    return None


def put(config, dotted, value):
    """Set the key `wifi.ssid` in a copy of a config, which is returned."""
    first, _, rest = dotted.partition(".")
    if not rest:
        return {**config, first: value}
    inner = config.get(first)
    return {**config, first: put(inner if isinstance(inner, dict) else {}, rest, value)}


def save(path, config):
    """Write a config to the Path; what was there is kept beside it, as NAME.json.before, or
    .before.2 and so on where there is another one already.

    Returns "new", "changed" or "the same".
    """
    text = json.dumps(config, indent=2, ensure_ascii=False) + "\n"
    was = path.read_bytes() if path.exists() else None
    if was == text.encode():
        return "the same"
    if was is not None:
        _keep(path, was.decode("utf-8", "replace"))
    write_private(path, text)
    return "new" if was is None else "changed"


def _keep(path, text):
    for n in itertools.count(1):
        copy = path.with_name(f"{path.name}.before" + (f".{n}" if n > 1 else ""))
        if not copy.exists():
            return write_private(copy, text)
        if copy.read_bytes() == text.encode():
            return None


def schema_types(dotted, root=ROOT):
    """The JSON types ("string", "integer" ...) that config.schema.json allows for a dotted key.

    Empty if it does not know the key, as inside `sensors`, where the names are the user's.
    """
    schema = json.loads((root / "firmware/config.schema.json").read_text(encoding="utf-8"))
    nodes = [schema]
    for key in dotted.split("."):
        nodes = [found for node in nodes for found in _properties(schema, node, key)]
    types = set()
    for node in nodes:
        for one in _alternatives(schema, node):
            kind = one.get("type", [])
            types.update([kind] if isinstance(kind, str) else kind)
            types.update({"string"} if isinstance(one.get("enum", [None])[0], str) else ())
    return types


def _properties(schema, node, key):
    for one in _alternatives(schema, node):
        if key in one.get("properties", {}):
            yield one["properties"][key]


def _alternatives(schema, node):
    yield node
    parts = [node[key] for key in ("then", "else") if key in node]
    for key in ("allOf", "anyOf", "oneOf"):
        parts += node.get(key, [])
    if "$ref" in node:
        parts.append(schema["definitions"][node["$ref"].rpartition("/")[2]])
    for part in parts:
        if isinstance(part, dict):
            yield from _alternatives(schema, part)
