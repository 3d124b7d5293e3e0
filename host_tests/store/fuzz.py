"""Damages the files of a store, or the flash below them, on a real littlefs; runs on the VM.

    micropython fuzz.py GEOMETRY FIRST STOP

Each case has a number, which is its seed. It begins with the image of a flash that holds a
filled store. Most cases damage files through littlefs; every fifth flips bits of the flash
itself, and then littlefs may refuse to mount, to read or to write. Prints one JSON line.
"""

import json
import os
import random
import sys
from struct import pack, unpack_from

import vfs
from nor import Flash
from power_cuts import Failed, check, event

from snowplow_tracker import clock
from snowplow_tracker.record import HEADER, HEADER_SIZE, UNIX
from snowplow_tracker.store import eviction, recovery, segment_log  # noqa: F401  # before there is another flash
from snowplow_tracker.store.segments import SegmentStore

BLOCKS = 20
EVENTS = 44
FOLDER = "/events"
# page_bytes and max_bytes: small segments; a store that is full; segments of two blocks
STORES = ((1024, 65536), (4096, 12288), (8192, 131072))
FOREIGN = ("notes.txt", "zzzzzzzz.s1", "00000000.s2", "0000ffff.s1", "a.s2", "-0000001.s1")
MAX_ACCESSES = 20000  # a case takes some 2,500
MAX_FAILURES = 3
EIO = 5


def noise(n):
    return bytes([random.getrandbits(8) for _ in range(n)])


def flip(data):
    data[random.randrange(len(data))] ^= 1 << random.randrange(8)
    return data


def overwrite(data):
    at = random.randrange(len(data))
    new = noise(random.randint(1, 40))[: len(data) - at]
    data[at : at + len(new)] = new
    return data


def truncate(data):
    return data[: random.randrange(len(data))]


def empty(data):
    return b""


def grow(data):
    n = random.randint(1, 5000)
    return data + random.choice((noise(min(n, 300)), bytes(n)))


def replace(data):
    return noise(100) * (len(data) // 100) + noise(len(data) % 100)


def lie(data):
    # A number somewhere becomes as large or as small as it can be.
    at = random.randrange(max(1, len(data) - 4))
    new = random.choice((b"\xff\xff", b"\xff\xff\xff\xff", b"\0\0", b"\0\0\0\0", b"\xff\x7f"))
    data[at : at + len(new)] = new
    return data


DAMAGE = (flip, flip, overwrite, truncate, empty, grow, replace, lie, lie)


def read(name):
    with open(FOLDER + "/" + name, "rb") as f:
        return bytearray(f.read())


def write(name, data):
    with open(FOLDER + "/" + name, "wb") as f:
        f.write(data)


def records(store):
    """{sequence: record} of all that can be read, which must be in order."""
    found = {}
    last = 0
    while True:
        record = store.peek(last)
        if record is None:
            return found
        after = last
        last = unpack_from(HEADER, record)[3]
        check(last > after, "order: after", after, "comes", last)
        found[last] = bytes(record)


class Filled:
    """A flash with a store on it, and what is known of that."""

    def __init__(self, flash, page, most):
        self.page = page
        self.most = most
        self.put = {}  # sequence: record, of all that were ever put
        flash.data[:] = b"\xff" * len(flash.data)
        flash.format()
        flash.mount("/")
        store = self.open()
        for n in range(EVENTS):
            body = event(n)
            sequence = store.put(1000 + n, 0, body)
            self.put[sequence] = sealed(sequence, 1000 + n, body)
            if n == EVENTS // 2:
                store.sync()
                store = self.open()
            if n == EVENTS - 9:
                store.drop(min(records(store)) + 4)
        check(store.sync(), "sync", repr(store.error))
        self.kept = {s: self.put[s] for s in records(store)}
        self.lost = store.dropped
        self.names = sorted(os.listdir(FOLDER))
        states = [n for n in self.names if n[1:] == ".s1"]
        self.segments = [n for n in self.names if n not in states]
        self.older = min(states, key=lambda name: unpack_from("<4xI", read(name))[0])
        check(len(states) == 2 and len(self.segments) > 1, self.names)
        check(bool(self.lost) == (most < EVENTS * 300), "lost", self.lost)
        store._log.reader.close()
        vfs.umount("/")
        self.image = bytes(flash.data)

    def open(self):
        clock.boot = clock.boot + 1 & 0xFFFF
        segment_log.open_folders.clear()  # a reset forgets what a module knows
        return SegmentStore(FOLDER, self.most, page_bytes=self.page)


def sealed(sequence, ms, body):
    """What a later boot reads: the time of day is known."""
    return pack(HEADER, len(body), UNIX, clock.boot, sequence, clock.boot_start() + ms) + body


def damage_files(filled):
    """-> whether the store can still know exactly what is lost, and whether that is nothing."""
    touched = set()
    for _ in range(random.choice((1, 1, 1, 2, 5))):
        name = random.choice(filled.names)
        data = read(name)
        if data:
            touched.add(name)
            write(name, random.choice(DAMAGE)(data))
    if random.random() < 0.1:
        write(random.choice(FOREIGN), noise(random.randint(0, 200)))
    if random.random() < 0.05:
        name = random.choice(filled.names)
        touched.add(name)
        os.remove(FOLDER + "/" + name)
    # Only the newest segment says how many records there are.
    exact = not touched - set(filled.segments[:-1])
    return exact or touched == {filled.older}, touched == {filled.older}


def damage_flash(flash):
    used = []
    for at in range(0, len(flash.data), 4096):
        if flash.data[at : at + 4096] != b"\xff" * 4096:
            used.append(at)
    for _ in range(random.choice((1, 1, 2, 8, 40))):
        at = random.choice(used)
        # What littlefs itself keeps in a block lies at its start.
        at += random.randrange(random.choice((16, 256, 4096)))
        flash.data[at] ^= 1 << random.randrange(8)


def genuine(filled, found):
    for sequence, record in found.items():
        check(filled.put.get(sequence) == record, "never put:", sequence, record[:40])


def use(filled, exact, nothing):
    """After damage to files: nothing invented, every loss counted, and it works on."""
    store = filled.open()
    check(store.error is None, "error", repr(store.error))
    lost, count = store.dropped, len(store)
    found = records(store)
    genuine(filled, found)
    check(records(store) == found, "peek differs")
    new = store.put(2000, 0, b"new")
    highest = max(filled.put)
    check(new > highest, "sequence", new, highest)
    check(store.sync(), "sync", repr(store.error))
    store = filled.open()
    again = records(store)
    check(again.pop(new, b"")[HEADER_SIZE:] == b"new", "the newest is not there")
    genuine(filled, again)
    # A store that is full makes room: for the oldest.
    gone = [s for s in found if s not in again]
    check(len(again) + len(gone) == len(found), "back after a reboot")
    check(not gone or filled.lost and max(gone) < min(again or [new]), "gone", gone)
    store.drop(new)
    check(len(store) == 0 and store.peek() is None and store.error is None, "not empty")
    check(min(store.lost.values()) >= 0, "negative", store.lost)
    check(store.dropped - lost == count - len(again), "count", store.lost, lost, count)
    if exact:
        missing = len(filled.kept) - len(again)
        check(store.dropped - filled.lost == missing, "missing", missing, "but", store.lost)
        check(found == filled.kept or not nothing, "missing", missing)
    check(store.sync(), "sync", repr(store.error))
    lost = store.lost
    store = filled.open()
    check(len(store) == 0 and store.lost == lost, "reopened", len(store), store.lost)
    store._log.reader.close()


def use_broken(filled):
    """After damage to the flash, on what littlefs makes of it; -> did the store do without?"""
    store = filled.open()
    found = records(store)
    genuine(filled, found)
    lost = store.dropped
    bodies = [event(n)[:200] for n in range(8)]
    sequences = [store.put(2000, 0, body) for body in bodies]
    check(sequences[0] > max([0] + list(found)), "sequence", sequences)
    saved = store.sync()
    check(saved == (store.error is None), "sync", saved, repr(store.error))
    there = records(store)
    new = {s: there.pop(s)[HEADER_SIZE:] for s in sequences if s in there}
    genuine(filled, there)
    for i, sequence in enumerate(sequences):
        check(new.get(sequence, bodies[i]) == bodies[i], "other", sequence)
    check(sequences[-1] in new, "the newest is not there")
    # What RAM had no room for is counted.
    check(store.dropped - lost >= len(bodies) - len(new), "count", store.lost, lost, len(new))
    if store.error and not found:
        check(store.lost["error"] == len(bodies) - len(new), "count", store.lost, len(new))
    store.drop(sequences[-1])
    check(not records(store), "not empty")
    check(min(store.lost.values()) >= 0, "negative", store.lost)
    store._log.reader.close()
    if saved:
        store = filled.open()
        genuine(filled, records(store))
        store._log.reader.close()
    return not saved


class Bounded(Flash):
    """Fails after MAX_ACCESSES in a case: then littlefs goes round in circles."""

    def __init__(self, geometry):
        super().__init__(geometry, BLOCKS)
        self.trouble = self.count
        self.left = 1 << 30

    def count(self, what):
        self.left -= 1
        if self.left < 0:
            raise OSError(EIO)


def main():
    geometry = sys.argv[1]
    first, stop = [int(a) for a in sys.argv[2:4]]
    vfs.umount("/")  # there is no other file system, as on a board
    clock.boot = 1
    clock.ms = lambda: 2000
    clock.unix_ms = lambda: 1795350546723
    clock.boot_start = lambda: clock.unix_ms() - clock.ms()
    flash = Bounded(geometry)
    stores = [Filled(flash, page, most) for page, most in STORES]
    result = {"cases": 0, "exact": 0, "raw": 0, "unmountable": 0, "in_ram": 0}
    failures = []
    for case in range(first, stop):
        random.seed(case * 2654435761 & 0xFFFFFFFF)
        noise(8)  # what it begins with depends little on the seed
        filled = stores[case % len(stores)]
        flash.data[:] = filled.image
        flash.left = MAX_ACCESSES
        clock.boot = 1000
        raw = case % 5 == 4
        mounted = False
        try:
            if raw:
                damage_flash(flash)
                result["raw"] += 1
            try:
                flash.mount("/")
                mounted = True
            except OSError:
                check(raw, "does not mount")
                result["unmountable"] += 1
            if raw:
                result["in_ram"] += use_broken(filled)
            else:
                exact, nothing = damage_files(filled)
                result["exact"] += exact
                use(filled, exact, nothing)
            check(flash.left >= 0, "littlefs goes round in circles")
        except Exception as e:
            failures.append("case %d: %s: %s" % (case, type(e).__name__, e))
            if not isinstance(e, Failed):
                sys.print_exception(e, sys.stderr)
            if len(failures) >= MAX_FAILURES:
                break
        if mounted:
            vfs.umount("/")
        result["cases"] += 1
    result["failures"] = failures
    print(json.dumps(result))


if __name__ == "__main__":
    main()
