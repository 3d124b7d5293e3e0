# Time of a structured event over the floor: json.dumps of the same dict and a uuid4 as one
# writes it in plain MicroPython. The store is full and evicts, as after a long outage.
# Prints the ratios, and the bytes of heap garbage that an event and the floor leave.
import json

from floor import garbage, ratio, uuid4

from snowplow_tracker import Emitter, RingStore, Tracker

emitter = Emitter("collector", protocol="http", event_store=RingStore(8192))
tracker = Tracker("ns", emitter, app_id="garden")
event = {"e": "se", "p": "iot", "tv": "mpy-0.1.0", "tna": "ns", "aid": "garden"}
event.update(se_ca="sensor", se_ac="read", se_la="greenhouse", se_pr="temperature", se_va="21.5")
event["dtm"] = "1795350546723"


def least():
    event["eid"] = uuid4()
    json.dumps(event)


def ours():
    tracker.track_struct_event("sensor", "read", "greenhouse", "temperature", 21.5)


for _ in range(100):
    ours()
ratios = [ratio(ours, least, 100) for _ in range(5)]
print(json.dumps([ratios, garbage(ours, 50), garbage(least, 50)]))
