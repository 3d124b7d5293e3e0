# Seconds from tracking the first of N events to the last one's being accepted, in batches of 10,
# with whichever snowplow_tracker the path has: the official one or ours. Both as their
# documentation has it. Prints the seconds.
import logging
import os
import time

from snowplow_tracker import Emitter, Tracker

PORT = int(os.environ["COLLECTOR_PORT"])
N = int(os.environ["COLLECTOR_EVENTS"])

if hasattr(Emitter, "async_flush"):  # the official one sends each tenth event's batch at once
    logging.disable(logging.INFO)
    emitter = Emitter("127.0.0.1", protocol="http", port=PORT, batch_size=10)
    tracker = Tracker("ns", emitter, app_id="garden", encode_base64=False)
else:
    from snowplow_tracker import RingStore
    from snowplow_tracker.transport.http import HttpTransport

    url = "http://127.0.0.1:%d/com.snowplowanalytics.snowplow/tp2" % PORT
    emitter = Emitter(
        "host", transport=HttpTransport(url), batch_size=10, event_store=RingStore(N * 400)
    )
    tracker = Tracker("ns", emitter, app_id="garden")


def send(n):
    for _ in range(n):
        tracker.track_struct_event("sensor", "read", "greenhouse", "temperature", 21.5)
    tracker.flush()


send(10)
start = time.perf_counter()
send(N)
print(time.perf_counter() - start)
emitter.close() if hasattr(emitter, "close") else None
