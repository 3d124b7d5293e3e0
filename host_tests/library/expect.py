"""What the library's tests share; runs on MicroPython too, so it needs nothing."""

import json

from snowplow_tracker import Emitter, RingStore, Tracker


def refused(mention, call, *args, **kwargs):
    """Assert that the call is a ValueError whose text has `mention`."""
    try:
        call(*args, **kwargs)
    except ValueError as e:
        assert mention in str(e), "%r lacks %r" % (str(e), mention)
        return
    raise AssertionError("nothing was refused")


class Wire:
    """A transport that keeps what it is given and answers from a list, then with 200."""

    def __init__(self, *answers):
        self.answers = list(answers)
        self.bodies = []

    def send(self, length, body):
        data = b"".join([bytes(piece) for piece in body])
        assert len(data) == length, (len(data), length)
        self.bodies.append(data)
        answer = self.answers.pop(0) if self.answers else 200
        if isinstance(answer, Exception):
            raise answer
        return answer

    def batches(self):
        """The events of each request, in order."""
        return [json.loads(str(body, "utf-8"))["data"] for body in self.bodies]

    def events(self):
        """All events in the order in which they were sent."""
        return [event for batch in self.batches() for event in batch]


def tracker(*answers, **options):
    """A Tracker over a Wire: (tracker, wire)."""
    wire = Wire(*answers)
    store = RingStore(options.pop("nbytes", 16384))
    subject = options.pop("subject", None)
    emitter = Emitter("host", transport=wire, event_store=store, **options)
    return Tracker("ns", emitter, subject, app_id="app"), wire


def last_event(t, wire):
    """Flush, and the event that went last."""
    assert t.flush()
    return wire.events()[-1]
