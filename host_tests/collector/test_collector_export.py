"""The canonical event, and what takes it out: JSON lines, CSV, and TSV that the SDK reads."""

import csv
import io
import json
import time
import warnings

import pytest
from collecting import JSON, READING, TP2, batch, entities, payload, struct, unstruct, write_schema
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
    assert headers["Content-Disposition"].startswith('attachment; filename="events.')
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
    assert count("good=0") == 4  # The format says which


def test_what_is_no_export_is_explained(empty):
    for query in ("format=xml", "from=x", "to=" + "9" * 30):
        assert empty.request("GET", f"/micro/export?{query}")[0] == 400


def test_good_events_of_micro_have_all_columns(empty):
    empty.send(everything())
    (event,) = empty.get("/micro/good")
    assert list(event["event"]) == list(columns.COLUMNS)
    assert event["event"]["event_vendor"] == READING.removeprefix("iglu:").split("/")[0]
    assert event["event"]["geo_country"] is None
