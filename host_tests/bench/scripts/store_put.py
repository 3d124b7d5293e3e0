# Cost of a put with 10,000 events stored, over that with 100; all of it, flash included.
import gc
import json
import sys
import time

sys.path.append(__file__.rsplit("/", 3)[0] + "/store")
from nor import Flash

from snowplow_tracker.store.segment_log import open_folders
from snowplow_tracker.store.segments import SegmentStore

EVENT = b"x" * 200
COUNT = 380  # ten pages


def cost(store):
    gc.collect()
    start = time.ticks_us()
    for _ in range(COUNT):
        store.put(1000, 0, EVENT)
    return time.ticks_diff(time.ticks_us(), start)


ratios = []
for _ in range(11):
    gc.collect()
    flash = Flash("esp32", 800)
    flash.format()
    flash.mount("/flash")
    open_folders.clear()
    store = SegmentStore("/flash/events", max_bytes=3000000)
    for _ in range(100):
        store.put(1000, 0, EVENT)
    few = cost(store)
    while len(store) < 10000:
        store.put(1000, 0, EVENT)
    ratios.append(cost(store) / few)
    assert not store.dropped and not store.error
    import vfs

    vfs.umount("/flash")
print(json.dumps(ratios))
