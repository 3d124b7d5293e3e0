# What the direct calls share, whose arguments are in tables (arguments.py); those of every call
# follow.
from ..arguments import bind, fill, names
from ..record import text

_COMMON = ["context", "tstamp", "event_subject"]


def track_class(tracker, kind, args: tuple, options: dict) -> "str | None":
    """Track an event of that class, with arguments in the order of the direct calls."""
    given = bind_call(kind.FIELDS, args, options)
    given["true_timestamp"] = given.pop("tstamp", None)
    try:
        event = kind(**given)
    except ValueError as e:
        raise tracker.refuse(e)
    return tracker.track(event)


def bind_call(table: tuple, args: tuple, options: dict) -> dict:
    """The arguments of a direct call by their names."""
    return bind(names(table) + _COMMON, args, options)


def deprecated(tracker, name: str, instead: str) -> None:
    """Log that the official tracker will not have the call for ever."""
    if tracker.log:
        tracker.log.deprecated(name, instead)


def texts(name: str, value) -> list:
    """`value` as a list of str."""
    if not isinstance(value, (list, tuple)):
        raise ValueError("%s: expected a list of str" % name)
    return [text(name, its, 4096) for its in value]


def track_fields(tracker, schema: str, table: tuple, given: dict) -> "str | None":
    """Track a self-describing event of the arguments in the dict `given`."""
    return track_pair(tracker, schema, lambda given, fill: fill({}, table, given.get), given)


def track_pair(tracker, schema: str, make, given: dict) -> "str | None":
    """Track a self-describing event whose data make(given, fill) makes."""
    try:
        data = make(given, fill)
    except ValueError as e:
        raise tracker.refuse(e)
    return tracker.track_self_describing_event(
        (schema, data), given.get("context"), given.get("tstamp"), given.get("event_subject")
    )
