"""Whatever comes in: a verdict, never a crash, never a server error."""

import json
import urllib.parse

from collecting import JSON, READING, READING_SCHEMA, TP2, batch, payload, wrapped, write_schema
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tools.collector import console
from tools.collector.enrich import strict_json, values
from tools.collector.enrich.iglu import Schemas
from tools.collector.enrich.judge import judge
from tools.collector.enrich.parameters import POST_KEYS

QUICK = settings(
    max_examples=150,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
ANY_TEXT = st.text(st.characters(codec=None, exclude_categories=()), max_size=30)
JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | ANY_TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(ANY_TEXT, inner, max_size=4),
    max_leaves=12,
)
KEYS = st.sampled_from(sorted(POST_KEYS)) | ANY_TEXT
READINGS = st.dictionaries(
    st.sampled_from(sorted(READING_SCHEMA["properties"])), JSON_VALUES, max_size=4
)
SELF_DESCRIBING = st.fixed_dictionaries(
    {"schema": st.just(READING) | ANY_TEXT, "data": READINGS | JSON_VALUES}
)
PARAMETERS = st.fixed_dictionaries(
    {"e": st.sampled_from(["se", "ue", "pv"]), "p": st.just("iot"), "tv": ANY_TEXT},
    optional={
        "ue_pr": SELF_DESCRIBING.map(lambda inner: wrapped("unstruct_event", "1-0-0", inner)),
        "co": st.lists(SELF_DESCRIBING, max_size=3).map(
            lambda inner: wrapped("contexts", "1-0-1", inner)
        ),
        "se_va": ANY_TEXT | st.floats().map(str),
        "dtm": st.integers().map(str),
        "stm": st.integers().map(str),
        "ttm": ANY_TEXT | st.integers().map(str),
    },
)


def check(rows):
    """Whatever the verdict, the rows can be stored, shown and read again."""
    assert rows
    for row in rows:
        record = json.loads(row.record, parse_constant=lambda name: 1 / 0)
        assert row.good or record["errors"]
        assert row.good or record["failures"][0]["field"] != "collector"  # The judge's own fault
        for text in (*row[3:7], *row.summary[1:4]):
            assert text is None or text.encode() or text == row.summary.text
        assert console.printable(row.summary.text).isprintable()
        assert json.dumps(row.summary, allow_nan=False)


@QUICK
@given(st.binary(max_size=200), ANY_TEXT)
def test_any_bytes(body, query):
    query = query.encode("utf-8", "replace").decode()
    check(judge(payload(body, query), Schemas([])))
    check(judge(payload(None, query), Schemas([])))


@QUICK
@given(JSON_VALUES)
def test_any_json(value):
    check(judge(payload(json.dumps(value).encode()), Schemas([])))


@QUICK
@given(st.lists(st.dictionaries(KEYS, ANY_TEXT | JSON_VALUES, max_size=5), max_size=3))
def test_any_batch(events):
    check(judge(payload(batch(*events)), Schemas([])))


@QUICK
@given(st.lists(PARAMETERS, min_size=1, max_size=3))
def test_any_event(tmp_path, events):
    write_schema(tmp_path)
    rows = judge(payload(batch(*events)), Schemas([tmp_path]))
    assert len(rows) == len(events)  # None of these can cost the others their place
    check(rows)


@QUICK
@given(ANY_TEXT)
def test_leaves_take_any_text(text):
    for leaf in (values.integer, values.decimal, values.uuid, values.network_id, values.dimensions,
                 values.milliseconds, values.flag, values.query, strict_json.parse):  # fmt: skip
        try:
            leaf(text)
        except ValueError as error:
            assert type(error) is ValueError
    values.cleaned(values.base64_text(text))


def exactly(parse, text):
    """Return a value with its types, or None where the text is none for ``parse``."""
    try:
        return repr(parse(text))
    except ValueError:
        return None


@QUICK
@given(JSON_VALUES)
@example([2**63, -(2**63), -(2**63) - 1, 2**64 - 1, 2**64, 10**30, [{"a": 2**70}]])
@example([1e16, 1e-7, 5e-324, -0.0, 1.7976931348623157e308, "\ud800", "\ud83d\ude00", "\0"])
def test_json_is_read_as_python_reads_it(value):
    text = json.dumps(value)
    expected = None if "NaN" in text or "Infinity" in text else exactly(json.loads, text)
    if expected and "\\ud" in expected:  # Half a surrogate pair becomes U+FFFD
        assert exactly(strict_json.parse, text)
    else:
        assert exactly(strict_json.parse, text) == expected
    if expected:
        quick = strict_json.dump_quickly(value)
        assert quick.isascii() and repr(json.loads(quick)) == expected
        assert exactly(strict_json.load, quick) == expected


@QUICK
@given(
    st.sampled_from(["GET", "POST", "HEAD", "OPTIONS", "PUT"]),
    st.sampled_from(["/i", TP2, "/micro/good", "/micro/bad", "/micro/all", "/"]) | ANY_TEXT,
    st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=40),
    st.binary(max_size=100) | st.lists(PARAMETERS, max_size=2).map(lambda all: batch(*all)),
)
def test_any_request(running, method, path, query, body):
    path = "/" + path.lstrip("/").encode("utf-8", "replace").hex(" ").replace(" ", "%")
    status, _, _ = running.request(method, f"{path}?{query}", body, JSON)
    assert status < 500


QUESTIONS = ["good", "bad", "events", "timeline", "columns", "list", "export", "overview",
             "failures", "marks", "sparklines", "readings/1", "event/1",
             "iglu/a/b/jsonschema/1-0-0", "ui", "stream2"]  # fmt: skip
ASKED = st.fixed_dictionaries(
    {},
    optional={
        "filters": JSON_VALUES
        | st.lists(st.fixed_dictionaries({"column": st.just("app_id"), "values": JSON_VALUES})),
        "validEvents": st.booleans() | JSON_VALUES,
        "timeRange": st.dictionaries(st.sampled_from(["start", "end"]), JSON_VALUES),
        "buckets": st.lists(st.dictionaries(st.sampled_from(["start", "end"]), JSON_VALUES)),
        "sorting": st.fixed_dictionaries({"column": st.just("se_value") | JSON_VALUES}),
        "page": st.integers() | JSON_VALUES,
        "pageSize": st.integers() | JSON_VALUES,
        "limit": st.integers() | JSON_VALUES,
        "contexts": JSON_VALUES,
        "event_type": ANY_TEXT,
    },
)
PARTS = st.dictionaries(
    st.sampled_from(["good", "board", "text", "from", "to", "before", "limit", "points", "format",
                     "whole", "token", "name", "series", "day"]),
    ANY_TEXT | st.integers().map(str),
    max_size=4,
)  # fmt: skip


@QUICK
@given(st.sampled_from(["GET", "POST"]), st.sampled_from(QUESTIONS), PARTS, ASKED)
def test_any_question_to_the_api(running, method, path, parts, body):
    query = urllib.parse.urlencode(parts, errors="replace")
    body = json.dumps(body).encode() if method == "POST" else None
    status, _, _ = running.request(method, f"/micro/{path}?{query}", body)
    assert status < 500


@QUICK
@given(
    st.sampled_from(["/i", TP2]),
    st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=60),
    st.binary(max_size=60) | st.lists(PARAMETERS, max_size=2).map(lambda all: batch(*all)),
)
def test_any_event_over_http_is_answered_and_counted(running, path, query, body):
    before = running.get("/micro/all")["total"]
    method = "POST" if path == TP2 else "GET"
    status, _, _ = running.request(method, f"{path}?{query}", body, JSON)
    assert status == 200
    assert running.get("/micro/all")["total"] > before
