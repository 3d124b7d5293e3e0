"""What a board that people buy has: `"board": "pico_w"` in a config stands for its pins.

boards/presets/NAME.json holds {board: its name, chip, source: where its pins are told, config:
keys of config.json}. They are merged here, so that a board gets neither them nor this code.
"""

import difflib
import json

from tools.deploy import ROOT, Stop

PRESETS = ROOT / "boards" / "presets"


def names():
    """The names of all presets, sorted."""
    return sorted(path.stem for path in PRESETS.glob("*.json"))


def load(name):
    """The preset of this name, as its file has it. Stop if there is none."""
    if name not in names():
        near = difflib.get_close_matches(str(name), names(), 3, 0.4) or names()
        raise Stop(f"board: there is no preset {json.dumps(name)}; write {', '.join(near)}")
    return json.loads((PRESETS / f"{name}.json").read_text(encoding="utf-8"))


def merge(preset, config):
    """The dict `preset` overridden key by key, in depth, by the dict `config`.

    None takes a key of the preset away. Neither of the two is changed.
    """
    merged = dict(preset)
    for key, value in config.items():
        if value is None and key in preset:
            del merged[key]
        elif isinstance(value, dict) and isinstance(preset.get(key), dict):
            merged[key] = merge(preset[key], value)
        else:
            merged[key] = value
    return merged


def apply(config):
    """The config (dict) with what the preset that it names has, and the preset's chip or None."""
    if not isinstance(config, dict) or "board" not in config:
        return config, None
    preset = load(config["board"])
    own = {key: config[key] for key in config if key != "board"}
    return merge(preset["config"], own), preset["chip"]
