"""What the official tracker has beside the core: calls, classes, and its manner of sending."""

import json
import sys
import time

from expect import Folder, Wire, entity, last_event, refused, tracker, unwrapped, whole
from fake_time import NOW, Machine
from snowplow_tracker import (
    Anonymous,
    AsyncEmitter,
    Emitter,
    Event,
    EventStore,
    Log,
    PageView,
    RingStore,
    SelfDescribing,
    SelfDescribingJson,
    Session,
    StructuredEvent,
    Subject,
    Tracker,
    clock,
    disable_contracts,
    enable_contracts,
    logger,
)
from snowplow_tracker.official import workers
from snowplow_tracker.official.payload import Payload
from snowplow_tracker.pixel import click_url, pixel_url
from snowplow_tracker.plugins.session import SCHEMA as SESSION

BASE = "iglu:com.snowplowanalytics.snowplow/"
SCHEMA = "iglu:com.acme/reading/jsonschema/1-0-0"
UUID = "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee"
ENTITY = SelfDescribingJson(SCHEMA, {"n": 1})
TIME = 1700000000000
CPYTHON = sys.implementation.name == "cpython"
LONG_FLOATS = float("16777217") > 16777216


# --- events ------------------------------------------------------------------------------------
def calls(t):
    """Each call with all its arguments by position: (call, arguments, schema, data)."""
    element = {"name": "n", "value": None, "nodeName": "INPUT", "type": "text"}
    cart = {"sku": "s", "quantity": 2, "name": "n", "category": "c", "unitPrice": 1.5}
    cart["currency"] = "EUR"
    link = {"targetUrl": "u", "elementId": "i", "elementClasses": ["a", "b"]}
    link.update(elementTarget="t", elementContent="c")
    change = {"formId": "f", "elementId": "e", "nodeName": "INPUT", "value": "v"}
    change.update(type="text", elementClasses=["a"])
    submit = {"formId": "f", "formClasses": ["a"], "elements": [element]}
    search = {"terms": ["a"], "filters": {"k": True, "l": "m"}, "totalResults": 3}
    search["pageResults"] = 0
    screen = {"name": "n", "id": UUID, "type": "t", "previousName": "pn", "previousId": UUID}
    screen.update(previousType="pt", transitionType="tt")
    mobile = "iglu:com.snowplowanalytics.mobile/screen_view/jsonschema/1-0-0"
    return (
        (t.track_unstruct_event, (ENTITY,), SCHEMA, {"n": 1}),
        (
            t.track_link_click,
            ("u", "i", ("a", "b"), "t", "c"),
            BASE + "link_click/jsonschema/1-0-1",
            link,
        ),
        (
            t.track_add_to_cart,
            ("s", 2, "n", "c", 1.5, "EUR"),
            BASE + "add_to_cart/jsonschema/1-0-0",
            cart,
        ),
        (
            t.track_remove_from_cart,
            ("s", 2, "n", "c", 1.5, "EUR"),
            BASE + "remove_from_cart/jsonschema/1-0-0",
            cart,
        ),
        (
            t.track_form_change,
            ("f", "e", "INPUT", "v", "TEXT", ["a"]),
            BASE + "change_form/jsonschema/1-0-0",
            change,
        ),
        (
            t.track_form_submit,
            ("f", ["a"], [element]),
            BASE + "submit_form/jsonschema/1-0-0",
            submit,
        ),
        (
            t.track_site_search,
            (["a"], {"k": True, "l": "m"}, 3, 0),
            BASE + "site_search/jsonschema/1-0-0",
            search,
        ),
        (
            t.track_mobile_screen_view,
            ("n", UUID, "t", "pn", UUID, "pt", "tt"),
            mobile,
            screen,
        ),
    )


def test_each_call_takes_its_arguments_by_position():
    t, wire = tracker()
    t.log = Log(2, lambda line: None)
    for call, args, schema, data in calls(t):
        eid = call(*(args + ([ENTITY], TIME, Subject().set_user_id("u"))))
        event = last_event(t, wire)
        assert unwrapped(event) == (schema, data), unwrapped(event)
        assert (event["eid"], event["ttm"], event["uid"]) == (eid, str(TIME), "u")
        assert entity(event, SCHEMA) == {"n": 1}
    t.track_screen_view("n", "i", [ENTITY], TIME)
    assert entity(last_event(t, wire), SCHEMA) == {"n": 1}
    t.track_timing("c", "v", 1, "l", [ENTITY], TIME)
    assert entity(last_event(t, wire), SCHEMA) == {"n": 1}


def test_each_call_with_what_it_needs_alone():
    t, wire = tracker()
    for call, args, data in (
        (t.track_link_click, ("u",), {"targetUrl": "u"}),
        (t.track_add_to_cart, ("s", 0), {"sku": "s", "quantity": 0}),
        (t.track_form_submit, ("f",), {"formId": "f"}),
        (t.track_form_submit, ("f", None, []), {"formId": "f"}),
        (t.track_site_search, (["a", "b"],), {"terms": ["a", "b"]}),
        (
            t.track_form_change,
            ("f", "e", "SELECT", None),
            {"formId": "f", "elementId": "e", "nodeName": "SELECT", "value": None},
        ),
    ):
        call(*args)
        assert unwrapped(last_event(t, wire))[1] == data
    t.track_mobile_screen_view("n")
    data = unwrapped(last_event(t, wire))[1]
    assert data["name"] == "n" and len(data["id"]) == 36


def test_an_item_of_a_transaction():
    t, wire = tracker()
    t.track_ecommerce_transaction_item("o", "s", 2.5, 3, "n", "c", "EUR", [ENTITY], TIME)
    event = last_event(t, wire)
    keys = "e ti_id ti_sk ti_pr ti_qu ti_nm ti_ca ti_cu ttm".split()
    assert [event[key] for key in keys] == ["ti", "o", "s", "2.5", "3", "n", "c", "EUR", str(TIME)]


def test_calls_refuse_what_the_schemas_would():
    t, _ = tracker()
    count = 0
    for mention, call, args in (
        ("target_url", t.track_link_click, ("",)),
        ("element_classes", t.track_link_click, ("u", None, "a b")),
        ("sku", t.track_add_to_cart, ("", 1)),
        ("quantity", t.track_remove_from_cart, ("s", "1")),
        ("unit_price", t.track_add_to_cart, ("s", 1, None, None, float("nan"))),
        ("node_name", t.track_form_change, ("f", "e", "DIV", "v")),
        ("type_", t.track_form_change, ("f", "e", "INPUT", "v", "toggle")),
        ("element_id", t.track_form_change, ("f", None, "INPUT", "v")),
        ("elements", t.track_form_submit, ("f", None, ["INPUT"])),
        ("lacks value", t.track_form_submit, ("f", None, [{"name": "n", "nodeName": "INPUT"}])),
        ("terms", t.track_site_search, ([],)),
        ("terms", t.track_site_search, ("word",)),
        ("filters", t.track_site_search, (["a"], {"k": 1})),
        ("total_results", t.track_site_search, (["a"], None, -1)),
        ("id_", t.track_mobile_screen_view, ("n", "1")),
        ("price", t.track_ecommerce_transaction_item, ("o", "s", "1", 1)),
        ("exception: expected an exception, got str", t.track_error, ("text",)),
        ("event: expected an Event", t.track, (None,)),
        ("event: expected an Event", t.track, ("pv",)),
        ("Subject", t.track_struct_event, ("c", "a", None, None, None, None, None, {})),
        ("Subject", t.track, (PageView("http://a", event_subject={"uid": "u"}),)),
        ("it needs a type", t.track, (Event({"url": "http://a"}),)),
        ("not a key", t.track, (Event({"e": "pv", "nothing": "a"}),)),
        ("vid", t.track, (Event({"e": "pv", "vid": "x"}),)),
    ):
        count += 1
        refused(mention, call, *args)
        assert t.refused == count, mention
    t.subject = {"uid": "u"}
    refused("Subject", t.track_struct_event, "c", "a")
    assert len(t.emitters[0].event_store) == 0


def test_deprecated_calls_are_logged():
    lines = []
    t, _ = tracker()
    t.log = Log(2, lines.append)
    t.track_unstruct_event((SCHEMA, {}))
    assert "track_unstruct_event is deprecated: use track_self_describing_event" in lines[0]


def test_true_timestamps_may_be_floats_where_they_are_long_enough():
    if not LONG_FLOATS:
        return
    t, wire = tracker()
    t.track_struct_event("c", "a", tstamp=TIME + 0.75)
    assert last_event(t, wire)["ttm"] == str(TIME)
    for value in (float("nan"), float("inf"), 1.5):
        refused("tstamp", t.track_struct_event, "c", "a", tstamp=value)


def test_an_event_of_any_pairs():
    t, wire = tracker(subject=Subject().set_lang("de"))
    event = Event({"e": "pp", "url": "http://a", "eid": "x"}, Subject().set_user_id("u"), [ENTITY])
    event.payload.add("pp_mix", 5)
    event.payload.add("refr", None)
    event.payload.add_dict({"page": "P", "tna": "other"})
    event.true_timestamp = TIME
    eid = t.track(event)
    found = last_event(t, wire)
    assert (found["e"], found["pp_mix"], found["page"], found["lang"]) == ("pp", "5", "P", "de")
    assert (found["eid"], found["tna"], found["uid"]) == (eid, "ns", "u")
    assert found["ttm"] == str(TIME) and "refr" not in found
    assert entity(found, SCHEMA) == {"n": 1}


def test_payloads_of_events():
    t, _ = tracker()
    view = PageView("http://a", "A", context=[ENTITY], event_subject=Subject().set_user_id("u"))
    pairs = view.build_payload(False, None, Subject().set_lang("de")).get()
    assert (pairs["e"], pairs["url"], pairs["page"]) == ("pv", "http://a", "A")
    assert (pairs["uid"], pairs["lang"]) == ("u", "de")
    assert json.loads(pairs["co"])["data"] == [{"schema": SCHEMA, "data": {"n": 1}}]
    event = SelfDescribing(ENTITY)
    assert "ue_px" in event.build_payload(True, None).nv_pairs
    done = t.complete_payload(StructuredEvent("c", "a")).nv_pairs
    assert (done["e"], done["tna"], done["aid"], done["p"]) == ("se", "ns", "app", "iot")
    assert len(done["eid"]) == 36 and len(done["dtm"]) == 13
    assert len(t.emitters[0].event_store) == 0


def test_a_payload_of_an_event_that_a_plugin_stops_is_empty():
    t, _ = tracker()
    t.plugins.append(lambda eid, pairs, schema, entities: False)
    assert t.complete_payload(StructuredEvent("c", "a")).get() == {}


def test_a_payload():
    payload = Payload({"a": "1"})
    payload.add("b", "")
    payload.add("c", 0)
    payload.add_json({"d": [1]}, False, "x", "y")
    payload.add_json({"d": 1 + 2j if CPYTHON else b"x"}, False, "x", "z", lambda value: "other")
    payload.add_json({}, True, "x", "y")
    payload.add_json({"d": "é"}, True, "x", "y")
    assert payload.get() is payload.nv_pairs
    assert payload.nv_pairs == {
        "a": "1",
        "c": 0,
        "y": '{"d":[1]}',
        "z": '{"d":"other"}',
        "x": "eyJkIjoiw6kifQ",
    }


def test_calls_of_a_tracker_and_a_subject():
    t, _ = tracker()
    assert len(Tracker.get_uuid()) == len(t.get_uuid()) == 36
    assert Tracker.get_timestamp(1.9) == 1 and t.get_timestamp(TIME) == TIME
    assert t.get_timestamp() > 1735689600000
    one = Subject().set_user_id("u").set_lang("de")
    two = Subject().set_user_id("v").set_platform("srv")
    assert two.combine_subject(one) == {"uid": "v", "lang": "de", "p": "srv"}
    assert two.combine_subject(None) == two.standard_nv_pairs
    assert not hasattr(t, "track_nothing") and not hasattr(t, "nothing")
    assert not hasattr(t.emitters[0], "nothing")


def test_the_logger_writes_from_its_level_on():
    lines = []
    real = logger.log
    logger.log = lambda level, message, *args: lines.append((level, message % args))
    try:
        disable_contracts()
        enable_contracts()
        logger.info("n %d", 1)
        logger.error("m")
    finally:
        logger.log = real
    assert [level for level, _ in lines] == [30, 20, 40]
    logger.setLevel("ERROR")
    assert logger.level == 40
    logger.setLevel(30)
    t, _ = tracker()
    refused("category", t.track_struct_event, "", "a")


# --- plugins -----------------------------------------------------------------------------------
def test_a_plugin_that_returns_false_stops_the_event():
    t, wire = tracker()
    seen = []
    t.plugins = [
        lambda eid, pairs, schema, entities: pairs.get("se_ca") != "secret",
        lambda eid, pairs, schema, entities: seen.append(pairs["se_ca"]),
    ]
    assert t.track_struct_event("secret", "a") is None
    assert t.track_struct_event("c", "a")
    assert last_event(t, wire)["se_ca"] == "c"
    assert seen == ["c"] and len(wire.events()) == 1 and t.refused == 0


def test_what_a_plugin_changes_is_checked():
    t, wire = tracker()
    changes = {}
    t.plugins = [lambda eid, pairs, schema, entities: pairs.update(changes)]
    count = 0
    for key, value in (
        ("uid", 5),
        ("uid", "x" * 256),
        ("se_va", "nan"),
        ("se_va", "1_0"),
        ("vid", "1.0"),
        ("vid", "+-5"),
        ("vid", str(1 << 31)),
        ("ttm", "1700000000"),
        ("sid", "1"),
        ("res", "128"),
        ("res", "x64"),
        ("res", "-1x64"),
        ("p", "board"),
        ("e", "xx"),
        ("cookie", "yes"),
        ("url", "http://["),
        ("eid", UUID),
        ("tna", "other"),
        ("dtm", str(TIME)),
        ("nothing", "x"),
        (5, "x"),
    ):
        changes.clear()
        changes[key] = value
        count += 1
        refused("", t.track_struct_event, "c", "a")
        assert t.refused == count, (key, value)
    changes.clear()
    changes.update(uid="u", se_va="-1.5e3", vid="7", ttm=str(TIME), sid=UUID, res="128x64")
    changes.update(p="srv", cookie="1", url="http://a/b c?d#e", f_pdf="0", tz="x", se_ca="other")
    t.track_struct_event("c", "a")
    event = last_event(t, wire)
    assert {key: event[key] for key in changes} == changes


# --- what Enrich would reject ------------------------------------------------------------------
def test_versions_of_schemas():
    t, wire = tracker()
    for version in ("0-1-0", "01-0-0", "1-00-0", "1-0-01", "1-0", "1-0-0-0", "1--0", "-1-0-0"):
        schema = "iglu:com.acme/reading/jsonschema/" + version
        refused("schema", t.track_self_describing_event, (schema, {}))
        refused("schema", t.track_struct_event, "c", "a", context=[(schema, {})])
    for version in ("1-0-0", "10-0-20", "2-10-0"):
        schema = "iglu:com.acme/reading/jsonschema/" + version
        t.track_self_describing_event((schema, {}))
        assert unwrapped(last_event(t, wire)) == (schema, {})


def test_urls():
    t, _ = tracker()
    for url in (
        "http://[",
        "http://[::1",
        "http://[1.2.3.4]/",
        "http://a]/",
        "http://host:port/",
        "http://host:80:90/",
        "http://host:70000/",
        "http://",
        "http:///path",
        "http://:80/",
        "http://host:/",
        "http://[::1]:/",
        "http://[1:2:3:4:5:6:7]/",
        "http://a b/",
        "http://a|b/",
        "http://a%20b/",
        "//",
        "http:",
        ":",
        "1://x",
        " http://a",
    ):
        refused("page_url", t.track_page_view, url)
        refused("referrer", t.track_page_view, "http://a", None, url)
        refused("page_url", PageView, url)
        refused("url", pixel_url, "https://c", url=url)
    for url in (
        "http://host/a b?c=[d]&e={f}#g#h|%",
        "http://user:pw@host:80",
        "https://[::1]:8080/é",
        "http://é.example/",
        "//host/a",
        "/a:b",
        "menu",
        "?a",
        "file:///a/b",
        "app://menu/1",
        "screen:menu",
    ):
        t.track_page_view(url, None, url)


def test_pairs_of_a_pixel_are_checked():
    for name, value in (("e", "se"), ("p", "iot"), ("tv", "x")):
        refused(name + ": is set here", pixel_url, "https://c", "page", **{name: value})
        refused(name + ": is set here", click_url, "https://c", "https://d", **{name: value})
    refused("nothing", pixel_url, "https://c", nothing="x")
    refused("vid", pixel_url, "https://c", vid="x")
    refused("page", pixel_url, "https://c", "x" * 2001)
    assert "vid=7" in pixel_url("https://c", vid="7")


def test_switching_anonymous_tracking_begins_a_session_that_leads_to_no_other():
    t, wire = tracker()
    with Folder() as folder:
        session = Session(folder)
        t.plugins.append(session)
        found = []

        def track(anonymous):
            t.anonymous = anonymous
            t.track_struct_event("c", "a")
            found.append(entity(last_event(t, wire), SESSION))

        kept = Anonymous(session=True)
        for anonymous in (None, None, kept, kept, None, Anonymous(), None):
            track(anonymous)
        normal, again, one, two, back, nothing, last = found
        assert nothing is None
        assert normal["sessionId"] == again["sessionId"] and one["sessionId"] == two["sessionId"]
        ids = [data["sessionId"] for data in (normal, one, back, last)]
        assert len(set(ids)) == 4
        firsts = [data["firstEventId"] for data in (normal, one, back, last)]
        assert len(set(firsts)) == 4
        for data in (one, two, back, last):
            assert data["previousSessionId"] is None and data["eventIndex"] in (1, 2)
        # Nothing joins two anonymous sessions either.
        session.new_session()
        track(kept)
        track(kept)
        assert found[-1]["sessionId"] not in ids and found[-1]["previousSessionId"] is None
        session.new_session()
        track(kept)
        assert found[-1]["sessionId"] != found[-2]["sessionId"]
        assert found[-1]["previousSessionId"] is None
        # It is known after a sleep.
        track(kept)
        session.background()
        t.plugins = [Session(folder)]
        track(kept)
        assert found[-1]["sessionId"] == found[-2]["sessionId"]
        t.plugins[0].background()
        t.plugins = [Session(folder)]
        track(None)
        assert found[-1]["sessionId"] != found[-2]["sessionId"]
        assert found[-1]["previousSessionId"] is None


# --- an emitter's options ----------------------------------------------------------------------
def test_none_is_the_default_and_nonsense_is_refused():
    for options in ({}, {"batch_size": None, "byte_limit": None, "request_timeout": None}):
        emitter = Emitter("host", "http", transport=Wire(), **options)
        assert (emitter.batch_size, emitter.byte_limit, emitter.timeout) == (10, 40000, 10)
        assert emitter.request_timeout == 10 and emitter.method == "post"
    emitter = Emitter("host", "http", request_timeout=(3, 7))
    assert (emitter.transport.connect_ms, emitter.transport.limit_ms) == (3000, 7000)
    assert Emitter("host", "http", method="get", batch_size=5).batch_size == 1
    assert Emitter("host", "http", buffer_capacity=4).batch_size == 4
    for name, value in (
        ("batch_size", 0),
        ("batch_size", True),
        ("byte_limit", 0),
        ("byte_limit", "1"),
        ("buffer_capacity", 0),
        ("request_timeout", 0),
        ("request_timeout", True),
        ("request_timeout", (1, 2, 3)),
        ("max_retry_delay_seconds", -1),
        ("max_retry_delay_seconds", None),
        ("custom_retry_codes", {503: "no"}),
        ("method", "put"),
        ("session", 5),
        ("event_store", EventStoreWithout("size")),
    ):
        refused(name, Emitter, "host", "http", **{name: value})


def full(**options):
    """A tracker of an emitter with a Wire that was not given to it, and that."""
    emitter = Emitter("host", "http", event_store=RingStore(8000), **options)
    emitter.transport = wire = Wire(*options.pop("answers", ()))
    return Tracker("ns", emitter), wire


def test_the_call_that_fills_a_batch_sends_it():
    t, wire = full(batch_size=3)
    for n in range(7):
        t.track_struct_event("c", str(n))
    assert [len(batch) for batch in wire.batches()] == [3, 3]
    assert len(t.emitters[0].event_store) == 1
    t, wire = full(batch_size=100, byte_limit=400)
    t.track_struct_event("c", "x" * 400)
    assert len(wire.events()) == 1


def test_a_failed_batch_is_not_sent_at_each_call():
    t, wire = full(batch_size=2)
    wire.answers = [500, 500]
    for _ in range(7):
        t.track_struct_event("c", "a")
    assert len(wire.bodies) == 1
    t.emitters[0].retry_at = 0
    t.track_struct_event("c", "a")
    assert len(wire.bodies) == 2


def test_a_program_that_says_when_to_send_is_not_blocked():
    for options in ({"idle": lambda: None}, {"online": lambda: True}):
        t, wire = full(batch_size=2, **options)
        for _ in range(5):
            t.track_struct_event("c", "a")
        assert not wire.bodies
    t, wire = tracker(batch_size=2)
    for _ in range(5):
        t.track_struct_event("c", "a")
    assert not wire.bodies
    # Without batch_size, on a computer alone.
    t, wire = full()
    for _ in range(12):
        t.track_struct_event("c", "a")
    assert len(wire.events()) == (10 if CPYTHON else 0)


def test_a_call_in_a_callback_sends_nothing():
    t, wire = full(batch_size=1, on_success=lambda events: done.append(events))
    done = []
    emitter = t.emitters[0]
    emitter.on_success = lambda events: (
        done.append(1) if done else (done.append(0), t.track_struct_event("c", "b"))
    )
    t.track_struct_event("c", "a")
    t.flush()
    assert [event["se_ac"] for event in wire.events()] == ["a", "b"]


def test_a_hook_of_the_clock_that_tracks_is_asked_once():
    with Machine(NOW):
        t, wire = full(batch_size=1)
        asked = []

        def hook():
            asked.append(1)
            t.track_struct_event("c", "hook")
            t.flush()

        clock.hook = hook
        t.track_struct_event("c", "a")
    assert len(asked) == 1
    assert [event["se_ac"] for event in wire.events()] == ["a", "hook"]


def test_run_ends_that_calls_send_full_batches():
    try:
        import asyncio
    except ImportError:
        return
    t, wire = full(batch_size=1)

    async def program():
        task = asyncio.create_task(t.emitters[0].run())
        await asyncio.sleep(0)
        t.track_struct_event("c", "b")
        task.cancel()

    t.track_struct_event("c", "a")
    asyncio.run(program())
    assert [event["se_ac"] for event in wire.events()] == ["a"]
    assert t.flush()
    assert [event["se_ac"] for event in wire.events()] == ["a", "b"]


def test_flush_takes_is_async():
    t, wire = tracker()
    for arguments in ((), (False,), (True,), (None,), (5,)):
        t.track_struct_event("c", "a")
        assert t.flush(*arguments)
    t.track_struct_event("c", "a")
    assert t.flush(is_async=True)
    t.track_struct_event("c", "a")
    assert t.flush(is_async=False)
    assert len(wire.events()) == 7
    assert t.emitters[0].sync_flush() is True and t.emitters[0].async_flush() is None


def test_calls_of_an_emitter():
    t, wire = tracker()
    emitter = t.emitters[0]
    assert not emitter.reached_limit()
    emitter.input({"e": "pv", "p": "web", "tv": "x", "url": "http://a", "vid": 3})
    emitter.send_events([{"e": "pv", "p": "web", "tv": "x", "eid": UUID, "dtm": str(TIME)}])
    one, two = wire.events()
    assert (one["url"], one["vid"], len(one["eid"])) == ("http://a", "3", 36)
    assert (two["eid"], two["dtm"]) == (UUID, str(TIME)) and "stm" in two
    refused("p", emitter.input, {"e": "pv", "tv": "x"})
    refused("not a key", emitter.input, {"e": "pv", "p": "web", "tv": "x", "what": 1})
    assert emitter.is_good_status_code(204) and not emitter.is_good_status_code(302)
    events = [{}]
    emitter.attach_sent_timestamp(events)
    assert len(events[0]["stm"]) == 13
    emitter.pause()
    t.track_struct_event("c", "a")
    assert not t.flush()
    emitter.resume()
    assert t.flush()


# --- a worker ----------------------------------------------------------------------------------
def wait_for(condition):
    for _ in range(12000):
        if condition():
            return
        time.sleep(0.01)
    raise AssertionError("it did not happen in two minutes")


def has_threads():
    try:
        import _thread  # noqa: F401
    except ImportError:
        return False
    return sys.platform not in ("rp2", "webassembly")


def test_without_threads_it_is_said_what_to_use_instead():
    if has_threads() or sys.platform == "webassembly":  # a page's loop always runs there
        return
    emitter = Emitter("host", "http", transport=Wire())
    for call in (
        lambda: AsyncEmitter("host", transport=Wire()),
        lambda: emitter.set_flush_timer(1),
    ):
        try:
            call()
        except NotImplementedError as e:
            assert "create_task(emitter.run())" in str(e)
        else:
            raise AssertionError("it has no thread")


def test_a_flush_timer_sends_beside_the_program():
    if not has_threads():
        return
    t, wire = tracker()
    emitter = t.emitters[0]
    refused("timeout", emitter.set_flush_timer, 0)
    emitter.set_flush_timer(0.01)
    emitter.set_flush_timer(0.01)
    try:
        for n in range(30):
            t.track_struct_event("c", str(n))
        wait_for(lambda: not len(emitter.event_store))
    finally:
        emitter.cancel_flush_timer()
        emitter.cancel_flush_timer()
    assert [event["se_ac"] for event in wire.events()] == [str(n) for n in range(30)]


def test_a_second_flush_timer_takes_the_place_of_the_first():
    if not has_threads():
        return
    t, wire = tracker()
    emitter = t.emitters[0]
    emitter.set_flush_timer(3600)
    refused("timeout", emitter.set_flush_timer, 0)  # the first goes on
    first = emitter.worker
    emitter.set_flush_timer(0.01)
    try:
        assert emitter.worker is not first
        t.track_struct_event("c", "a")
        wait_for(lambda: not len(emitter.event_store))
    finally:
        emitter.cancel_flush_timer()
    assert len(wire.events()) == 1


class Threads:
    """MicroPython's _thread, of which start_new_thread() only notes the size of the stack."""

    def __init__(self):
        import _thread

        self.allocate_lock = _thread.allocate_lock
        self.get_ident = _thread.get_ident
        self.size = 0  # the port's default
        self.started = []
        self.error = None

    def stack_size(self, size=0):
        before, self.size = self.size, size
        return before

    def start_new_thread(self, function, args):
        if self.error:
            raise self.error
        self.started.append(self.size)


class Platform:
    def __init__(self, platform):
        self.platform = platform
        self.modules = sys.modules


def test_a_thread_of_an_esp32_has_a_stack_for_tls():
    if not has_threads():
        return
    real = sys.modules.get("_thread")
    try:
        for platform, stack in (("esp32", 16384), ("linux", 0)):
            sys.modules["_thread"] = threads = Threads()
            workers.sys = Platform(platform)
            t, _ = tracker()
            t.emitters[0].set_flush_timer(1)
            assert (threads.started, threads.size) == ([stack], 0)
            # Without memory for it, the size is put back, and the thread before goes on.
            worker = t.emitters[0].worker
            threads.error = OSError("can't create thread")
            try:
                t.emitters[0].set_flush_timer(2)
                raise AssertionError("it has a thread")
            except OSError:
                pass
            assert threads.size == 0 and t.emitters[0].worker is worker
            assert t.track_struct_event("c", "a") and t.flush()
    finally:
        workers.sys = sys
        if real:
            sys.modules["_thread"] = real
        else:
            del sys.modules["_thread"]


def test_an_async_emitter_sends_full_batches_and_what_is_flushed():
    if not has_threads():
        return
    wire = Wire()
    tracked = []
    emitter = AsyncEmitter("host", "http", None, "post", 3, None, None, 2, transport=wire)
    t = Tracker("ns", emitter)
    # A callback may track.
    emitter.on_success = lambda events: (
        tracked or tracked.append(t.track_struct_event("c", "callback"))
    )
    try:
        for n in range(4):
            t.track_struct_event("c", str(n))
        wait_for(lambda: len(wire.events()) >= 3)
        t.track_struct_event("c", "4")
        emitter.flush()
        wait_for(lambda: len(wire.events()) == 6)
        t.track_struct_event("c", "5")
        assert t.flush() and len(wire.events()) == 7
    finally:
        emitter.close()


# --- an event store of the official kind -------------------------------------------------------
class EventStoreWithout:
    """An event store without one of its methods, which keeps `limit` events."""

    def __init__(self, name=None, limit=100):
        self.events = []
        self.cleaned = []
        self.limit = limit
        for its in ("add_event", "get_events_batch", "cleanup", "size"):
            if its != name:
                setattr(self, its, getattr(self, "_" + its))

    def _add_event(self, payload):
        if len(self.events) >= self.limit:
            return False
        self.events.append(payload)
        return True

    def _get_events_batch(self):
        batch, self.events = self.events, []
        return batch

    def _cleanup(self, batch, need_retry):
        self.cleaned.append((len(batch), need_retry))
        if need_retry:
            self.events = batch + self.events

    def _size(self):
        return len(self.events)


def test_an_event_store_of_the_official_kind():
    store = EventStoreWithout()
    t, wire = full_with(store, 200, 503)
    eid = t.track_struct_event("c", "é", value=1.5)
    t.track_struct_event("c", "b")
    assert store.events[0]["se_ac"] == "é" and store.events[0]["eid"] == eid
    assert t.flush()
    assert store.cleaned == [(2, False)] and store.size() == 0
    first = wire.events()[0]
    assert (first["eid"], first["se_ac"], first["se_va"]) == (eid, "é", "1.5")
    assert len(first["dtm"]) == len(first["stm"]) == 13
    t.track_struct_event("c", "c")
    assert not t.flush()
    t.track_struct_event("c", "d")
    adapter = t.emitters[0].event_store
    assert len(adapter) == 2
    assert not adapter.sync() and store.size() == 2
    assert t.flush()
    assert [event["se_ac"] for event in wire.events()[2:]] == ["c", "c", "d"]


def full_with(store, *answers):
    emitter = Emitter("host", "http", event_store=store, transport=Wire(*answers))
    return Tracker("ns", emitter), emitter.transport


def test_an_event_store_that_is_full_drops_the_new_event():
    t, _ = full_with(EventStoreWithout(limit=1))
    assert t.track_struct_event("c", "a")
    assert t.track_struct_event("c", "b") is None
    assert t.emitters[0].event_store.lost == {"overflow": 1}


def test_an_event_store_that_raises_drops_the_event():
    store = EventStoreWithout()
    t, wire = full_with(store)
    add_event = store.add_event
    for error in (OSError(28), MemoryError(), KeyError("x")):

        def full_disk(payload, error=error):
            raise error

        store.add_event = full_disk
        assert t.track_struct_event("c", "a") is None
    assert t.emitters[0].event_store.lost == {"overflow": 3}
    store.add_event = add_event
    assert t.track_struct_event("c", "b") and t.flush()
    assert [event["se_ac"] for event in wire.events()] == ["b"]


def test_an_event_before_the_time_is_known_gets_its_own_from_an_event_store():
    with Machine(0) as m:
        store = EventStoreWithout()
        t, wire = full_with(store)
        t.track_struct_event("c", "a")
        t.anonymous = Anonymous(server=True)
        m.pass_ms(2000)
        t.track_struct_event("c", "b")
        m.pass_ms(3000)
        m.wall = NOW
        t.track_struct_event("c", "c")
        m.pass_ms(500)
        assert t.flush()
        ages = [int(event["stm"]) - int(event["dtm"]) for event in wire.events()]
        assert ages == [5500, 3500, 500]
        # After a reboot nobody can tell.
        m.boot(wall=0)
        t, _ = full_with(store)
        t.track_struct_event("c", "d")
        guess = store.events[0]["dtm"]
        m.boot(wall=NOW)
        t, wire = full_with(store)
        assert t.flush()
        event = wire.events()[0]
        assert event["dtm"] == guess
        assert not [name for name in event if name[0] == "_"]


class Picky(Wire):
    """It never takes a batch with the event "bad"."""

    def send(self, length, body):
        if b'"bad"' in whole(body):
            return 500
        return super().send(length, body)


def test_what_was_accepted_does_not_go_back_into_an_event_store():
    store = EventStoreWithout()
    wire = Picky()
    options = {"max_retry_delay_seconds": 0, "batch_size": 3}
    t = Tracker("ns", Emitter("host", "http", event_store=store, transport=wire, **options))
    for action in ("bad", "1", "2", "3"):
        t.track_struct_event("c", action)
    for _ in range(6):
        assert not t.flush()
    assert [event["se_ac"] for event in wire.events()] == ["1", "2", "3"]
    t.track_struct_event("c", "4")
    assert not t.emitters[0].event_store.sync()
    assert [event["se_ac"] for event in store.events] == ["bad", "4"]
    for _ in range(8):
        t.flush()
    assert [event["se_ac"] for event in wire.events()] == ["1", "2", "3", "4"]


def test_the_class_of_event_stores_says_what_lacks():
    store = EventStore()
    for call in (lambda: store.size(), lambda: store.add_event({})):
        try:
            call()
        except NotImplementedError:
            continue
        raise AssertionError("it keeps nothing")


# --- a session ---------------------------------------------------------------------------------
class Answer:
    def __init__(self, status, content=b"ok", followed=()):
        self.status_code = status
        self.content = content
        self.history = [Answer(status) for status in followed]
        self.closed = False

    def close(self):
        self.closed = True


class Requests:
    """A stand-in for a session: its post() and get() take what the official tracker gives."""

    def __init__(self, *answers):
        self.answers = list(answers)
        self.asked = []

    def post(self, url, data=None, headers=None, timeout=None):
        self.asked.append((url, data, headers, timeout))
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    get = post


def test_a_session_sends():
    session = Requests(Answer(200), Answer(200, b"<html>"), Answer(500), ValueError("x"))
    emitter = Emitter("http://host/a", session=session, request_timeout=(3, 7), batch_size=100)
    t = Tracker("ns", emitter)
    t.track_struct_event("c", "é")
    assert t.flush()
    url, data, headers, timeout = session.asked[0]
    assert url == "http://host/a/com.snowplowanalytics.snowplow/tp2"
    assert json.loads(str(data, "utf-8"))["data"][0]["se_ac"] == "é"
    assert headers == {"Content-Type": "application/json"}
    assert timeout == ((3, 7) if CPYTHON else 7)
    t.track_struct_event("c", "a")
    for _ in range(3):
        assert not t.flush()
    assert len(emitter.event_store) == 1


def test_a_session_gets():
    session = Requests(Answer(200))
    t = Tracker("ns", Emitter("host", "http", method="get", session=session))
    t.track_struct_event("c", "a b")
    t.flush()
    assert session.asked[0][0].startswith("http://host/i?")
    assert "se_ac=a%20b" in session.asked[0][0]


def test_a_session_that_follows_redirects():
    # RFC 9110, 15.4: 307 and 308 keep method and body; clients make of a POST else a GET.
    for method, followed, accepted in (
        ("post", (307,), True),
        ("post", (308, 307), True),
        ("post", (301,), False),
        ("post", (302,), False),
        ("post", (308, 303), False),
        ("get", (301,), True),
        ("get", (302, 303), True),
    ):
        session = Requests(Answer(200, followed=followed))
        t = Tracker("ns", Emitter("host", "http", method=method, session=session, idle=int))
        t.track_struct_event("c", "a")
        assert t.flush() is accepted, (method, followed)


# --- numbers -----------------------------------------------------------------------------------
def test_the_smallest_floats_are_written_alike_by_all_engines():
    if not LONG_FLOATS:
        return
    t, wire = tracker()
    for text in (
        "5e-324",
        "1e-323",
        "-1.5e-323",
        "4.94e-322",
        "6.099e-320",
        "5.43230922487e-312",
        "2.225073858507201e-308",
        "1.5e-30",
        "1e-39",
    ):
        t.track_struct_event("c", "a", value=float(text))
        assert last_event(t, wire)["se_va"] == text
