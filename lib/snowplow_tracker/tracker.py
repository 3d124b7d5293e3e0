# Turns calls into sealed events. A call raises ValueError for what the pipeline would reject,
# and stores nothing then; it never raises for reasons of network or storage.
#
# Calls that few programs need load on first use: track_page_view is in events/page_view.py,
# set_subject in official/tracker.py. The files of events/ use store_event() and refuse(), and
# plugins/cross_navigation.py and self_describing.py read `_head`.
#
#   refused     how many calls raised ValueError
#   plugins     list of functions, called as plugin(eid, pairs, schema, entities) before an
#               event is sealed. They may change `pairs`, a dict of the protocol's keys, and
#               `entities`, a list of (schema, data), and both are checked as arguments are;
#               `schema` is None but for self-describing events. One that returns False stops
#               the event: nothing is stored, and plugins behind it are not called. Session and
#               GlobalEntities are plugins.
#   anonymous   None or an Anonymous; it comes after the plugins
#   log         None or a Log
from . import __version__, clock
from .record import seal, text, uuid4

_NUMBERS = (int, float)


class Tracker:
    def __init__(
        self,
        namespace: str,
        emitters,
        subject=None,
        app_id: "str | None" = None,
        encode_base64: bool = False,
        json_encoder=None,
    ) -> None:
        if not emitters:
            raise ValueError("emitters: needed")
        self.emitters = list(emitters) if isinstance(emitters, (list, tuple)) else [emitters]
        self.subject = subject
        self.encode_base64 = encode_base64
        self.json_encoder = json_encoder
        self.plugins = []
        self.anonymous = self.log = None
        self.paused = False
        self.refused = 0
        self.namespace = namespace
        head = {"tv": "mpy-" + __version__, "tna": text("namespace", namespace, 128)}
        if app_id:
            head["aid"] = text("app_id", app_id, 255)
        # What all events share is serialised once.
        self._head = b'{%s,"eid":"' % seal(head)

    def __getattr__(self, name: str):
        from .events import find

        return find(self, name)

    def track_struct_event(
        self,
        category: str,
        action: str,
        label: "str | None" = None,
        property_: "str | None" = None,
        value: "float | None" = None,
        context=None,
        tstamp: "int | None" = None,
        event_subject=None,
        precision: "int | None" = None,
    ) -> "str | None":
        """Track a structured event; -> its eid, or None if it was dropped."""
        try:
            if not category or not action:
                raise ValueError("category, action: needed")
            # All keys at once, since a dict that grows is slow; those without a value go again.
            pairs = {
                "e": "se",
                "se_ca": text("category", category, 1000),
                "se_ac": text("action", action, 1000),
                "se_la": label,
                "se_pr": property_,
                "se_va": value,
                "p": "iot",
            }
            if label:
                text("label", label, 4096)
            else:
                del pairs["se_la"]
            if property_:
                text("property_", property_, 1000)
            else:
                del pairs["se_pr"]
            if value is None:
                del pairs["se_va"]
            else:
                pairs["se_va"] = number("value", value, precision)
            return self.store_event(pairs, context, tstamp, event_subject)
        except ValueError as e:
            raise self.refuse(e)

    def track_self_describing_event(
        self, event_json, context=None, tstamp: "int | None" = None, event_subject=None
    ) -> "str | None":
        """Track a SelfDescribingJson, or a (schema, data) pair; -> its eid, or None."""
        from .self_describing import unstruct

        try:
            pairs, schema, ue_pr = unstruct(self, event_json)
            return self.store_event(pairs, context, tstamp, event_subject, schema, ue_pr)
        except ValueError as e:
            raise self.refuse(e)

    # A bool is is_async, which comes first in the official tracker.
    def flush(self, timeout: "float | None" = None, is_async: bool = False) -> bool:
        """Send what is stored, for at most `timeout` seconds; -> whether all of it went."""
        if isinstance(timeout, bool):
            is_async = timeout
            timeout = None
        done = True
        for emitter in self.emitters:
            done = emitter.flush(timeout, is_async) and done
        return done

    @staticmethod
    def get_uuid() -> str:
        """A random UUID."""
        return uuid4().decode()

    @staticmethod
    def get_timestamp(tstamp: "float | None" = None) -> int:
        """Milliseconds since 1970: `tstamp` if it is given, else now."""
        return clock.unix_ms() if tstamp is None else int(tstamp)

    # `ue_pr` is for attach(). `eid` (bytes), `ms` (of clock.ms()) and `flags` are given where they
    # are not to be new.
    def store_event(
        self,
        pairs,
        context,
        tstamp,
        event_subject,
        schema=None,
        ue_pr=None,
        eid=None,
        ms=None,
        flags=0,
        emitters=None,
    ) -> "str | None":
        if self.paused:
            return None
        pairs["p"] = "iot"
        try:
            if self.subject is not None:
                pairs.update(self.subject.standard_nv_pairs)
            if event_subject is not None:
                pairs.update(event_subject.standard_nv_pairs)
        except AttributeError:
            raise ValueError("subject: expected a Subject")
        if tstamp is not None:
            from .validators import timestamp

            pairs["ttm"] = timestamp("tstamp", tstamp)
        if ms is None:
            ms = clock.ms()
        eid = eid or uuid4()
        if ue_pr or context or self.plugins or self.anonymous:
            from .self_describing import attach

            flags, json = attach(self, eid, pairs, schema, context, flags, ue_pr)
            if json is None:  # a plugin stopped it
                return None
        else:
            json = b"".join((self._head, eid, b'",', seal(pairs)))
        kept = None
        for emitter in emitters or self.emitters:
            kept = emitter.put(ms, flags, json) or kept
        if self.log:
            self.log.event(eid, pairs, kept)
        return eid.decode() if kept else None

    def refuse(self, error: ValueError) -> ValueError:
        self.refused += 1
        if self.log:
            self.log.refused(error)
        return error


def number(name: str, value, precision: "int | None" = None) -> str:
    """A finite number as text; a float with `precision` decimals if that is given."""
    # The difference is not 0 for nan and the infinities.
    if isinstance(value, bool) or not isinstance(value, _NUMBERS) or value - value != 0:
        raise ValueError("%s: expected a finite number, got %r" % (name, value))
    if precision is not None and not isinstance(value, int):
        return "%.*f" % (precision, value)
    found = str(value)
    if "e-3" in found:
        from .official.tiny_float import shortest

        return shortest(value)
    return found
