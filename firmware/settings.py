# The settings at boot: config.json with what the remote configuration (remote.py) changes.
import config
from remote import refuse, state_file
from snowplow_tracker.json_file import load, save

_TRIES = 3  # boots in a trial, which begin.py counts: it may be what crashes


def settings_of(path):
    """The checked settings; without the document's changes where those do not do."""
    data = config.read(path)
    where = None
    if isinstance(data, dict) and data.get("remote"):
        where = data.get("state_path", ".")
    state = load(state_file(where)) if isinstance(where, str) else {}
    changes = state.get("changes")
    if not changes or not isinstance(changes, dict):
        return config.check(path, data)
    plain = dict(data)
    try:
        if state.get("trial", 0) > _TRIES:
            raise ValueError("it never sent anything")
        data.update(changes)
        return config.check(path, data)
    except ValueError as e:
        print("remote config: version %s is taken back: %s" % (state.get("version"), e))
        save(state_file(where), refuse(state))
        return config.check(path, plain)
