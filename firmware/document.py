# The remote configuration's document: fetched, understood and checked. See remote.py.
#
# It takes what a board has: endpoint, appId, emitRange and userId, from the bundle whose
# namespace is the config's.
import json

from snowplow_tracker.transport.http import HttpTransport


# Works on a copy of the settings as they are now, which are valid.
def check(remote):
    """Fetch it, and note it if it is newer; a generator as fetch() is."""
    settings = remote.app.settings
    url, seconds = remote.options["url"], remote.options["seconds"]
    remote.wait = min(300, seconds)
    options = {"dns": remote.app.board.dns}
    if url[:6] == "https:":
        options.update(roots=settings["roots"], verify=settings["verify"])
    document = yield from fetch(url, **options)
    remote.wait = seconds
    state = remote.state
    if state.get("trial"):  # one at a time
        remote.wait = min(seconds, remote.options["trial_seconds"])
        return
    version = -1
    try:
        version, changes = changes_of(document, settings["namespace"])
        if version <= max(state.get("version", -1), state.get("refused", -1)):
            return
        import config

        data = config.read("config.json")
        data.update(changes)
        config.check("remote config", data)
    except ValueError as e:
        print("remote config: version %d is refused: %s" % (version, e))
        if version > state.get("refused", -1):
            state["refused"] = version
            remote.keep(state, "refused", version, str(e))
        return
    before = {key: state[key] for key in state if key != "before"}
    state = {"version": version, "changes": changes, "trial": 1, "before": before}
    remote.is_new = remote.keep(state, "applied")


def fetch(url, **options):
    """Yields milliseconds to wait, and returns the document's bytes; or OSError."""
    transport = HttpTransport(url, get=True, **options)
    transport.body = b""
    try:
        status = yield from transport.send(0, (part for part in ()))
    finally:
        transport.close()
    if status != 200:
        raise OSError("HTTP status %d" % status)
    if transport.body is None:
        raise OSError("it has no length, or more than 4096 bytes")
    return transport.body


def changes_of(document, namespace):
    """(version, settings that it changes); ValueError if it is not a remote_config."""
    data = json.loads(document)
    if isinstance(data, dict) and "data" in data and "schema" in data:
        data = data["data"]
    try:
        version = data["configurationVersion"]
        bundles = [b for b in data["configurationBundle"] if b["namespace"] == namespace]
    except (KeyError, TypeError):
        raise ValueError("no remote_config with version and bundle")
    if isinstance(version, bool) or not isinstance(version, int) or version < 0:
        raise ValueError("configurationVersion: expected a whole number")
    changes = {}
    for bundle in bundles:
        for part, key, name in (
            ("networkConfiguration", "endpoint", "collector"),
            ("trackerConfiguration", "appId", "app_id"),
            ("emitterConfiguration", "emitRange", "batch_size"),
            ("subjectConfiguration", "userId", "user_id"),
        ):
            found = bundle.get(part) or {}
            if not isinstance(found, dict):
                raise ValueError("%s: expected an object" % part)
            if key in found:
                changes[name] = found[key]
    endpoint = changes.get("collector")
    if isinstance(endpoint, str) and "://" not in endpoint:
        changes["collector"] = "https://" + endpoint
    return version, changes
