# Brings an image on flash, by a patch of the one that runs or whole, verifies it by its hash, and
# puts it on trial. It may be cut off anywhere: the next time it goes on from there.
from binascii import hexlify
from hashlib import sha256

from firmware.on_demand import update, update_fetch

_PATCH = "/releases/patch"


class Later(Exception):
    pass


def bring(app, state, offer):
    """Yields ms to wait, until the image of the offer is on trial; or OSError to go on later."""
    from firmware.on_demand import release

    version = offer[0]
    spare = release.spare()
    running = "/releases/%s.img" % release.running()
    del release  # memory is short while it is fetched
    app.unload()
    try:
        yield from _bring(app, state, spare, running, *offer)
    except ValueError as e:
        update.tell(app, state, "refused", version, str(e))
    except Later as e:
        update.tell(app, state, "waits", version, str(e))
    except update_fetch.NoRoom as e:
        # The events come first: the store may need what this took.
        update_fetch.remove(_PATCH)
        update_fetch.remove(spare)
        state.pop("target", None)
        update.tell(app, state, "waits", version, "no room on flash: %s" % e)


def _bring(app, state, spare, running, version, digest, size, patches):
    old = yield from _hash(running)
    if old == digest:  # it came by a cable
        from firmware.on_demand.update_trial import works

        works(app, state, version)
        return
    old = old[:16]
    new = digest[:16]
    patch = 0 if state.get("whole") else patches.get(old, 0)
    room = update_fetch.room(app.store)
    need = size - update_fetch.file_size(spare)
    if need > room:
        raise Later("no room on flash: %d bytes more are needed" % (need - room))
    if need + patch > room:
        patch = 0
    patches = None
    if state.get("target") != new:
        # What lies there is of another one.
        update_fetch.remove(_PATCH)
        update_fetch.remove(spare)
        update.tell(app, state, "offered", version, None, size)
        state["target"] = new
        state.pop("whole", None)
        update.save_state(app, state)
    if update_fetch.file_size(spare) != size or (yield from _hash(spare)) != digest:
        update.tell(app, state, "downloading", version, None, patch or size)
        update.save_state(app, state)
        try:
            folder = update_fetch.Folder(app)
            try:
                if patch:
                    name = "%s-%s.patch" % (old, new)
                    yield from folder.fetch(name, _PATCH, patch)
                else:
                    yield from folder.fetch(new + ".img", spare, size)
            finally:
                folder.close()
            folder = None
            if patch:
                yield from _apply(running, spare, size)
            if (yield from _hash(spare)) != digest:
                raise ValueError("what was fetched has another hash")
        except ValueError as e:
            update_fetch.remove(_PATCH)
            update_fetch.remove(spare)
            if not patch:
                raise
            state["whole"] = True
            raise OSError("the patch is of no use: %s" % e)
    update_fetch.remove(_PATCH)
    update.tell(app, state, "applied", version)
    if update.save_state(app, state):
        from firmware.on_demand import release

        release.try_next(str(version))
        app.restart_for = "config"


def _apply(running, spare, size):
    from firmware.on_demand.update_patch import apply

    try:
        with open(running, "rb") as old, open(_PATCH, "rb") as patch, open(spare, "wb") as new:
            yield from apply(old, patch, new, size)
    except OSError as e:
        raise update_fetch.NoRoom(str(e))


def _hash(path):
    # Yields, and returns the SHA-256 of a file in hex; "" if there is none.
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
