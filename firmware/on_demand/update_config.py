# The whole of config.json from the folder of releases: a signed document for this board, for its
# group, or for all boards (tools/release/config.py makes it). The first of them that is there
# counts. It is put on trial as an image is: see release.py. The boot of the trial checks it, as
# each boot does (prepare.py), since that takes more heap than a running firmware has left: so what
# is looked at here may have any type.
#
# A config that names no link keeps the board's own. Wi-Fi networks that it does not name stay in a
# file as a fallback (prepare.py adds them) until an event was sent by one that it names.
import json
from binascii import hexlify
from hashlib import sha256

from firmware.on_demand import update, update_fetch
from snowplow_tracker.json_file import save

NETWORKS = "/releases/networks.json"
LINKS = ("wifi", "ethernet", "cellular", "links")
_MOST = 4  # networks that stay as a fallback


def check(app, state):
    """Yields ms to wait, until a new config is on trial, if there is one; or OSError."""
    from firmware.on_demand import release

    # One trial at a time; and only a loader can end one.
    if app.trial_start is not None or not release.running():
        return
    del release  # memory is short while it is fetched
    app.unload()
    version = whom = None
    try:
        whom, document = yield from _fetch(app)
        if not document:
            return
        from firmware.on_demand import signature

        old = _of_board()  # first: there may be no memory for two configs
        key = signature.load(app.settings["update"]["key"])
        offer = signature.read(document, "config", key)
        document = key = None
        found = offer.get("version")
        if not isinstance(found, int) or not isinstance(offer.get("config"), dict):
            raise ValueError("the document lacks something")
        if offer.get("for", "") != whom:
            raise ValueError("it is for another board or group")
        known = state.get("config", 0)
        if found < known:
            raise ValueError("it is older than the config that was taken before, %d" % known)
        if found == known or found <= state.get("config_refused", 0):
            return
        version = found
        leaves_store, asks = _prepare(app, offer["config"], old)
    except ValueError as e:
        if version:
            state["config_refused"] = version
        _remove()
        update.tell(app, state, "refused", version, str(e), kind="config")
        return
    except (OSError, MemoryError) as e:
        _remove()  # the events may need the room
        app.unload()
        if whom is not None and isinstance(e, MemoryError):
            update.tell(app, state, "waits", version, "no memory to read it", kind="config")
        raise
    update.tell(app, state, "applied", version, kind="config")
    if update.save_state(app, state):
        from firmware.on_demand import release

        release.try_config(str(version), leaves_store, asks)
        app.restart_for = "config"


def _fetch(app):
    # (whom it is for, document) or (None, None).
    group = app.settings["update"]["group"]
    folder = update_fetch.Folder(app)
    try:
        for whom in ("board %s" % app.board.id(), group and "group " + group, ""):
            if whom is None:
                continue
            name = whom and "-" + hexlify(sha256(whom.encode()).digest()[:8]).decode()
            try:
                return whom, bytes((yield from folder.read("config%s.json" % name)))
            except ValueError:
                pass  # there is none for these boards
    finally:
        folder.close()
    return None, None


# A board keeps its links, if the new config names none, and what holds its supply.
def _of_board():
    old = read("config.json")
    return {key: old[key] for key in LINKS + ("hold_pin",) if key in old}


def _prepare(app, data, old):
    """Write the files of a trial; -> (_leaves_store(), _moves_folder())."""
    from firmware.on_demand import signature

    if app.settings["update"]["url"][:6] != "https:" and has_secret(data):
        raise ValueError("it has a password, a PIN or headers, which are taken over https only")
    if data.get("hold_pin") != old.pop("hold_pin", None):
        raise ValueError("hold_pin: only `make deploy` can change it")
    if not any([data.get(key) for key in LINKS]):
        data.update(old)
    wifi = data.get("wifi")
    networks = [wifi]
    if isinstance(wifi, dict) and "networks" in wifi:
        networks = wifi["networks"]
    if not networks:  # it would open its portal, and then sleep
        expected = "expected a list of one network or more; leave wifi out to keep the board's"
        raise ValueError("wifi.networks: %s" % expected)
    update_keys = data.get("update")
    if not update_keys:
        raise ValueError("update is missing: no other config could follow by air")
    if isinstance(update_keys, dict) and isinstance(update_keys.get("key"), str):
        signature.load(update_keys["key"])
    with open("config.json.new", "w") as file:
        json.dump(data, file)
    leaves_store = _leaves_store(app, data)
    moves_folder = _moves_folder(app.settings, data)
    data.clear()
    try:
        read("config.json.new")
    except ValueError:
        raise OSError("config.json.new: not written whole")
    _copy("config.json", "config.json.old")
    if wifi and app.settings["wifi"]:
        _keep_networks(app, networks)
    return leaves_store, moves_folder


def read(path):
    """The dict in the file of a config, as a board's parser reads it."""
    with open(path) as file:
        text = file.read()
    return json.loads(text[1:] if text[:1] == "\ufeff" else text)


# Those of earlier configs stay, also if the new one names them: if it is taken back, the one that
# comes back may need them. The one in use is the last to go.
def _keep_networks(app, new):
    new = [place for place in new if isinstance(place, dict)] if isinstance(new, list) else ()
    known = [(place.get("ssid"), place.get("password")) for place in new]
    used = []
    others = []
    for place in app.settings["wifi"]["networks"]:
        if "before" in place or (place["ssid"], place["password"]) not in known:
            found = used if place["ssid"] == app.link.network else others
            found.append(dict(place, before=True))
    networks = (used + others)[:_MOST]
    if networks and not save(NETWORKS, {"networks": networks}):
        raise OSError("no room for the networks of before")


# The defaults here and below are those of config_keys.py, which takes 6 KB of heap.
def _leaves_store(app, new):
    """Whether events that are on flash now would not be found with the new config."""
    store = app.store
    if not hasattr(store, "path"):
        return False
    on_flash = new.get("store_bytes") or new.get("mode") == "battery" and app.board.retained
    return not on_flash or new.get("store_path", "events") != store.path


def _moves_folder(old, new):
    """Whether the next update comes from elsewhere, or is verified in another way."""
    update_keys = new["update"]
    if not isinstance(update_keys, dict):
        return True
    for key in ("url", "key"):
        if update_keys.get(key) != old["update"][key]:
            return True
    return (new.get("roots"), new.get("verify", True)) != (old["roots"], old["verify"])


def reaches_folder(app):
    """Yields ms to wait, and returns True if the folder has what the key signed; or an error."""
    folder = update_fetch.Folder(app)
    kind = "release"
    try:
        document = yield from folder.read("manifest.json")
    except ValueError:
        kind = "config"
    finally:
        folder.close()  # before the next one: there is no memory for two connections with TLS
    if kind == "config":
        document = (yield from _fetch(app))[1]
    from firmware.on_demand import signature

    signature.read(bytes(document or b""), kind, signature.load(app.settings["update"]["key"]))
    return True


def has_secret(data):
    """Whether a config has what may come over https only."""
    if isinstance(data, list):
        return any([has_secret(item) for item in data])
    if not isinstance(data, dict):
        return False
    if data.get("password") or data.get("headers"):
        return True
    if "apn" in data and (data.get("pin") or data.get("user")):
        return True
    return any([has_secret(data[key]) for key in data])


def _copy(source, target):
    size = 0
    with open(source, "rb") as file, open(target, "wb") as copy:
        while True:
            part = file.read(512)
            if not part:
                break
            size += copy.write(part)
    if size != update_fetch.file_size(source):
        raise OSError("%s: not written whole" % target)


def _remove():
    update_fetch.remove("config.json.new")
    update_fetch.remove("config.json.old")
