# What events share. A class of events has its arguments in the table FIELDS (arguments.py); those
# of every event follow. They are attributes, which are checked when the event is tracked, so it
# may be changed and tracked again.
from ..arguments import bind, fill, names
from ..record import DTM
from ..validators import timestamp

_COMMON = ["event_subject", "context", "true_timestamp", "device_timestamp"]
_COMMON_OF_CALLS = ["context", "tstamp", "event_subject"]


class Event:
    TYPE = ""
    FIELDS: tuple = ()
    schema: "str | None" = None  # of a self-describing event
    ms: "int | None" = None  # when it happened by clock.ms(), if that was before it is tracked
    eid: "bytes | None" = None  # if it is not to be a new one
    event_subject: object  # a Subject, or None
    context: "list | tuple | None"
    true_timestamp: "int | None"
    device_timestamp: "int | None"

    def __init__(self, *args, **options) -> None:
        _set(self, names(self.FIELDS) + _COMMON, args, options)

    def pairs(self, tracker) -> dict:
        """The protocol's pairs (dict); ValueError for what Enrich would refuse."""
        return fill({"e": self.TYPE}, self.FIELDS, lambda name: getattr(self, name))

    def subject(self, pairs: dict):
        """Whose pairs come last: the event's Subject, or None."""
        return self.event_subject


def track_class(tracker, kind, args: tuple, options: dict) -> "str | None":
    """Track an event of that class, with arguments in the order of the direct calls."""
    event = kind()
    _set(event, names(kind.FIELDS) + _COMMON_OF_CALLS, args, options)
    event.true_timestamp = event.tstamp
    return tracker.track(event)


def bind_call(table: tuple, args: tuple, options: dict) -> dict:
    """The arguments of a direct call by their names."""
    return bind(names(table) + _COMMON_OF_CALLS, args, options)


def track_fields(tracker, schema: str, table: tuple, given: dict) -> "str | None":
    """Track a self-describing event of the arguments in the dict `given`."""
    try:
        data = fill({}, table, given.get)
    except ValueError as e:
        raise tracker.refuse(e)
    return tracker.track_self_describing_event(
        (schema, data), given.get("context"), given.get("tstamp"), given.get("event_subject")
    )


def track(tracker, event: Event) -> "str | None":
    """Tracker.track()."""
    flags = 0
    try:
        pairs = event.pairs(tracker)
        if event.device_timestamp is not None:
            pairs["dtm"] = timestamp("device_timestamp", event.device_timestamp)
            flags = DTM
        return tracker.store_event(
            pairs,
            event.context,
            event.true_timestamp,
            event.subject(pairs),
            event.schema,
            event.eid,
            event.ms,
            flags,
        )
    except ValueError as e:
        raise tracker.refuse(e)


def _set(event, its, args, options):
    given = bind(its, args, options)
    for name in its:
        setattr(event, name, given.get(name))
