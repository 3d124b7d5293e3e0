"""An 800 KB store in the heap of a small board: 10,000 events fill, wrap and drain it.

    micropython -X heapsize=64wk heap.py IMAGE

It lies on littlefs, in an ESP32's geometry, over a flash that is the file IMAGE.

Prints a JSON dict: bytes in use with few events stored, at most while it filled and wrapped,
and at most while it was drained.
"""

import gc
import json
import sys
from struct import unpack_from

import vfs

from snowplow_tracker import clock
from snowplow_tracker.record import HEADER
from snowplow_tracker.store.segments import SegmentStore

BLOCK = 4096
BLOCKS = 512


class Flash:
    """Takes no part of the heap that grows."""

    def __init__(self, file):
        self.file = file

    def readblocks(self, n, buf, offset=0):
        self.file.seek(n * BLOCK + offset)
        assert self.file.readinto(buf) == len(buf)

    def writeblocks(self, n, buf, offset=0):
        self.file.seek(n * BLOCK + offset)
        self.file.write(buf)

    def ioctl(self, op, arg):
        return {4: BLOCKS, 5: BLOCK, 6: 0}.get(op)


with open(sys.argv[1], "wb") as image:
    for _ in range(BLOCKS):
        image.write(b"\xff" * BLOCK)
flash = Flash(open(sys.argv[1], "r+b"))
vfs.VfsLfs2.mkfs(flash)
vfs.mount(vfs.VfsLfs2(flash), "/flash")
store = SegmentStore("/flash/events", max_bytes=800 * 1024)
event = bytearray(b"x" * 200)


def used():
    gc.collect()
    return gc.mem_alloc()


def batch():
    after = 0
    for _ in range(10):
        record = store.peek(after)
        if record is None:
            break
        after = unpack_from(HEADER, record)[3]
    return after


few = filling = draining = 0
for n in range(10000):
    assert store.put(clock.ms(), 0, event) == n + 1
    if n % 50 == 0:
        batch()  # as an emitter that cannot send does
        if n == 500:
            few = used()
        elif n > 500:
            filling = max(filling, used())
held = len(store)
assert held + store.dropped == 10000 and store.dropped > 5000 and not store.error
last = 0
while len(store):
    after = batch()
    assert after > last
    last = after
    store.drop(after)
    draining = max(draining, used())
assert last == 10000 and held + store.dropped == 10000
print(json.dumps({"few": few, "filling": filling, "draining": draining, "held": held}))
