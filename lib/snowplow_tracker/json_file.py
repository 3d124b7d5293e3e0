# A small file for what must outlive a reboot. It is overwritten in place: on littlefs that is
# three times cheaper than a second file and a rename, and a cut leaves the old or the new one.
import json
import os
from errno import ENOENT


def load(path: str) -> dict:
    """The dict in the file; empty if there is none, or it is corrupt."""
    try:
        with open(path) as file:
            state = json.load(file)
        return state if isinstance(state, dict) else {}
    except Exception:  # whatever garbage does to a parser
        return {}


def save(path: str, state: "dict | list") -> bool:
    """Write the dict, or list; False if it cannot be written now."""
    try:
        os.stat(path + "-")  # as can_look_up() in store/segment_format.py
    except OSError as e:
        if e.errno != ENOENT:
            return False
    try:
        with open(path, "w") as file:
            json.dump(state, file)
        return True
    except (OSError, MemoryError):
        return False
