# How much the heap grows while 10,000 events go from a full store to the collector, in bytes:
# the highest allocation seen between two pieces, over that before the first.
import gc
import sys

from snowplow_tracker import Emitter, RingStore, Tracker
from snowplow_tracker.transport.http import HttpTransport

url = "http://127.0.0.1:%s/com.snowplowanalytics.snowplow/tp2" % sys.argv[1]
events = int(sys.argv[2])
highest = [0]
steps = [0]


def idle():
    steps[0] += 1
    if steps[0] % 7 == 0:
        gc.collect()
        highest[0] = max(highest[0], gc.mem_alloc())


emitter = Emitter(
    "host",
    transport=HttpTransport(url),
    event_store=RingStore(int(sys.argv[3])),
    batch_size=50,
    idle=idle,
)
tracker = Tracker("ns", emitter, app_id="garden")


def track(n):
    for _ in range(n):
        tracker.track_struct_event("sensor", "read", "greenhouse", "temperature", 21.5)


track(100)
assert emitter.flush()
track(events)
assert len(emitter.event_store) == events, emitter.event_store.dropped
gc.collect()
before = gc.mem_alloc()
steps[0] = 0
assert emitter.flush() and steps[0] > 200
print(highest[0] - before)
