# Updates of the firmware: fetches what a folder of releases offers (tools/release), while the
# board goes on with its work, and has the board restart into a trial of it (update_trial.py).
# Nothing of the image that runs is touched, and the image that it writes has no effect before
# release.try_next().
#
# The state, in the file update.json, is
#   version    of the newest release that worked here: an older one is a replay
#   refused    of one that was rolled back: it is not tried again
#   again      that version is fetched once more: its image was damaged on flash
#   target     the ID of the image that is being fetched: what flash has of it is good
#   whole      its patch led nowhere, so its image is fetched
#   trying     the version that is on trial, or would be if the power had not gone
#   told       what was reported last, so that it is reported once
#   checked    when the folder was asked last, in seconds since 1970
import gc
from binascii import hexlify
from hashlib import sha256

from firmware.on_demand import release, update_fetch
from snowplow_tracker import clock
from snowplow_tracker.json_file import load, save

SCHEMA = "iglu:io.github.snowplow_micropython/update/jsonschema/1-0-0"
_PATCH = "/releases/patch"


class Later(Exception):
    pass


def load_state(app):
    """The file's state; what is of a wrong type is left out."""
    state = load(app.settings["state_path"] + "/update.json")
    for key in ("version", "refused", "trying", "checked"):
        if not isinstance(state.get(key, 0), int):
            state.pop(key)
    return state


def save_state(app, state):
    """Write the file's state; whether flash took it."""
    return save(app.settings["state_path"] + "/update.json", state)


def tell(app, state, step, version, reason=None, size=None):
    """Track a step and print it, if it was not the last one; the caller then saves the state."""
    told = "%s %s %s" % (step, version, reason)
    if state.get("told") == told:
        return
    state["told"] = told
    data = {"step": step, "version": version, "from": state.get("version"), "bytes": size}
    data["reason"] = reason and reason[:255]
    print("update: %s: %s" % (version or "-", step), reason or "")
    app.track_event(SCHEMA, {key: data[key] for key in data if data[key] is not None})
    app.store.sync()  # before the state says that it was reported


def is_due(app):
    """Whether it is time to ask, or to go on with what was begun."""
    state = load_state(app)
    if "trying" in state or "target" in state:
        return True
    since = clock.unix_ms() // 1000 - state.get("checked", 0)
    return not 0 <= since < app.settings["update"]["seconds"]


def check(app):
    """Take what is offered; yields ms to wait, and returns the seconds until the next time."""
    options = app.settings["update"]
    seconds = options["seconds"]
    state = load_state(app)
    if "trying" in state:
        version = state.pop("trying")
        if (yield from _hash(_running()))[:16] == state.get("target"):
            finish(app, state, version)
        save_state(app, state)
    if not app.board.online():
        return min(5, seconds)
    version = folder = None
    try:
        security = {}
        if options["url"][:6] == "https:":
            security = {"roots": app.settings["roots"], "verify": app.settings["verify"]}
        folder = update_fetch.Folder(options["url"], dns=app.board.dns, **security)
        document = yield from folder.read("manifest.json")
        from firmware.on_demand import update_offer

        offer = update_offer.read(document, options["key"])
        version = offer["version"]
        reason = update_offer.why_not(app, state, offer)
        if reason:
            raise Later(reason)
        if reason == "":
            del document, update_offer
            app.unload()  # what checked it; this goes on without its name in sys.modules
            gc.collect()
            yield from _bring(app, state, offer, folder)
    except ValueError as e:
        tell(app, state, "refused", version, str(e))
    except Later as e:
        tell(app, state, "waits", version, str(e))
    except update_fetch.NoRoom as e:
        # The events come first: the store may need what this took.
        update_fetch.remove(_PATCH)
        update_fetch.remove(release.spare())
        state.pop("target", None)
        tell(app, state, "waits", version, "no room on flash: %s" % e)
    except (OSError, MemoryError) as e:
        print("update:", str(e) or "out of memory")
        seconds = min(300, seconds)
    finally:
        if folder:
            folder.close()
    state["checked"] = clock.unix_ms() // 1000
    save_state(app, state)
    return seconds


def _bring(app, state, offer, folder):
    version = offer["version"]
    digest = offer["sha256"]
    size = offer["bytes"]
    spare = release.spare()
    old = yield from _hash(_running())
    if old == digest:  # it came by a cable
        finish(app, state, version)
        return
    new = digest[:16]
    patch = 0
    for found in offer["patches"]:
        if found["from"] == old[:16] and not state.get("whole"):
            patch = found["bytes"]
    room = update_fetch.room(app.store)
    need = size - update_fetch.file_size(spare)
    if need > room:
        raise Later("no room on flash: %d bytes more are needed" % (need - room))
    if state.get("target") != new:
        # What lies there is of another one.
        update_fetch.remove(_PATCH)
        update_fetch.remove(spare)
        state["target"] = new
        state.pop("whole", None)
        save_state(app, state)
    if update_fetch.file_size(spare) != size or (yield from _hash(spare)) != digest:
        whole = not patch or need + patch > room
        tell(app, state, "downloading", version, None, size if whole else patch)
        save_state(app, state)
        try:
            if whole:
                yield from folder.fetch(new + ".img", spare, size, app.store)
            else:
                yield from folder.fetch("%s-%s.patch" % (old[:16], new), _PATCH, patch, app.store)
                yield from _apply(spare, size)
            if (yield from _hash(spare)) != digest:
                raise ValueError("what was fetched has another hash")
        except ValueError as e:
            update_fetch.remove(_PATCH)
            update_fetch.remove(spare)
            if whole:
                raise
            state["whole"] = True
            raise OSError("the patch is of no use: %s" % e)
    update_fetch.remove(_PATCH)
    tell(app, state, "applied", version)
    state["trying"] = version
    if save_state(app, state):
        release.try_next(str(version))
        app.restart_for = "config"


def finish(app, state, version):
    """Note that this version runs, and that it works."""
    tell(app, state, "works", version)
    state["version"] = version
    for key in ("again", "target", "whole"):
        state.pop(key, None)


def _running():
    return "/releases/%s.img" % release.running()


def _apply(spare, size):
    from firmware.on_demand.update_patch import apply

    try:
        with open(_running(), "rb") as old, open(_PATCH, "rb") as patch, open(spare, "wb") as new:
            yield from apply(old, patch, new, size)
    except OSError as e:
        raise update_fetch.NoRoom(str(e))


def _hash(path):
    # Yields, and returns the SHA-256 of a file in hex.
    digest = sha256()
    buf = memoryview(bytearray(512))
    try:
        with open(path, "rb") as file:
            while True:
                n = file.readinto(buf)
                if not n:
                    break
                digest.update(buf[:n])
                yield 0
    except OSError:
        return ""
    return hexlify(digest.digest()).decode()
