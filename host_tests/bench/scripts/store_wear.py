# What it costs a flash to keep 200 B events in 800 KB, by strategy, on littlefs over a model
# of NOR flash: [bytes programmed / bytes given, erases an event, most bytes read to open].
#   store_wear.py GEOMETRY store|append|file
import json
import os
import sys

sys.path.append(__file__.rsplit("/", 3)[0] + "/store")
from nor import Flash

from snowplow_tracker import clock
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


def open_store():
    return SegmentStore("/flash/events", max_bytes=MAX)


if strategy == "store":
    # As long as to fill it, and then to replace all of it.
    make, before, count = open_store, 4400, 8800
elif strategy == "append":
    make, before, count = Append, 4400, 1000
else:
    make, before, count = Files, 400, 1000
store = make()
for n in range(before):
    store.put(clock.ms(), 0, event(n))
programmed, erases = flash.programmed, flash.erases
reads = 0
for n in range(count):
    store.put(clock.ms(), 0, event(n))
    if strategy == "store" and n % 97 == 0:
        flash.read = 0
        assert len(open_store()) + len(store._ring) == len(store)
        reads = max(reads, flash.read)
if strategy == "store":
    assert not store.error and store.lost["overflow"] + len(store) == before + count
wear = (flash.programmed - programmed) / (count * SIZE), (flash.erases - erases) / count
print(json.dumps(wear + (reads,)))
