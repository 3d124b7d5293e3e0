# Turns calls into sealed events. A call raises ValueError for what the pipeline would reject,
# and stores nothing then; it never raises for reasons of network or storage.
from . import __version__, clock
from .record import DTM, dumps, text, uuid4


class Tracker:
    def __init__(self, namespace, emitters, subject=None, app_id=None):
        self.emitters = emitters if isinstance(emitters, (list, tuple)) else [emitters]
        if not self.emitters:
            raise ValueError("emitters: expected an Emitter or a list of them")
        self.subject = subject
        head = {"tv": "mpy-" + __version__, "tna": text("namespace", namespace, 128)}
        if app_id:
            head["aid"] = text("app_id", app_id, 255)
        # What all events share is serialised once.
        self._head = dumps(head)[:-1].encode() + b',"eid":"'

    def track_struct_event(
        self,
        category,
        action,
        label=None,
        property_=None,
        value=None,
        context=None,
        tstamp=None,
        event_subject=None,
    ):
        """Track a structured event; -> its eid, or None if it was dropped."""
        if not category or not action:
            raise ValueError("category, action: neither may be empty")
        pairs = {
            "e": "se",
            "se_ca": text("category", category, 1000),
            "se_ac": text("action", action, 1000),
        }
        if label:
            pairs["se_la"] = text("label", label, 4096)
        if property_:
            pairs["se_pr"] = text("property_", property_, 1000)
        if value is not None:
            pairs["se_va"] = _number("value", value)
        return self._track(pairs, context, tstamp, event_subject)

    def track_self_describing_event(
        self, event_json, context=None, tstamp=None, event_subject=None
    ):
        """Track a SelfDescribingJson, or a (schema, data) pair; -> its eid, or None."""
        from .self_describing import unstruct_event

        pairs = {"e": "ue", "ue_pr": unstruct_event(event_json)}
        return self._track(pairs, context, tstamp, event_subject)

    def flush(self, timeout=None):
        """Send what is stored, for at most `timeout` seconds; -> whether all of it went."""
        done = True
        for emitter in self.emitters:
            done = emitter.flush(timeout) and done
        return done

    def _track(self, pairs, context, tstamp, event_subject):
        flags = 0
        if tstamp is not None:
            pairs["dtm"] = _timestamp("tstamp", tstamp)
            flags = DTM
        if context:
            from .self_describing import contexts

            pairs["co"] = contexts(context)
        pairs["p"] = "iot"
        if self.subject:
            pairs.update(self.subject.standard_nv_pairs)
        if event_subject:
            pairs.update(event_subject.standard_nv_pairs)
        eid = uuid4()
        pairs = dumps(pairs).encode()
        json = b"".join((self._head, eid, b'",', pairs[1:-1]))
        ms = clock.ms()
        kept = False
        for emitter in self.emitters:
            if emitter.input(ms, flags, json) is not None:
                kept = True
        return str(eid, "ascii") if kept else None


def _number(name, value):
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise ValueError("%s: expected a number, got %s" % (name, type(value).__name__))
    if value - value != 0:  # nan and the infinities
        raise ValueError("%s: %s is not a number that can be stored" % (name, value))
    return str(value)


def _timestamp(name, value):
    # From 2001 on, milliseconds have 13 digits; seconds would land in January 1970.
    if not isinstance(value, int) or not 1000000000000 <= value < 10000000000000:
        raise ValueError("%s: expected an int of milliseconds since 1970" % name)
    return str(value)
