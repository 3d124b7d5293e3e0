import json

from expect import entity, last_event, refused, tracker, unwrapped
from snowplow_tracker import (
    PagePing,
    PageView,
    ScreenView,
    SelfDescribing,
    SelfDescribingJson,
    StructuredEvent,
    Subject,
)
from snowplow_tracker.events import error as error_module
from snowplow_tracker.events.error import error

BASE = "iglu:com.snowplowanalytics.snowplow/"
SCHEMA = "iglu:com.acme/reading/jsonschema/1-0-0"
UUID = "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee"
URL = "http://board.local/?a=1&b=é"


def rest(event):
    """The event without what every event has."""
    common = ("p", "tv", "tna", "aid", "eid", "dtm", "stm")
    return {key: event[key] for key in event if key not in common}


def test_page_view():
    t, wire = tracker()
    expected = {"e": "pv", "url": URL, "page": "A & B", "refr": "http://r/"}
    eid = t.track_page_view(URL, "A & B", "http://r/")
    event = last_event(t, wire)
    assert event["eid"] == eid
    assert rest(event) == expected
    t.track(PageView(URL, "A & B", "http://r/"))
    assert rest(last_event(t, wire)) == expected
    t.track_page_view(URL)
    assert rest(last_event(t, wire)) == {"e": "pv", "url": URL}


def test_page_ping():
    t, wire = tracker()
    expected = {"e": "pp", "url": URL, "page": "T", "pp_mix": "0", "pp_max": "-5", "pp_may": "7"}
    t.track_page_ping(URL, "T", None, 0, -5, max_y=7)
    assert rest(last_event(t, wire)) == expected
    t.track(PagePing(URL, "T", min_x=0, max_x=-5, max_y=7))
    assert rest(last_event(t, wire)) == expected


def test_screen_view():
    t, wire = tracker()
    t.track_screen_view("menu", "1")
    assert unwrapped(last_event(t, wire)) == (
        BASE + "screen_view/jsonschema/1-0-0",
        {"name": "menu", "id": "1"},
    )
    t.track(ScreenView(UUID, "menu", "list", "home", UUID, "grid", "slide"))
    schema, data = unwrapped(last_event(t, wire))
    assert schema == "iglu:com.snowplowanalytics.mobile/screen_view/jsonschema/1-0-0"
    expected = {"id": UUID, "name": "menu", "type": "list", "transitionType": "slide"}
    expected.update(previousName="home", previousId=UUID, previousType="grid")
    assert data == expected


def test_classes_of_the_calls_in_the_core():
    t, wire = tracker()
    t.track(StructuredEvent("c", "a", "l", "p", 1.5))
    expected = {"e": "se", "se_ca": "c", "se_ac": "a", "se_la": "l", "se_pr": "p", "se_va": "1.5"}
    assert rest(last_event(t, wire)) == expected
    eid = t.track(SelfDescribing(SelfDescribingJson(SCHEMA, {"a": 1})))
    event = last_event(t, wire)
    assert event["eid"] == eid
    assert unwrapped(event) == (SCHEMA, {"a": 1})


def test_what_every_class_takes():
    t, wire = tracker(subject=Subject().set_lang("de"))
    for event in (
        PageView(URL),
        PagePing(URL),
        ScreenView(UUID, "menu"),
        StructuredEvent("c", "a"),
        SelfDescribing((SCHEMA, {})),
    ):
        event.event_subject = Subject().set_user_id("u").set_platform("srv")
        event.context = [(SCHEMA, {"n": 1})]
        event.true_timestamp = 1700000000000
        event.device_timestamp = 1700000000001
        t.track(event)
        found = last_event(t, wire)
        assert (found["uid"], found["p"], found["lang"]) == ("u", "srv", "de")
        assert (found["ttm"], found["dtm"]) == ("1700000000000", "1700000000001")
        assert entity(found, SCHEMA) == {"n": 1}


def test_what_every_direct_call_takes():
    t, wire = tracker()
    options = {"context": [(SCHEMA, {"n": 1})], "tstamp": 1700000000000}
    options["event_subject"] = Subject().set_user_id("u")
    t.track_page_view(URL, **options)
    t.track_page_ping(URL, **options)
    t.track_screen_view("menu", **options)
    t.track_struct_event("c", "a", **options)
    t.track_self_describing_event((SCHEMA, {}), **options)
    t.track_timing("c", "v", 1, **options)
    t.track_error(OSError(5), **options)
    t.track_ecommerce_transaction(
        "o", 1, items=[{"sku": "s", "price": 1, "quantity": 1}], **options
    )
    t.flush()
    assert len(wire.events()) == 9
    for found in wire.events():
        assert found["uid"] == "u" and found["ttm"] == "1700000000000"
        assert entity(found, SCHEMA) == {"n": 1}


def test_an_argument_is_given_once_by_a_name_that_exists():
    t, _ = tracker()
    for args, options in (((URL,), {"page_url": URL}), ((URL,), {"url": URL}), ((URL,) * 9, {})):
        try:
            t.track_page_view(*args, **options)
        except TypeError:
            continue
        raise AssertionError((args, options))


def test_an_event_may_change_and_be_tracked_again():
    t, wire = tracker()
    event = PageView(URL, "one")
    first = t.track(event)
    event.page_title = "two"
    assert t.track(event) != first
    t.flush()
    assert [e["page"] for e in wire.events()] == ["one", "two"]


def test_ecommerce_transaction_with_items():
    t, wire = tracker()
    items = [
        {"sku": "s1", "price": 2.5, "quantity": 2, "name": "n", "category": "c"},
        {"sku": "s2", "price": 1, "quantity": 1},
    ]
    eid = t.track_ecommerce_transaction(
        "o1", 6, "af", 0.5, 1, "city", "state", "country", "EUR", items
    )
    t.flush()
    order, one, two = [rest(event) for event in wire.events()]
    assert wire.events()[0]["eid"] == eid
    expected = {"e": "tr", "tr_id": "o1", "tr_tt": "6", "tr_af": "af", "tr_tx": "0.5"}
    expected.update(tr_sh="1", tr_ci="city", tr_st="state", tr_co="country", tr_cu="EUR")
    assert order == expected
    expected = {"e": "ti", "ti_id": "o1", "ti_sk": "s1", "ti_nm": "n", "ti_ca": "c"}
    expected.update(ti_pr="2.5", ti_qu="2", ti_cu="EUR")
    assert one == expected
    assert two == {
        "e": "ti",
        "ti_id": "o1",
        "ti_sk": "s2",
        "ti_pr": "1",
        "ti_qu": "1",
        "ti_cu": "EUR",
    }
    assert items[1] == {"sku": "s2", "price": 1, "quantity": 1}


def test_timing():
    t, wire = tracker()
    t.track_timing("tls", "handshake", 65, "p256")
    assert unwrapped(last_event(t, wire)) == (
        BASE + "timing/jsonschema/1-0-0",
        {"category": "tls", "variable": "handshake", "timing": 65, "label": "p256"},
    )


def fails(depth):
    if depth:
        fails(depth - 1)
    raise RuntimeError("sensor é gone")


def caught():
    try:
        fails(2)
    except RuntimeError as e:
        return e


def test_ios_application_error():
    t, wire = tracker()
    t.track_error(caught(), is_fatal=True)
    schema, data = unwrapped(last_event(t, wire))
    assert schema == BASE + "application_error/jsonschema/1-0-2"
    assert data["programmingLanguage"] == "PYTHON"
    assert data["message"] == "sensor é gone"
    assert data["exceptionName"] == "RuntimeError"
    assert data["isFatal"] is True
    assert data["stackTrace"].count("fails") == 3
    assert data["fileName"].endswith("test_events.py")
    assert data["lineNumber"] > 100


def test_ios_application_error_is_cut_to_the_schemas_limits():
    real = error_module.traceback
    error_module.traceback = lambda exception: "x" * 9000 + "end"
    try:
        _, data = error(ValueError("é" * 3000), thread_name="t" * 2000)
    finally:
        error_module.traceback = real
    assert data["message"] == "é" * 2048
    assert len(data["stackTrace"]) == 8192 and data["stackTrace"].endswith("end")
    assert len(data["threadName"]) == 1024
    assert error(ValueError())[1]["message"] == "ValueError"
    assert error(ValueError("a"), "b")[1]["message"] == "b"


def changed(made, **values):
    """An event whose attributes were changed after it was made."""
    event = made[0](*made[1:])
    for name in values:
        setattr(event, name, values[name])
    return event


def test_an_event_is_checked_when_it_is_made():
    for mention, kind, args in (
        ("page_url: may not be empty", PageView, ("",)),
        ("page_url: may not be empty", PageView, ()),
        ("page_url: expected str", PagePing, (5,)),
        ("max_y", PagePing, (URL, None, None, 0, 0, 0, 1.5)),
        ("id_: expected a UUID", ScreenView, ("1", "n")),
        ("name", ScreenView, (UUID, "")),
        ("category", StructuredEvent, ("", "a")),
        ("action", StructuredEvent, ("c",)),
        ("value", StructuredEvent, ("c", "a", None, None, "1")),
        ("event_json", SelfDescribing, ()),
        ("schema", SelfDescribingJson, ("", {})),
        ("schema", SelfDescribingJson, (5, {})),
    ):
        refused(mention, kind, *args)


def test_refusals_store_nothing_and_count():
    t, _ = tracker()
    count = 0
    item = {"sku": "s", "price": 1, "quantity": 1}
    buy = t.track_ecommerce_transaction
    none = (None,) * 7
    screen = ScreenView, UUID, "n"
    for mention, call, args in (
        ("page_url: may not be empty", t.track_page_view, ("",)),
        ("page_url: 10001", t.track_page_view, ("u" * 10001,)),
        ("page_title: 2001", t.track_page_view, (URL, "t" * 2001)),
        ("referrer", t.track_page_view, (URL, None, 5)),
        ("min_x", t.track_page_ping, (URL, None, None, 1 << 31)),
        ("max_y", t.track_page_ping, (URL, None, None, 0, 0, 0, 1.5)),
        ("name, id_", t.track_screen_view, ()),
        ("name: expected str", t.track_screen_view, (5,)),
        ("id_: expected a UUID", t.track, (changed(screen, id_="1"),)),
        ("previous_id: expected a UUID", t.track, (changed(screen, previous_id="1"),)),
        ("name", t.track, (changed(screen, name=""),)),
        ("order_id: may not be empty", buy, ("", 1)),
        ("total_value: expected a finite number", buy, ("o", "1")),
        ("total_value: expected a finite number, got nan", buy, ("o", float("nan"))),
        ("tax_value", buy, ("o", 1, None, "1")),
        ("currency: 4 characters, at most 3", buy, ("o", 1) + none[:6] + ("EURO",)),
        ("sku", buy, ("o", 1) + none + ([item, {"price": 1, "quantity": 1}],)),
        ("price", buy, ("o", 1) + none + ([item, {"sku": "s", "quantity": 1}],)),
        ("quantity", buy, ("o", 1) + none + ([{"sku": "s", "price": 1, "quantity": 1.5}],)),
        ("'tax' is not a key", buy, ("o", 1) + none + ([dict(item, tax=1)],)),
        ("timing: expected a finite number", t.track_timing, ("c", "v", "1")),
        ("variable", t.track_timing, ("c", None, 1)),
        ("tstamp", t.track_page_view, (URL, None, None, None, 5)),
    ):
        count += 1
        refused(mention, call, *args)
        assert t.refused == count, mention
    assert len(t.emitters[0].event_store) == 0


def test_a_self_describing_json_is_as_in_the_official_tracker():
    sdj = SelfDescribingJson(SCHEMA, {"a": 1})
    assert sdj.to_json() == {"schema": SCHEMA, "data": {"a": 1}}
    assert json.loads(sdj.to_string()) == sdj.to_json()
    schema, data = sdj
    assert (schema, data) == (sdj.schema, sdj.data) == (SCHEMA, {"a": 1})
