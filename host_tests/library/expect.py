"""What the library's tests share; runs on MicroPython too, so it needs nothing."""

import json
import os
from binascii import hexlify
from struct import unpack_from

from snowplow_tracker import Emitter, RingStore, Tracker
from snowplow_tracker.record import HEADER, HEADER_SIZE


def refused(mention, call, *args, **kwargs):
    """Assert that the call is a ValueError whose text has `mention`."""
    try:
        call(*args, **kwargs)
    except ValueError as e:
        assert mention in str(e), "%r lacks %r" % (str(e), mention)
        return
    raise AssertionError("nothing was refused")


def whole(body):
    """The bytes of a body, through a buffer that few events fit in one piece."""
    return b"".join([bytes(piece) for piece in body(bytearray(300))])


class Wire:
    """A transport that keeps what it is given and answers from a list, then with 200."""

    def __init__(self, *answers):
        self.answers = list(answers)
        self.bodies = []

    def send(self, length, body):
        data = whole(body)
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


class Folder:
    """A new directory, `with Folder() as path:`; gone afterwards."""

    def __enter__(self):
        name = "/snowplow-" + hexlify(os.urandom(8)).decode()
        self.path = (os.getenv("TMPDIR") or "/tmp") + name
        os.mkdir(self.path)
        return self.path

    def __exit__(self, *error):
        for name in os.listdir(self.path):
            os.remove(self.path + "/" + name)
        os.rmdir(self.path)


def entities(event):
    """The entities of an event: a list of (schema, data)."""
    wrapper = json.loads(event.get("co", '{"data":[]}'))
    return [(entity["schema"], entity["data"]) for entity in wrapper["data"]]


def entity(event, schema):
    """The data of the one entity of that schema, or None."""
    found = [data for its, data in entities(event) if its == schema]
    assert len(found) < 2, found
    return found[0] if found else None


def unwrapped(event):
    """(schema, data) of a self-describing event."""
    inner = json.loads(event["ue_pr"])["data"]
    return inner["schema"], inner["data"]


def records(store):
    """All that a store holds, oldest first: (sequence, flags, boot, ms, json) each."""
    found = []
    after = 0
    while True:
        record = store.peek(after)
        if record is None:
            return found
        size, flags, boot, after, ms = unpack_from(HEADER, record)
        assert size == len(record) - HEADER_SIZE
        found.append((after, flags, boot, ms, bytes(record[HEADER_SIZE:])))
