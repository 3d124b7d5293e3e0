# What it costs a flash to keep 200 B events in 800 KB, by strategy, on littlefs over a model
# of NOR flash: [bytes programmed / bytes given, erases an event, most bytes read to open].
#   store_wear.py GEOMETRY store|append|file|once|once2|once3
import json
import os
import sys

sys.path.append(__file__.rsplit("/", 3)[0] + "/store")
from nor import BLOCK, Flash

from snowplow_tracker import clock
from snowplow_tracker.store.segment_format import (
    ITEM_EXTRA,
    RUN_SIZE,
    boundary,
    write_record,
    write_run,
)
from snowplow_tracker.store.segments import SegmentStore

geometry, strategy = sys.argv[1:]
MAX = 800 * 1024
SIZE = 200
flash = Flash(geometry)
flash.format()
flash.mount("/flash")


def event(n):
    # Nothing in it repeats.
    return (b"%08d" % n) + os.urandom(SIZE - 8)


class Append:
    # The usual way to keep a log: append, flush; 16 files in turn.
    def __init__(self):
        os.mkdir("/flash/log")
        self.n = 0
        self.f = None

    def put(self, ms, flags, event):
        if not self.f or self.f.tell() + SIZE > MAX // 20:
            if self.f:
                self.f.close()
            self.f = open("/flash/log/%d" % self.n, "ab")
            self.n += 1
            if self.n > 16:
                os.remove("/flash/log/%d" % (self.n - 17))
        self.f.write(event)
        self.f.flush()


class Files:
    # A file for each event; the oldest is removed. More than these take too long.
    def __init__(self):
        os.mkdir("/flash/log")
        self.n = 0

    def put(self, ms, flags, event):
        with open("/flash/log/%d" % self.n, "wb") as f:
            f.write(event)
        self.n += 1
        if self.n > 200:
            os.remove("/flash/log/%d" % (self.n - 201))


class Once:
    # Pages of some blocks, each a file in our format, written once and named by its number, in
    # a name as long as recovery needs; the oldest is removed. No state is written, and nothing
    # but names is read: all is gain. With `down` they count down: the newest is listed first.
    def __init__(self, blocks, down=False):
        self.down = down
        os.mkdir("/flash/log")
        self.page = boundary(4000 * blocks)
        # littlefs needs some for the names: 800 KB in pages of one block are too much for rp2.
        self.most = min(MAX // BLOCK, flash.blocks - 24) // blocks
        self.files = self.n = 0
        self.events = []

    def put(self, ms, flags, event):
        if RUN_SIZE + (len(self.events) + 1) * (ITEM_EXTRA + SIZE) > self.page:
            if self.files >= self.most:
                os.remove(self.name(self.files - self.most))
            first = self.n - len(self.events)
            with open(self.name(self.files), "wb") as f:
                write_run(f, first, 1, len(self.events), first, ms, 0)
                for i, kept in enumerate(self.events):
                    write_record(f, first + i, flags, 0, kept)
            self.files += 1
            self.events.clear()
        self.events.append(event)
        self.n += 1

    def name(self, n):
        return "/flash/log/%016x" % (0x7FFFFFFF - n if self.down else n)

    def open(self):
        # -> bytes read for all names. With `down` for the newest name and two headers, which
        # does for somebody who knows which is the oldest; the listing is read to its end all
        # the same, since littlefs may crash if one is broken off and collected late.
        start = flash.read
        names = os.ilistdir("/flash/log")
        next(names)
        first = flash.read - start
        assert len(list(names)) == min(self.most, self.files) - 1
        if not self.down:
            return flash.read - start
        start = flash.read
        for n in (self.files - 1, max(0, self.files - self.most)):
            with open(self.name(n), "rb") as f:
                f.read(RUN_SIZE)
        return first + flash.read - start


def open_store():
    return SegmentStore("/flash/events", max_bytes=MAX)


# As long as to fill it, and then to replace all of it.
before, count = 4400, 8800
if strategy == "store":
    store = open_store()
elif strategy == "append":
    store, count = Append(), 1000
elif strategy == "file":
    store, before, count = Files(), 400, 1000
elif strategy == "once":
    store = Once(1)
elif strategy == "once2":
    store = Once(2)
else:
    store = Once(3, True)
for n in range(before):
    store.put(clock.ms(), 0, event(n))
programmed, erases = flash.programmed, flash.erases
reads = 0
for n in range(count):
    store.put(clock.ms(), 0, event(n))
    if n % 97 == 0:
        flash.read = 0
        if strategy == "store":
            clock.boot += 1  # as after a reboot
            assert len(open_store()) + len(store._ring) == len(store)
            reads = max(reads, flash.read)
        elif strategy[:4] == "once":
            reads = max(reads, store.open())
if strategy == "store":
    assert not store.error and store.lost["overflow"] + len(store) == before + count
wear = (flash.programmed - programmed) / (count * SIZE), (flash.erases - erases) / count
print(json.dumps(wear + (reads,)))
