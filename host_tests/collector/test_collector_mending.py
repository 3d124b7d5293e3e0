"""What the collector says about events that went wrong, and how they are judged again."""

import json
import time

import pytest
from collecting import (
    JSON,
    READING,
    READING_SCHEMA,
    TP2,
    batch,
    collector,
    entities,
    payload,
    reading,
    struct,
    unstruct,
    write_schema,
)

from tools.collector.enrich.iglu import Schemas
from tools.collector.enrich.judge import judge
from tools.collector.storage.store import Store

NOW = 1795000000000  # 2026


def judged(event, received=NOW, directory=None):
    (row,) = judge(payload(batch(event), received=received), Schemas([directory or "."]))
    return row, json.loads(row.record)


def ms(year, month=1, day=1):
    return int(time.mktime((year, month, day, 0, 0, 0, 0, 0, 0)) * 1000)


# --- Times that are impossible ---


@pytest.mark.parametrize(
    "sent, field, hint",
    [
        ({"ttm": str(NOW // 1000)}, "ttm", "Seconds? Multiply by 1000."),
        ({"dtm": str(NOW // 1000), "stm": str(NOW)}, "dtm", "Seconds?"),
        ({"dtm": str(NOW // 1000), "stm": str(NOW // 1000)}, "dtm", "Seconds?"),
        ({"ttm": str(ms(2036, 2, 7))}, "ttm", "Check the clock"),
        ({"ttm": str(ms(2099))}, "ttm", "Check the clock"),
        ({"ttm": str(NOW + 2 * 3600000)}, "ttm", "Local time? It has to be UTC."),
        ({"ttm": "0"}, "ttm", "Check the clock"),
        ({"tv": "mpy-0.1.0", "dtm": str(ms(2021)), "stm": str(NOW)}, "dtm", "one clock"),
        ({"tv": "mpy-0.1.0", "dtm": str(ms(2000)), "stm": str(NOW)}, "dtm", "one clock"),
        ({"dtm": str(NOW), "stm": str(ms(2099))}, "dtm", "one clock"),
    ],
)
def test_an_impossible_time_is_good_but_suspicious(sent, field, hint):
    row, record = judged(struct(**sent))
    assert row.good
    assert record["suspicious"][0]["field"] == field
    assert hint in record["suspicious"][0]["hint"] and hint in row.summary.suspicious
    if "stm" not in sent or len(sent["stm"]) == 13:
        assert row.summary.at == NOW  # It does not stretch a chart


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"ttm": str(NOW)},
        {"ttm": str(NOW + 5 * 60000)},  # The clocks differ by some minutes
        {"ttm": str(NOW - 300 * 86400000)},  # It waited on the board for long
        {"dtm": str(ms(2014)), "stm": str(ms(2014) + 1000)},
        {"tv": "mpy-0.1.0", "dtm": str(ms(2000)), "stm": str(ms(2000) + 9000)},  # A clock unset
        {"tv": "mpy-0.1.0", "dtm": "0001795000000", "stm": "0001795000500"},  # 1970, unset
        {"dtm": str(ms(2099)), "stm": str(ms(2099) + 500)},  # Wrong, but steady
    ],
)
def test_a_possible_time_is_not(sent):
    row, record = judged(struct(**sent))
    assert row.good and "suspicious" not in record and row.summary.suspicious is None


def test_a_wrong_time_hides_no_reading(empty):
    now = int(time.time() * 1000)
    empty.send(reading(1, ttm=str(now - 2000)))
    empty.send(reading(99, ttm=str(ms(2099))), reading(98, dtm=str(now // 1000), stm=str(now)))
    empty.send(reading(2, ttm=str(now - 1000)))
    (series,) = empty.get("/micro/overview")["series"]
    assert (series["value"], series["at"], series["first"]) == (2, now - 1000, now - 2000)
    found = empty.get(f"/micro/readings/{series['id']}")
    assert found["at"][0] == now - 2000 and found["at"][-1] < now + 3600000
    assert sorted(found["value"]) == [1, 2, 98, 99]
    assert [bool(one["suspicious"]) for one in empty.get("/micro/list")] == [
        False, True, True, False,
    ]  # fmt: skip
    (seconds, clock) = empty.get("/micro/list?suspicious=1")
    assert "Seconds? Multiply by 1000." in seconds["suspicious"]
    assert "2099" in clock["suspicious"]
    assert len(empty.get("/micro/list?suspicious=0")) == 2
    record = empty.get(f"/micro/event/{seconds['id']}")
    assert record["suspicious"][0]["value"] == str(now // 1000)


# --- What to change ---


@pytest.mark.parametrize(
    "event, hint",
    [
        (struct(dtm="1.7e9"), "milliseconds since 1970 as a whole number"),
        (struct(ttm=f"{NOW}000"), "Microseconds? Divide by 1000"),
        (struct(ttm=f"{NOW}000000"), "Nanoseconds? Divide by 1,000,000"),
        (struct(e="xx"), "ue for a self-describing event"),
        (struct(p="board"), '"p": "iot"'),
        (struct(eid="7"), "UUID"),
        (struct(se_va="nan"), "send nothing for nan"),
        (struct(se_ca="x" * 1001), "Cut it to 1000 characters"),
        (struct(ue_pr="{"), "Send valid JSON"),
        (struct(ue_pr='{"a":1}'), "track_self_describing_event"),
        (struct(ue_pr=unstruct({}, "iglu:a/b")), "iglu:VENDOR/NAME/jsonschema/1-0-0"),
        (struct(ue_pr=unstruct({}, "iglu:a/b/jsonschema/1-0-0")),
         "Put the schema into a folder of SCHEMAS as a/b/jsonschema/1-0-0, or publish it"),
        (struct(ue_pr=unstruct({"celsius": "5"})), "without quotes"),
        (struct(ue_pr=unstruct({})), "Add it to the data"),
        (struct(ue_pr=unstruct({"celsius": 1, "x": 1})), "Remove it, or add it to the schema"),
        (struct(co=entities({"celsius": 1, "count": 11})), "maximum"),
        (struct(co=entities({"celsius": 1, "id": 5})), "as text, in quotes"),
        (struct(vid="1.0"), "without decimals"),
        (struct(res="big"), "128x64"),
        (struct(url="http://[::1"), "Percent-encode"),
        (struct(wrong="x"), "Remove the key"),
        ({"e": "se", "tv": "1"}, "Add e (the kind of event), p (iot) and tv"),
        ({**struct(), "se_va": 5}, "quotes"),
    ],
)  # fmt: skip
def test_each_failure_says_what_to_change(event, hint, tmp_path):
    write_schema(tmp_path)
    row, record = judged(event, directory=tmp_path)
    assert not row.good
    assert hint in str(record["failures"][0]["hint"]), record["failures"]
    assert record["errors"][0].startswith(record["failures"][0]["field"])


# --- Judged again ---


def test_events_are_replayed_after_their_schema_was_mended(tmp_path):
    schemas = tmp_path / "schemas"
    write_schema(schemas, "iglu:com.example/other/jsonschema/1-0-0")
    event = struct(e="ue", ue_pr=unstruct({"celsius": 21.5}), duid="bed", aid="garden")
    with collector(tmp_path / "c.db", "--schemas", str(schemas), "--quiet") as running:
        running.send(event, struct(aid="good"), struct(e="xx"))
        running.request("GET", "/i?e=ue&p=iot&tv=1&duid=bed&aid=get&ue_pr="
                        "%7B%22schema%22%3A%22iglu%3Acom.snowplowanalytics.snowplow%2Funstruct_event"
                        "%2Fjsonschema%2F1-0-0%22%2C%22data%22%3A%7B%22schema%22%3A%22iglu%3Acom."
                        "example%2Freading%2Fjsonschema%2F1-0-0%22%2C%22data%22%3A%7B%22celsius%22"
                        "%3A3%7D%7D%7D")  # fmt: skip
        running.request("POST", TP2, b"nonsense", JSON)
        assert running.get("/micro/all") == {"total": 5, "good": 1, "bad": 4}
        assert running.post("/micro/replay", {}) == {"judged": 3, "good": 0}
        before = running.get("/micro/list")
        write_schema(schemas, schema={**READING_SCHEMA, "required": ["kelvin"]})
        assert running.post("/micro/replay", {}) == {"judged": 3, "good": 0}
        (*_, bad) = running.get("/micro/bad")
        assert "kelvin" in bad["errors"][0]  # The failures are those of today
        write_schema(schemas)
        first = before[-1]["id"]
        assert running.post("/micro/replay", {"ids": [first, 999]}) == {"judged": 1, "good": 1}
        assert running.post("/micro/replay", {"app_id": "none"}) == {"judged": 0, "good": 0}
        assert running.post("/micro/replay", {}) == {"judged": 2, "good": 1}
        assert running.get("/micro/all") == {"total": 5, "good": 3, "bad": 2}
        after = running.get("/micro/list")
        times = [(one["id"], one["received"]) for one in before]
        assert [(one["id"], one["received"]) for one in after] == times
        good = running.get("/micro/good")
        assert [one["event"]["app_id"] for one in good] == ["get", "good", "garden"]
        assert good[-1]["event"]["unstruct_event"]["data"]["data"] == {"celsius": 21.5}
        (board,) = (one for one in running.get("/micro/overview")["boards"]
                    if one["key"] == "bed")  # fmt: skip
        assert (board["good"], board["bad"]) == (2, 0)
        (series,) = running.get("/micro/overview")["series"]
        assert series["value"] == 3  # That of the event which arrived later
        assert sorted(running.get(f"/micro/readings/{series['id']}")["value"]) == [3, 21.5]
        ask = {"filters": [{"column": "unstruct_event_com_example_reading_1.celsius",
                            "values": ["21.5"]}]}  # fmt: skip
        assert running.post("/micro/events", ask)["totalItems"] == 1
        for body in (b'{"ids":["1"]}', b'{"ids":1}', b'{"from":"x"}', b"["):
            assert running.request("POST", "/micro/replay", body, JSON)[0] == 400
    with collector(tmp_path / "c.db") as again:
        assert again.get("/micro/all") == {"total": 5, "good": 3, "bad": 2}


def test_a_replay_is_seen_in_blocks_of_columns(tmp_path):
    schemas = tmp_path / "schemas"
    write_schema(schemas, "iglu:com.example/other/jsonschema/1-0-0")
    with collector(tmp_path / "c.db", "--schemas", str(schemas), "--quiet") as running:
        for _ in range(6):
            running.send(*[struct(e="ue", ue_pr=unstruct({"celsius": i})) for i in range(50)])
        column = "unstruct_event_com_example_reading_1.celsius"
        ask = {"filters": [{"column": column, "values": ["7"]}], "validEvents": True}
        assert running.post("/micro/events", ask)["totalItems"] == 0
        time.sleep(0.5)  # A block is made when nothing has come for a while
        write_schema(schemas)
        assert running.post("/micro/replay", {}) == {"judged": 300, "good": 300}
        assert running.post("/micro/events", ask)["totalItems"] == 6


def test_a_replay_that_fails_keeps_the_event(tmp_path, monkeypatch):
    def fail(parameters):
        raise RuntimeError("an error in this collector")

    store = Store(tmp_path / "c.db", lambda one, final: judge(one, Schemas(["."])), lambda _: None)
    store.submit(payload(batch(struct(e="xx", se_la="precious")))).result(120)
    before = store.select("1").result(120)
    monkeypatch.setattr("tools.collector.enrich.judge.convert", fail)
    assert store.replay([1]).result(120) == (0, 0)
    assert store.select("1").result(120) == before
    monkeypatch.undo()
    assert store.replay([1]).result(120) == (1, 0)
    store.close()


# --- Columns from the request ---


def test_the_user_of_a_link_to_another_site():
    user = "7c9ebd00-0000-4000-8000-000000000001"
    for query, expected in (
        (f"_sp={user}.1750000000000", (user, "2025-06-15T15:06:40.000Z")),
        (f"a=b&_sp={user}.1750000000000.s.u.i.web.r&c=d", (user, "2025-06-15T15:06:40.000Z")),
        (f"_sp={user}", (user, None)),
        ("_sp=.1750000000000", (None, "2025-06-15T15:06:40.000Z")),
        ("_sp=", (None, None)),
        ("x_sp=a.1", (None, None)),
        ("_sp=a.1.2.3.4.5.6.7", (None, None)),
    ):
        row, record = judged(struct(url=f"https://shop.example/?{query}"))
        event = record["event"]
        assert row.good
        found = event.get("refr_domain_userid"), event.get("refr_device_tstamp")
        assert found == expected, query
    for query in ("_sp=a.soon", f"_sp={'a' * 129}.1"):
        row, record = judged(struct(url=f"https://shop.example/?{query}"))
        assert not row.good and "_sp" in record["errors"][0]


@pytest.mark.parametrize(
    "header, address",
    [
        ("203.0.113.7", "203.0.113.7"),
        (" 203.0.113.7 , 10.0.0.1", "203.0.113.7"),
        ("2001:db8::1", "2001:db8::1"),
        ("unknown, 203.0.113.7", "127.0.0.1"),
        ("<script>", "127.0.0.1"),
        ("", "127.0.0.1"),
    ],
)
def test_the_address_behind_a_proxy(empty, header, address):
    empty.request("GET", "/i?e=pv&p=web&tv=1", headers={"X-Forwarded-For": header})
    (event,) = empty.get("/micro/good")
    assert event["event"]["user_ipaddress"] == address
    assert event["rawEvent"]["context"]["ipAddress"] == address


def test_the_address_of_an_anonymous_event_is_not_kept(empty):
    headers = {"X-Forwarded-For": "203.0.113.7", "SP-Anonymous": "*"}
    empty.request("GET", "/i?e=pv&p=web&tv=1", headers=headers)
    assert "203.0.113.7" not in json.dumps(empty.get("/micro/good"))


def test_the_schema_of_the_tests_is_there(running):
    assert running.get(f"/micro/iglu/{READING.removeprefix('iglu:')}") == READING_SCHEMA
