"""The user's config: read, checked as a board checks it, and made into what the board gets."""

import json
import os
from pathlib import Path
from typing import NamedTuple

from firmware.on_demand.config import ConfigError, check
from firmware.on_demand.settings import check_password
from tools.deploy import ROOT, Stop, presets, roots
from tools.deploy.own import find_drivers, own_files

EXAMPLE = "my network"  # in config.example.json


def check_config(path, root=ROOT):
    """The config to deploy, from `path`, or `root`/config.json for None.

    Without any, the board gets none, and the code of its portal, which asks for one. Stop unless
    it is JSON and has what the firmware wants; the message is that of a boot. Where it names a
    preset, or roots that lie beside it, the file to copy is another one, in `root`/build.
    In a terminal the user is asked for the roots that an https collector needs.
    """
    if path is None and not (root / "config.json").exists():
        # What the portal makes a config of, and so what the board has to have the code for.
        data = {"collector": "http://unknown", "app_id": "unknown", "wifi": {"networks": []}}
        return Config(None, "its portal", data, check("", data), None)
    path = Path(path or root / "config.json")
    name = str(path)
    config = read(path)
    if needs_roots(config):
        config = _add_roots(path, config)
    merged, chip = presets.apply(config)
    find_drivers(path.resolve().parent)
    try:
        settings = check(name, merged)
    except ConfigError as e:
        raise Stop(str(e))
    check_wifi(name, merged.get("wifi"))
    own = own_files(merged, path.resolve().parent)
    folder = root / "build" / "config" / path.stem
    merged, brought = _roots(merged, path.resolve().parent, folder)
    if merged is not config:
        path = folder / "config.json"
        write_private(path, json.dumps(merged, indent=2, ensure_ascii=False) + "\n")
    return Config(path, name, merged, settings, chip, own, brought)


def read(path):
    """What is in the JSON file at `path`; Stop, with the place, if it is not JSON."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
        return json.loads(text, parse_constant=_no_constant, object_pairs_hook=_no_pairs)
    except OSError as e:
        raise Stop(f"cannot read the config {path}: {e.strerror}")
    except json.JSONDecodeError as e:
        raise Stop(f"{path}, line {e.lineno}, column {e.colno}: not valid JSON: {e.msg}")
    except UnicodeDecodeError as e:
        raise Stop(f"{path}, byte {e.start}: not UTF-8 text; save it as UTF-8")
    except ValueError as e:
        raise Stop(f"{path}: not valid JSON: {e}")


def write_private(path, text):
    """Write a file that only its owner may read, since it has passwords; whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(path.name + ".new")
    new.unlink(missing_ok=True)
    with open(os.open(new, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(text.encode())
    os.replace(new, path)


def needs_roots(config):
    """Whether what is in a config has an https collector, and neither roots nor
    verify: false."""
    if not isinstance(config, dict) or config.get("verify") is False or "roots" in config:
        return False
    return str(config.get("collector")).startswith("https://")


# Into the text, so that the rest of the user's file stays as it is.
def _add_roots(path, config):
    name = roots.choose(config["collector"], path.resolve().parent)
    text = path.read_bytes().decode("utf-8-sig")
    head, brace, rest = text.partition("{")
    write_private(path, f'{head}{brace}\n  "roots": {json.dumps(name)},{rest}')
    print(f"Wrote {name} beside {path}, and its name into it")
    return {**config, "roots": name}


# A board has only DER, so the file and the name in its config may be others than the user's.
def _roots(config, folder, build):
    named = config.get("roots")
    source = folder / Path(named).name if named else None
    if not source or not source.exists():
        return config, []
    on_board = source.stem + ".der"
    build.mkdir(parents=True, exist_ok=True)
    (build / on_board).write_bytes(roots.read(source))
    changed = config if named in (on_board, "/" + on_board) else {**config, "roots": on_board}
    return changed, [(build / on_board, "/" + on_board)]


class Config(NamedTuple):
    """What is to be deployed: the file to copy (None: the board keeps what it has), how messages
    call the user's own, what is in the first (dict), its settings with all defaults (dict), the
    chip of its preset or None, the user's own modules, as own_files() lists them, and other files
    to bring, in the same way."""

    path: "Path | None"
    name: str
    data: dict
    settings: dict
    chip: "str | None"
    own: "list | tuple" = ()
    brought: "list | tuple" = ()


def check_wifi(name, wifi):
    """Stop for what a board would try for ever: the example's network, an impossible password."""
    for network in (wifi or {}).get("networks", [wifi] if wifi else []):
        if network["ssid"] == EXAMPLE:
            raise Stop(f"{name}: wifi.ssid is the example's: write the name of your network")
        try:
            check_password(name, network["password"])
        except ConfigError as e:
            raise Stop(str(e))


def _no_pairs(pairs):
    found = {}
    for key, value in pairs:
        if key in found:
            raise ValueError(f"{json.dumps(key)} is there twice in one object; rename one")
        found[key] = value
    return found


def _no_constant(name):
    raise ValueError(f"{name} is not a number in JSON")
