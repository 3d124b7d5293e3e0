# What events share. A class of events has its arguments in the table FIELDS (arguments.py); those
# of every event follow. They are attributes. They are checked when the event is made, and again
# when it is tracked, so it may be changed and tracked again.
#
# An Event itself is any event of the protocol: Event({"e": "pv", "url": "http://a"}). The pairs of
# `payload` are added to those of its class. What a tracker sets for each event, such as eid, is
# not taken from there; ms, eid and device_timestamp are for that.
from ..arguments import bind, fill, names
from ..record import DTM
from ..validators import timestamp

_COMMON = ["event_subject", "context", "true_timestamp", "device_timestamp"]


class Event:
    TYPE = ""
    FIELDS: tuple = (("dict_", "", lambda name, value: value, False),)
    schema: "str | None" = None  # of a self-describing event
    ms: "int | None" = None  # when it happened by clock.ms(), if that was before it is tracked
    eid: "bytes | None" = None  # if it is not to be a new one
    emitters: "list | None" = None  # in place of the tracker's
    added: "object | None" = None  # the Payload, once it was asked for
    dict_: "dict | None" = None
    event_subject: object  # a Subject, or None
    context: "list | tuple | None"  # entities
    true_timestamp: "int | None"
    device_timestamp: "int | None"

    def __init__(self, *args, **options) -> None:
        its = names(self.FIELDS) + _COMMON
        given = bind(its, args, options)
        for name in its:
            setattr(self, name, given.get(name))
        if self.context is None:
            self.context = []
        fill({}, self.FIELDS, given.get)

    @property
    def payload(self):
        """A Payload, whose pairs are added to the event's."""
        if self.added is None:
            from ..official.payload import Payload

            self.added = Payload(self.dict_)
        return self.added

    def pairs(self, tracker) -> dict:
        """The protocol's pairs (dict); ValueError for what Enrich would refuse."""
        if not self.TYPE:
            return {}
        return fill({"e": self.TYPE}, self.FIELDS, lambda name: getattr(self, name))

    def build_payload(self, encode_base64: bool, json_encoder=None, subject=None):
        """A Payload of all pairs that the event has without a tracker."""
        from ..official.payload import build

        return build(self, encode_base64, json_encoder, subject)

    def subject(self, pairs: dict):
        """Whose pairs come last: the event's Subject, or None."""
        return self.event_subject


def track(tracker, event: Event) -> "str | None":
    """Tracker.track()."""
    flags = 0
    try:
        if not isinstance(event, Event):
            raise ValueError("event: expected an Event, such as PageView(...), got %r" % (event,))
        pairs = all_pairs(event, tracker)
        if event.device_timestamp is not None:
            pairs["dtm"] = timestamp("device_timestamp", event.device_timestamp)
            flags = DTM
        return tracker.store_event(
            pairs,
            event.context,
            event.true_timestamp,
            event.subject(pairs),
            event.schema,
            None,
            event.eid,
            event.ms,
            flags,
            event.emitters,
        )
    except ValueError as e:
        raise tracker.refuse(e)


class _Catcher:
    # An emitter that stores nothing.
    def __init__(self):
        self.events: list = []

    def put(self, *event):
        self.events.append(event)
        return 1


# The tracker's emitters stay, since another thread, or a plugin, may track meanwhile.
def catch(tracker, event: Event) -> "tuple | None":
    """Track an event, but keep it from the store; -> what put() takes, None if it was stopped."""
    catcher = _Catcher()
    event.emitters = [catcher]
    try:
        eid = tracker.track(event)
    finally:
        event.emitters = None
    return catcher.events[0] if eid else None


def all_pairs(event: Event, tracker) -> dict:
    """The pairs of an event and of its payload."""
    pairs = event.pairs(tracker)
    if event.added or event.dict_:
        from ..official.payload import add

        add(event.payload, pairs)
    if "e" not in pairs:
        raise ValueError("event: it needs a type, such as Event({'e': 'pv', ...})")
    return pairs
