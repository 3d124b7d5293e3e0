# Flash bytes read for each event that the real Emitter sends from a full page store, on littlefs
# over the model of NOR flash; the smallest possible is twice its bytes, as a batch is counted
# first and then streamed.
#   store_drain.py BATCH AHEAD: how many go together; 1 if an oldest that is never taken stays
import json
import sys

sys.path.append(__file__.rsplit("/", 3)[0] + "/store")
from nor import Flash

from snowplow_tracker import Emitter, clock
from snowplow_tracker.store.segments import SegmentStore

COUNT = 600
batch, ahead = [int(a) for a in sys.argv[1:]]
flash = Flash("rp2")
flash.format()
flash.mount("/flash")
store = SegmentStore("/flash/events", max_bytes=400000)
for n in range(COUNT):
    store.put(clock.ms(), 0, b'{"n":"%06d","x":"' % n + b"x" * 180 + b'"')
store.sync()


class Wire:
    # Takes the body as HttpTransport does, in pieces of 1,400 bytes.
    wrote = True

    def send(self, length, body):
        size = 0
        refused = False
        for piece in body(bytearray(1400)):
            refused = refused or ahead and size == 0 and bytes(piece).find(b'"000000"') > 0
            size += len(piece)
        assert size == length
        return 500 if refused else 200


emitter = Emitter("host", transport=Wire(), event_store=store, batch_size=batch, byte_limit=10**9)
flash.read = 0
while emitter.sent < COUNT - ahead:
    sent = emitter.sent
    emitter.retry_at = 0
    emitter.flush()
    assert emitter.sent > sent or ahead
print(json.dumps(flash.read / COUNT))
