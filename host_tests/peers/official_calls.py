# Makes each call of a list (official_listing.py), with the official tracker or with ours, and
# prints what it came to, a JSON list a line: [the number of the call, what it returned or raised].
# Arguments: the collector's port, the file of the list, whose code uses what is imported.
# ruff: noqa: F401
import json
import sys

import snowplow_tracker
from snowplow_tracker import (
    AsyncEmitter,
    Emitter,
    EmitterConfiguration,
    Event,
    EventStore,
    PagePing,
    PageView,
    ScreenView,
    SelfDescribing,
    SelfDescribingJson,
    Snowplow,
    StructuredEvent,
    Subject,
    Tracker,
    TrackerConfiguration,
    disable_contracts,
    enable_contracts,
    logger,
)

PORT = int(sys.argv[1])
HOST = "http://127.0.0.1"
SCHEMA = "iglu:com.acme/reading/jsonschema/1-0-0"
UUID = "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee"
PAIRS = {"e": "pv", "url": "http://a", "p": "web", "tv": "x", "eid": UUID, "tna": "n"}
BODY = '{"schema":"iglu:com.snowplowanalytics.snowplow/payload_data/jsonschema/1-0-4","data":[]}'


class Store(EventStore):
    def __init__(self):
        self.events = []

    def add_event(self, payload):
        self.events.append(payload)
        return True

    def get_events_batch(self):
        events, self.events = self.events, []
        return events

    def cleanup(self, batch, need_retry):
        if need_retry:
            self.events = batch + self.events

    def size(self):
        return len(self.events)


class Requests:
    class Answer:
        status_code = 200

    def post(self, url, **options):
        return self.Answer()

    get = post


names = [0]


def new_name():
    names[0] += 1
    return "name%d" % names[0]


def emitter():
    return Emitter(HOST, "http", PORT)


asynchronous = []


def async_emitter():
    if not asynchronous:
        asynchronous.append(AsyncEmitter(HOST, "http", PORT))
    return asynchronous[0]


def tracker():
    return Tracker(new_name(), emitter(), app_id="app")


with open(sys.argv[2]) as file:
    calls = json.load(file)
for number, (_, _, code) in enumerate(calls):
    space = dict(globals())
    try:
        if ";" in code:
            exec(code, space)
            result = None
        else:
            result = eval(code, space)
        came = "returned " + type(result).__name__
    except Exception as e:
        came = "raised %s: %s" % (type(e).__name__, e)
    print(json.dumps(["call", number, came]))
print(json.dumps(["end"]))
