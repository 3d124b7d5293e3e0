"""Cuts the power at every program and erase of a scenario; runs on the VM.

    micropython power_cuts.py GEOMETRY PAGE_BYTES SEGMENT_BYTES EACH [MUTANT]

The scenario puts events, syncs, sends and reboots on a littlefs over a NOR flash. Before each
change of the flash a copy of it is taken, once as it is and once with half of the change made:
that is what a board would find that lost its power there. The copy is mounted and checked, and
what the board then does is cut in the same way, after EACH-th of the first cuts. Prints one
JSON line.
"""

import json
import sys
from struct import unpack_from

import vfs
from nor import Flash

from snowplow_tracker import clock
from snowplow_tracker.record import HEADER, HEADER_SIZE
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
        self.gone = []  # numbers of events whose drop() returned
        self.leaving = []  # numbers of events in a drop() under way
        self.lost = {}
        self.doing = ""

    def copy(self):
        w = World()
        for key in ("bodies", "sequences", "safe", "gone", "leaving"):
            setattr(w, key, list(getattr(self, key)))
        w.lost = dict(self.lost)
        w.doing = self.doing
        return w


def event(n):
    """The n-th event; lengths differ, and some are larger than others by far."""
    size = 150 + n * 37 % 300 + (900 if n % 13 == 5 else 0)
    return ('{"eid":"%06d","x":"' % n + chr(97 + n % 26) * size).encode()


class Run:
    """A board over a flash: does things to its store, and keeps the world's books."""

    def __init__(self, world, make, flash, mount):
        self.world = world
        self.make = make
        self.flash = flash
        self.mount = mount

    def boot(self):
        clock.boot = (clock.boot + 1) & 0xFFFF
        self.flash.mount(self.mount)
        self.store = self.make(self.mount + "/events")
        self.world.lost = dict(self.store.lost)

    def off(self):
        vfs.umount(self.mount)

    def put(self):
        w = self.world
        n = len(w.bodies)
        w.doing = "put %d" % n
        w.bodies.append(event(n))
        w.sequences.append(None)
        w.sequences[n] = self.store.put(clock.ms(), 0, w.bodies[n])
        check(w.sequences[n], "put refused", n)
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
            w.leaving = []

    def _evicted(self):
        # What made room is lost and no longer safe: the oldest, as many as the store says.
        w = self.world
        before = sum(w.lost.values())
        if self.store.dropped != before:
            held = {number(w, body) for _, body in records(self.store)}
            w.safe = [i for i in w.safe if i in held]
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
    missing = [n for n in world.safe if n not in numbers and n not in world.leaving]
    new_losses = store.dropped - sum(world.lost.values())
    if world.doing.startswith("put") or world.doing == "sync":
        # It may have been making room: for the oldest, and these are counted.
        check(missing == world.safe[: len(missing)], "LOST", missing, "of", world.safe)
        # Events that were never confirmed are not in the books, but in the count.
        check(len(missing) <= new_losses, "LOST", missing, "counted", new_losses)
    else:
        check(not missing, "LOST", missing, "of", world.safe)
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


def scenario(run):
    """At least 60 events, with sends, evictions, syncs and reboots among them."""
    run.boot()
    for n in range(66):
        run.put()
        if n % 11 == 7:
            run.sync()
        if n in (16, 17, 18, 30, 52):
            run.send(5)
        if n == 24:
            run.sync()
            run.off()
            run.boot()
        if n == 56:
            run.off()  # what was not synced is gone
            run.boot()
    run.sync()
    while len(run.store):
        run.send(10)
    run.put()
    run.sync()


class Cuts:
    """Cuts a run wherever its flash changes."""

    def __init__(self, make, each):
        self.make = make
        self.each = each
        self.cases = 0
        self.failures = []
        self.lost = 0

    def watch(self, run, depth, where):
        changes = 0

        def before(torn):
            nonlocal changes
            changes += 1
            for half in (False, True):
                flash = Flash(run.flash.geometry, image=run.flash.data)
                if half:
                    keep = run.flash.data
                    run.flash.data = flash.data
                    torn()
                    run.flash.data = keep
                again = depth and (2 * changes + half) % self.each == 0
                self.case(flash, run.world, again, where + [(changes, half)])

        run.flash.before = before

    def case(self, flash, world, again, where):
        """Boot from what a cut left, check it, and cut what follows."""
        if len(self.failures) >= MAX_FAILURES:
            return
        self.cases += 1
        boot, doing = clock.boot, world.doing
        world = world.copy()
        run = Run(world, self.make, flash, "/cut%d" % len(where))
        mounted = False
        try:
            if again:
                self.watch(run, 0, where)
            clock.boot = (clock.boot + 1) & 0xFFFF
            flash.mount(run.mount)
            mounted = True
            run.store = self.make(run.mount + "/events")
            audit(world, run.store)
            # From here on, the books say what was found.
            world.leaving = []
            world.lost = dict(run.store.lost)
            found = [number(world, body) for _, body in records(run.store)]
            world.safe = [n for n in world.safe if n in found]
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
    geometry = sys.argv[1]
    page, segment, each = [int(a) for a in sys.argv[2:5]]

    class Store(SegmentStore):
        pass

    def make(path):
        return Store(path, max_bytes=12288 if segment == 4096 else 2 * segment, page_bytes=page)

    if len(sys.argv) > 5:
        import mutants

        getattr(mutants, sys.argv[5])(Store)
    clock.boot = 1
    clock.ms = lambda: 1000
    clock.unix_ms = lambda: 1795350546723
    flash = Flash(geometry, BLOCKS)
    flash.format()
    cuts = Cuts(make, each)
    run = Run(World(), make, flash, "/flash")
    cuts.watch(run, 1, [])
    try:
        scenario(run)
    except Failed as e:
        cuts.failures.append("without a cut, during %s: %s" % (run.world.doing, e))
    result = {"cases": cuts.cases, "lost": cuts.lost, "failures": cuts.failures}
    result["events"] = len(run.world.bodies)
    result["evicted"] = run.store.lost["overflow"]
    result["changes"] = flash.programs + flash.erases
    print(json.dumps(result))


if __name__ == "__main__":
    main()
