# Which image of the firmware runs, and the trial of the next one, or of another config.
#
# A board that was deployed by image has, on its flash, in the folder /releases
#
#   a.img, b.img   one of them runs, the other one is spare: the version before, or the next one
#   state.json     {"run": "a",                which one runs
#                   "trial": null, or {"boots": n, "from": "b", "id": "…"} while "a" is on trial;
#                            with "config": true and "from" as "run" it is the config that is;
#                            "leaves_store": true: it does not have the store of the one before;
#                            "asks": true: its updates come from elsewhere, which it has to reach
#                   "config": null, or which of the files config.json.a, b, new, old becomes
#                            config.json at the next boot
#                   "rolled_back": {"id": "…", "reason": "…"} as of the trial, until
#                            forget_rolled_back()
#                   "release": the version of the image that runs, once its trial has ended well,
#                   "deployed": [version, ID of the image], as the last `make deploy` wrote it}
#   loader.mpy, image.mpy   boards/boot: what /main.py of the flash calls
#
# An image is opaque here: bytes that tools/release made. It has a CRC, which the loader checks at
# each boot but a wake from deep sleep. state.json is written beside and renamed, so it is always
# the old one or the new one.
#
# To bring a new image: write it to spare() (remove what is there first, if room is short), verify
# it, close it, call try_next(id), and reset the board. The loader counts the boots of a trial
# before it mounts, wakes from deep sleep apart. After three of them, or when the image cannot be
# loaded, it writes "rolled_back" and takes the other image. The firmware calls confirm() when an
# event was accepted, and roll_back() and a reset when the trial has taken too long.
#
# A config goes the same way: write it to config.json.new, and a copy of config.json to
# config.json.old, and call try_config(id). The loader renames them, each at once, so there is one
# whole config.json at all times.
#
# All of them work on a board with plain files, too: running() and spare() are None there. An
# OSError says that flash did not take the state; then nothing has changed.
import json
import os

from snowplow_tracker.json_file import load, read

_FOLDER = "/releases/"


def running() -> "str | None":
    """The image that runs: "a" or "b"; None where plain files do."""
    try:
        import vfs

        for found, _ in vfs.mount():
            if hasattr(found, "image_name"):
                return found.image_name
    except (ImportError, TypeError):  # CPython; a MicroPython before 1.26
        pass
    return None


def spare() -> "str | None":
    """The path to write the next image to."""
    name = running()
    return name and _FOLDER + _other(name) + ".img"


def try_next(id: str) -> None:
    """Put the spare image on trial from the next boot on; `id` is its version."""
    name = _name()
    state = read(_FOLDER + "state.json")
    state["run"] = _other(name)
    state["trial"] = {"boots": 0, "from": name, "id": id}
    _save(state)


def try_config(id: str, leaves_store: bool = False, asks: bool = False) -> None:
    """Put /config.json.new on trial from the next boot on, as try_next()."""
    name = _name()
    state = read(_FOLDER + "state.json")
    state["config"] = "new"
    state["trial"] = {"boots": 0, "from": name, "id": id, "config": True}
    if leaves_store:
        state["trial"]["leaves_store"] = True
    if asks:
        state["trial"]["asks"] = True
    _save(state)


def _name():
    name = running()
    if not name:
        raise OSError("this board runs plain files: run `make deploy` once")
    return name


def trial() -> "dict | None":
    """The trial of the image that runs, or of its config: boots so far, from, id, config."""
    state = read(_FOLDER + "state.json")
    found = state.get("trial")
    return found if isinstance(found, dict) and state.get("run") == running() else None


def confirm() -> None:
    """Keep what is on trial."""
    found = trial()
    if found:
        state = read(_FOLDER + "state.json")
        state["trial"] = None
        if not found.get("config"):
            state["release"] = int(found["id"])
        _save(state)
        try:
            os.remove("config.json.old")
        except OSError:
            pass  # it was an image's


def roll_back(reason: str) -> None:
    """End the trial: what was before runs from the next boot on."""
    found = trial()
    if found:
        state = read(_FOLDER + "state.json")
        state["run"] = found["from"]
        state["trial"] = None
        state["rolled_back"] = {"id": found["id"], "reason": reason}
        if found.get("config"):
            state["rolled_back"]["config"] = True
            state["config"] = "old"
        _save(state)


def rolled_back() -> "dict | None":
    """What was rolled back and is not reported yet: id, reason, config."""
    found = load(_FOLDER + "state.json").get("rolled_back")
    return found if isinstance(found, dict) else None


def is_first_boot() -> bool:
    """Whether this is the first boot of a trial, or after one that went back: once only."""
    state = load(_FOLDER + "state.json")
    found = state.get("trial")
    if isinstance(found, dict):
        return found.get("boots") == 1
    found = state.get("rolled_back")
    if not isinstance(found, dict) or "seen" in found or found.get("id") is None:
        return False
    found["seen"] = True
    return _is_saved(state)


def uncount() -> None:
    """Take a boot off the trial: it was a wake of a board that switches itself off."""
    state = read(_FOLDER + "state.json")
    if isinstance(state.get("trial"), dict):
        state["trial"]["boots"] = max(0, state["trial"]["boots"] - 1)
        _is_saved(state)


def _is_saved(state):
    try:
        _save(state)
        return True
    except OSError:
        return False


def forget_rolled_back() -> None:
    """Note that it was reported."""
    state = read(_FOLDER + "state.json")
    if state.pop("rolled_back", None):
        _save(state)


def _other(name):
    return "b" if name == "a" else "a"


def _save(state):
    with open(_FOLDER + "state.new", "w") as file:
        json.dump(state, file)
    os.rename(_FOLDER + "state.new", _FOLDER + "state.json")
