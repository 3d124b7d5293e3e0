# What the classes of events share: arguments by the table FIELDS of a class, then those of
# every event. They are attributes, and looked at when the event is tracked; it may be changed
# and tracked again.
from ..checks import timestamp
from ..fields import bind, fill, names
from ..record import DTM

_COMMON = ["event_subject", "context", "true_timestamp", "device_timestamp"]


class Event:
    TYPE = ""
    FIELDS: tuple = ()
    schema: "str | None" = None  # of a self-describing event
    ms = None  # when it happened by clock.ms(), if that was before it is tracked
    eid = None  # as bytes, if it is not to be a new one

    def __init__(self, *args, **options):
        _set(self, names(self.FIELDS) + _COMMON, args, options)

    def pairs(self, tracker):
        """The protocol's pairs (dict); ValueError for what Enrich would refuse."""
        return fill({"e": self.TYPE}, self.FIELDS, lambda name: getattr(self, name))


def direct(tracker, kind, args, options):
    """Track an event of that class, with arguments in the order of the direct calls."""
    event = kind()
    _set(event, names(kind.FIELDS) + ["context", "tstamp", "event_subject"], args, options)
    event.true_timestamp = event.tstamp
    return tracker.track(event)


def track(tracker, event):
    """Tracker.track()."""
    flags = 0
    try:
        pairs = event.pairs(tracker)
        if event.device_timestamp is not None:
            pairs["dtm"] = timestamp("device_timestamp", event.device_timestamp)
            flags = DTM
        return tracker._track(
            pairs,
            event.context,
            event.true_timestamp,
            event.event_subject,
            event.schema,
            event.eid,
            event.ms,
            flags,
        )
    except ValueError as e:
        raise tracker._refuse(e)


def _set(event, its, args, options):
    given = bind(its, args, options)
    for name in its:
        setattr(event, name, given.get(name))
