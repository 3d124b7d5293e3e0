# Chooses the image that is to run, and mounts it; firmware/on_demand/release.py says what lies in
# /releases. /main.py calls load() at each boot, and failed() if the firmware of the image cannot
# be imported. A board whose flash takes no more writes still starts what it can.
import json
import os
import sys
from binascii import crc32

import image
import vfs

from micropython import const

_TRIES = const(3)  # boots of a trial, in which nothing confirmed it
_FOLDER = const("/releases/")
_MOUNT = const("/release")


def load():
    """Mount an image and put it in front of sys.path; whether there is one."""
    state = _state()
    awake = not _woke_from_deep_sleep()
    if awake:
        trial = state["trial"]
        if trial:
            trial["boots"] += 1
            if trial["boots"] > _TRIES or not _save(state):
                _go_back(state, "nothing was sent in %d boots" % _TRIES)
                _save(state)
        _take_config(state)
    for name in (state["run"], _other(state["run"])):
        try:
            found = _open(name, awake or name != state["run"])
        except (OSError, ValueError, MemoryError) as e:  # a damaged head may ask for much
            print("%s%s.img:" % (_FOLDER, name), e)
            continue
        if name != state["run"]:
            _go_back(state, "the image is missing or damaged")
            state["run"] = name
            _save(state)
            _take_config(state)
        elif awake and state["trial"]:
            _watch()
        image.image_name = name
        image.paths, image.folders = found
        vfs.mount(image, _MOUNT)
        sys.path[0] = _MOUNT
        return True
    print("no image of the firmware can be loaded: run `make deploy`")
    return False


def failed(error):
    """Boot the other image after this error; where there is none that works, raise it again."""
    state = _state()
    # Too little memory and a read that failed may pass, so they end a trial only.
    if state["trial"] or not (state["rolled_back"] or isinstance(error, (MemoryError, OSError))):
        try:
            _open((state["trial"] or {"from": _other(state["run"])})["from"], True)
        except (OSError, ValueError, MemoryError):
            print("there is no other image: run `make deploy`")
            raise error
        _go_back(state, "%s: %s" % (type(error).__name__, error))
        if _save(state):
            import machine

            sys.print_exception(error)
            print("what ran before is started")
            try:
                import boards

                # Else it counts as a reset by the watchdog.
                boards.load().set_reset_intent("config")
            except Exception:
                pass  # the image may have no board that works
            machine.reset()
    raise error


def _go_back(state, reason):
    trial = state["trial"] or {"from": _other(state["run"]), "id": None}
    print("back to what ran before:", reason)
    state["run"] = trial["from"]
    if not state["trial"]:
        state["release"] = None  # nobody knows what the other one is
    state["trial"] = None
    state["rolled_back"] = {"id": trial["id"], "reason": reason}
    if trial.get("config"):
        state["rolled_back"]["config"] = True
        state["config"] = "old"


# What is missing or of a wrong type is as after a deploy.
def _state():
    try:
        with open(_FOLDER + "state.json") as file:
            state = json.load(file)
    except (OSError, ValueError):
        state = None
    if not isinstance(state, dict):
        state = {}
    if state.get("run") not in ("a", "b"):
        state["run"] = "a"
    trial = state.get("trial")
    if not isinstance(trial, dict) or trial.get("from") not in ("a", "b"):
        trial = None
    elif (trial["from"] == state["run"]) != bool(trial.get("config")):
        trial = None
    elif not isinstance(trial.get("boots"), int) or "id" not in trial:
        trial = None
    state["trial"] = trial
    state["rolled_back"] = state.get("rolled_back")
    return state


def _save(state):
    try:
        with open(_FOLDER + "state.new", "w") as file:
            json.dump(state, file)
        os.rename(_FOLDER + "state.new", _FOLDER + "state.json")
        return True
    except OSError as e:
        print("%sstate.json:" % _FOLDER, e)
        return False


# What comes with an image of a deploy, or as a config on trial; and after the trial "old", if that
# did not work. A rename between two folders would not do: if it is cut, littlefs hides other files
# too, until something is written.
def _take_config(state):
    name = state.get("config")
    if name in ("a", "b", "new", "old"):
        try:
            os.rename("config.json." + name, "config.json")
        except OSError as e:
            if e.args[0] != 2:  # ENOENT: it was taken at a boot before
                print("config.json:", e)
                return
        state["config"] = None
        _save(state)


# So that a trial ends by a hang of an import, too. The firmware sets the watchdog anew.
def _watch():
    try:
        from machine import WDT

        with open("config.json") as file:
            if json.load(file).get("watchdog_seconds", 60):
                WDT(timeout=8388 if sys.platform == "rp2" else 60000)
    except Exception:
        pass  # a port without one; and the firmware says what is wrong with the config


# OSError if there is no such image, ValueError if it is damaged; `whole`: look at all of it.
def _open(name, whole):
    with open("%s%s.img" % (_FOLDER, name), "rb") as file:
        head = file.read(16)
        if len(head) < 16 or head[:4] != b"SPI1":
            raise ValueError("this is no image")
        paths = file.read(4 * int.from_bytes(head[14:], "little"))
        if whole:
            check = crc32(paths, crc32(head[8:]))
            buffer = memoryview(bytearray(512))
            while n := file.readinto(buffer):
                check = crc32(buffer[:n], check)
            if check != int.from_bytes(head[4:8], "little"):
                raise ValueError("it is damaged")
    return paths, 4 * int.from_bytes(head[12:14], "little")


def _woke_from_deep_sleep():
    import machine

    cause = getattr(machine, "DEEPSLEEP_RESET", None)
    return cause is not None and machine.reset_cause() == cause


def _other(name):
    return "b" if name == "a" else "a"
