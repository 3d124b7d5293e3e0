"""Cuts the power at every program and erase of a scenario; runs on the VM.

    micropython power_cuts.py STORE GEOMETRY PAGE_BYTES SEGMENT_BYTES EACH [MUTANT]

The scenario puts events, syncs, sends and reboots on a littlefs over a NOR flash. Before each
change of the flash a copy of it is taken, once as it is and once with half of the change made:
that is what a board would find that lost its power there. The copy is mounted and checked, and
what the board then does is cut in the same way, after EACH-th of the first cuts. Prints one
JSON line.

STORE is SegmentStore or RetainedStore. Of the latter each cut is two: a reset, which leaves
retained memory as it was, and a loss of power, which takes it or leaves garbage. It is also
cut before each write of that memory, and in the middle of it.
"""

import json
import sys
from struct import unpack_from

import vfs
from nor import Flash

from snowplow_tracker import clock
from snowplow_tracker.record import HEADER, HEADER_SIZE
from snowplow_tracker.store import segment_log
from snowplow_tracker.store.retained import RetainedStore
from snowplow_tracker.store.segments import SegmentStore

BLOCKS = 24
MAX_FAILURES = 3


class Failed(Exception):
    pass


def check(condition, *what):
    if not condition:
        raise Failed(" ".join([str(w) for w in what]))


def records(store, limit=None):
    """(sequence, event) of all that is stored, or of the first `limit`."""
    found = []
    after = 0
    while limit is None or len(found) < limit:
        record = store.peek(after)
        if record is None:
            break
        after = unpack_from(HEADER, record)[3]
        found.append((after, bytes(record[HEADER_SIZE:])))
    return found


class World:
    """What was put and what became of it, as far as anybody outside of the store knows."""

    def __init__(self):
        self.bodies = []  # event number to its bytes
        self.sequences = []  # event number to its sequence; None if put() never returned
        self.safe = []  # numbers of events that sync() confirmed and that are not sent
        self.due = []  # numbers of events that must be there after a cut,
        self.exact = True  # and whether these are all whose put() returned
        self.gone = []  # numbers of events whose drop() returned
        self.leaving = []  # numbers of events in a drop() under way
        self.lost = {}
        self.doing = ""

    def copy(self):
        w = World()
        for key in ("bodies", "sequences", "safe", "due", "gone", "leaving"):
            setattr(w, key, list(getattr(self, key)))
        w.exact = self.exact
        w.lost = dict(self.lost)
        w.doing = self.doing
        return w


def event(n):
    """The n-th event; lengths differ, and some are larger than others by far."""
    size = 150 + n * 37 % 300 + (900 if n % 13 == 5 else 0)
    return ('{"eid":"%06d","x":"' % n + chr(97 + n % 26) * size).encode()


class Memory:
    """Memory that outlives deep sleep, as ESP32's RTC().memory; asks `before` ahead of a write."""

    def __init__(self, kept=b""):
        self.kept = kept
        self.before = None

    def __call__(self, data=None):
        if data is None:
            return self.kept
        data = bytes(data)
        if self.before:
            self.before(data)
        self.kept = data


class Run:
    """A board over a flash: does things to its store, and keeps the world's books."""

    def __init__(self, world, make, flash, memory, mount):
        self.world = world
        self.make = make
        self.flash = flash
        self.memory = memory
        self.mount = mount

    def boot(self):
        clock.boot = (clock.boot + 1) & 0xFFFF
        self.on()
        self.begin()

    def on(self):
        self.world.doing = "boot"
        self.flash.mount(self.mount)
        segment_log.open_folders.clear()  # a reset forgets what a module knows
        self.store = self.make(self.mount + "/events", self.memory)

    def begin(self):
        """From here on, the books say what was found."""
        w = self.world
        w.leaving = []
        w.lost = dict(self.store.lost)
        w.due = [number(w, body) for _, body in records(self.store)]
        w.exact = True
        w.safe = [n for n in w.safe if n in w.due]

    def off(self):
        vfs.umount(self.mount)

    def sleep(self):
        """Deep sleep, through which the boot goes on; or a reset, after which it does not."""
        self.off()
        clock.boot = clock.boot + len(self.world.bodies) % 2 & 0xFFFF
        self.on()
        audit(self.world, self.store)

    def put(self):
        w = self.world
        n = len(w.bodies)
        w.doing = "put %d" % n
        w.bodies.append(event(n))
        w.sequences.append(None)
        w.sequences[n] = self.store.put(clock.ms(), 0, w.bodies[n])
        check(w.sequences[n], "put refused", n)
        w.due.append(n)
        self._evicted()

    def sync(self):
        w = self.world
        w.doing = "sync"
        check(self.store.sync(), "sync failed:", repr(self.store.error))
        self._evicted()
        w.safe = [number(w, body) for _, body in records(self.store)]

    def send(self, n):
        w = self.world
        w.doing = "send"
        batch = records(self.store, n)
        check([r[0] for r in batch] == [r[0] for r in records(self.store, n)], "peek differs")
        if batch:
            w.leaving = [number(w, body) for _, body in batch]
            self.store.drop(batch[-1][0])
            w.gone += w.leaving
            w.safe = [i for i in w.safe if i not in w.leaving]
            w.due = [i for i in w.due if i not in w.leaving]
            w.leaving = []

    def _evicted(self):
        # What made room is lost and no longer safe: the oldest, as many as the store says.
        w = self.world
        before = sum(w.lost.values())
        if self.store.dropped != before:
            held = {number(w, body) for _, body in records(self.store)}
            w.safe = [i for i in w.safe if i in held]
            w.due = [i for i in w.due if i in held]
            w.lost = dict(self.store.lost)


def number(world, body):
    """Which event this is; it must be one that was put, with every byte of it."""
    try:
        n = int(body[8:14])
        whole = world.bodies[n] == body
    except (ValueError, IndexError):
        whole = False
    check(whole, "a record is none of the events:", body[:40])
    return n


def audit(world, store):
    """What a board finds after a cut, against the books."""
    check(store.error is None, "error", repr(store.error))
    found = records(store)
    numbers = [number(world, body) for _, body in found]
    check(numbers == sorted(set(numbers)), "order or duplicates:", numbers)
    check(len(store) == len(found), "len", len(store), "but", len(found))
    for i, (sequence, _) in enumerate(found):
        n = numbers[i]
        known = world.sequences[n]
        check(known is None or known == sequence, "event", n, "was", known, "is", sequence)
    again = [n for n in numbers if n in world.gone]
    check(not again, "sent and dropped, but there again:", again)
    due = world.due
    missing = [n for n in due if n not in numbers and n not in world.leaving]
    new_losses = store.dropped - sum(world.lost.values())
    if world.doing.startswith("put") or world.doing == "sync":
        # It may have been making room: for the oldest, and these are counted.
        check(missing == due[: len(missing)], "LOST", missing, "of", due)
        # Events that were never confirmed may not be in the books, but are in the count.
        counted = len(missing) == new_losses if world.exact else len(missing) <= new_losses
        check(counted, "LOST", missing, "counted", new_losses)
    else:
        check(not missing, "LOST", missing, "of", due)
        check(not new_losses, "counted as lost:", new_losses)
    for cause in ("age", "corruption", "error"):
        check(not store.lost[cause], cause, store.lost)


def go_on(run):
    """What every board does after the cut, and what is cut once more."""
    highest = max([0] + [s or 0 for s in run.world.sequences])
    run.put()
    check(run.world.sequences[-1] > highest, "sequence", run.world.sequences[-1], highest)
    run.put()
    run.sync()
    run.send(3)
    run.put()
    run.sync()


def scenario(run, retained):
    """At least 60 events, with sends, evictions, syncs and reboots among them."""
    run.boot()
    for n in range(66):
        run.put()
        if n % 11 == 7:
            run.sync()
        if n in (2, 9):
            run.send(10)  # what is only in RAM too
        if n in (16, 17, 18, 30, 52):
            run.send(5)
        if n == 24:
            run.sync()
            run.off()
            run.boot()
        if n == 56:
            run.off()  # what was not synced is gone
            run.memory.kept = b""
            run.boot()
        if retained and n % 7 == 2:
            run.sleep()
    run.sync()
    while len(run.store):
        run.send(10)
    run.put()
    run.sync()


class Cuts:
    """Cuts a run wherever its flash changes, and its retained memory if it has any."""

    def __init__(self, make, retained, each):
        self.make = make
        self.retained = retained
        self.each = each
        self.cases = 0
        self.failures = []
        self.lost = 0

    def watch(self, run, depth, where):
        changes = 0

        def cut(data, memory, kept, half):
            again = depth and (2 * changes + half + kept) % self.each == 0
            flash = Flash(run.flash.geometry, image=data)
            self.case(flash, memory, kept, run.world, again, where + [(changes, half, kept)])

        def before(torn):
            nonlocal changes
            changes += 1
            flash = run.flash
            kept = run.memory.kept
            garbage = b"", b"\xff" * len(kept), kept[7:] + kept[:7]
            for half in (False, True):
                data = flash.data
                if half:
                    flash.data = bytearray(data)
                    torn()
                    data, flash.data = flash.data, data
                cut(data, garbage[changes % 3], False, half)
                if self.retained:
                    cut(data, kept, True, half)

        def before_memory(data):
            nonlocal changes
            changes += 1
            half = len(data) // 2
            kept = run.memory.kept
            cut(run.flash.data, kept, True, False)
            cut(run.flash.data, data[:half] + kept[half:], False, True)

        run.flash.before = before
        run.memory.before = before_memory

    def case(self, flash, memory, kept, world, again, where):
        """Boot from what a cut left, check it, and cut what follows."""
        if len(self.failures) >= MAX_FAILURES:
            return
        self.cases += 1
        boot, doing = clock.boot, world.doing
        world = world.copy()
        if not kept:
            world.due, world.exact = world.safe, False
        run = Run(world, self.make, flash, Memory(memory), "/cut%d" % len(where))
        mounted = False
        try:
            if again:
                self.watch(run, 0, where)
            clock.boot = (clock.boot + 1) & 0xFFFF
            flash.mount(run.mount)
            mounted = True
            segment_log.open_folders.clear()
            run.store = self.make(run.mount + "/events", run.memory)
            audit(world, run.store)
            run.begin()
            go_on(run)
        except Exception as e:
            self.lost += "LOST" in str(e)
            text = "%s: %s" % (type(e).__name__, e)
            self.failures.append("cut at %s, during %s: %s" % (where, doing, text))
            if not isinstance(e, Failed):
                sys.print_exception(e, sys.stderr)
        if mounted:
            run.off()
        clock.boot = boot


def main():
    kind, geometry = sys.argv[1:3]
    page, segment, each = [int(a) for a in sys.argv[3:6]]
    retained = kind == "RetainedStore"

    class Store(RetainedStore if retained else SegmentStore):
        pass

    def make(path, memory):
        most = 12288 if segment == 4096 else 2 * segment
        if retained:
            return Store(memory, page, path, max_bytes=most)
        return Store(path, max_bytes=most, page_bytes=page)

    if len(sys.argv) > 6:
        import mutants

        getattr(mutants, sys.argv[6])(Store)
    clock.boot = 1
    clock.ms = lambda: 1000
    clock.unix_ms = lambda: 1795350546723
    clock.boot_start = lambda: clock.unix_ms() - clock.ms()
    flash = Flash(geometry, BLOCKS)
    flash.format()
    cuts = Cuts(make, retained, each)
    run = Run(World(), make, flash, Memory(), "/flash")
    cuts.watch(run, 1, [])
    try:
        scenario(run, retained)
    except Failed as e:
        cuts.failures.append("without a cut, during %s: %s" % (run.world.doing, e))
    result = {"cases": cuts.cases, "lost": cuts.lost, "failures": cuts.failures}
    result["events"] = len(run.world.bodies)
    result["evicted"] = run.store.lost["overflow"]
    result["changes"] = flash.programs + flash.erases
    print(json.dumps(result))


if __name__ == "__main__":
    main()
