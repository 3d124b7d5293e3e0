"""A board that tracks and sends; runs on MicroPython. It may be killed at any moment.

sys.argv: the collector's URL, a folder for the store or "", this run, how many events, and the
file whose size is by how many seconds its clock is ahead, as in faults/board.py.
Prints `synced n` once its events up to n are safe, and at its end what it saw, as JSON.
"""

import gc
import json
import os
import sys

from snowplow_tracker import Emitter, RingStore, Tracker, clock
from snowplow_tracker.transport.http import HttpTransport

url, folder, run, events, hurry = sys.argv[1:4] + [int(sys.argv[4]), sys.argv[5]]
STEP = 20
DRAIN_MS = 300000
heaps = []
gaps = [0, 0]
real_ms = clock.ms


def hurried_ms():
    return real_ms() + 1000 * os.stat(hurry)[6]


clock.ms = hurried_ms


def idle():
    now = real_ms()
    gaps[1] = max(gaps[1], now - (gaps[0] or now))
    gaps[0] = now


def sockets():
    """How many file descriptors are open, where the system tells."""
    try:
        return len(os.listdir("/proc/self/fd"))
    except OSError:
        return 0


def look():
    gc.collect()
    heaps.append(gc.mem_alloc())


if folder:
    from snowplow_tracker.store.segments import SegmentStore

    store = SegmentStore(folder, max_bytes=1 << 20, page_bytes=4096)
else:
    store = RingStore(24000)
transport = HttpTransport(url)
emitter = Emitter("host", transport=transport, event_store=store, batch_size=STEP, idle=idle)
tracker = Tracker("ns", emitter, app_id="soak")
failures = 0
n = 0
sockets_before = sockets()
while n < events:
    for _ in range(min(STEP, events - n)):
        n += 1
        tracker.track_struct_event("soak", run, value=n)
    if not folder or store.sync():
        print("synced", n)
    gaps[0] = 0
    failures += not emitter.flush(5)
    if not folder:  # what does not fit would be dropped
        while len(store) > 2 * STEP:
            failures += not emitter.flush(5)
    if n % 500 == 0:
        look()
end = real_ms() + DRAIN_MS
while len(store) and real_ms() < end:
    failures += not emitter.flush(5)
emitter.close()
if folder:
    store.close()  # it may keep the file open that it reads
look()
print(
    json.dumps(
        {
            "stored": len(store),
            "dropped": store.dropped,
            "causes": store.lost,
            "given_up": emitter.given_up,
            "failures": failures,
            "heaps": heaps,
            "gap_ms": gaps[1],
            "sockets": sockets() - sockets_before,
        }
    )
)
