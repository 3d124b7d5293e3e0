# Sends `events` stored events of the same shape and prints how long that took, by ours in
# batches on one connection, or as one writes it with `requests`: a POST an event.
# sys.argv: which, port, events, batch size, transport's scheme
import gc
import json
import sys
import time

from snowplow_tracker import Emitter, RingStore, Tracker
from snowplow_tracker.transport.http import HttpTransport

which, port, events, batch = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
URL = "http://127.0.0.1:%s/com.snowplowanalytics.snowplow/tp2" % port
SIZE = 400  # bytes that a record of this event takes, and some more

emitter = Emitter(
    "host", transport=HttpTransport(URL), event_store=RingStore(SIZE * events), batch_size=batch
)
tracker = Tracker("ns", emitter, app_id="garden")


def track(n):
    for _ in range(n):
        tracker.track_struct_event("sensor", "read", "greenhouse", "temperature", 21.5)


def ours():
    assert emitter.flush()


def post_each():
    import requests

    store = emitter.event_store
    head = '{"schema":"iglu:com.snowplowanalytics.snowplow/payload_data/jsonschema/1-0-4","data":['
    while len(store):
        record = store.peek(0)
        event = json.loads(bytes(record[17:]) + b"}")
        event["dtm"] = event["stm"] = str(time.time_ns() // 1000000)
        answer = requests.post(
            URL,
            data=(head + json.dumps(event) + "]}").encode(),
            headers={"Content-Type": "application/json"},
        )
        assert answer.status_code == 200
        answer.close()
        store.drop(int.from_bytes(record[5:9], "little"))


send = ours if which == "ours" else post_each
track(2)
send()  # all is loaded, and the connection is there
track(events)
gc.collect()
start = time.ticks_us()
send()
took = time.ticks_diff(time.ticks_us(), start)
print(json.dumps({"us": took, "sent": emitter.sent}))
