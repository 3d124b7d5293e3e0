"""Micro's API for tables of events, against the shapes of Micro 4.5."""

import json
from datetime import datetime, timedelta, timezone

import pytest
from collecting import JSON, TP2, entities, reading, struct, unstruct

CONTEXT, EVENT = "contexts_com_example_reading_1", "unstruct_event_com_example_reading_1"


@pytest.fixture
def filled(empty):
    empty.send(
        struct(aid="one", se_la="50%"),
        struct(aid="two", se_la="500"),
        struct(aid="two", e="ue", ue_pr=unstruct({"celsius": 21.5}), co=entities({"celsius": 1})),
        struct(aid="three", se_va="x"),
    )
    return empty


def apps(found):
    return [event["app_id"] for event in found["events"]]


def test_events_page_by_page(filled):
    found = filled.post("/micro/events", {"filters": [], "page": 1, "pageSize": 3})
    assert apps(found) == ["three", "two", "two"]
    assert (found["totalItems"], found["totalPages"]) == (4, 2)
    found = filled.post("/micro/events", {"page": 2, "pageSize": 3})
    assert apps(found) == ["one"]
    assert apps(filled.post("/micro/events", {"page": 9, "pageSize": 3})) == []
    assert apps(filled.post("/micro/events", {})) == ["three", "two", "two", "one"]
    assert [event["app_id"] for event in filled.get("/micro/events")][0] == "three"


def test_an_event_is_what_the_sdks_make_of_it(filled):
    event = filled.post("/micro/events", {"validEvents": True})["events"][0]
    assert event["unstruct_event_com_example_reading_1"] == {"celsius": 21.5}
    assert event["contexts_com_example_reading_1"] == [{"celsius": 1}]
    assert "contexts" not in event and event["geo_city"] is None


def test_a_failed_event_has_its_failures(filled):
    (event,) = filled.post("/micro/events", {"validEvents": False})["events"]
    (failure,) = event["contexts_com_snowplowanalytics_snowplow_failure_1"]
    assert "se_va" in failure["errors"][0]
    assert event["app_id"] == "three" and event["event_id"]


@pytest.mark.parametrize(
    "filters, expected",
    [
        ([{"column": "app_id", "values": ["tw"]}], []),  # The whole value, as Micro
        ([{"column": "app_id", "values": ["TWO"]}], []),
        ([{"column": "app_id", "values": ["two"]}], ["two", "two"]),
        ([{"column": "app_id", "values": ["one", "three"]}], ["three", "one"]),
        ([{"column": "app_id", "value": "one"}], ["one"]),
        ([{"column": "se_label", "values": ["50%"]}], ["one"]),
        ([{"column": "app_id", "values": []}], ["three", "two", "two", "one"]),
        ([{"column": "app_id", "values": ["two"]}, {"column": "se_label", "values": ["500"]}],
         ["two"]),
        ([{"column": f"{CONTEXT}.celsius", "values": ["1"]}], ["two"]),
        ([{"column": f"{CONTEXT}.celsius", "values": ["2"]}], []),
        ([{"column": f"{EVENT}.celsius", "values": ["21.5"]}], ["two"]),
        ([{"column": "contexts_com_example_none_1.a", "values": ["1"]}], []),
        ([{"column": "geo_city", "values": ["x"]}], []),
    ],
)  # fmt: skip
def test_filters(filled, filters, expected):
    found = filled.post("/micro/events", {"filters": filters})
    assert apps(found) == expected and found["totalItems"] == len(expected)


def test_sorting(filled):
    ask = {"sorting": {"column": "app_id", "desc": False}}
    assert apps(filled.post("/micro/events", ask)) == ["one", "three", "two", "two"]
    ask = {"sorting": {"column": "collector_tstamp", "desc": False}}
    assert apps(filled.post("/micro/events", ask)) == ["one", "two", "two", "three"]


@pytest.mark.parametrize("column", [f"{CONTEXT}.celsius", f"{EVENT}.celsius"])
def test_sorting_by_a_field_of_an_entity(empty, column):
    values = [3, 10, 1.5]
    empty.send(struct(aid="none"))
    for value in values:
        data = {"celsius": value}
        empty.send(struct(e="ue", aid=str(value), ue_pr=unstruct(data), co=entities(data)))
    for desc, expected in ((False, ["1.5", "3", "10"]), (True, ["10", "3", "1.5"])):
        ask = {"sorting": {"column": column, "desc": desc}}
        assert apps(empty.post("/micro/events", ask)) == [*expected, "none"]


def test_time(filled):
    past, zoned, far = "2001-01-01T00:00:00Z", "2001-01-01T00:00:00.000+01:00", "2999-01-01"
    for start, end, count in ((past, None, 4), (None, past, 0), (zoned, far, 4)):
        ask = {"timeRange": {"start": start, "end": end}}
        assert filled.post("/micro/events", ask)["totalItems"] == count


@pytest.mark.parametrize(
    "body",
    [
        *[b"{", b"[]", b'{"page":"1"}', b'{"filters":[1]}', b'{"sorting":{"column":"x"}}'],
        *[b'{"timeRange":{"start":"now"}}', b'{"filters":[{"column":"a\'b","values":["x"]}]}'],
        *[b'{"filters":[{"column":"app_id","values":[1]}]}', b'{"filters":[{"values":["x"]}]}'],
        *[b'{"sorting":{"column":[]}}', b'{"sorting":{"column":".good"}}'],
        b'{"filters":[{"column":"contexts_com_example_reading_1","values":["x"]}]}',
        json.dumps({"filters": [{"column": "app_id", "values": ["x"]}] * 21}).encode(),
    ],
)
def test_what_cannot_be_asked(filled, body):
    assert filled.request("POST", "/micro/events", body, JSON)[0] == 400


def test_huge_pages_are_bounded(filled):
    for page, size in ((1, 1 << 70), (1 << 70, 1), (-5, -5), (0, 0)):
        found = filled.post("/micro/events", {"page": page, "pageSize": size})
        assert found["totalItems"] == 4


def test_the_timeline_of_the_last_30_minutes(filled):
    begin = datetime.now(timezone.utc)
    points = filled.get("/micro/timeline")["points"]
    end = datetime.now(timezone.utc)
    assert len(points) == 31
    assert {"validEvents", "failedEvents", "timestamp"} == set(points[0])
    times = [datetime.fromisoformat(point["timestamp"].replace("Z", "+00:00")) for point in points]
    assert times == sorted(times, reverse=True)
    assert begin - timedelta(seconds=61) < times[0] <= end
    assert sum(point["validEvents"] for point in points) == 3
    assert sum(point["failedEvents"] for point in points) == 1


def test_the_timeline_of_given_buckets(filled):
    past = {"start": "2001-01-01T00:00:00Z", "end": "2001-01-02T00:00:00Z"}
    ever = {"start": "2001-01-01T00:00:00Z", "end": "2999-01-01T00:00:00Z"}
    assert filled.post("/micro/timeline", {"buckets": [past, ever]})["points"] == [
        {"validEvents": 0, "failedEvents": 0, "bucket": past},
        {"validEvents": 3, "failedEvents": 1, "bucket": ever},
    ]
    wide = filled.post("/micro/timeline", {"timeRange": ever})["points"]
    assert len(wide) <= 502 and sum(point["validEvents"] for point in wide) == 3
    far = [b'{"timeRange":{"%s":%d}}' % (key, at)
           for key, at in ((b"start", -1 << 59), (b"end", 1 << 59))]  # fmt: skip
    for body in (b'{"buckets":[1]}', b'{"buckets":[{"start":"x"}]}', b"[", *far):
        assert filled.request("POST", "/micro/timeline", body, JSON)[0] == 400


def test_columns(filled):
    names = filled.get("/micro/columns")
    assert names == sorted(names)
    assert {"app_id", "contexts_com_example_reading_1.celsius"} <= set(names)
    assert "unstruct_event_com_example_reading_1.celsius" in names
    assert "contexts" not in names


def test_readings_of_a_board_have_columns_too(empty):
    empty.send(reading(21.5))
    empty.request("POST", TP2, b"nonsense", JSON)
    name = "unstruct_event_io_github_snowplow_micropython_sensor_reading_1.sensor"
    assert name in empty.get("/micro/columns")
    failed = empty.post("/micro/events", {"validEvents": False})["events"][0]
    assert failed["event_id"] is None


def test_column_stats(filled):
    asked = ["app_id", "collector_tstamp", "se_label", CONTEXT, f"{CONTEXT}.celsius", "nonsense"]
    assert filled.post("/micro/columnStats", {"columns": asked}) == {
        "app_id": {"sortable": True, "filterable": True, "values": ["two", "one"]},
        "collector_tstamp": {"sortable": True, "filterable": False, "values": None},
        "se_label": {"sortable": True, "filterable": True, "values": ["500", "50%"]},
        CONTEXT: {"sortable": False, "filterable": False, "values": None},
        f"{CONTEXT}.celsius": {"sortable": True, "filterable": True, "values": ["1"]},
        "nonsense": {"sortable": False, "filterable": False, "values": None},
    }
    filled.send(*[struct(aid=str(i)) for i in range(30)])
    stats = filled.post("/micro/columnStats", {"columns": ["app_id"]})["app_id"]
    assert len(stats["values"]) == 20
    assert filled.post("/micro/columnStats", {}) == {}
    assert filled.request("POST", "/micro/columnStats", b'{"columns":"app_id"}', JSON)[0] == 400


def test_there_is_no_login(running):
    expected = {"domain": "", "audience": "", "clientId": "", "enabled": False}
    assert running.get("/micro/auth-config") == expected
