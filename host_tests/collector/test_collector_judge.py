"""The judge: every rule of the protocol, the good side and the bad side."""

import base64
import json
from pathlib import Path

import pytest
from collecting import (
    READING,
    batch,
    entities,
    payload,
    shared,
    struct,
    unstruct,
    wrapped,
    write_schema,
)

from tools.collector.enrich.iglu import Schemas
from tools.collector.enrich.judge import judge
from tools.collector.enrich.parameters import POST_KEYS

EID = "f732d278-120e-4ab6-845b-c1f11cd85dc7"


@pytest.fixture
def schemas(tmp_path):
    write_schema(tmp_path / "schemas")
    return Schemas([tmp_path / "none", tmp_path / "schemas"])


@pytest.fixture
def verdict(schemas):
    """verdict(event) -> the row and the record of one event sent in a POST."""

    def send(event, **more):
        (row,) = judge(payload(batch(event), **more), schemas)
        return row, json.loads(row.record)

    return send


# --- Values, one by one: parameter, accepted -> column and value ---

ACCEPTED = [
    *[("e", code, "event", name) for code, name in (
        ("pv", "page_view"), ("pp", "page_ping"), ("se", "struct"), ("ue", "unstruct"),
        ("tr", "transaction"), ("ti", "transaction_item"),
    )],
    *[("p", name, "platform", name)
      for name in "web iot app mob pc cnsl tv srv headset".split()],
    ("eid", EID.upper(), "event_id", EID),
    ("sid", EID, "domain_sessionid", EID),
    ("dtm", "1700000000123", "dvce_created_tstamp", "2023-11-14T22:13:20.123Z"),
    ("dtm", "1700000000", "dvce_created_tstamp", "1970-01-20T16:13:20.000Z"),
    ("stm", "1", "dvce_sent_tstamp", "1970-01-01T00:00:00.001Z"),
    ("ttm", "+1700000000123", "true_tstamp", "2023-11-14T22:13:20.123Z"),
    ("ttm", "1700000000123", "derived_tstamp", "2023-11-14T22:13:20.123Z"),
    ("tid", "007", "txn_id", "007"),
    ("vid", "+5", "domain_sessionidx", 5),
    ("ti_qu", "-3", "ti_quantity", -3),
    ("pp_mix", "1", "pp_xoffset_min", 1),
    ("pp_max", "2", "pp_xoffset_max", 2),
    ("pp_miy", "3", "pp_yoffset_min", 3),
    ("pp_may", "2147483647", "pp_yoffset_max", 2147483647),
    ("se_va", "21.5", "se_value", 21.5),
    ("se_va", "1e3", "se_value", 1000.0),
    ("se_va", ".5", "se_value", 0.5),
    ("se_va", "-3", "se_value", -3.0),
    ("se_va", "1e400", "se_value", "1" + "0" * 400),
    ("tr_tt", "1.5", "tr_total", 1.5),
    ("tr_tx", "1.5", "tr_tax", 1.5),
    ("tr_sh", "1.5", "tr_shipping", 1.5),
    ("ti_pr", "1.5", "ti_price", 1.5),
    ("f_pdf", "1", "br_features_pdf", True),
    ("f_ag", "0", "br_features_silverlight", False),
    ("cookie", "1", "br_cookies", True),
    ("res", "128x64", "dvce_screenwidth", 128),
    ("vp", "128x64", "br_viewheight", 64),
    ("ds", "0x0", "doc_width", 0),
    ("tnuid", "x", "network_userid", "x"),
    ("ip", "10.0.0.1, 10.0.0.2", "user_ipaddress", "10.0.0.1"),
    ("aid", "a\tb\nc", "app_id", "a    bc"),
    ("ti_nm", "n", "ti_name", "n"),
]  # fmt: skip


@pytest.mark.parametrize("key, text, column, value", ACCEPTED)
def test_accepted(verdict, key, text, column, value):
    row, record = verdict(struct(**{key: text}))
    assert row.good, record["errors"]
    assert record["event"][column] == value


_INTEGERS = ["1.0", "1e2", "", " 1", "2147483648", "x"]
REJECTED = [
    *[("e", text) for text in ("ad", "ev", "", "PV", "unstruct")],
    *[("p", text) for text in ("esp32", "", "IOT")],
    *[(key, text) for key in ("eid", "sid") for text in ("", "x", EID[:-1], EID.replace("-", ""))],
    *[(key, text)
      for key in ("dtm", "stm", "ttm")
      for text in ("1.0", "1e12", "", "null", "now", "253402300800000", "9" * 30)],
    *[(key, text)
      for key in ("tid", "vid", "ti_qu", "pp_mix", "pp_max", "pp_miy", "pp_may")
      for text in _INTEGERS],
    *[(key, text)
      for key in ("se_va", "tr_tt", "tr_tx", "tr_sh", "ti_pr")
      for text in ("nan", "inf", "", " 1", "1,5", "True")],
    *[(key, text) for key in ("f_pdf", "f_qt", "f_realp", "f_wma", "f_dir", "f_fla", "f_java",
                              "f_gears", "f_ag", "cookie") for text in ("true", "2", "")],
    *[(key, text) for key in ("res", "vp", "ds") for text in ("128", "1x2x3", "a x b", "")],
]  # fmt: skip


@pytest.mark.parametrize("key, text", REJECTED)
def test_rejected_with_field_value_and_rule(verdict, key, text):
    row, record = verdict(struct(**{key: text}))
    assert not row.good
    (failure,) = record["failures"]
    assert (failure["field"], failure["value"]) == (key, text)
    assert failure["rule"].startswith("is ")
    assert record["errors"] == [f'{key}: "{text}" {failure["rule"]}']


LIMITS = {
    255: "aid uid lang tz tr_id tr_af tr_ci tr_st tr_co ti_id ti_sk ti_nm ti_ca",
    128: "tna duid tnuid ip fp cs",
    100: "tv",
    1000: "se_ca se_ac se_pr ua",
    4096: "se_la",
    10000: "url refr",
    2000: "page",
    3: "tr_cu ti_cu",
    12: "cd",
}


@pytest.mark.parametrize(
    "key, limit", [(key, limit) for limit, keys in LIMITS.items() for key in keys.split()]
)
def test_text_is_never_cut_but_fails_beyond_its_limit(verdict, key, limit):
    assert verdict(struct(**{key: "é" * limit}))[0].good
    row, record = verdict(struct(**{key: "é" * (limit + 1)}))
    assert not row.good
    assert record["errors"][0].endswith(f"is longer than {limit} characters")
    # The limit is in UTF-16 units, so an emoji counts twice.
    assert verdict(struct(**{key: "😀" * (limit // 2)}))[0].good
    assert not verdict(struct(**{key: "😀" * (limit // 2 + 1)}))[0].good


def test_each_of_the_80_keys_may_be_in_a_post(verdict):
    assert len(POST_KEYS) == 80
    for key in ("mac", "ctype", "sa", "sn", "st", "sp", "ue_na", "ad_ba", "ad_uid"):
        assert verdict(struct(**{key: "ignored"}))[0].good


# --- A POST as a whole ---


def _bodies():
    good = struct()
    data = "iglu:com.snowplowanalytics.snowplow/payload_data/jsonschema/"
    yield "unknown key", batch(good, struct(temperature="1")), "data[1].temperature"
    yield "ev_ca", batch(struct(ev_ca="x")), "data[0].ev_ca"
    yield "cv", batch(struct(cv="x")), "data[0].cv"
    yield "number", batch(struct(se_va=21.5), good), "data[0].se_va"
    yield "null", batch(good, struct(se_la=None)), "data[1].se_la"
    yield "object", batch(good, struct(ue_pr={})), "data[1].ue_pr"
    for key in ("tv", "p", "e"):
        lacking = {name: text for name, text in good.items() if name != key}
        yield f"no {key}", batch(good, lacking), f"data[1].{key}"
    yield "no event", batch(), "data"
    yield "no list", json.dumps({"schema": data + "1-0-4", "data": good}).encode(), "data"
    yield "event is text", batch("x"), "data[0]"
    yield "empty", b"", "body"
    yield "not JSON", b"e=se&p=iot", "body"
    yield "cut short", batch(good)[:-1], "body"
    yield "two values", batch(good) + b"1", "body"
    yield "NaN", b'{"schema":"x","data":NaN}', "body"
    yield "array", b"[]", "body"
    yield "no wrapper", json.dumps(good).encode(), "body"
    yield "no URI", b'{"schema":1,"data":[]}', "body"
    yield "other schema", wrapped("contexts", "1-0-1", [good]).encode(), "body"
    yield "other version", wrapped("payload_data", "2-0-0", [good]).encode(), "body"
    yield "deep", b'{"schema":"x","data":' + b"[" * 40 + b"]" * 40 + b"}", "body"
    yield "very deep", b"[" * 500000, "body"
    yield "huge", b" " * (1 << 20) + batch(good), "body"
    yield "gzip", b"\x1f\x8b\x08\x00\x00", "body"
    yield "ttm before 1-0-4", batch(struct(ttm="1"), version="1-0-3"), "data[0].ttm"
    yield "ua before 1-0-1", batch(struct(ua="1"), version="1-0-0"), "data[0].ua"


@pytest.mark.parametrize(
    "body, field", [pytest.param(body, field, id=name) for name, body, field in _bodies()]
)
def test_one_wrong_event_rejects_the_whole_post(schemas, body, field):
    (row,) = judge(payload(body), schemas)
    record = json.loads(row.record)
    assert (row.good, row.eid, row.event_type) == (0, None, None)
    assert record["failures"][0]["field"] == field
    assert record["rawEvent"] is None
    assert len(row.record) < 100000
    assert record["collectorPayload"]["body"] == body.decode("utf-8", "replace")[:65536]


def test_a_bad_value_rejects_that_event_alone(schemas):
    body = batch(struct(se_va="1"), struct(se_va="x", eid=EID), struct())
    rows = judge(payload(body), schemas)
    assert [row.good for row in rows] == [1, 0, 1]
    assert rows[1].eid == EID and rows[1].event_type == "struct"


@pytest.mark.parametrize("version", ["1-0-0", "1-0-1", "1-0-2", "1-0-3", "1-0-4"])
def test_older_wrappers_pass(schemas, version):
    assert judge(payload(batch(struct(), version=version)), schemas)[0].good


@pytest.mark.parametrize(
    "content_type, good",
    [
        ("application/json", 1),
        ("application/json; charset=utf-8", 1),
        ("application/json; charset=latin-1", 0),
        ("text/plain", 0),
        ("application/x-www-form-urlencoded", 0),
        ("", 0),
        (None, 0),
    ],
)
def test_content_type(schemas, content_type, good):
    (row,) = judge(payload(batch(struct()), content_type=content_type), schemas)
    assert row.good == good
    assert good or "contentType" in json.loads(row.record)["errors"][0]


def test_a_compressed_body_says_that_it_is_lost(schemas):
    (row,) = judge(payload(b"\x1f\x8b", encoding="gzip"), schemas)
    assert '"gzip" is a Content-Encoding' in json.loads(row.record)["errors"][0]
    # Nobody looks at the header, so a body that is not compressed passes.
    assert judge(payload(batch(struct()), encoding="gzip"), schemas)[0].good


def test_broken_utf8_becomes_the_replacement_character(verdict, schemas):
    (row,) = judge(payload(batch(struct(se_la="XX")).replace(b"XX", b"\xff")), schemas)
    assert row.good
    assert json.loads(row.record)["event"]["se_label"] == "\ufffd"


def test_half_a_surrogate_pair_and_nul_can_be_stored(verdict):
    row, record = verdict(struct(se_la="\ud800", se_pr="a\0b", aid="\udfff"))
    assert row.good
    assert record["event"]["se_label"] == "\ufffd"
    assert record["event"]["se_property"] == "ab"
    assert row.app_id.encode() == "\ufffd".encode()


def test_of_a_key_given_twice_the_last_counts(schemas):
    body = batch(struct()).replace(b'"e": "se"', b'"e": "xx", "e": "se"')
    assert judge(payload(body), schemas)[0].good


def test_failures_are_bounded(schemas):
    (row,) = judge(payload(batch(*[struct(**{"k" * 1000: "v"})] * 100)), schemas)
    assert len(json.loads(row.record)["failures"]) == 20
    assert max(map(len, json.loads(row.record)["errors"])) < 500


# --- GET ---


def test_a_get_is_one_event_and_ignores_unknown_keys(schemas):
    (row,) = judge(payload(query="e=se&p=iot&tv=1&temperature=1&cv=2&se_ca=a+b"), schemas)
    assert row.good
    record = json.loads(row.record)
    assert record["event"]["se_category"] == "a b"
    assert record["rawEvent"]["parameters"]["temperature"] == "1"
    assert record["rawEvent"]["api"] == {
        "vendor": "com.snowplowanalytics.snowplow",
        "version": "tp1",
    }


@pytest.mark.parametrize(
    "query, field",
    [
        ("", "querystring"),
        ("e", "querystring"),
        ("p=iot&tv=1", "e"),  # tv and p may be missing in a GET, other than in a POST
        ("e=se&p=iot&tv=1&se_va=x", "se_va"),
        ("e=se&p=iot&tv=1&se_la={}", "querystring"),
        ("e=se&p=iot&tv=1&se_la=%zz", "querystring"),
    ],
)
def test_a_bad_get(schemas, query, field):
    (row,) = judge(payload(query=query), schemas)
    assert not row.good
    assert json.loads(row.record)["failures"][0]["field"] == field


def test_a_get_needs_its_event_type_only(schemas):
    assert judge(payload(query="e=se"), schemas)[0].good


def test_a_network_id_that_is_no_uuid_loses_the_request(schemas):
    (row,) = judge(payload(query="e=se&p=iot&tv=1", network_id="abc"), schemas)
    assert json.loads(row.record)["failures"][0]["field"] == "network_userid"


def test_the_query_of_a_post_is_added_to_its_events(schemas):
    rows = judge(payload(batch(struct(aid="a"), struct()), query="aid=q"), schemas)
    assert [row.app_id for row in rows] == ["q", "q"]


# --- Self-describing events and entities ---


def _base64(text):
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def test_self_describing_event_and_entity(verdict):
    inner, context = unstruct({"celsius": 21.5}), entities({"celsius": -3, "count": 1})
    for event in (
        {"ue_pr": inner, "co": context},
        {"ue_px": _base64(inner), "cx": _base64(context)},
        {"ue_px": base64.b64encode(inner.encode()).decode(), "co": context},
    ):
        row, record = verdict(struct(e="ue", **event))
        assert row.good, record["errors"]
        assert (row.event_type, row.schema) == ("unstruct", READING)
        assert record["contexts"] == [READING]
        event = record["event"]
        assert event["unstruct_event"]["data"] == {"schema": READING, "data": {"celsius": 21.5}}
        assert event["contexts"]["data"][0]["data"] == {"celsius": -3, "count": 1}
        assert event["event_vendor"] == "com.example"
        assert (event["event_name"], event["event_version"]) == ("reading", "1-0-0")


@pytest.mark.parametrize(
    "data, path",
    [
        ({}, "ue_pr"),
        ({"celsius": "21.5"}, "ue_pr/celsius"),
        ({"celsius": 1, "count": "5"}, "ue_pr/count"),
        ({"celsius": 1, "count": 5.5}, "ue_pr/count"),
        ({"celsius": 1, "count": 11}, "ue_pr/count"),
        ({"celsius": 1, "id": "x"}, "ue_pr/id"),
        ({"celsius": 1, "at": "2024-01-01T00:00:00"}, "ue_pr/at"),
        ({"celsius": 1, "at": "2024-01-01"}, "ue_pr/at"),
        ({"celsius": 1, "ip": "1.2.3"}, "ue_pr/ip"),
        ({"celsius": 1, "page": "no uri"}, "ue_pr/page"),
        ({"celsius": 1, "humidity": 1}, "ue_pr"),
        ([], "ue_pr"),
        (None, "ue_pr"),
    ],
)
def test_data_that_its_schema_refuses(verdict, data, path):
    row, record = verdict(struct(e="ue", ue_pr=unstruct(data)))
    assert not row.good
    assert record["failures"][0]["field"] == path
    assert READING in record["errors"][0]
    assert row.schema == READING


def test_formats_that_are_met(verdict):
    data = {"celsius": 1, "id": EID, "at": "2024-01-01T00:00:00+01:00", "ip": "10.0.0.1"}
    assert verdict(struct(e="ue", ue_pr=unstruct({**data, "page": "http://a.b/c"})))[0].good


def test_a_bad_entity_fails_the_event_and_says_which(verdict):
    co = entities({"celsius": 1}, {"celsius": "1"})
    row, record = verdict(struct(co=co))
    assert not row.good
    (failure,) = record["failures"]
    assert (failure["field"], failure["value"]) == ("co[1]/celsius", "1")


def test_an_unresolved_schema_says_where_it_was_looked_for(verdict, tmp_path):
    uri = "iglu:com.example/other/jsonschema/1-0-0"
    row, record = verdict(struct(e="ue", ue_pr=unstruct({}, uri)))
    assert not row.good
    assert uri in record["errors"][0] and "unresolved" in record["errors"][0]
    assert str(tmp_path / "none") in record["errors"][0]
    assert str(tmp_path / "schemas") in record["errors"][0]


def test_the_first_directory_that_has_a_schema_wins(tmp_path):
    write_schema(tmp_path / "a", schema={"type": "string"})
    write_schema(tmp_path / "b", schema={"type": "object"})
    for order, good in (("ab", 0), ("ba", 1)):
        found = Schemas([tmp_path / name for name in order])
        (row,) = judge(payload(batch(struct(e="ue", ue_pr=unstruct({})))), found)
        assert row.good == good


def test_a_schema_that_is_changed_is_read_again(tmp_path):
    found = Schemas([tmp_path])
    event = payload(batch(struct(e="ue", ue_pr=unstruct({}))))
    assert not judge(event, found)[0].good
    write_schema(tmp_path, schema={"type": "object"})
    assert judge(event, found)[0].good
    write_schema(tmp_path, schema={"type": "object", "required": ["celsius"]})
    assert not judge(event, found)[0].good


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "not JSON",
        '{"type": "nonsense"}',
        '{"pattern": "("}',
        '{"$ref": "http://127.0.0.1:9/x"}',
        '{"$ref": "#/definitions/none"}',
        "[" * 5000,
        " " * (1 << 20) + "{}",
    ],
)
def test_a_schema_that_is_unusable_says_so(tmp_path, text):
    path = write_schema(tmp_path, schema=text)
    (row,) = judge(payload(batch(struct(e="ue", ue_pr=unstruct({})))), Schemas([tmp_path]))
    assert not row.good
    assert str(path) in json.loads(row.record)["errors"][0]


@pytest.mark.parametrize(
    "uri",
    [
        "iglu:../x/jsonschema/1-0-0",
        "iglu:../../x/jsonschema/1-0-0",
        "iglu:" + "v" * 400 + "/x/jsonschema/1-0-0",
        "iglu:com.example/reading/avro/1-0-0",
        "iglu:com.example/reading/jsonschema/1-0",
        "iglu:com.example/reading/jsonschema/0-1-0",
        "iglu:com.example/reading/jsonschema/01-0-0",
        "iglu:com.example/reading/jsonschema/1-00-0",
        "iglu:com.example/reading/jsonschema/1-0-01",
        "iglu:com.example/reading/jsonschema/1-0-0\n",
        "iglu:com.exämple/reading/jsonschema/1-0-0",
        "http://com.example/reading/jsonschema/1-0-0",
        "iglu:" + "v" * 5000 + "/x/jsonschema/1-0-0",
        "",
        None,
        7,
    ],
)
def test_a_name_that_is_no_schema_here(verdict, uri, tmp_path):
    write_schema(tmp_path, "iglu:x/jsonschema/1-0-0", {})
    for event in (struct(e="ue", ue_pr=unstruct({"celsius": 1}, uri)),
                  struct(co=entities({"celsius": 1}, uri=uri))):  # fmt: skip
        row, record = verdict(event)
        assert not row.good
        assert "not an Iglu URI" in record["errors"][0] or "unresolved" in record["errors"][0]


@pytest.mark.parametrize(
    "key, text",
    [
        ("ue_pr", ""),
        ("ue_pr", "{"),
        ("ue_pr", "21"),
        ("ue_pr", "{}"),
        ("ue_pr", wrapped("contexts", "1-0-1", {"schema": READING, "data": {"celsius": 1}})),
        ("ue_pr", wrapped("unstruct_event", "1-0-1", {"schema": READING, "data": {}})),
        ("ue_pr", wrapped("unstruct_event", "1-0-0", {"celsius": 1})),
        ("ue_pr", wrapped("unstruct_event", "1-0-0", [])),
        ("ue_pr", wrapped("unstruct_event", "1-0-0", {"schema": READING})),
        ("ue_pr", wrapped("unstruct_event", "1-0-0", {"schema": READING, "data": {}, "x": 1})),
        ("ue_px", "äöü"),
        ("ue_px", ""),
        ("ue_px", "e30"),
        ("co", "[]"),
        ("co", wrapped("contexts", "1-0-1", {"schema": READING, "data": {"celsius": 1}})),
        ("co", wrapped("contexts", "1-0-0", [])),
        ("co", wrapped("contexts", "2-0-0", [])),
        ("co", wrapped("contexts", "1-0-1", [1])),
        ("cx", "%%%"),
    ],
)
def test_wrappers(verdict, key, text):
    row, record = verdict(struct(**{key: text}))
    assert not row.good
    assert record["failures"][0]["field"].partition("[")[0] == key


def test_no_entities_at_all_is_fine(verdict):
    assert verdict(struct(co=wrapped("contexts", "1-0-1", [])))[0].good


@pytest.mark.parametrize("depth, good", [(40, 1), (41, 0), (300000, 0)])
def test_depth_of_json_is_40_at_most(verdict, depth, good):
    levels = depth - 3  # the wrapper, the event, its data
    text = unstruct({"celsius": 1, "anything": "HERE"})
    text = text.replace('"HERE"', "[" * levels + "]" * levels)
    row, record = verdict(struct(e="ue", ue_pr=text))
    assert row.good == good
    assert good or "nested deeper than 40" in record["errors"][0]


def test_brackets_in_text_are_no_depth(verdict):
    text = unstruct({"celsius": 1, "anything": '[{\\"[' * 100})
    assert verdict(struct(e="ue", ue_pr=text))[0].good


def test_huge_numbers_do_no_harm(verdict):
    for number in ("1e400", "-1e999", "9" * 5000, "1" * 4000, "1e-400"):
        text = unstruct({"celsius": 0, "anything": "HERE"}).replace('"HERE"', number)
        row, record = verdict(struct(e="ue", ue_pr=text))
        assert row.good or "is not JSON" in record["errors"][0]
        json.loads(row.record, parse_constant=pytest.fail)


# --- What the record holds ---


def test_times(verdict):
    times = {"dtm": "1700000000000", "stm": "1700000002000"}
    event = verdict(struct(**times))[1]["event"]
    assert event["collector_tstamp"] == "2023-11-14T22:13:25.000Z"
    assert event["derived_tstamp"] == "2023-11-14T22:13:23.000Z"
    later = {"dtm": "1700000002000", "stm": "1700000000000"}
    assert verdict(struct(**later))[1]["event"]["derived_tstamp"] == event["collector_tstamp"]
    far = {"dtm": "-62167219200000", "stm": "253402300799999"}
    assert verdict(struct(**far))[0].good


def test_what_the_request_tells_and_what_the_tracker_sent_wins(verdict):
    event = verdict(struct(), referer="http://a.b/")[1]["event"]
    assert event["user_ipaddress"] == "127.0.0.1"
    assert event["network_userid"] == "00000000-0000-0000-0000-000000000007"
    assert (event["useragent"], event["page_url"]) == ("test", "http://a.b/")
    sent = struct(ip="10.0.0.1", nuid="n", tnuid="t", ua="board", url="http://c.d/")
    event = verdict(sent, referer="http://a.b/")[1]["event"]
    assert (event["user_ipaddress"], event["network_userid"]) == ("10.0.0.1", "t")
    assert (event["useragent"], event["page_url"]) == ("board", "http://c.d/")
    assert not verdict(struct(), user_agent="x" * 1001)[0].good


def test_the_shape_of_a_good_event(verdict):
    _, record = verdict(struct(eid=EID, aid="desk"))
    assert set(record) == {"rawEvent", "eventType", "schema", "contexts", "event", "incomplete"}
    raw = record["rawEvent"]
    assert set(raw) == {"api", "parameters", "contentType", "source", "context"}
    assert set(raw["source"]) == {"name", "encoding", "hostname"}
    assert set(raw["context"]) == {
        "timestamp", "ipAddress", "useragent", "refererUri", "headers", "userId",
    }  # fmt: skip
    assert raw["parameters"] == struct(eid=EID, aid="desk")
    assert record["eventType"] == "struct" and record["incomplete"] is False
    assert record["schema"] == "iglu:com.google.analytics/event/jsonschema/1-0-0"


def test_an_event_without_eid_gets_one_as_in_the_pipeline(verdict):
    row, record = verdict(struct())
    assert row.eid is None
    assert len(record["event"]["event_id"]) == 36


def test_a_fault_of_the_judge_itself_is_a_bad_event(verdict, monkeypatch):
    monkeypatch.setattr("tools.collector.enrich.judge.convert", lambda parameters: 1 / 0)
    row, record = verdict(struct())
    assert not row.good and "error in this collector" in record["errors"][0]


def test_every_schema_of_iglu_central_can_be_used():
    iglu = shared("iglu")
    found = Schemas([iglu])
    for path in sorted(iglu.glob("*/*/jsonschema/*")):
        uri = f"iglu:{path.relative_to(iglu).as_posix()}"
        for failure in found.check("x", uri, {}):
            assert "unusable" not in failure.rule and "unresolved" not in failure.rule


def test_client_session_of_iglu_central():
    found = Schemas([shared("iglu")])
    uri = "iglu:com.snowplowanalytics.snowplow/client_session/jsonschema/1-0-2"
    session = {
        "userId": EID,
        "sessionId": EID,
        "sessionIndex": 1,
        "previousSessionId": None,
        "storageMechanism": "LOCAL_STORAGE",
    }
    assert judge(payload(batch(struct(co=entities(session, uri=uri)))), found)[0].good
    flash = entities({**session, "storageMechanism": "FLASH"}, uri=uri)
    (row,) = judge(payload(batch(struct(co=flash))), found)
    assert json.loads(row.record)["failures"][0]["field"] == "co[0]/storageMechanism"


# What OpenJDK 17's java.net.URI and scala-uri 4.0.3 made of each, the former after spaces became
# %20: [url, whether Java reads it, whether scala-uri does].
URLS = json.loads((Path(__file__).parent / "url_vectors.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("key", ["url", "refr"])
def test_a_url_is_judged_as_enrichs_two_parsers_do(verdict, key):
    for url, java, scala in URLS:
        row, record = verdict(struct(**{key: url}))
        # Enrich has removed control characters before it parses.
        if url.isprintable():
            assert row.good == (java or scala), url
        if not row.good:
            assert "is not a URL" in record["errors"][0], url
