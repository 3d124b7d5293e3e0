# Reads what a Session has written. Needed at a boot only: the firmware removes it from RAM
# afterwards.
from ..json_file import load
from ..record import uuid4
from ..validators import integer, uuid
from .session import COUNTS, TIMES, UUIDS


def restore(session, path: "str | None") -> None:
    """Give a Session what is in its file, or, if there is none or it is damaged, a new user."""
    try:
        _take(session, load(path) if path else {})
    except ValueError:
        state = {name: 0 for name in COUNTS}
        _take(session, dict(state, user_id=str(uuid4(), "ascii")))


def _take(session, state):
    for name in UUIDS:
        value = state.get(name)
        setattr(session, name, None if value is None else uuid(name, value))
    if not session.user_id or session.user_id != session.user_id.lower():
        raise ValueError("user_id")
    for name in COUNTS:
        setattr(session, name, integer(name, state.get(name), 0, 2000000000))
    session.anonymous = bool(state.get("anonymous"))
    for name in TIMES:  # up to the end of the year 9999
        value = state.get(name)
        if value is not None:
            value = integer(name, value, 0, 253402300799999)
        setattr(session, name, value)
