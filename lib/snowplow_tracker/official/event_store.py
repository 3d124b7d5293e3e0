# An event store as the official tracker has it: an object with add_event(), get_events_batch(),
# cleanup() and size(), given as Emitter(event_store=...). The Adapter makes of it a store as
# store/__init__.py states it.
#
# What get_events_batch() gave stays with the adapter until it was accepted or given up, when
# cleanup(events, False) is called. sync() puts the others back, by cleanup(events, True).
#
# Keys that begin with _ are the adapter's, and are not sent: whether an event is anonymous, and
# when it happened by clock.ms(), of which boot, if the time was not known.
import json
from struct import pack

from .. import clock
from ..record import ANONYMOUS, DTM, HEADER, MAX_JSON, seal


class EventStore:
    """The methods of an event store of the official package."""

    # What an event store has; to be inherited from, or only to be read.
    def add_event(self, payload: dict) -> bool:
        """Keep an event, a dict of the protocol's pairs; -> whether it was kept."""
        raise NotImplementedError("add_event")

    def get_events_batch(self) -> list:
        """Take the events that are to be sent out of the store."""
        raise NotImplementedError("get_events_batch")

    def cleanup(self, batch: list, need_retry: bool) -> None:
        """Keep the events of the batch again if they are to be retried, else forget them."""
        raise NotImplementedError("cleanup")

    def size(self) -> int:
        """How many events it keeps."""
        raise NotImplementedError("size")


class Adapter:
    error = None
    settled = (0, 0)

    def __init__(self, store) -> None:
        for name in ("add_event", "get_events_batch", "cleanup", "size"):
            if not callable(getattr(store, name, None)):
                raise ValueError("event_store: it lacks %s()" % name)
        self.store = store
        self.lost = {"overflow": 0}
        self._taken: list = []  # [sequence, event, its record] of each
        self._next = 1

    def __len__(self):
        return len(self._taken) + self.store.size()

    @property
    def dropped(self) -> int:
        return self.lost["overflow"]

    def put(self, ms: int, flags: int, json_: bytes) -> "int | None":
        event = json.loads(str(json_, "utf-8") + "}")
        if "dtm" not in event:
            event["dtm"] = str(clock.unix_ms() - clock.ms() + ms)
            if not clock.known():  # a guess, which peek() replaces in this boot
                event["_boot"], event["_ms"] = str(clock.boot), str(ms)
        if flags & ANONYMOUS:
            event["_anonymous"] = "1"
        try:
            kept = self.store.add_event(event)
        except Exception as e:  # the store may be anybody's code, and track calls do not raise
            print("snowplow: add_event: %s: %s" % (type(e).__name__, e))
            kept = False
        if kept is False:
            self.lost["overflow"] += 1
            return None
        return self._next + len(self) - 1

    def peek(self, after: int = 0):
        if not self._taken and self.store.size():  # all of it is taken at once
            for event in self.store.get_events_batch():
                pairs = {name: str(event[name]) for name in event}
                ms = int(pairs.pop("_ms", "0"))
                if pairs.pop("_boot", None) == str(clock.boot):
                    pairs.pop("dtm", None)  # the sender makes it of ms
                else:
                    ms = clock.ms()
                flags = DTM if "dtm" in pairs else 0
                if pairs.pop("_anonymous", None):
                    flags |= ANONYMOUS
                pairs.pop("stm", None)
                data = b"{" + seal(pairs)
                if len(data) > MAX_JSON:
                    self.lost["overflow"] += 1
                    self.store.cleanup([event], False)
                    continue
                head = pack(HEADER, len(data), flags, clock.boot, self._next, ms)
                self._taken.append((self._next, event, head + data))
                self._next += 1
        for sequence, _, record in self._taken:
            if sequence > after:
                return memoryview(record)
        return None

    def drop(self, sequence: int) -> None:
        done = [event for at, event, _ in self._taken if at <= sequence]
        self._taken = [entry for entry in self._taken if entry[0] > sequence]
        if done:
            self.store.cleanup(done, False)

    def sync(self) -> bool:
        oldest, accepted_to = self.settled
        accepted: list = []
        others: list = []
        for at, event, _ in self._taken:
            (accepted if oldest < at <= accepted_to else others).append(event)
        self._taken = []
        if accepted:
            self.store.cleanup(accepted, False)
        if others:
            self.store.cleanup(others, True)
        return not self.store.size()
