# Sends with our tracker what node_script.js sends with @snowplow/node-tracker.
# Arguments: the collector's port, get or post.
import sys

from snowplow_tracker import Emitter, RingStore, SelfDescribingJson, Subject, Tracker

UUID = "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee"
URL = "http://board.local/a b?x=1&y=é#漢字"
TEXT = 'é 漢字 😀 "quoted" \\ & = + % \' <b> ~-_.'
DATA = {"text": TEXT, "n": [0, -1, 2.5, True, None], "empty": {}, "list": []}
READING = "iglu:com.acme/reading/jsonschema/1-0-0"


def run(t, context, tstamp):
    o = {"context": context, "tstamp": tstamp}
    t.track_struct_event("c", "a", **o)
    t.track_struct_event(TEXT, TEXT, TEXT, TEXT, 21.5, **o)
    t.track_self_describing_event(SelfDescribingJson(READING, DATA), **o)
    t.track_page_view(URL, TEXT, URL, **o)
    t.track_page_ping(URL, TEXT, None, 1, 100, -5, 7, **o)
    t.track_screen_view(TEXT, "1", **o)
    item = {"sku": "s1", "price": 9.99, "quantity": 2, "name": TEXT, "category": "c"}
    t.track_ecommerce_transaction(
        "o1", 20.98, "af", 1.5, 2, "Köln", "NW", "DE", "EUR", [item], **o
    )
    assert t.flush()


for encode in (False, True):
    emitter = Emitter(
        "127.0.0.1",
        protocol="http",
        port=int(sys.argv[1]),
        method=sys.argv[2],
        request_timeout=600,
        event_store=RingStore(60000),
    )
    t = Tracker("ns", emitter, app_id="gärten", encode_base64=encode)
    run(t, None, None)
    s = Subject().set_user_id(TEXT).set_screen_resolution(128, 64).set_viewport(120, 60)
    s.set_color_depth(16).set_timezone("Europe/Berlin").set_lang("de")
    s.set_ip_address("203.0.113.5").set_useragent("board/1 (x; y)")
    s.set_domain_user_id("AA:BB:CC:DD:EE:FF").set_network_user_id(UUID)
    s.set_domain_session_id(UUID).set_domain_session_index(7)
    t.set_subject(s)
    run(t, [SelfDescribingJson(READING, DATA)], 1700000000123)
