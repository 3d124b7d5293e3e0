"""The account of a life that runs the firmware: it knows each reading of the sensor, and learns
of the firmware's events when they come to the store."""

import json

from account import Account

from snowplow_tracker import clock

READING = "iglu:io.github.snowplow_micropython/sensor_reading/"


class FirmwareAccount(Account):
    def __init__(self, world, kind):
        super().__init__(world, kind)
        self.by_eid = {}
        self.readings = []  # when each was given
        self.waiting = None  # the number of the last one, until it comes to the store
        self.aside = None
        # Of the remote configuration: this version and those before; those that are refused.
        self.refused_version = -1
        self.bad_versions = []

    # --- readings -----------------------------------------------------------------------------
    def give(self):
        """The sensor gives a reading; -> its number."""
        if self.waiting is not None:
            self.fault("lost", "reading %d never came to the store" % self.waiting)
        self.waiting = len(self.readings)
        self.readings.append(self.world.now)
        return self.waiting

    def _reading(self, pairs):
        # The number of the reading that an event has, or None.
        event = json.loads(pairs["ue_pr"])["data"] if pairs["e"] == "ue" else {"schema": ""}
        if not event["schema"].startswith(READING):
            return None
        (reading,) = event["data"]["readings"]
        return reading["value"] - 100

    # --- events -------------------------------------------------------------------------------
    def _put(self, ms, flags, json_bytes):
        self.world.alive()
        self.boot = clock.boot
        data = bytes(json_bytes)
        pairs = json.loads(data + b"}")
        event = self.new(0, pairs["e"] == "ue", None)
        event.eid = pairs["eid"]
        event.pairs = pairs
        self.by_eid[event.eid] = self.by_data[data] = event
        n = self._reading(pairs)
        if n is not None:
            if n != self.waiting:
                words = "reading %d came to the store, %s was given"
                self.fault("torn", words % (n, self.waiting))
            self.waiting = None
            event.began = self.readings[n]
        if pairs.get("se_ca") == "remote_config":
            self._document(pairs["se_ac"], int(pairs["se_la"]))
        sequence = super()._put(ms, flags, json_bytes)
        event.ended = self.world.now
        self.world.trace("track", event.n, pairs.get("se_ac") or n, "->", sequence)
        return sequence

    def _document(self, action, version):
        # What became of a document; the board's file says the same, if flash can be read.
        if action in ("refused", "rolled_back"):
            self.refused_version = max(self.refused_version, version)
            if action == "refused" and version not in self.bad_versions:
                self.fault("raised", "version %d is good, and is refused" % version)
        elif action == "applied" and version <= self.refused_version and not self.world.troubled:
            self.fault("twice", "version %d was refused, and is tried again" % version)

    def number(self, json_bytes):
        event = self.by_data.get(bytes(json_bytes))
        if not event:
            self.fault("torn", "no event: %r" % bytes(json_bytes[:60]))
        return event

    def check(self, pairs):
        event = self.by_eid[pairs["eid"]]
        tracked = event.pairs
        for key in tracked:
            if key == "co" and "/clock/" in pairs[key]:
                told = [e for e in json.loads(pairs[key])["data"] if "/clock/" not in e["schema"]]
                if told != json.loads(tracked[key])["data"]:
                    raise ValueError("entities of event %d" % event.n)
            elif pairs[key] != tracked[key]:
                raise ValueError("%s of event %d" % (key, event.n))
        for key in pairs:
            if key not in tracked and key not in ("dtm", "stm", "ttm", "co"):
                raise ValueError("%s of event %d" % (key, event.n))
        return event

    def receive(self, request, body):
        self.boot = clock.boot
        super().receive(request, body)

    # --- a boot that leaves the events on flash alone -------------------------------------------
    KEPT = (
        "kind", "held", "universe", "start_dropped", "start_on_flash", "credit", "pending",
        "evicted_under_way", "sequences", "over",
    )  # fmt: skip

    def step_aside(self):
        """From here on the store is one in RAM, and that on flash stays as it is."""
        self.aside = [getattr(self, name) for name in self.KEPT]
        self.kind = "ring"
        self.sequences = {}
        self.start_interval([], 0)

    def step_back(self):
        """The store on flash is there again, once the board is."""
        if self.aside:
            for i, name in enumerate(self.KEPT):
                setattr(self, name, self.aside[i])
            self.aside = None

    def check_planned(self, intent):
        """A restart that the firmware planned loses nothing of a store in RAM."""
        left = [e.n for e in self.held if not self._sent(e)]
        if self.kind == "ring" and intent != "crash" and len(left) > self.credit:
            self.fault("lost", "restart for %s: in RAM alone were %s" % (intent, left), len(left))

