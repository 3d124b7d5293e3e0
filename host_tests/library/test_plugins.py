import json
from errno import ECONNREFUSED, EHOSTUNREACH, ETIMEDOUT

from expect import entities, entity, last_event, refused, tracker, unwrapped
from fake_time import NOW, Time
from snowplow_tracker import (
    Anonymous,
    Deferred,
    Diagnostics,
    GlobalEntities,
    Log,
    RingStore,
    SelfDescribingJson,
    Session,
    StructuredEvent,
    Tracker,
    clock,
)
from snowplow_tracker.emitter.outcome import outcome
from snowplow_tracker.entities.probed import probed
from snowplow_tracker.plugins import deferred as deferred_module
from snowplow_tracker.plugins.diagnostics import SCHEMA as DIAGNOSTIC
from snowplow_tracker.plugins.log import DEBUG, ERROR, OFF
from snowplow_tracker.record import ANONYMOUS, DTM

try:
    from micropython import heap_lock, heap_unlock
except ImportError:

    def heap_lock():
        pass

    heap_unlock = heap_lock

BOARD = "iglu:com.acme/board/jsonschema/1-0-0"
READING = "iglu:com.acme.garden/reading/jsonschema/1-2-0"


def globally():
    """(tracker, wire, its GlobalEntities)."""
    t, wire = tracker()
    found = GlobalEntities()
    t.plugins.append(found)
    return t, wire, found


def schemas(t, wire, schema=None):
    """The schemas of the entities of an event of that schema, else of a structured one."""
    if schema:
        t.track_self_describing_event((schema, {}))
    else:
        t.track_struct_event("c", "a")
    return [its for its, _ in entities(last_event(t, wire))]


def test_javascript_global_entities_static():
    t, wire, found = globally()
    assert found.add((BOARD, {"id": "é"})) is found
    t.track_struct_event("c", "a", context=[(READING, {})])
    assert entities(last_event(t, wire)) == [(READING, {}), (BOARD, {"id": "é"})]
    t.track_self_describing_event((READING, {}))
    assert entities(last_event(t, wire)) == [(BOARD, {"id": "é"})]


def test_javascript_global_entities_from_a_function():
    t, wire, found = globally()
    seen = []

    def make(pairs, schema):
        seen.append((pairs["e"], schema))
        if pairs["e"] == "se":
            return (BOARD, {"n": len(seen)})
        return [(BOARD, {"n": 0}), (READING, {})]

    found.add(make)
    found.add(lambda pairs, schema: None)
    t.track_struct_event("c", "a")
    assert entities(last_event(t, wire)) == [(BOARD, {"n": 1})]
    assert schemas(t, wire, READING) == [BOARD, READING]
    assert seen == [("se", None), ("ue", READING)]


def test_javascript_global_entities_with_a_filter():
    t, wire, found = globally()
    found.add((BOARD, {}), filter=lambda pairs, schema: pairs.get("se_ac") == "yes")
    t.track_struct_event("c", "no")
    assert entities(last_event(t, wire)) == []
    t.track_struct_event("c", "yes")
    assert entities(last_event(t, wire)) == [(BOARD, {})]


def test_ios_global_entities_by_schema_patterns():
    for accept, reject, schema, expected in (
        ("iglu:com.acme/*/jsonschema/*-*-*", None, BOARD, True),
        ("iglu:com.acme/*/jsonschema/*-*-*", None, READING, False),
        ("iglu:com.acme.*/*/jsonschema/*-*-*", None, READING, True),
        ("iglu:com.acme.*/reading/jsonschema/1-*-*", None, READING, True),
        ("iglu:com.acme.*/reading/jsonschema/2-*-*", None, READING, False),
        (["iglu:a/b/jsonschema/1-0-0", BOARD], None, BOARD, True),
        (BOARD, None, None, False),
        (None, "iglu:com.acme/*/jsonschema/*-*-*", BOARD, False),
        (None, "iglu:com.acme/*/jsonschema/*-*-*", READING, True),
        (None, BOARD, None, True),
        ("iglu:com.acme.*/*/jsonschema/*-*-*", READING, READING, False),
    ):
        t, wire, found = globally()
        found.add((BOARD, {}), accept=accept, reject=reject)
        assert (schemas(t, wire, schema) == [BOARD]) is expected, (accept, reject, schema)


def test_javascript_global_entities_are_removable_by_tag():
    t, wire, found = globally()
    found.add((BOARD, {}), tag="board").add((READING, {}), tag="reading").add((READING, {}))
    assert schemas(t, wire) == [BOARD, READING, READING]
    found.remove("board").remove("reading").remove("nothing")
    assert schemas(t, wire) == [READING]


def test_global_entities_that_fail_cost_the_entity_and_not_the_event():
    t, wire, found = globally()
    found.add(lambda pairs, schema: 1 // 0)
    found.add(lambda pairs, schema: (BOARD, {"x": float("nan")}))
    found.add(lambda pairs, schema: ("no schema", {}))
    found.add((BOARD, {}), filter=lambda pairs, schema: pairs["nothing"])
    found.add((READING, {}))
    assert schemas(t, wire) == [READING]
    assert found.failed == 4
    assert t.refused == 0
    refused("entity", found.add, ("no schema", {}))
    refused("entity", found.add, (BOARD, b""))
    refused("accept, reject", found.add, (BOARD, {}), accept="com.acme/*")
    refused("accept, reject", found.add, (BOARD, {}), reject=["iglu:a/b/c/1-*"])


def test_scala_board_metadata_is_collected_once_a_boot():
    calls = []

    def fails():
        calls.append("fails")
        raise OSError("no radio")

    def mac():
        calls.append("mac")
        return "AA:BB:CC:DD:EE:FF"

    t, wire, found = globally()
    found.add(probed(BOARD, rssi=fails, nothing=lambda: None, bad=lambda: b"", mac=mac))
    for _ in range(3):
        t.track_struct_event("c", "a")
        assert entities(last_event(t, wire)) == [(BOARD, {"mac": "AA:BB:CC:DD:EE:FF"})]
    assert sorted(calls) == ["fails", "mac"]


def test_javascript_anonymous_tracking_on_the_server():
    flags = []

    class Sink:
        def put(self, ms, its, json):
            flags.append(its)
            return len(flags)

    t = Tracker("ns", Sink())
    t.track_struct_event("c", "a")
    t.anonymous = Anonymous()
    t.track_struct_event("c", "a")
    t.anonymous = Anonymous(server=True)
    t.track_struct_event("c", "a")
    t.track(StructuredEvent("c", "a", device_timestamp=1700000000000))
    assert flags == [0, 0, ANONYMOUS, ANONYMOUS | DTM]


def test_an_anonymous_event_keeps_other_entities_of_plugins():
    schema = "iglu:com.acme/reading/jsonschema/1-0-0"
    for kept in ((schema, {"n": 1}), SelfDescribingJson(schema, {"n": 1})):
        t, wire = tracker()
        t.plugins += [Session(), lambda eid, pairs, its, found, kept=kept: found.append(kept)]
        for t.anonymous in (Anonymous(), Anonymous(session=True)):
            assert t.track_struct_event("c", "a")
            assert entity(last_event(t, wire), schema) == {"n": 1}
    for bad in (None, (), 5, (schema,)):
        t, _ = tracker()
        t.anonymous = Anonymous()
        t.plugins.append(lambda eid, pairs, its, found, bad=bad: found.append(bad))
        refused("entity: expected SelfDescribingJson", t.track_struct_event, "c", "a")


def test_anonymous_and_normal_events_never_share_a_request():
    t, wire = tracker()
    t.track_struct_event("c", "normal")
    t.anonymous = Anonymous(server=True)
    t.track_struct_event("c", "anonymous")
    t.anonymous = None
    t.track_struct_event("c", "normal")
    assert t.flush()
    assert [[e["se_ac"] for e in batch] for batch in wire.batches()] == [
        ["normal"],
        ["anonymous"],
        ["normal"],
    ]


def test_unity_tracking_in_an_interrupt_does_not_allocate():
    t, wire = tracker()
    later = Deferred(t, 4)
    event = StructuredEvent("button", "pressed")
    track = later.track
    track(event)  # MicroPython's own caches
    value = 21
    heap_lock()
    try:
        track(event)
        track(event, value)
    finally:
        heap_unlock()
    assert later.drain() == 3
    t.flush()
    assert [e.get("se_va") for e in wire.events()] == [None, None, "21"]


def test_unity_tracking_in_an_interrupt_is_bounded_and_counted():
    t, wire = tracker()
    later = Deferred(t, 4)
    for round in range(5):
        assert [later.track(StructuredEvent("c", str(i)), i) for i in range(6)] == [True] * 4 + [
            False
        ] * 2
        assert later.missed == 2 * (round + 1)
        assert later.drain() == 4
        assert later.drain() == 0
    assert t.flush()
    assert [e["se_va"] for e in wire.events()] == ["0", "1", "2", "3"] * 5


def test_what_an_interrupt_noted_has_the_time_of_the_interrupt():
    class Sink:
        def put(self, ms, flags, json):
            self.ms = ms
            return 1

    sink = Sink()
    real = deferred_module.ticks_ms
    with Time(NOW) as time:
        deferred_module.ticks_ms = lambda: time.mono
        try:
            later = Deferred(Tracker("ns", sink))
            event = StructuredEvent("c", "a")
            later.track(event)
            noted = clock.ms()
            time.pass_ms(12345)
            assert later.drain() == 1
            assert sink.ms == noted
            assert event.ms is None
        finally:
            deferred_module.ticks_ms = real


def test_what_an_interrupt_noted_may_be_refused_later():
    t, _ = tracker()
    later = Deferred(t)
    event = StructuredEvent("c", "a")
    event.category = ""
    later.track(event)
    later.track(StructuredEvent("c", "a"))
    assert later.drain() == 1
    assert (later.failed, t.refused) == (1, 1)


class Stub:
    """An emitter and its store: what Diagnostics looks at."""

    def __init__(self):
        self.event_store = RingStore(100)
        self.last_result = None
        self.events = []

    def put(self, ms, flags, json_):
        self.events.append(json.loads(str(json_, "utf-8") + "}"))
        return len(self.events)


def test_ios_diagnostic_errors_of_the_trackers_own_failures():
    emitter = Stub()
    t = Tracker("ns", emitter)
    t.plugins.append(Session("/nowhere/at/all"))
    diagnostics = Diagnostics(t)
    assert diagnostics.check() == 0
    refused("category", t.track_struct_event, "", "")
    t.track_struct_event("c", "a")
    emitter.event_store.put(0, 0, b"x" * 101)
    emitter.last_result = OSError(113)
    assert diagnostics.check() == 4
    assert diagnostics.check() == 0
    for last, expected in ((OSError(113), 0), (503, 1), (200, 0), (503, 1)):
        emitter.last_result = last
        assert diagnostics.check() == expected, last
    found = [unwrapped(event) for event in emitter.events if event["e"] == "ue"]
    assert [schema for schema, _ in found] == [DIAGNOSTIC] * 6
    assert found[0][1] == {"className": "Tracker", "message": "1 calls were refused"}
    assert found[1][1] == {"className": "RingStore", "message": "1 events were dropped"}
    assert found[2][1] == {"className": "Session", "message": "1 failures"}
    assert "OSError(113" in found[3][1]["message"]
    assert found[4][1] == {"className": "Stub", "message": "the last request failed: 503"}


def test_what_a_store_lost_before_is_no_news():
    emitter = Stub()
    emitter.event_store.put(0, 0, b"x" * 101)
    diagnostics = Diagnostics(Tracker("ns", emitter))
    assert diagnostics.check() == 0
    emitter.event_store.put(0, 0, b"x" * 101)
    assert diagnostics.check() == 1


def test_arduino_log_levels_off_by_default():
    t, _ = tracker(nbytes=300)
    assert t.log is None
    lines = []
    for level, expected in ((OFF, 0), (ERROR, 2), (DEBUG, 3)):
        t.log = Log(level, lines.append)
        del lines[:]
        eid = t.track_struct_event("secret", "a")
        t.track_struct_event("secret", "x" * 300)
        refused("category", t.track_struct_event, "", "a")
        assert len(lines) == expected, lines
        assert not [line for line in lines if "secret" in line]
    assert lines[0] == "snowplow: tracked se " + eid
    assert "dropped" in lines[1] and "refused: category" in lines[2]


def test_arduino_outcomes_are_told_apart():
    for last, expected in (
        (None, "none"),
        (200, "success"),
        (204, "success"),
        (404, "http_error"),
        (503, "http_error"),
        (OSError(110), "timeout"),
        (OSError(11), "timeout"),
        (OSError(111), "no_connection"),
        (OSError(ECONNREFUSED, "c:443: refused"), "no_connection"),
        (OSError(EHOSTUNREACH, "no address for c: -2"), "no_connection"),
        (OSError(ETIMEDOUT, "c:443: no connection in 10000 ms"), "timeout"),
        (OSError("not HTTP: b'x'"), "bad_response"),
        (OSError("ValueError: HTTP error"), "bad_response"),
    ):
        assert outcome(last) == expected, last


def test_a_plugin_may_change_the_event():
    t, wire = tracker()

    def plugin(eid, pairs, schema, entities):
        pairs["uid"] = eid
        entities.append((BOARD, {"eid": eid}))

    t.plugins.append(plugin)
    eid = t.track_struct_event("c", "a")
    event = last_event(t, wire)
    assert event["uid"] == event["eid"] == eid
    assert entity(event, BOARD) == {"eid": eid}


def test_a_plugins_bad_entity_is_refused():
    t, _ = tracker()
    t.plugins.append(lambda eid, pairs, schema, entities: entities.append((BOARD, b"")))
    refused("entity: bytes has no JSON form", t.track_struct_event, "c", "a")
    assert t.refused == 1


def test_entities_in_base64():
    t, wire, found = globally()
    found.add((BOARD, {}))
    t.encode_base64 = True
    t.track_struct_event("c", "a")
    event = last_event(t, wire)
    assert "cx" in event and "co" not in event
    json.dumps(event)
