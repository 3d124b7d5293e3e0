# Remote configuration: Snowplow's remote_config document (1-0-1), fetched by URL. One that is
# newer and valid is kept in a file and tried: at the next boot (settings.py), or, as far as the
# collector goes, at once if a restart would lose events. If nothing can be sent with it within
# trial_seconds, it is taken back, and its version is not tried again.
#
# Of the document it takes what a board has (remote_keys.py) from the bundle whose namespace is the
# config's, and says what it ignores. The file's state is {version, refused, trial, changes,
# before}. An App holds what is to be known in between: trial_start, remote_wait, restart_for.
import json

from snowplow_tracker import clock
from snowplow_tracker.json_file import read, save
from snowplow_tracker.transport.http import HttpTransport


def load_state(directory):
    """The file's state; what is of a wrong type is left out."""
    state = read(directory + "/remote.json")
    for key in ("version", "refused", "trial", "changes", "before"):
        if not isinstance(state.get(key, 0), dict if key in ("changes", "before") else int):
            state.pop(key, None)
    return state


def save_state(directory, state):
    """Write the file's state; whether flash took it."""
    return save(directory + "/remote.json", state)


def check(app):
    """Fetch the document, and try it if it is newer; yields ms to wait; or OSError."""
    app.remote_wait = 5
    if not app.board.online():
        return
    settings = app.settings
    options = settings["remote"]
    app.remote_wait = min(300, options["seconds"])
    security = {}
    if options["url"][:6] == "https:":
        security = {"roots": settings["roots"], "verify": settings["verify"]}
    document = yield from fetch(options["url"], dns=app.board.dns, **security)
    app.remote_wait = options["seconds"]
    if app.trial_start is not None:  # one at a time
        app.remote_wait = min(app.remote_wait, options["trial_seconds"])
        return
    state = load_state(settings["state_path"])
    version = -1
    try:
        document = parse(document)
        version = document["configurationVersion"]
        if version <= max(state.get("version", -1), state.get("refused", -1)):
            return
        from firmware.on_demand import remote_keys
        from firmware.on_demand.settings import read as read_config

        changes, ignored = remote_keys.changes_of(document, settings["namespace"])
        try:
            own = read_config("config.json")
        except ValueError as e:  # which the boot has read: it is not the document's mistake
            raise OSError(str(e))
        new = remote_keys.check("remote config", own, changes)
    except ValueError as e:
        print("remote config: version %d is refused: %s" % (version, e))
        if version > state.get("refused", -1):
            state["refused"] = version
            _keep(app, state, "refused", version, str(e)[:255])
        return
    if ignored:
        print("remote config: version %d: ignored are %s" % (version, ", ".join(ignored)))
    before = {key: state[key] for key in state if key != "before"}
    state = {"version": version, "changes": changes, "trial": 1, "before": before}
    if _keep(app, state, "applied", version):
        app.restart_for = "config"
        if not app.nothing_to_lose():
            app.trial_start = clock.ms()
            use_collector(app, new)


def run(app, due=True):
    """Check if it is `due`, and end a trial that took too long; yields milliseconds to wait."""
    if due:
        try:
            yield from check(app)
        except (OSError, MemoryError) as e:
            print("remote config:", str(e) or "out of memory")
    end_trial(app)


def confirm(app):
    """Keep the document on trial: something was sent with it."""
    try:
        state = load_state(app.settings["state_path"])
    except MemoryError:
        return  # the next answer keeps it
    app.trial_start = None
    state.pop("trial", None)
    state.pop("before", None)
    _keep(app, state, "works", state.get("version"))


def end_trial(app):
    """Take the document back if its trial took too long, and ask for a restart."""
    late = app.settings["remote"]["trial_seconds"] * 1000
    if app.trial_start is None or clock.ms() - app.trial_start < late:
        return
    try:
        state = load_state(app.settings["state_path"])
    except MemoryError:
        return  # the next call does it
    app.trial_start = None
    _keep(app, refused(state), "rolled_back", state.get("version"))
    app.restart_for = "config"
    if not app.nothing_to_lose():
        # What is in RAM goes to the collector of before, and then it restarts.
        from firmware.on_demand.settings import load_settings

        use_collector(app, load_settings("config.json"))


def use_collector(app, settings):
    """Send to the collector of these settings from now on."""
    from firmware.on_demand.remote_options import set_requests
    from firmware.on_demand.start import make_transport

    app.emitter.close()
    app.emitter.transport = app.transport = make_transport(app, settings)
    set_requests(app.emitter, settings)
    app.emitter.retry_at = 0


def refused(state):
    """The state without the version that it has, which may be that of an older document."""
    before = state.get("before") or {}
    before["refused"] = state.get("version", 0)
    return before


def _keep(app, state, action, version, reason=None):
    # Write the state down and, if flash took it, track that; whether it did.
    kept = save_state(app.settings["state_path"], state)
    if kept:
        app.track_struct("remote_config", action, str(version), reason)
    return kept


def fetch(url, **options):
    """Yields milliseconds to wait, and returns the document's bytes; or OSError."""
    url, _, query = url.partition("?")
    transport = HttpTransport(url, get=True, **options)
    transport.body = b""
    try:
        status = yield from transport.send(0, query.encode())
    finally:
        transport.close()
    if status != 200:
        raise OSError("HTTP status %d" % status)
    if transport.body is None:
        raise OSError("it has no length, or more than 4096 bytes")
    return transport.body


def parse(document):
    """The document as a dict whose version is good; ValueError if it is not a remote_config."""
    from firmware.on_demand.settings import join_surrogates

    try:
        data = join_surrogates(json.loads(document))
    except RuntimeError:  # the stack is full
        raise ValueError("too many brackets in each other")
    if isinstance(data, dict) and "data" in data and "schema" in data:
        data = data["data"]
    try:
        version = data["configurationVersion"]
    except (KeyError, TypeError):
        raise ValueError("no remote_config with version and bundle")
    if isinstance(version, bool) or not isinstance(version, int) or version < 0:
        raise ValueError("configurationVersion: expected a whole number")
    return data
