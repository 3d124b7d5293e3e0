# Written for the official snowplow-tracker 1.1.0, and run with it and with ours: every event,
# with and without entities, subject and true timestamp, encoded and not.
# Arguments: the collector's port, get or post.
import sys

from snowplow_tracker import (
    EmitterConfiguration,
    PagePing,
    PageView,
    ScreenView,
    SelfDescribing,
    SelfDescribingJson,
    Snowplow,
    StructuredEvent,
    Subject,
    TrackerConfiguration,
)

UUID = "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee"
URL = "http://board.local/a b?x=1&y=é#漢字"
TEXT = 'é 漢字 😀 "quoted" \\ & = + % \' <b> ~-_.'
DATA = {"text": TEXT, "n": [0, -1, 2.5, 1e21, True, None], "empty": {}, "list": []}
READING = "iglu:com.acme/reading/jsonschema/1-0-0"
BOARD = "iglu:com.acme/board/jsonschema/2-0-11"


def full_subject():
    s = Subject().set_platform("iot").set_user_id(TEXT).set_screen_resolution(128, 64)
    s.set_viewport(120, 60).set_color_depth(16).set_timezone("Europe/Berlin").set_lang("de")
    s.set_domain_user_id("AA:BB:CC:DD:EE:FF").set_domain_session_id(UUID)
    s.set_domain_session_index(7).set_ip_address("203.0.113.5").set_useragent("board/1 (x; y)")
    return s.set_network_user_id("11111111-bbbb-4ccc-8ddd-eeeeeeeeeeee")


def run(t, context, tstamp, event_subject):
    o = {"context": context, "tstamp": tstamp, "event_subject": event_subject}
    t.track_struct_event("c", "a", **o)
    t.track_struct_event(TEXT, TEXT, TEXT, TEXT, 21.5, **o)
    t.track_struct_event("c", "a", "", "", 0, context, tstamp, event_subject)
    t.track_self_describing_event(SelfDescribingJson(READING, DATA), **o)
    t.flush()
    t.track_page_view(URL, **o)
    t.track_page_view(URL, TEXT, URL, context, tstamp, event_subject)
    t.track_page_ping(URL, TEXT, None, 0, 100, -5, 2147483647, **o)
    t.track_screen_view(TEXT, "1", **o)
    t.flush()
    items = [
        {"sku": "s1", "price": 9.99, "quantity": 2, "name": TEXT, "category": "c"},
        {"sku": "s2", "price": 1, "quantity": 1},
    ]
    t.track_ecommerce_transaction(
        "o1", 20.98, "af", 1.5, 0, "Köln", "NW", "DE", "EUR", items, context, tstamp, event_subject
    )
    t.flush()
    o = {"context": context, "true_timestamp": tstamp, "event_subject": event_subject}
    t.track(StructuredEvent("c", "a", "l", "p", -0.125, **o))
    t.track(SelfDescribing(SelfDescribingJson(READING, DATA), **o))
    t.track(PageView(URL, TEXT, URL, **o))
    t.track(PagePing(URL, None, URL, 1, 2, 3, 4, **o))
    t.track(ScreenView(UUID, TEXT, "t", "p", UUID, "pt", "tr", **o))
    t.flush()


n = 0
for encode in (False, True):
    for subject in (None, full_subject()):
        n += 1
        t = Snowplow.create_tracker(
            namespace="ns" + str(n),
            endpoint="http://127.0.0.1:" + sys.argv[1],
            method=sys.argv[2],
            app_id="gärten",
            subject=subject or Subject().set_platform("iot"),
            tracker_config=TrackerConfiguration(encode_base64=encode),
            emitter_config=EmitterConfiguration(
                batch_size=1, byte_limit=1000000, request_timeout=600
            ),
        )
        board = SelfDescribingJson(BOARD, {"id": "00ff", "text": TEXT})
        for context in (None, [board, SelfDescribingJson(READING, DATA)]):
            for tstamp in (None, 1700000000123):
                run(t, context, tstamp, None)
        run(t, None, None, Subject().set_platform("srv").set_user_id("other"))
