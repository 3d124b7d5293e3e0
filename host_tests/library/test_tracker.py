import json
from binascii import a2b_base64

from expect import entity, last_event, refused, tracker, unwrapped
from snowplow_tracker import (
    SelfDescribingJson,
    StructuredEvent,
    Subject,
    Tracker,
    __version__,
    clock,
)

SCHEMA = "iglu:com.acme/reading/jsonschema/1-0-0"
HEX = "0123456789abcdef"


def is_uuid(value):
    return (
        [len(part) for part in value.split("-")] == [8, 4, 4, 4, 12]
        and all([c in HEX for c in value.replace("-", "")])
        and value[14] == "4"
        and value[19] in "89ab"
    )


def test_structured_event_with_everything():
    t, wire = tracker()
    eid = t.track_struct_event("sensor", "read", "greenhouse", "temperature", 21.5)
    event = last_event(t, wire)
    assert is_uuid(eid)
    now = clock.unix_ms()
    for key in ("dtm", "stm"):
        assert 0 <= now - int(event.pop(key)) < 60000
    assert event == {
        "e": "se",
        "p": "iot",
        "tv": "mpy-" + __version__,
        "tna": "ns",
        "aid": "app",
        "eid": eid,
        "se_ca": "sensor",
        "se_ac": "read",
        "se_la": "greenhouse",
        "se_pr": "temperature",
        "se_va": "21.5",
    }


def test_empty_values_are_left_out():
    t, wire = tracker()
    t.track_struct_event("c", "a", "", None, None)
    keys = set(last_event(t, wire))
    assert keys == {"e", "p", "tv", "tna", "aid", "eid", "se_ca", "se_ac", "dtm", "stm"}


def test_every_value_is_a_string():
    t, wire = tracker()
    t.track_struct_event("c", "a", value=3)
    t.track_struct_event("c", "a", value=-0.25)
    t.track_struct_event("c", "a", value=0)
    t.flush()
    assert [e["se_va"] for e in wire.events()] == ["3", "-0.25", "0"]
    for event in wire.events():
        assert all([isinstance(event[key], str) for key in event])


def test_eids_differ():
    t, _ = tracker()
    assert len({t.track_struct_event("c", "a") for _ in range(50)}) == 50


def test_self_describing_event_and_entities():
    t, wire = tracker()
    data = {"value": 21.5, "unit": "Cel", "list": [1, None, True, {"deep": "é漢字😀"}]}
    entity = SelfDescribingJson("iglu:com.acme/board/jsonschema/2-0-11", {"id": "00ff"})
    t.track_self_describing_event(SelfDescribingJson(SCHEMA, data), [entity, (SCHEMA, {})])
    event = last_event(t, wire)
    assert event["e"] == "ue"
    base = "iglu:com.snowplowanalytics.snowplow/"
    assert json.loads(event["ue_pr"]) == {
        "schema": base + "unstruct_event/jsonschema/1-0-0",
        "data": {"schema": SCHEMA, "data": data},
    }
    assert json.loads(event["co"]) == {
        "schema": base + "contexts/jsonschema/1-0-1",
        "data": [
            {"schema": "iglu:com.acme/board/jsonschema/2-0-11", "data": {"id": "00ff"}},
            {"schema": SCHEMA, "data": {}},
        ],
    }


def test_no_entities_no_key():
    t, wire = tracker()
    t.track_struct_event("c", "a", context=[])
    assert "co" not in last_event(t, wire)


def test_text_of_every_kind_survives():
    t, wire = tracker()
    texts = ('"quoted" \\ slash/', "é", "漢字", "😀", "a\nb\tc\x01\x7f", "{}[],:", "%s%d")
    for value in texts:
        t.track_struct_event(value, value)
    t.flush()
    assert [e["se_ca"] for e in wire.events()] == list(texts)
    assert [e["se_ac"] for e in wire.events()] == list(texts)


def test_subject_and_event_subject():
    subject = Subject().set_user_id("u").set_lang("de").set_platform("srv")
    t, wire = tracker(subject=subject)
    t.track_struct_event("c", "a")
    t.track_struct_event("c", "a", event_subject=Subject().set_user_id("other"))
    t.flush()
    first, second = wire.events()
    assert (first["uid"], first["lang"], first["p"]) == ("u", "de", "srv")
    assert (second["uid"], second["lang"], second["p"]) == ("other", "de", "iot")


def test_python_true_timestamp():
    t, wire = tracker()
    t.track_struct_event("c", "a", tstamp=1700000000000)
    event = last_event(t, wire)
    assert event["ttm"] == "1700000000000"
    assert event["dtm"] != "1700000000000"


def test_ruby_go_device_timestamp_of_the_caller():
    t, wire = tracker()
    t.track(StructuredEvent("c", "a", device_timestamp=1700000000000))
    event = last_event(t, wire)
    assert event["dtm"] == "1700000000000"
    assert "ttm" not in event
    refused("device_timestamp", t.track, StructuredEvent("c", "a", device_timestamp=1700000000))


def test_several_emitters_get_the_same_event():
    t1, wire1 = tracker()
    t2, wire2 = tracker()
    both = Tracker("both", [t1.emitters[0], t2.emitters[0]])
    eid = both.track_struct_event("c", "a")
    assert both.flush()
    assert wire1.events()[0]["eid"] == wire2.events()[0]["eid"] == eid
    assert "aid" not in wire1.events()[0]


def test_emitters_do_not_depend_on_each_other():
    for full in (0, 1):
        made = [tracker(500, nbytes=10 if n == full else 16384) for n in range(2)]
        both = Tracker("both", [t.emitters[0] for t, _ in made])
        eid = both.track_struct_event("c", "a")
        assert eid and not both.flush() and both.flush()  # one has kept it
        assert made[1 - full][1].events()[-1]["eid"] == eid
    t1, _ = tracker(500)
    t2, wire2 = tracker()
    both = Tracker("both", [t1.emitters[0], t2.emitters[0]])
    eid = both.track_struct_event("c", "a")
    assert not both.flush() and wire2.events()[0]["eid"] == eid


def test_an_event_that_was_not_kept_has_no_eid():
    t, _ = tracker(nbytes=300)
    assert t.track_struct_event("c", "a", "x" * 300) is None
    assert t.emitters[0].event_store.dropped == 1


def test_refusals_name_the_argument_and_store_nothing():
    t, _ = tracker()
    nan = float("nan")
    track = t.track_struct_event
    refused("category", track, "", "a")
    refused("action", track, "c", None)
    refused("category: expected str, got int", track, 1, "a")
    refused("action: 1001 characters, at most 1000", track, "c", "x" * 1001)
    refused("label", track, "c", "a", "x" * 4097)
    refused("property_", track, "c", "a", None, "x" * 1001)
    refused("property_", track, "c", "a", None, "😀" * 501)
    refused("value", track, "c", "a", value="21.5")
    refused("value", track, "c", "a", value=True)
    for value in (nan, float("inf"), -float("inf")):
        refused("value", track, "c", "a", value=value)
    refused("tstamp", track, "c", "a", tstamp=0)
    refused("tstamp", track, "c", "a", tstamp=1700000000)
    # A float of many boards is off by a minute.
    if float("16777217") == 16777216:
        refused("tstamp", track, "c", "a", tstamp=1700000000000.5)
    refused("namespace", Tracker, "n" * 129, t.emitters)
    refused("app_id", Tracker, "n", t.emitters, app_id="a" * 256)
    refused("emitters", Tracker, "n", [])
    refused("emitters", Tracker, "n", None)
    assert len(t.emitters[0].event_store) == 0
    assert t.refused == 14 + (float("16777217") == 16777216)


def test_limits_themselves_are_accepted():
    t, wire = tracker()
    t.track_struct_event("c" * 1000, "😀" * 500, "l" * 4096, "p" * 1000)
    assert last_event(t, wire)["se_ac"] == "😀" * 500
    for limit in (-(1 << 31), (1 << 31) - 1):
        assert Subject().set_color_depth(limit).standard_nv_pairs["cd"] == str(limit)
    deep = []
    for _ in range(36):
        deep = [deep]
    assert t.track_self_describing_event((SCHEMA, deep))
    refused("37 levels", t.track_self_describing_event, (SCHEMA, [deep]))


def test_what_is_no_json_is_refused():
    t, _ = tracker()
    track = t.track_self_describing_event
    deep = []
    for _ in range(40):
        deep = [deep]
    for data in (b"x", {1: 2}, {"a": float("nan")}, [float("inf")], {"a": [object()]}, deep):
        refused("event_json", track, (SCHEMA, data))
        refused("context", track, (SCHEMA, {}), [(SCHEMA, data)])
    refused("expected SelfDescribingJson", track, 5)
    refused("expected SelfDescribingJson", track, (SCHEMA,))
    for schema in (
        "",
        None,
        SCHEMA[5:],
        "iglu:a/b/c/1-0",
        "iglu:a/b/c/1-0-x",
        "iglu:a/b/c/1-0-0/",
        "iglu:a b/b/c/1-0-0",
        "iglu:a/b.c/jsonschema/1-0-0",
        "iglu:a//jsonschema/1-0-0",
        'iglu:a"/b/jsonschema/1-0-0',
    ):
        refused("expected a schema", track, (schema, {}))
    assert len(t.emitters[0].event_store) == 0


def test_python_subject_with_every_setter():
    sid = "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee"
    subject = Subject().set_platform("mob").set_user_id("u").set_domain_user_id("d")
    subject.set_network_user_id("n").set_domain_session_id(sid).set_domain_session_index(3)
    subject.set_screen_resolution(128, 64).set_viewport(120, 60).set_color_depth(16)
    subject.set_ip_address("1.2.3.4").set_useragent("ua").set_timezone("UTC").set_lang("de")
    t, wire = tracker(subject=subject)
    t.track_struct_event("c", "a")
    event = last_event(t, wire)
    expected = {"p": "mob", "uid": "u", "duid": "d", "tnuid": "n", "sid": sid, "vid": "3"}
    expected.update(res="128x64", vp="120x60", cd="16", ip="1.2.3.4", ua="ua", tz="UTC", lang="de")
    assert {key: event[key] for key in expected} == expected


def test_subject_refuses_what_enrich_would():
    s = Subject()
    refused("platform: expected one of", s.set_platform, "board")
    refused("user_id: 256 characters", s.set_user_id, "u" * 256)
    refused("ip", s.set_ip_address, 5)
    refused("sid: expected a UUID", s.set_domain_session_id, "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeee")
    refused("sid: expected", s.set_domain_session_id, "gaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee")
    refused("vid", s.set_domain_session_index, 1 << 31)
    refused("vid", s.set_domain_session_index, 1.0)
    refused("vid", s.set_domain_session_index, True)
    refused("width", s.set_screen_resolution, 0, 64)
    refused("height", s.set_viewport, 64, "64")
    refused("depth", s.set_color_depth, "16")
    assert s.standard_nv_pairs == {"p": "iot"}


def test_an_empty_value_takes_back_what_the_subject_had():
    s = Subject().set_user_id("u").set_lang("de")
    s.set_user_id("").set_lang(None)
    assert s.standard_nv_pairs == {"p": "iot"}


def test_arduino_mac_address_as_identity():
    t, wire = tracker(subject=Subject().set_domain_user_id("AA:BB:CC:DD:EE:FF"))
    t.track_struct_event("c", "a")
    event = last_event(t, wire)
    assert event["duid"] == "AA:BB:CC:DD:EE:FF"
    assert "mac" not in event  # the pipeline would drop it


def test_arduino_float_values_with_a_precision():
    t, wire = tracker()
    t.track_struct_event("c", "a", value=21.4567, precision=2)
    t.track_struct_event("c", "a", value=7, precision=1)
    t.track(StructuredEvent("c", "a", value=0.125, precision=3))
    t.flush()
    assert [e["se_va"] for e in wire.events()] == ["21.46", "7", "0.125"]


def test_arduino_missing_category_touches_neither_store_nor_network():
    class Nothing:
        def __getattr__(self, name):
            raise AssertionError(name)

    t = Tracker("ns", Nothing())
    refused("category", t.track_struct_event, None, "a")
    refused("action", t.track_struct_event, "c", "")
    event = StructuredEvent("c", "a")
    event.category = ""
    refused("category", t.track, event)
    assert t.refused == 3


def test_java_returns_none_when_dropped():
    t, _ = tracker(nbytes=300)
    assert t.track_struct_event("c", "a", "x" * 300) is None
    assert t.track(StructuredEvent("c", "a", "x" * 300)) is None
    assert t.track_self_describing_event((SCHEMA, {"text": "x" * 300})) is None
    assert t.refused == 0
    assert t.emitters[0].event_store.dropped == 3


def test_node_several_trackers_do_not_disturb_each_other():
    t1, wire1 = tracker(subject=Subject().set_user_id("one"))
    t2, wire2 = tracker()
    t1.encode_base64 = True
    t1.track_self_describing_event((SCHEMA, {"a": 1}))
    t2.track_self_describing_event((SCHEMA, {"a": 2}))
    refused("category", t1.track_struct_event, "", "a")
    one, two = last_event(t1, wire1), last_event(t2, wire2)
    assert "ue_px" in one and "ue_pr" in two
    assert one["uid"] == "one" and "uid" not in two
    assert (t1.refused, t2.refused) == (1, 0)


def test_base64_is_url_safe_and_without_padding():
    t, wire = tracker()
    t.encode_base64 = True
    data = {"text": "??>>~~é漢字😀", "n": [1.5, None]}
    t.track_self_describing_event((SCHEMA, data), [(SCHEMA, data)])
    event = last_event(t, wire)
    for key in ("ue_px", "cx"):
        text = event[key]
        assert not [c for c in "+/=\n" if c in text], text
        text = text.replace("-", "+").replace("_", "/") + "=" * (-len(text) % 4)
        found = json.loads(str(a2b_base64(text), "utf-8"))["data"]
        assert (found if key == "ue_px" else found[0])["data"] == data
    assert "ue_pr" not in event and "co" not in event


def test_json_encoder_is_asked_for_what_has_no_json_form():
    t, wire = tracker()
    t.json_encoder = lambda value: "bytes:%d" % len(value)
    data = {"a": b"xyz", "b": [(b"", 1)], "c": {"d": None}}
    t.track_self_describing_event((SCHEMA, data), [(SCHEMA, data)])
    event = last_event(t, wire)
    expected = {"a": "bytes:3", "b": [["bytes:0", 1]], "c": {"d": None}}
    assert unwrapped(event) == (SCHEMA, expected)
    assert entity(event, SCHEMA) == expected
    assert data["a"] == b"xyz"
    loop = []
    loop.append(loop)
    refused("nested deeper", t.track_self_describing_event, (SCHEMA, loop))


def test_ios_pause_and_resume():
    t, wire = tracker()
    t.pause()
    assert t.track_struct_event("c", "a") is None
    refused("category", t.track_struct_event, "", "a")
    t.resume()
    assert t.track_struct_event("c", "a")
    t.flush()
    assert len(wire.events()) == 1


def test_half_of_a_surrogate_pair_is_refused():
    t, wire = tracker()
    half = json.loads('"\\ud83d"')
    refused("surrogates not allowed", t.track_struct_event, "c", half)
    refused("surrogates not allowed", t.track_self_describing_event, (SCHEMA, {"a": half}))
    refused("surrogates not allowed", t.track_struct_event, "c", "a", context=[(SCHEMA, half)])
    t.encode_base64 = True
    refused("surrogates not allowed", t.track_self_describing_event, (SCHEMA, {"a": half}))
    assert t.refused == 4
    t.track_struct_event("c", "\ud7ff\ue000\uffff")  # their neighbours
    assert last_event(t, wire)["se_ac"] == "\ud7ff\ue000\uffff"


def test_a_tab_counts_as_the_four_spaces_that_enrich_makes_of_it():
    t, _ = tracker()
    assert t.track_struct_event("c", "\t" * 250)
    refused("action: 1004 characters, at most 1000", t.track_struct_event, "c", "\t" * 251)


def test_a_context_that_is_no_list_is_refused():
    t, _ = tracker()
    refused("context: expected a list", t.track_struct_event, "c", "a", context=5)
    refused("context", t.track_struct_event, "c", "a", context=(SCHEMA, {}))
    assert t.track_struct_event("c", "a", context=(pair for pair in [(SCHEMA, {})]))


def test_what_a_subject_or_an_emitter_changes_later():
    t, wire = tracker()
    other, other_wire = tracker()
    assert t.set_subject(Subject().set_user_id("u")) is t
    assert t.add_emitter(other.emitters[0]) is t
    assert t.get_namespace() == "ns"
    t.track_struct_event("c", "a")
    t.flush()
    assert wire.events()[0]["uid"] == other_wire.events()[0]["uid"] == "u"


def test_a_call_that_is_not_there_is_an_attribute_error():
    t, _ = tracker()
    for name in ("track_nothing", "nothing"):
        try:
            getattr(t, name)
        except AttributeError as e:
            assert name in str(e), str(e)
        else:
            raise AssertionError(name)


def test_json_too_deep_for_the_stack_that_is_left_is_refused():
    flat = ("iglu:com.acme/a/jsonschema/1-0-0", {"a": 1})
    nested = {"a": 1}
    for _ in range(30):
        nested = {"a": nested}
    nested = ("iglu:com.acme/a/jsonschema/1-0-0", nested)
    t, wire = tracker(nbytes=200000)

    def at(depth, pair):
        return at(depth - 1, pair) if depth else t.track_self_describing_event(pair)

    for depth in range(300):
        try:
            at(depth, flat)
        except (RuntimeError, ValueError):  # the stack is too short for any event
            break
        try:
            at(depth, nested)
        except ValueError as e:
            assert "nested" in str(e)
