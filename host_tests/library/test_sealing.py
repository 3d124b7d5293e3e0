# Events and entities are serialised and escaped once, and a schema is checked once: what comes in
# between, or changes later, must not show in an event.
import json
from binascii import a2b_base64
from collections import OrderedDict, namedtuple

from expect import entities, last_event, refused, tracker, unwrapped
from snowplow_tracker import GlobalEntities, SelfDescribingJson, StructuredEvent
from snowplow_tracker.events.self_describing import SelfDescribing

READING = "iglu:com.acme/reading/jsonschema/1-0-0"
BOARD = "iglu:com.acme/board/jsonschema/1-0-0"
TEXT = 'a "quote", a \\ and a \\" é 中 \U0001f600 \n\t\x01\x7f'
WRAPPER = "iglu:com.snowplowanalytics.snowplow/unstruct_event/jsonschema/1-0-0"


def decoded(event):
    """The event as it is without base64."""
    for key, plain in (("ue_px", "ue_pr"), ("cx", "co")):
        if key in event:
            text = event.pop(key).replace("-", "+").replace("_", "/")
            event[plain] = str(a2b_base64(text + "=" * (-len(text) % 4)), "utf-8")
    return event


def test_text_of_every_kind_in_events_and_entities():
    data = {TEXT: [TEXT, {"a": TEXT}, 1.5, -3, True, None, [], {}, [[]]]}
    for base64 in (False, True):
        t, wire = tracker()
        t.encode_base64 = base64
        found = GlobalEntities()
        found.add((BOARD, {"b": TEXT}))
        found.add(lambda pairs, schema: (BOARD, {"c": TEXT}))
        t.plugins.append(found)
        t.plugins.append(lambda eid, pairs, schema, its: its.append((BOARD, [TEXT])))
        assert t.track_self_describing_event((READING, data), [(READING, TEXT)])
        event = decoded(last_event(t, wire))
        assert unwrapped(event) == (READING, data)
        expected = [(READING, TEXT), (BOARD, {"b": TEXT}), (BOARD, {"c": TEXT}), (BOARD, [TEXT])]
        assert entities(event) == expected


def test_what_is_changed_in_place_shows_in_the_next_event():
    t, wire = tracker()
    data, context, shown = {"n": 1}, [(BOARD, {"a": [1]})], {"b": 1}
    found = GlobalEntities()
    found.add((BOARD, shown))
    found.add(lambda pairs, schema: (BOARD, shown))
    t.plugins.append(found)
    t.track_self_describing_event((READING, data), context)
    data["n"] = '2"'
    context[0][1]["a"].append('"')
    shown["b"] = 2
    t.track_self_describing_event((READING, data), context)
    event = last_event(t, wire)
    assert unwrapped(event) == (READING, {"n": '2"'})
    # An entity is as it was when it was added; what a function returns is as it is.
    assert entities(event) == [(BOARD, {"a": [1, '"']}), (BOARD, {"b": 1}), (BOARD, {"b": 2})]
    event = SelfDescribingJson(READING, {"n": 3})
    t.track_self_describing_event(event)
    event.schema = BOARD
    event.data["n"] = 4
    t.track_self_describing_event(event)
    assert unwrapped(last_event(t, wire)) == (BOARD, {"n": 4})
    data["n"] = float("nan")
    refused("event_json: nan", t.track_self_describing_event, (READING, data))
    data["n"] = 5
    assert t.track_self_describing_event((READING, data))


def test_an_entity_is_taken_back_and_added_anew():
    t, wire = tracker()
    found = GlobalEntities()
    t.plugins.append(found)
    for n in range(3):
        found.remove("tag")
        found.add((BOARD, {"n": n}), tag="tag")
        t.track_self_describing_event((READING, {}))
        assert entities(last_event(t, wire)) == [(BOARD, {"n": n})]
    found.remove("tag")
    t.track_self_describing_event((READING, {}))
    assert "co" not in last_event(t, wire)


def test_a_bad_schema_is_refused_however_often_and_after_however_many():
    t, wire = tracker(nbytes=65536)
    good = ["iglu:com.acme/reading/jsonschema/1-0-%d" % n for n in range(30)]
    bad = ["iglu:com.acme/reading/jsonschema/1-0-0%d" % n for n in range(30)]
    for _ in range(2):
        for n in range(30):
            assert t.track_self_describing_event((good[n], {"n": n}), [(good[29 - n], {})])
            refused("event_json: expected a schema", t.track_self_describing_event, (bad[n], {}))
            refused("context", t.track_struct_event, "c", "a", context=[(bad[n], {})])
    for schema in (None, 5, [good[0]], {}, good[0].encode(), good[0] + " ", ""):
        refused("event_json: expected", t.track_self_describing_event, (schema, {}))
    t.flush()
    assert [unwrapped(event) for event in wire.events()] == 2 * [
        (good[n], {"n": n}) for n in range(30)
    ]


def test_what_a_plugin_puts_in_place_of_the_event_stays_valid():
    pretty = '{\n\t"schema": "%s",\r\n"data": {"schema": "%s", "data": {"a": "\\"\\\\"}}}\x7f'
    pretty = pretty[:-1] % (WRAPPER, READING)
    for key, value in (("ue_pr", pretty), ("co", '{\n"x": "\\""}'), ("uid", TEXT)):
        for call in ("struct", "event", "class"):
            t, wire = tracker()
            t.plugins.append(lambda eid, pairs, schema, its, k=key, v=value: pairs.update({k: v}))
            if call == "struct":
                t.track_struct_event("c", "a")
            elif call == "event":
                t.track_self_describing_event((READING, {"b": 1}))
            else:
                t.track(SelfDescribing((READING, {"b": 1})))
            assert last_event(t, wire)[key] == value
            # Entities take the place of a `co` that was there.
            t.plugins.append(lambda eid, pairs, schema, its: its.append((BOARD, {})))
            t.track_self_describing_event((READING, {"b": 1}))
            event = last_event(t, wire)
            assert entities(event) == [(BOARD, {})]
            assert key == "co" or event[key] == value
            assert wire.bodies[-1].count(b'"co":') == 1 and wire.bodies[-1].count(b'"ue_pr":') == 1
    event = SelfDescribing((READING, {"b": 1}))
    event.payload.add("ue_pr", pretty)
    t, wire = tracker()
    t.track(event)
    assert last_event(t, wire)["ue_pr"] == pretty


def test_a_plugin_may_set_no_pair_to_none():
    t, _ = tracker()
    for key in ("uid", "se_la", "ue_pr"):
        t.plugins = [lambda eid, pairs, schema, its, key=key: pairs.update({key: None})]
        refused(key, t.track_struct_event, "c", "a")
        refused(key, t.track_self_describing_event, (READING, {}))
    assert not len(t.emitters[0].event_store)


def test_an_event_that_is_tracked_during_another_changes_nothing_in_it():
    t, wire = tracker()
    found = GlobalEntities()
    found.add((BOARD, {"all": 1}))

    def nested(eid, pairs, schema, its):
        its.append((BOARD, {"outer": schema}))
        if schema == READING:
            inner = [(BOARD, {"inner": '"'})]
            t.track_self_describing_event((BOARD, {"inner": 1}), inner)
            t.track_struct_event("inner", "a", context=inner)
            refused("event_json", t.track_self_describing_event, ("bad", {}))
            t.track(StructuredEvent("inner", "b"))

    t.plugins = [nested, found]
    t.track_self_describing_event((READING, {"outer": '"'}), [(READING, {"o": 1})])
    t.flush()
    inner, struct, other, outer = wire.events()
    assert unwrapped(inner) == (BOARD, {"inner": 1})
    both = [(BOARD, {"inner": '"'}), (BOARD, {"outer": BOARD}), (BOARD, {"all": 1})]
    assert entities(inner) == both
    assert entities(struct)[0] == (BOARD, {"inner": '"'}) and struct["se_ac"] == "a"
    assert entities(other) == [(BOARD, {"outer": None}), (BOARD, {"all": 1})]
    assert unwrapped(outer) == (READING, {"outer": '"'})
    expected = [(READING, {"o": 1}), (BOARD, {"outer": READING}), (BOARD, {"all": 1})]
    assert entities(outer) == expected
    assert len({event["eid"] for event in wire.events()}) == 4
    # And by a callback, in the middle of a request.
    emitter = t.emitters[0]
    t.plugins = [found]
    done = []

    def success(events):
        if not done:
            done.append(t.track_self_describing_event((BOARD, {"back": '"'})))

    emitter.on_success = success
    t.track_self_describing_event((READING, {"n": '"'}), [(READING, {})])
    t.flush()
    assert [unwrapped(event) for event in wire.events()[4:]] == [
        (READING, {"n": '"'}),
        (BOARD, {"back": '"'}),
    ]


def test_memory_that_runs_out_costs_only_the_event():
    for failing in ("plugin", "entity", "anonymous", "store", "encoder"):
        t, wire = tracker()
        found = GlobalEntities()
        found.add((BOARD, {"a": 1}))
        t.plugins = [found]
        full = [True]

        def fail(*_, full=full):
            if full:
                full.pop()
                raise MemoryError
            return 0

        class Its:
            schema = READING
            calls = 0

            def __iter__(self):
                fail()
                return iter((READING, {}))

        data = {"n": 1}
        if failing == "plugin":
            t.plugins.append(fail)
        elif failing == "entity":
            t.plugins.append(lambda eid, pairs, schema, its: its.append(Its()))
        elif failing == "anonymous":
            t.anonymous = fail
        elif failing == "encoder":
            t.json_encoder = fail
            data = {"n": object}
        else:
            store = t.emitters[0].event_store
            put = store.put
            store.put = lambda *event, put=put: fail() or put(*event)
        try:
            t.track_self_describing_event((READING, data), [(BOARD, {"b": 2})])
            raise AssertionError("memory did not run out")
        except MemoryError:
            pass
        assert not len(t.emitters[0].event_store) and not t.refused
        assert t.track_self_describing_event((READING, data), [(BOARD, {"b": 2})])
        event = last_event(t, wire)
        assert len(wire.events()) == 1 and unwrapped(event)[0] == READING
        assert entities(event)[:2] == [(BOARD, {"b": 2}), (BOARD, {"a": 1})]


# json.dumps of a board writes no JSON for these, and CPython's the same as for the plain types.
def test_instances_of_subclasses_are_sent_as_what_they_are():
    class Text(str):
        def __repr__(self):
            return 'a\nb"'

    class Items(list):
        pass

    class Fields(dict):
        pass

    class Number(int):
        pass

    class Float(float):
        pass

    point = namedtuple("Point", ("x", "y"))
    for value, same in (
        (Text('q"'), 'q"'),
        ({Text("k"): Text("v\n")}, {"k": "v\n"}),
        (point(1, 'x\n"'), [1, 'x\n"']),
        (Items([Number(3), Float(1.5), Float(-0.5), [Text("x")]]), [3, 1.5, -0.5, ["x"]]),
        (Fields({"a": point(True, None)}), {"a": [True, None]}),
        (OrderedDict([("a", point(1, {}))]), {"a": [1, {}]}),
    ):
        t, wire = tracker()
        t.track_self_describing_event((Text(READING), value), [(Text(BOARD), value)])
        event = last_event(t, wire)
        assert unwrapped(event) == (READING, same)
        assert entities(event) == [(BOARD, same)]
        assert json.loads(SelfDescribingJson(READING, value).to_string())["data"] == same
    bad = (Float("nan"), [Float("inf")], Fields({1: 2}), Items([object()]), {Text("a"): b""})
    for value in bad:
        refused("event_json", t.track_self_describing_event, (READING, value))
