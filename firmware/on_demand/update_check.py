# Asks what is offered (tools/release/manifest.py says what is in a manifest), and whether it is
# for this board, now. What a manifest says is believed once it is signed, but a mistake in it is
# not to crash the board.
import sys
from hashlib import sha256

from firmware.on_demand import update, update_fetch
from snowplow_tracker import clock


def check(app, state):
    """Yields ms to wait, and returns what bring() takes of an offer, or None; or OSError."""
    version = None
    folder = update_fetch.Folder(app)
    try:
        document = yield from folder.read("manifest.json")
        offer = _read(document, app.settings["update"]["key"])
        version = offer["version"]
        signed = offer.get("signed", 0)
        if signed < state.get("signed", 0):
            raise ValueError("it was signed before one that was offered earlier")
        state["signed"] = signed
        reason = _why_not(app, state, offer)
        if reason == "":
            patches = {patch["from"]: patch["bytes"] for patch in offer["patches"]}
            return version, offer["sha256"], offer["bytes"], patches
        if reason:
            update.tell(app, state, "waits", version, reason)
    except ValueError as e:
        update.tell(app, state, "refused", version, str(e))
    finally:
        folder.close()
    return None


def _read(document, key):
    """The offer in a manifest that the key in the file `key` has signed; or ValueError."""
    from firmware.on_demand import signature  # not before the connection, which needs memory too

    offer = signature.read(bytes(document), "release", signature.load(key))
    try:
        good = 0 < offer["bytes"] < 1 << 24 and len(offer["sha256"]) == 64 and offer["version"] > 0
        good = good and offer.get("signed", 0) >= 0
        for patch in offer["patches"]:
            good = good and 0 < patch["bytes"] <= offer["bytes"] and len(patch["from"]) == 16
        if not good:
            raise ValueError("the manifest has numbers that cannot be")
        "" in offer["ports"], offer["mpy"], offer["micropython"][1] > 0
    except (KeyError, TypeError, IndexError) as e:
        raise ValueError("the manifest lacks something: %s" % e)
    return offer


def _why_not(app, state, offer):
    """Why it is not taken now: "" to take it, None if it is not new; ValueError if not for us."""
    version = offer["version"]
    known = state.get("version", 0)
    if version < known:
        if offer["sha256"][:16] in state.get("deployed", ()):
            return None  # it came by a cable after it was made
        raise ValueError("it is older than what runs, %d" % known)
    if version <= state.get("refused", 0) or version == known and not state.get("again"):
        return None
    this = sys.implementation
    if sys.platform not in offer["ports"]:
        raise ValueError("it is for %s, not for %s" % (", ".join(offer["ports"]), sys.platform))
    if getattr(this, "_mpy", 0) & 255 != offer["mpy"]:
        raise ValueError("it has .mpy files of version %s" % offer["mpy"])
    if tuple(this.version[:2]) < tuple(offer["micropython"][:2]):
        raise ValueError("it needs MicroPython %d.%d: flash it" % tuple(offer["micropython"][:2]))
    from firmware.on_demand import release

    if not release.running():
        raise ValueError("this board runs plain files: run `make deploy` once")
    rollout = offer.get("rollout") or {}
    if rollout.get("halt"):
        return "the rollout is halted"
    groups = rollout.get("groups")
    if groups is not None and app.settings["update"]["group"] not in groups:
        return "it is for other groups"
    if place(app.board.id()) >= rollout.get("percent", 100):
        return "it is for other boards first"
    if clock.unix_ms() // 1000 < rollout.get("start", 0):
        return "it has not begun"
    return ""


def place(id):
    """The place of a board in all rollouts, 0 to 99: of 100 boards it is among the first."""
    return int.from_bytes(sha256((id or "").encode()).digest()[:4], "big") % 100
