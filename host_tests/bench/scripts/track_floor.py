# Time of a structured event over the floor: json.dumps of the same dict and a uuid4 as one
# writes it in plain MicroPython. The store is full and evicts, as after a long outage.
# Prints the ratios, and the bytes of heap garbage that an event and the floor leave.
import gc
import json
import time
from binascii import hexlify
from os import urandom

from snowplow_tracker import Emitter, RingStore, Tracker

emitter = Emitter("collector", protocol="http", event_store=RingStore(8192))
tracker = Tracker("ns", emitter, app_id="garden")
event = {"e": "se", "p": "iot", "tv": "mpy-0.1.0", "tna": "ns", "aid": "garden"}
event.update(se_ca="sensor", se_ac="read", se_la="greenhouse", se_pr="temperature", se_va="21.5")
event["dtm"] = "1795350546723"


def uuid4():
    b = bytearray(urandom(16))
    b[6] = b[6] & 0x0F | 0x40
    b[8] = b[8] & 0x3F | 0x80
    h = hexlify(b).decode()
    return "-".join((h[:8], h[8:12], h[12:16], h[16:20], h[20:]))


def floor():
    event["eid"] = uuid4()
    json.dumps(event)


def ours():
    tracker.track_struct_event("sensor", "read", "greenhouse", "temperature", 21.5)


def seconds(f, n=100):
    gc.collect()
    start = time.ticks_us()
    for _ in range(n):
        f()
    return time.ticks_diff(time.ticks_us(), start)


# The fastest of short slices in turn: what else the machine does only adds to them.
def ratio():
    slices = [(seconds(floor), seconds(ours)) for _ in range(80)]
    return min([b for _, b in slices]) / min([a for a, _ in slices])


def garbage(f, n=50):
    gc.collect()
    gc.disable()
    before = gc.mem_alloc()
    for _ in range(n):
        f()
    after = gc.mem_alloc()
    gc.enable()
    return (after - before) // n


for _ in range(100):
    ours()
print(json.dumps([[ratio() for _ in range(5)], garbage(ours), garbage(floor)]))
