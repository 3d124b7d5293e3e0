# The smallest useful program. Prints the library's files that it loaded.
import sys

# flush() loads this when it sends.
import snowplow_tracker.transport.urequests  # noqa: F401
from snowplow_tracker import Emitter, RingStore, Tracker

emitter = Emitter("collector", protocol="http", event_store=RingStore(1024))
assert Tracker("ns", emitter, app_id="app").track_struct_event("sensor", "read", value=21.5)

names = [getattr(sys.modules[m], "__file__", "") for m in sys.modules]
names = [n[n.index("snowplow_tracker/") :] for n in names if "snowplow_tracker/" in n]
print('["%s"]' % '","'.join(names))
