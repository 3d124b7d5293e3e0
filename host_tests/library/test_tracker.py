import json

from expect import last_event, refused, tracker
from snowplow_tracker import SelfDescribingJson, Subject, Tracker, __version__, clock

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


def test_a_timestamp_of_the_caller_is_dtm():
    t, wire = tracker()
    t.track_struct_event("c", "a", tstamp=1700000000000)
    assert last_event(t, wire)["dtm"] == "1700000000000"


def test_several_emitters_get_the_same_event():
    t1, wire1 = tracker()
    t2, wire2 = tracker()
    both = Tracker("both", [t1.emitters[0], t2.emitters[0]])
    eid = both.track_struct_event("c", "a")
    assert both.flush()
    assert wire1.events()[0]["eid"] == wire2.events()[0]["eid"] == eid
    assert "aid" not in wire1.events()[0]


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
    refused("tstamp", track, "c", "a", tstamp=1700000000)
    refused("tstamp", track, "c", "a", tstamp=1700000000000.5)
    refused("namespace", Tracker, "n" * 129, t.emitters)
    refused("app_id", Tracker, "n", t.emitters, app_id="a" * 256)
    refused("emitters", Tracker, "n", [])
    assert len(t.emitters[0].event_store) == 0


def test_limits_themselves_are_accepted():
    t, wire = tracker()
    t.track_struct_event("c" * 1000, "😀" * 500, "l" * 4096, "p" * 1000)
    assert last_event(t, wire)["se_ac"] == "😀" * 500


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


def test_subject_refuses_what_enrich_would():
    refused("platform", Subject().set_platform, "board")
    refused("user_id", Subject().set_user_id, "u" * 256)
    refused("user_id", Subject().set_user_id, "")
    refused("ip", Subject().set_ip_address, 5)
    Subject().set_ip_address("1.2.3.4").set_useragent("ua").set_timezone("UTC")
    Subject().set_network_user_id("n").set_domain_user_id("d")
