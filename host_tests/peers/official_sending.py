# Seven events of which nothing is flushed, with each emitter of the official tracker; how many
# were sent is what the collector has got. Argument: the collector's port.
import sys
import time

from snowplow_tracker import AsyncEmitter, Emitter, StructuredEvent, Subject, Tracker

got = []


def run(emitter):
    tracker = Tracker("ns", emitter, Subject().set_platform("iot"))
    for n in range(7):
        tracker.track(StructuredEvent("c", str(n)))
    return tracker


port = int(sys.argv[1])
options = {"batch_size": 3, "on_success": got.extend, "request_timeout": 600}
run(Emitter("127.0.0.1", "http", port, **options))
print("Emitter", len(got))
del got[:]
tracker = run(AsyncEmitter("127.0.0.1", "http", port, **options))
for _ in range(12000):
    if len(got) >= 6:
        break
    time.sleep(0.01)
time.sleep(0.1)
print("AsyncEmitter", len(got))
tracker.flush()
print("flush", len(got))
