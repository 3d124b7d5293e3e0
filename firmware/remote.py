# Configuration from afar: Snowplow's remote_config document (1-0-1), fetched by URL. One that
# is newer and valid is kept in a file and tried at the next boot; if nothing can be sent with
# it within trial_seconds, it is taken back, and its version is not tried again.
#
#   settings_of(path)     the settings: config.json with what the document changes
#   Remote(app)           fetches; is_new and is_over() ask for a reset
#
# Of the document it takes what a board has: endpoint, appId, emitRange and userId, from the
# bundle whose namespace is the config's. The state is {version, refused, trial, changes}.
import json

from snowplow_tracker import clock
from snowplow_tracker.state import load, save
from snowplow_tracker.transport.http import HttpTransport

_NAME = "/remote.json"
_TRIES = 3  # boots in a trial: it may be what crashes
_RETRY = 300


def settings_of(path):
    """The checked settings; without the document's changes where those do not do."""
    import config

    data = config.read(path)
    where = data.get("state_path", ".") if isinstance(data, dict) else "."
    state = load(where + _NAME) if isinstance(where, str) else {}
    changes = state.get("changes")
    if not changes or not isinstance(changes, dict):
        return config.check(path, data)
    plain = dict(data)
    try:
        tries = state.get("trial", 0)
        if tries:
            if tries > _TRIES:
                raise ValueError("it never sent anything")
            state["trial"] = tries + 1
            save(where + _NAME, state)
        data.update(changes)
        return config.check(path, data)
    except ValueError as e:
        print("remote config: version %s is taken back: %s" % (state.get("version"), e))
        save(where + _NAME, _refuse(state))
        return config.check(path, plain)


def _refuse(state):
    # Back to what was before it, which may be an older document.
    before = state.get("before") or {}
    before["refused"] = state.get("version", 0)
    return before


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


class Remote:
    def __init__(self, app):
        self._app = app
        self._options = app.settings["remote"]
        self.seconds = self._options["seconds"]
        self._path = app.settings["state_path"] + _NAME
        self._state = load(self._path)
        self.is_new = False
        self.wait = 5

    # Works on a copy of the settings as they are now, which are valid.
    def check(self):
        """Fetch the document, and note it if it is newer; a generator as fetch() is."""
        app = self._app
        self.wait = 5
        if not app.board.online():
            return
        self.wait = min(_RETRY, self.seconds)
        secure = self._options["url"][:6] == "https:"
        options = {"roots": app.settings["roots"], "verify": app.settings["verify"]}
        document = yield from fetch(self._options["url"], **(options if secure else {}))
        self.wait = self.seconds
        if self._state.get("trial"):  # one at a time
            self.wait = min(self.wait, self._options["trial_seconds"])
            return
        version = -1
        try:
            version, changes = changes_of(document, app.settings["namespace"])
            newest = max(self._state.get("version", -1), self._state.get("refused", -1))
            if version <= newest:
                return
            self._validate(changes)
        except ValueError as e:
            self._reject(version, str(e))
            return
        before = {key: self._state[key] for key in self._state if key != "before"}
        state = {"version": version, "changes": changes, "trial": 1, "before": before}
        if save(self._path, state):
            app.struct("remote_config", "applied", str(version))
            self.is_new = True

    def _validate(self, changes):
        import sys

        import config

        data = config.read("config.json")
        data.update(changes)
        config.check("remote config", data)
        sys.modules.pop("config", None)

    def _reject(self, version, why):
        print("remote config: version %d is refused: %s" % (version, why))
        if version > self._state.get("refused", -1):
            self._state["refused"] = version
            save(self._path, self._state)
            self._app.struct("remote_config", "refused", str(version), why[:255])

    def works(self):
        """Something was sent: what was on trial stays."""
        if self._state.pop("trial", None):
            self._state.pop("before", None)
            save(self._path, self._state)
            self._app.struct("remote_config", "works", str(self._state["version"]))

    def is_over(self):
        """Whether the trial took too long; then it is taken back, and a reset is due."""
        if not self._state.get("trial"):
            return False
        if clock.ms() < self._options["trial_seconds"] * 1000:
            return False
        version = self._state["version"]
        self._state = _refuse(self._state)
        save(self._path, self._state)
        self._app.struct("remote_config", "rolled_back", str(version))
        return True
