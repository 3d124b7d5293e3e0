"""The canonical event, and what takes it out: JSON lines, CSV, and TSV that the SDK reads."""

import csv
import importlib.util
import io
import json
import time
import warnings

import pytest
from collecting import (
    JSON,
    READING,
    TP2,
    batch,
    entities,
    payload,
    reading,
    struct,
    unstruct,
    write_schema,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tools.collector.enrich import columns
from tools.collector.enrich.iglu import Schemas
from tools.collector.enrich.judge import judge

EVERYTHING = {
    **{"e": "ue", "p": "iot", "tv": "mpy-1", "aid": "a\tb", "tna": "ns", "tid": "7", "vid": "3"},
    **{"dtm": "1700000000000", "stm": "1700000000500", "f_pdf": "1", "cookie": "0"},
    **{"res": "128x64", "url": "https://a.b:8443/c?d=e#f", "refr": "http://g.h/", "lang": "é"},
    "uid": "😀",
    **{"tr_tt": "1e3", "ti_pr": "0.1", "pp_mix": "-4", "se_la": '"quoted", and\nmore'},
}


@pytest.fixture
def sdk():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Its patterns are older than Python's rules for them
        return pytest.importorskip("snowplow_analytics_sdk.event_transformer")


def everything():
    context = entities({"celsius": 1}, {"celsius": 2, "anything": ["\t\n", None]})
    return {**EVERYTHING, "ue_pr": unstruct({"celsius": 21.5}), "co": context}


def judged(event, directory):
    write_schema(directory)
    (row,) = judge(payload(batch(event)), Schemas([directory]))
    assert row.good, row.record
    return json.loads(row.record)["event"]


def same(found, event):
    """Hold what the SDK made of a TSV line against the event, column by column."""
    expected = {key: value for key, value in columns.sdk_event(event).items() if value is not None}
    for key, value in expected.items():
        if key.startswith("unstruct_event_") or key.startswith("contexts_"):
            assert found.pop(key) == value
        elif key in ("txn_id", "se_value"):  # The SDK has the other type for each
            assert float(found.pop(key)) == float(value)
        else:
            assert found.pop(key) == value, key
    assert not found


def test_131_columns_in_the_order_of_the_sdk(sdk):
    assert len(columns.COLUMNS) == len(set(columns.COLUMNS)) == 131
    assert columns.COLUMNS == tuple(name for name, _ in sdk.ENRICHED_EVENT_FIELD_TYPES)


def test_every_column_that_an_event_can_have_is_one_of_them(tmp_path):
    event = judged(everything(), tmp_path)
    assert set(event) <= set(columns.COLUMNS)
    assert list(columns.with_all_columns(event)) == list(columns.COLUMNS)


def test_parts_of_a_url(tmp_path):
    event = judged(everything(), tmp_path)
    parts = {key: event[key] for key in event if key.startswith(("page_url", "refr_url"))}
    assert parts == {
        **{"page_url": "https://a.b:8443/c?d=e#f", "page_urlscheme": "https"},
        **{"page_urlhost": "a.b", "page_urlport": 8443, "page_urlpath": "/c"},
        **{"page_urlquery": "d=e", "page_urlfragment": "f", "refr_urlscheme": "http"},
        **{"refr_urlhost": "g.h", "refr_urlport": 80, "refr_urlpath": "/"},
    }
    for url in ("no url", "/path", "mailto:a@b"):
        assert "page_urlhost" not in judged(struct(url=url), tmp_path)


def test_tsv_comes_back_without_loss(sdk, tmp_path):
    event = judged(everything(), tmp_path)
    same(sdk.transform("\t".join(columns.tsv_values(event))), event)


@settings(max_examples=60, deadline=None, derandomize=True,
          suppress_health_check=[HealthCheck.function_scoped_fixture])  # fmt: skip
@given(
    st.dictionaries(
        st.sampled_from(["aid", "uid", "se_ca", "se_la", "page", "ua", "lang", "tnuid", "ip"]),
        st.text(max_size=40),
    ),
    st.floats(allow_nan=False, allow_infinity=False),
    st.recursive(st.none() | st.booleans() | st.text(max_size=9), st.lists, max_leaves=5),
)
def test_tsv_comes_back_whatever_is_in_it(sdk, tmp_path, texts, number, anything):
    context = entities({"celsius": number, "anything": anything})
    texts = {key: text.encode("utf-8", "replace").decode() for key, text in texts.items()}
    event = judged(struct(**texts, se_va=repr(number), co=context), tmp_path)
    line = "\t".join(columns.tsv_values(event))
    assert "\n" not in line and "\r" not in line and line.count("\t") == 130
    same(sdk.transform(line), event)


def test_the_names_of_the_sdk():
    name = columns.sdk_name("contexts", "iglu:com.acme-x.Y/someThing-more/jsonschema/2-1-3")
    assert name == "contexts_com_acme_x_y_some_thing_more_2"


# --- Over HTTP ---


def export(running, query):
    status, headers, body = running.request("GET", f"/micro/export?{query}")
    assert status == 200
    assert "events." in headers["Content-Disposition"]
    return body.decode()


def test_all_formats_oldest_first(empty, sdk):
    empty.send(everything(), *[struct(se_la=str(i), aid="desk") for i in range(250)])
    empty.request("POST", TP2, b"nonsense", JSON)
    lines = [json.loads(line) for line in export(empty, "format=jsonl").splitlines()]
    assert len(lines) == 251 and set(lines[0]) == set(columns.COLUMNS)
    assert [line["se_label"] for line in lines[1:]] == [str(i) for i in range(250)]
    table = list(csv.DictReader(io.StringIO(export(empty, "format=csv"), newline="")))
    assert len(table) == 251 and tuple(table[0]) == columns.COLUMNS
    assert json.loads(table[0]["contexts"])["data"][0]["data"] == {"celsius": 1}
    found = [sdk.transform(line) for line in export(empty, "format=tsv").splitlines()]
    assert [one["event_id"] for one in found] == [line["event_id"] for line in lines]
    assert found[0]["unstruct_event_com_example_reading_1"] == {"celsius": 21.5}
    (bad,) = export(empty, "format=bad").splitlines()
    assert json.loads(bad)["collectorPayload"]["body"] == "nonsense"


def test_filters(empty):
    empty.send(struct(aid="a", se_la="one"), struct(aid="b", se_la="two"), struct(aid="b"))
    empty.send({**everything(), "aid": "c"})

    def count(query):
        return len(export(empty, query).splitlines())

    assert count("") == 4
    assert count("app_id=b") == 2
    assert count("text=TWO") == 1
    assert count("name=reading") == 1
    assert count("board=desk") == 0
    assert count(f"from={int(time.time() * 1000) + 60000}") == 0
    assert count("good=0") == 0
    empty.send(struct(aid="a", e="xx"), struct(aid="b", e="xx"))
    assert count("") == 4
    assert count("good=0") == count("format=bad") == 2
    assert count("good=0&app_id=b") == 1


def test_what_is_no_export_is_explained(empty):
    for query in ("format=xml", "from=x", "to=" + "9" * 30, "format=tsv&good=0"):
        assert empty.request("GET", f"/micro/export?{query}")[0] == 400


def test_bad_events_as_a_table(empty):
    empty.send(struct(aid="a"), struct(aid="b", se_va="x"))
    empty.request("POST", TP2, b"nonsense", JSON)
    rows = table(export(empty, "good=0&format=csv"))
    assert tuple(rows[0]) == ("received", "errors", *columns.COLUMNS)
    assert [row["app_id"] for row in rows] == ["b", ""]
    assert rows[0]["errors"].startswith('se_va: "x" is not a decimal number')
    assert rows[1]["errors"].startswith('body: "nonsense" is not JSON')


def table(text):
    return list(csv.DictReader(io.StringIO(text, newline="")))


@pytest.mark.parametrize("first", ["=", "+", "-", "@", "\t", "\r"])
def test_no_cell_becomes_a_formula(empty, first):
    evil = first + "HYPERLINK(A1)"
    empty.send(struct(se_la=evil, se_va="-3.5"), reading(-1e-7, sensor=evil))
    struct_event = table(export(empty, "format=csv"))[0]
    (found,) = table(readings(empty, "quantity=temperature"))
    for cell in (struct_event["se_label"], found["sensor"]):
        assert cell.lstrip(" ").startswith(("'", "HYPERLINK"))
    assert (struct_event["se_value"], found["value"]) == ("-3.5", "-1e-07")


# --- Readings as a tidy table ---


def readings(running, query):
    status, headers, body = running.request("GET", f"/micro/readings?{query}")
    assert status == 200 and "readings." in headers["Content-Disposition"]
    return body.decode()


def measured(running):
    """Send readings of two boards; return the rows that are expected for board "a"."""
    start = 1750000000000
    for board in "ab":
        events = [
            reading(i / 4, ttm=str(start + i), board=board, quantity=quantity, unit=unit)
            for quantity, unit in (("humidity", "%"), ("temperature", None))
            for i in range(60)
        ]
        for event in events:
            event["ue_pr"] = event["ue_pr"].replace(', "unit": null', "")
        running.send(*events)
    return [
        {"time": f"2025-06-15T15:06:40.{i:03}Z", "board": "a", "sensor": "cpu",
         "quantity": quantity, "value": i / 4, "unit": unit}
        for quantity, unit in (("humidity", "%"), ("temperature", None))
        for i in range(60)
    ]  # fmt: skip


def test_readings_as_lines_and_as_a_table(empty, monkeypatch):
    expected = measured(empty)
    lines = [json.loads(line) for line in readings(empty, "format=jsonl&board=a").splitlines()]
    assert lines == expected and list(lines[0]) == list(expected[0])
    rows = table(readings(empty, "board=a&quantity=humidity"))
    assert [{**row, "value": float(row["value"])} for row in rows] == expected[:60]
    assert table(readings(empty, "board=a"))[-1]["unit"] == ""
    assert len(table(readings(empty, ""))) == 240
    assert len(table(readings(empty, "from=1750000000010&to=1750000000019"))) == 40
    (series,) = (one["id"] for one in empty.get("/micro/overview")["series"]
                 if (one["board"], one["quantity"]) == ("b", "humidity"))  # fmt: skip
    assert len(table(readings(empty, f"series={series}"))) == 60
    assert table(readings(empty, "board=none")) == []
    for query in ("format=xml", "series=x", "from=x"):
        assert empty.request("GET", f"/micro/readings?{query}")[0] == 400


def test_more_readings_than_are_read_at_once(empty):
    for first in range(0, 4500, 50):
        same = str(1750000000000 + first // 1000)  # Many at the same time
        empty.send(*[reading(first + i, ttm=same) for i in range(50)])
    rows = table(readings(empty, ""))
    assert [float(row["value"]) for row in rows] == list(range(4500))


def test_readings_as_parquet(empty):
    expected = measured(empty)
    if importlib.util.find_spec("pyarrow") is None:
        status, _, text = empty.request("GET", "/micro/readings?format=parquet")
        assert status == 501 and b"pip install --group parquet" in text
        pytest.skip("pyarrow is not installed")
    import pyarrow.parquet

    body = empty.request("GET", "/micro/readings?format=parquet&board=a")[2]
    found = pyarrow.parquet.read_table(io.BytesIO(body)).to_pylist()
    assert [{**row, "time": row["time"].isoformat(timespec="milliseconds")} for row in found] == [
        {**row, "time": row["time"].replace("Z", "+00:00")} for row in expected
    ]


def test_good_events_of_micro_have_all_columns(empty):
    empty.send(everything())
    (event,) = empty.get("/micro/good")
    assert list(event["event"]) == list(columns.COLUMNS)
    assert event["event"]["event_vendor"] == READING.removeprefix("iglu:").split("/")[0]
    assert event["event"]["geo_country"] is None
    assert event["event"]["derived_contexts"] == {}
    empty.send(struct())
    assert empty.get("/micro/good")[0]["event"]["contexts"] == {}
