"""The account of one life, kept outside of the library.

It knows each event that was tracked, when that truly was, what the store acknowledged, what the
collector accepted, and what the store says that it lost. Whatever does not agree is a Fault:

  lost        an acknowledged event is gone, and nothing counts it; or events were given up that
              nobody had accepted or refused
  torn        what arrived, or what lies in the store, is no event that was tracked
  time        the derived time is wrong (ttm, or collector's time - (stm - dtm)), or the truth
              lies outside of the bracket of a `clock` entity
  overcounted more counted as lost than is gone
  twice       an event was sent again after the board knew that it had been accepted; one event
              has two eids; one sequence was given to two events
  raised      a call raised what it never should

Acknowledged is what store/__init__.py says: by a SegmentStore after sync() or after its page was
written, by a RetainedStore after put() as long as the power stays, by a RingStore until a reset.
"""

import json
from binascii import a2b_base64

import vfs
from nor import Flash
from world import Fault, File

from snowplow_tracker import clock
from snowplow_tracker.record import HEADER_SIZE

TOLERANCE = 5000  # ms: a Date has whole seconds, and travels
TEXTS = ("abcdefghij", "x\\\"y\n\tz/", "gr\u00fc\u00dfe ", "\u6c34\u6e29", "\U0001f331-", "0123")


def text(n, size):
    """What the n-th event says; `size` characters."""
    unit = TEXTS[n % len(TEXTS)] + str(n)
    return (unit * (size // len(unit) + 1))[:size]


ENTITY = "iglu:com.example/bed/jsonschema/1-0-0"  # of some events, with the event's number


def loads(pairs, plain, encoded):
    """The JSON that an event has under one of two keys, or None."""
    if plain in pairs:
        return json.loads(pairs[plain])
    if encoded in pairs:
        text = pairs[encoded].replace("-", "+").replace("_", "/")
        return json.loads(a2b_base64(text + "=" * (-len(text) % 4)))
    return None


def entities(pairs):
    """The entities of an event."""
    found = loads(pairs, "co", "cx")
    return found["data"] if found else ()


class Event:
    def __init__(self, n, size, described, began, ttm):
        self.n = n
        self.size = size
        self.described = described
        self.began = self.ended = began
        self.ttm = ttm
        self.has_entity = False
        self.eid = None
        self.data = None  # the bytes of its record
        self.sequence = 0
        self.stored = False  # the store holds it, or has counted it as lost
        self.acked = False
        self.accepted = 0  # how often the collector did
        self.learned = False  # whether the board knows of that
        self.refused = False  # for good, and the board knows it
        self.failures = 0  # requests of this event alone that failed
        self.cut = False  # a cut came since it was accepted, or refused
        self.settled = False  # dropped, on flash too
        self.lying = False  # of a boot in which some clock lied
        self.done = False  # put() returned
        self.blind = False  # stored while flash could not be read
        self.given_up = False  # counted as lost, since flash could not be written
        self.max_age = 0


class Account:
    def __init__(self, world, kind):
        self.world = world
        self.kind = kind  # ring, segments or retained
        self.events = []
        self.store = self.emitter = None
        self.under_way = False
        self.current = []  # events of the request under way, as the server got them
        self.refusals = []
        self.by_data = {}
        self.sequences = {}
        self.began_blind = False  # whether a boot could not open the store on flash
        self.short = 0  # so many records can be read, and len() of the store knows of fewer
        self.lied = False  # a clock said what was wrong, and could not be told from a right one
        self.found = []  # numbers of the events that a boot found
        self.born_dropped = 0  # what the store counted then
        self.delivered = self.duplicates = 0
        self.over = self.universe_lost = 0
        self.all_safe = False
        self.start_interval([], 0)

    def fault(self, kind, words, count=1):
        raise Fault(kind, words, count)

    # --- tracking ---------------------------------------------------------------------------
    def new(self, size, described, ttm):
        event = Event(len(self.events), size, described, self.world.now, ttm)
        event.lying = self.lied
        self.events.append(event)
        return event

    def tracked(self, event, eid):
        if not event.stored:  # else the call went on, as to send a full batch
            event.ended = self.world.now
        if eid:
            if event.eid and event.eid != eid:
                self.fault("twice", "event %d has two eids" % event.n)
            event.eid = eid

    def number(self, json_bytes):
        """Which event these bytes of a record are, from the eid on; every byte is checked."""
        data = bytes(json_bytes)
        event = self.by_data.get(data)
        if event is None:
            try:
                event = self.check(json.loads(data + b"}"))
            except (ValueError, KeyError, IndexError, TypeError):
                self.fault("torn", "no event: %r" % data[:60])
            if event.data:
                self.fault("torn", "other bytes of event %d: %r" % (event.n, data[:60]))
            event.data = data
            self.by_data[data] = event
        return event

    def check(self, pairs):
        """The event that these pairs are; ValueError, KeyError or IndexError if none."""
        if pairs["e"] == "se":
            n = int(pairs["se_la"])
            said = pairs["se_pr"]
        else:
            data = loads(pairs, "ue_pr", "ue_px")["data"]["data"]
            n = data["n"]
            said = data["said"]
        event = self.events[n]
        if said != text(n, event.size) or (pairs["e"] == "ue") != event.described:
            raise ValueError("content of event %d" % n)
        if pairs["aid"] != "life" or pairs["tna"] != "board" or pairs["p"] != "iot":
            raise ValueError("event %d" % n)
        found = [e["data"] for e in entities(pairs) if e["schema"] == ENTITY]
        if found != [{"n": n}] * event.has_entity:
            raise ValueError("entities of event %d" % n)
        if event.eid is None:
            event.eid = pairs["eid"]
        elif event.eid != pairs["eid"]:
            self.fault("twice", "event %d has two eids" % n)
        if event.ttm is not None and pairs["ttm"] != str(event.ttm):
            self.fault("time", "ttm of event %d" % n)
        return event

    # --- the collector's side ----------------------------------------------------------------
    def _events(self, request, body):
        try:
            return [(pairs, self.check(pairs)) for pairs in request.events(body)]
        except (ValueError, KeyError, IndexError, TypeError) as e:
            self.world.trace(body)
            self.fault("torn", "a request is none: %s: %r" % (e, body[:80]))

    def receive(self, request, body):
        """The collector accepts a request."""
        now = self.world.now
        for pairs, event in self._events(request, body):
            if event.accepted:
                self.duplicates += 1
                # Without a byte of memory drop() may fail after the answer: then it is sent again.
                allowed = event.cut or self.world.was_exhausted
                if event.learned and not allowed or event.settled:
                    self.fault("twice", "event %d was accepted before, and was known" % event.n)
            else:
                self.delivered += 1
            event.accepted += 1
            event.learned = event.cut = False
            self.current.append(event)
            # The query of a GET is made before there is a connection.
            began = self.sent if request.method == "GET" else request.began
            self._time(pairs, event, now, began)
        self.world.trace("accepted:", [event.n for event in self.current])

    def refuse(self, request, body, how):
        """The collector refuses a request for good."""
        events = [event for _, event in self._events(request, body)]
        if how != "413" or len(events) == 1:
            self.refusals += events

    def hear(self, request, body, how):
        """A request came, and is neither accepted nor refused."""
        events = [event for _, event in self._events(request, body)]
        if len(events) == 1:
            events[0].failures += 1
        self.current_alone = len(events) == 1

    def _time(self, pairs, event, now, began):
        if event.ttm is not None:
            return
        low, high = event.began, event.ended
        stm, dtm = int(pairs["stm"]), int(pairs["dtm"])
        slack = now - began + TOLERANCE
        bracket = self._bracket(pairs)
        if bracket:
            earliest, latest = bracket
            if not (earliest - slack <= low and high <= latest + slack):
                if not self._cannot_know(event):
                    self._wrong(event, "%d .. %d" % bracket, (earliest + latest) // 2 - low)
            return
        derived = int(pairs["ttm"]) if "ttm" in pairs else now - (stm - dtm)
        if low - slack <= derived <= high + slack:
            return
        if event.boot != self.boot and self._cannot_know(event):
            return
        self._wrong(event, "is %d" % derived, derived - low)

    def lies(self):
        """A clock says a wrong time that nobody can tell from a right one."""
        self.lied = True
        for event in self.held:
            event.lying = True

    def _cannot_know(self, event):
        # Some clock lied; or the board asked for the time in this boot, and was never told; or
        # flash failed, and what was known of the clocks may not have been written.
        unknown = self.asked and not self.told
        return event.lying or self.lied or unknown or self.world.troubled

    def _wrong(self, event, words, off):
        own = "of this boot" if event.boot == self.boot else "of an earlier boot"
        words = "event %d, %s: %s, truly %d (%.3f s off)" % (
            event.n, own, words, event.began, off / 1000
        )  # fmt: skip
        self.fault("time", words)

    def _bracket(self, pairs):
        for entity in entities(pairs):
            if "/clock/" in entity["schema"]:
                return entity["data"]["earliest"], entity["data"]["latest"]

    # --- the transport ------------------------------------------------------------------------
    def watch_transport(self, transport):
        send = transport.send

        def watched(length, body):
            self.under_way = True
            self.sent = self.world.now
            self.current = []
            self.refusals = []
            self.answered = 0
            answer = send(length, body)
            if isinstance(answer, int):
                self._answered(answer)
                return answer
            return self._watching(answer)

        transport.send = watched

    def _watching(self, answer):
        status = yield from answer
        self._answered(status)
        return status

    def _answered(self, status):
        self.world.alive()
        self.world.trace("answered:", status)
        if 200 <= status < 300:
            for event in self.current:
                event.learned = True
        for event in self.refusals:
            if status in (400, 401, 403, 410, 413, 422):
                event.refused = True

    # --- the store ----------------------------------------------------------------------------
    def start_interval(self, found, dropped, on_flash=0):
        """From here on losses are counted: `found` are the events that flash holds."""
        self.start_on_flash = on_flash  # what flash alone knows of losses
        self.held = list(found)  # events that the store holds, or has counted, in order
        self.universe = list(found)
        self.start_dropped = dropped
        self.credit = 0  # counted as lost, and not known of whom
        self.pending = 0
        self.evicted_under_way = 0

    def watch_store(self, store):
        self.store = store
        self.seen_dropped = store.dropped
        self.seen_damaged = store.lost.get("corruption", 0)
        # What flash knows of losses comes when it can be read.
        self.began_blind = self.began_blind or self.blind()
        to_come = self.start_dropped - store.dropped
        self.to_come = to_come if self.blind() else 0
        # Damaged records that a boot has found, and that this one has still to count.
        self.pending = 0 if self.blind() or self.kind == "ring" else max(0, to_come)
        self.given_up = store.dropped and store.lost.get("error", 0) + store.lost["age"]
        n = len(getattr(store, "_ring", ()))
        self.in_ram = self.held[len(self.held) - n :]
        self.real = store.put, store.drop, store.sync, store.peek
        store.put, store.drop, store.sync, store.peek = (
            self._put, self._drop, self._sync, self._peek,
        )  # fmt: skip
        self.unretained = []  # dropped, and in retained memory yet
        self.retained = True  # whether the last call wrote what it did there
        self.in_call = False
        self.excused = False  # whether retain() had no memory when a program called it
        if self.kind == "retained" and hasattr(store, "retain"):
            self.real_retain, store.retain = store.retain, self._retain

    def blind(self):
        """Whether the store's flash could not be read when it was opened."""
        return not getattr(self.store, "_opened", True)

    def _poll(self):
        # What the store has counted since the last call.
        if not self.blind():
            self.seen_dropped += self.to_come
            self.to_come = 0
        rise = self.store.dropped - self.seen_dropped
        if rise < 0:
            self.fault("lost", "the counters fell by %d" % -rise)
        if rise:
            self.world.trace("counted:", rise, self.store.lost)
        self.seen_dropped += rise
        damaged = self.store.lost.get("corruption", 0)
        known = min(self.pending, damaged - self.seen_damaged)
        if rise and not self.world.half_done and damaged - self.seen_damaged > known:
            self.fault("lost", "counted as damaged, and nothing was", damaged - self.seen_damaged)
        self.seen_damaged = damaged
        self.pending -= known
        self.credit += rise - known
        if self.under_way:
            self.evicted_under_way += rise
        return rise

    def _ack(self):
        # What is on flash, by what the store says is only in RAM, less what it gave up there.
        ring = getattr(self.store, "_ring", None)
        if ring is None:
            return
        lost = self.store.lost
        given_up = lost["error"] + lost["age"]
        n = len(self.in_ram) - len(ring)
        evicted = min(n, given_up - self.given_up)
        self.given_up = given_up
        if n > 0:
            for event in self.in_ram[: max(0, evicted)]:
                event.given_up = True
            for event in self.in_ram[max(0, evicted) : n]:
                event.acked = True
            self.in_ram = self.in_ram[n:]

    def _missing(self):
        return len(self.held) + self.pending - len(self.store)

    def _balance(self, where):
        if self.blind() or self.was_blind:
            self.was_blind = self.blind()
            return
        missing = self._missing()
        if missing - self.short > self.credit:
            # Those that are settled behind an undecided one may make room, uncounted.
            missing -= len([e for e in self.held if e.accepted and e.learned or e.refused])
        if missing - self.short > self.credit:
            self.fault(
                "lost",
                "%s: the store holds %d of %d, %d counted"
                % (where, len(self.store), len(self.held), self.credit),
                missing - self.credit,
            )
        over = self.credit - self._missing()
        # Where a write that failed was done, len() is short until the head has passed it.
        if over > self.evicted_under_way and not self.world.troubled:
            words = "%s: %d of %d are gone, %d counted"
            words %= (where, missing, len(self.held), self.credit)
            self.fault("overcounted", words, over - self.evicted_under_way)

    def _put(self, ms, flags, json_bytes):
        self.world.alive()
        event = self.number(json_bytes)
        event.boot = self.boot
        self.universe.append(event)
        event.blind = self.blind()
        ring = getattr(self.store, "_ring", self.store)
        following = ring.next_sequence
        count = ring.count
        try:
            sequence = self._call(0, ms, flags, json_bytes)
        except MemoryError as e:
            self.world.alive()
            self.world.trace_error(e)
            if not self.world.exhausted:
                self.fault("raised", "MemoryError out of put()")
            # Not a byte was left, and whoever tracked it knows. It is stored, counted, or neither.
            rise = self._poll()
            # Flash that could be read again may have moved the sequences on, without this event.
            if ring.next_sequence == following + 1 or ring.count > count:
                event.sequence = ring.next_sequence - 1
                self.held.append(event)
                self.in_ram.append(event)
            elif rise and self.credit - self._missing() == 1:
                self.credit -= 1
            self._ack()
            self._balance("put %d without memory" % event.n)
            raise
        self.world.alive()
        rise = self._poll()
        if sequence is None:
            if not rise:
                self.fault("lost", "event %d was refused, and not counted" % event.n)
            self.credit -= 1
            self.universe_lost += 1
        else:
            self._sequence(event, sequence)
            event.sequence = sequence
            event.ended = self.world.now
            event.stored = True
            self.held.append(event)
            self.in_ram.append(event)
        self._ack()
        self._balance("put %d" % event.n)
        # Without memory what is stored waits in RAM.
        event.done = not self.world.failed
        return sequence

    def _sequence(self, event, sequence):
        known = self.sequences.get(sequence)
        # Where flash could not be read nobody can know which ones only RAM knew.
        unknown = self.world.troubled or self.began_blind
        if known is not None and known is not event and known.done and not unknown:
            self.fault("twice", "sequence %d for %d and %d" % (sequence, known.n, event.n))
        self.sequences[sequence] = event

    def _peek(self, after=0):
        self.world.alive()
        record = self.real[3](after)
        self.world.alive()
        self._poll()
        self._ack()
        return record

    def _drop(self, sequence):
        self.world.alive()
        before = len(self.store)
        blind = self.blind()
        trouble = blind or self.store.error
        self._call(1, sequence)
        self.world.alive()
        rise = self._poll()
        # Those that were sent are gone; if others are too, the balance tells.
        passed = [e for e in self.held if e.sequence <= sequence]
        gone = [e for e in passed if e.accepted or e.refused]
        trouble = trouble or self.store.error
        if trouble:  # what is on flash stays, and comes again
            if blind:
                gone = [e for e in gone if not e.acked]
            else:
                n = max(0, before - len(self.store) - rise)
                gone = gone[max(0, len(gone) - n) :]
            for event in self.held:
                event.cut = event.cut or event.accepted
        self.held = [e for e in self.held if e not in gone]
        self.in_ram = [e for e in self.in_ram if e not in gone]
        for event in passed:  # which the board may have given up
            if event not in gone and self._gives_up(event) and self._missing() > self.credit:
                gone.append(event)
                self.held.remove(event)
        self.world.trace("drop", sequence, [e.n for e in gone])
        # What was evicted while it was under way, or when its answer was lost, stays counted.
        self.evicted_under_way += len([e for e in gone if self.doubtful(e)])
        if not self.retained:
            self.unretained += gone
            for event in gone:
                event.cut = True
        elif not trouble:
            for event in gone:
                event.settled = True
        self._ack()
        self._balance("drop")
        missing = self._missing()
        if not self.blind() and self.credit > missing:
            self.over += self.credit - missing
            self.credit = missing
        self.under_way = False
        if not trouble:
            self.evicted_under_way = 0

    def _sent(self, event):
        return event.accepted or event.refused or self._gives_up(event)

    def doubtful(self, event):
        """Whether it was accepted or refused, and the board cannot know it."""
        # Without a byte of memory drop() may fail after the answer.
        exhausted = self.world.was_exhausted
        unknown = event.accepted and (event.cut or not event.learned or exhausted)
        unknown = unknown or event.refused and (event.cut or exhausted)
        return not event.settled and unknown

    def _gives_up(self, event):
        # After 8 rounds in which it failed alone, while others were accepted.
        return event.failures >= 8

    def _call(self, n, *given):
        self.in_call = True
        try:
            return self.real[n](*given)
        finally:
            self.in_call = False

    def sleeps(self):
        """The program ends in a deep sleep, and has called retain() ahead of it."""
        if not self.excused:
            for event in self.held:
                event.done = event.stored

    def _retain(self):
        w = self.world
        w.alive()
        before, w.failed = w.failed, False
        self.real_retain()
        self.retained = not w.failed
        self.excused = w.failed and not self.in_call
        w.failed = w.failed or before
        if self.retained:
            for event in self.unretained:
                event.settled = True
            self.unretained = []
            for event in self.held:
                event.done = event.done or event.stored

    def _sync(self):
        self.world.alive()
        done = self._call(2)
        self.world.alive()
        self._poll()
        if done and self.kind != "ring" and not self.blind():
            for event in self.in_ram:
                event.acked = True
            self.in_ram = []
        self._ack()
        self._balance("sync")
        return done

    # --- from boot to boot ----------------------------------------------------------------------
    def boot_begins(self, boot):
        self.boot = boot
        self.under_way = False
        self.was_blind = False
        self.all_safe = False  # whether the program ended after a sync() that was done
        self.asked = self.told = False  # for the time; told by whoever knows it
        self.current = self.refusals = []
        self.over = self.universe_lost = 0
        if self.kind == "ring":
            self.sequences = {}

    def audit(self, make, memory):
        """What a board finds now on its flash, looked at on a copy."""
        w = self.world
        clock.boot += 1  # no two stores of one boot on one path
        flash = Flash(w.flash.geometry, image=w.flash.data)
        flash.mount("/audit")
        try:
            store = make("/audit/events", lambda data=None: memory, 100000 * 86400)
            found = []
            after = 0
            while True:
                record = store.peek(after)
                if record is None:
                    break
                event = self.number(record[HEADER_SIZE:])
                sequence = int.from_bytes(record[5:9], "little")
                if sequence <= after:
                    self.fault("twice", "sequence %d after %d" % (sequence, after))
                after = sequence
                if event.settled and not w.troubled:
                    self.fault("twice", "event %d was dropped, and is there again" % event.n)
                if event in found:
                    self.fault("twice", "event %d lies in the store twice" % event.n)
                event.sequence = sequence
                found.append(event)
            if store.error:
                self.fault("raised", "the store of a whole flash says: %r" % store.error)
            damaged = len(store) - len(found)
            self.short = 0
            if damaged < 0 and w.troubled:
                self.short = -damaged  # a write that failed was done, and others have its ordinals
                damaged = 0
            elif damaged < 0:
                self.fault("lost", "%d can be read, len() says %d" % (len(found), len(store)))
            # They are counted when drop() passes them.
            dropped = store.dropped + damaged
        finally:
            File.close_all()
            vfs.umount("/audit")
        return found, dropped

    def boot_ends(self, how, make, memory):
        """After a cut, a reset or a sleep: are those there that should be?"""
        w = self.world
        kept = how != "power"
        for event in self.events:
            if event.accepted or event.refused:
                event.cut = True
        if self.kind == "ring":
            self.start_interval([], 0)
            return
        found, dropped = self.audit(make, memory)
        there = set([e.n for e in found])
        gone = [e for e in self.universe if e.n not in there]
        lost = [e for e in gone if not self._sent(e)]
        safe = [e for e in lost if e.acked or kept and self.kind == "retained" and e.done]
        counted = dropped - (self.start_dropped if kept else self.start_on_flash)
        w.trace("audit: %d there, %d lost, %d of them acknowledged, %d counted"
                % (len(found), len(lost), len(safe), counted))  # fmt: skip
        if len(safe) > counted:
            words = "acknowledged %s are gone, %d counted" % ([e.n for e in safe], counted)
            self.fault("lost", words, len(safe) - counted)
        # Where all counters outlive this end, each loss is in them.
        lost_for_sure = [e.n for e in lost if e.done]
        exact = self.kind == "retained" and kept or self.all_safe
        if exact and not w.troubled and len(lost_for_sure) > counted:
            words = "%s are gone, %d counted" % (lost_for_sure, counted)
            self.fault("lost", words, len(lost_for_sure) - counted)
        allowed = len(lost) + self.over + self.evicted_under_way
        allowed += len([e for e in gone if self.doubtful(e) or self._gives_up(e)])
        if w.troubled:  # what could not be written was counted, and may be there all the same
            allowed += len([e for e in found if e.given_up or not e.stored])
        if dropped - self.start_dropped > allowed:
            words = "%d are gone, %d counted" % (len(lost), dropped - self.start_dropped)
            self.fault("overcounted", words)
        # What would be there if the power went now.
        safe, on_flash = found, dropped
        if self.kind == "retained" and kept:
            safe, on_flash = self.audit(make, b"")
            self.audit(make, memory)  # for the sequences
        for event in found:
            event.acked = event in safe
            event.stored = True
            event.blind = event.given_up = False
        self.start_interval(found, dropped, on_flash)

    def no_memory(self):
        """Memory ran out: a batch may have been accepted, and not been dropped."""
        for event in self.held:
            event.cut = True

    def ends(self):
        """All was sent: is all accounted for?"""
        left = [e.n for e in self.held if not self._sent(e)]
        if len(self.store):
            self.fault("lost", "cannot be sent: %s" % left, len(left))
        if len(left) > self.credit:
            self.fault("lost", "gone, not counted: %s" % left, len(left) - self.credit)

