"""Configs by air: the whole of config.json as a signed document in the folder of releases.

A dict, signed as signing.py does:

    kind       "config"
    version    int, as that of a release; higher than that of each config in the folder
    for        absent for all boards, "group NAME" or "board ID"
    config     the object that becomes config.json: dict

A board takes the document for itself, else that for its group, else that for all.
"""

import hashlib
import json
from pathlib import Path

from tools.release import signing
from tools.release.manifest import MOST_BYTES, next_version, write


def name_of(whom):
    """The name of the document for `whom`: "", "group NAME" or "board ID"."""
    digest = hashlib.sha256(whom.encode()).hexdigest()[:16]
    return f"config-{digest}.json" if whom else "config.json"


def publish(folder, config, key, whom="", now=None):
    """Sign the dict `config` for `whom`, write it to the folder, and return (Path, version).

    The config has been checked. Raises ValueError for one that no board could take by air.
    """
    if not config.get("update"):
        raise ValueError('the config has no "update": no other one could follow by air')
    if (config.get("wifi") or {}).get("networks") == []:
        raise ValueError(
            "the config's wifi has no networks, and the boards would open their portals: name "
            "them, or leave wifi out, so that each board keeps its own"
        )
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    last = max([0, *(_version(path) for path in folder.glob("config*.json"))])
    document = {
        "kind": "config",
        "version": next_version(last, now),
        "config": {name: config[name] for name in config if name != "$schema"},
    }
    if whom:
        document["for"] = whom
    signed = signing.sign(document, key)
    if len(signed) > MOST_BYTES:
        raise ValueError(
            f"the signed config has {len(signed)} bytes, and a board takes {MOST_BYTES} at most: "
            "leave out what has its default, or shorten names"
        )
    path = folder / name_of(whom)
    write(path, signed)
    return path, document["version"]


def _version(path):
    try:
        return int(json.loads(path.read_bytes().partition(b"\n")[0])["version"])
    except (ValueError, KeyError, TypeError):
        return 0
