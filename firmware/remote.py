# Configuration from afar: Snowplow's remote_config document (1-0-1), fetched by URL. One that
# is newer and valid is kept in a file and tried at the next boot (settings.py); if nothing can
# be sent with it within trial_seconds, it is taken back, and its version is not tried again.
#
# Of the document it takes what a board has: endpoint, appId, emitRange and userId, from the
# bundle whose namespace is the config's. The file's state is {version, refused, trial, changes,
# before}. Needed now and then, and let go of in between: an App knows whether a document is on
# `trial`, whether there is a `new_config`, and in how many seconds to `ask_again`.
import json

from snowplow_tracker import clock
from snowplow_tracker.json_file import load, save
from snowplow_tracker.transport.http import HttpTransport


def state_file(directory):
    return directory + "/remote.json"


def check(app):
    """Fetch the document, and note it if it is newer; yields ms to wait; or OSError."""
    app.ask_again = 5
    if not app.board.online():
        return
    settings = app.settings
    options = settings["remote"]
    app.ask_again = min(300, options["seconds"])
    security = {}
    if options["url"][:6] == "https:":
        security = {"roots": settings["roots"], "verify": settings["verify"]}
    document = yield from fetch(options["url"], dns=app.board.dns, **security)
    app.ask_again = options["seconds"]
    if app.trial:  # one at a time
        app.ask_again = min(app.ask_again, options["trial_seconds"])
        return
    state = _state(app)
    version = -1
    try:
        version, changes = changes_of(document, settings["namespace"])
        if version <= max(state.get("version", -1), state.get("refused", -1)):
            return
        import config

        # As config.json is now, which is valid.
        data = config.read("config.json")
        data.update(changes)
        config.check("remote config", data)
    except ValueError as e:
        print("remote config: version %d is refused: %s" % (version, e))
        if version > state.get("refused", -1):
            state["refused"] = version
            _keep(app, state, "refused", version, str(e)[:255])
        return
    before = {key: state[key] for key in state if key != "before"}
    state = {"version": version, "changes": changes, "trial": 1, "before": before}
    app.new_config = _keep(app, state, "applied", version)


def works(app):
    """Something was sent: what is on trial stays."""
    app.trial = False
    state = _state(app)
    state.pop("trial", None)
    state.pop("before", None)
    _keep(app, state, "works", state.get("version"))


def is_over(app):
    """Whether the trial took too long; then it is taken back, and a reset is due."""
    if not app.trial or clock.ms() < app.settings["remote"]["trial_seconds"] * 1000:
        return False
    app.trial = False
    state = _state(app)
    _keep(app, refuse(state), "rolled_back", state.get("version"))
    return True


def refuse(state):
    """The state without the version that it has, which may be that of an older document."""
    before = state.get("before") or {}
    before["refused"] = state.get("version", 0)
    return before


def _state(app):
    return load(state_file(app.settings["state_path"]))


def _keep(app, state, what, version, why=None):
    # Write the state down and, if flash takes it, tell of it; whether it did.
    kept = save(state_file(app.settings["state_path"]), state)
    if kept:
        app.struct("remote_config", what, str(version), why)
    return kept


def fetch(url, **options):
    """Yields milliseconds to wait, and returns the document's bytes; or OSError."""
    transport = HttpTransport(url, get=True, **options)
    transport.body = b""
    try:
        status = yield from transport.send(0, b"")
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
