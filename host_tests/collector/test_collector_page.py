"""What the page is told: boards, series, readings, lists; all of it made from events alone."""

import re
import sqlite3
import time

import pytest
from collecting import (
    OURS,
    READING_SCHEMA,
    collector,
    entities,
    reading,
    struct,
    unstruct,
    write_schema,
)

from tools.collector.enrich.event_summary import EventSummary
from tools.collector.enrich.judge import Row
from tools.collector.http import page_files, page_modules
from tools.collector.storage import derived_tables
from tools.collector.storage.retention import Retention
from tools.collector.storage.store import Store, StoreError

HEALTH = f"{OURS}/health/jsonschema/9-0-0"


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    directory = tmp_path_factory.mktemp("page")
    write_schema(directory / "schemas", HEALTH, "{}")
    write_schema(directory / "schemas")
    with collector(directory / "c.db", "--schemas", str(directory / "schemas"), "--quiet") as one:
        yield one


def health(data, **more):
    return {**reading(0), "ue_pr": unstruct(data, HEALTH), **more}


def ms(ago=0, now=None):
    return str(int(((now or time.time()) - ago) * 1000))


def test_the_modules_come_as_one(running):
    """Else the browser asks for each file, which takes it longer than to run all."""
    text = page_modules.joined(page_files.STATIC, "main")
    html = (page_files.STATIC / "index.html").read_text()
    names = {path.stem for path in page_files.STATIC.glob("*.js")}
    apart = set(re.findall(r'="/micro/ui/(\w+)\.js"', html)) - {"modules"}
    assert set(re.findall(r"\$(\w+) as \1\b", text)) == names - apart
    assert running.request("GET", "/micro/ui/modules.js")[::2] == (200, text.encode())


@pytest.mark.parametrize(
    "mistake",
    ['import { b } from "./b.js";\n', 'import {\n  b,\n} from "./c.js";\n', "import './c.js';\n",
     "export let a = 1;\n", "export default 1;\n", 'export * from "./c.js";\n'],
)  # fmt: skip
def test_modules_that_cannot_be_joined(tmp_path, mistake):
    (tmp_path / "a.js").write_text(mistake)
    (tmp_path / "b.js").write_text('import * as a from "./a.js";\n')
    with pytest.raises(ValueError, match=r"^[ab]\.js"):
        page_modules.joined(tmp_path, "a")


def test_the_release_and_the_place_of_a_board(empty):
    about = {"port": "esp32", "id": "7c9ebd", "firmware": "0.1.0", "release": 7}
    entity = entities(about, uri=f"{OURS}/board/jsonschema/1-0-2")
    for quantity, degrees in (("latitude", -33.9), ("longitude", 18.4)):
        empty.send(reading(degrees, quantity, "gps", unit="deg", co=entity))
    (board,) = empty.get("/micro/overview")["boards"]
    assert (board["firmware"], board["release"]) == ("0.1.0", "7")
    facts = board["facts"]
    assert (facts["latitude"][0], facts["longitude"][0]) == (-33.9, 18.4)


def test_where_a_failed_event_breaks_its_schema(empty):
    data = {"count": 11, "colour": 1}
    empty.send({**struct(), "e": "ue", "ue_pr": unstruct(data), "co": entities({"celsius": 1})})
    (event,) = empty.get("/micro/list?good=0")
    (part,) = empty.get(f"/micro/event/{event['id']}/schemas")
    assert (part["field"], part["data"], part["schema"]) == ("ue_pr", data, READING_SCHEMA)
    places = {(*one["data"], "|", *one["rule"]) for one in part["places"]}
    assert places == {
        ("count", "|", "properties", "count", "maximum"),
        ("celsius", "|", "required"),
        ("colour", "|", "additionalProperties"),
    }
    empty.send(struct())
    good = empty.get("/micro/list?good=1")[0]["id"]
    assert empty.get(f"/micro/event/{good}/schemas") == []


def test_a_board_is_known_by_its_entity(empty):
    begin = time.time()
    empty.send(reading(21.5), reading(22), reading(1, board="e6614c", aid="cellar"))
    empty.send(reading("22"))  # A bad one is counted, and tells nothing else
    found = {board["key"]: board for board in empty.get("/micro/overview")["boards"]}
    assert list(found) == ["7c9ebd", "e6614c"]  # The one heard of last comes first
    other = found["7c9ebd"]
    about = {"app_id": "garden", "tracker": "firmware", "port": "esp32", "model": "ESP32",
             "id": "7c9ebd", "firmware": "0.1.0"}  # fmt: skip
    assert about.items() <= other.items()
    assert (other["good"], other["bad"], other["facts"]) == (2, 1, {})
    assert begin - 1 < other["last"] / 1000 < time.time() + 1


@pytest.mark.parametrize(
    "event, key",
    [
        (reading(1), "7c9ebd"),
        (reading(1, board="x" * 64), "x" * 64),
        (struct(duid="d", uid="u", aid="a"), "d"),
        (struct(uid="u", aid="a"), "u"),
        (struct(aid="a", tna="n"), "a/n"),
        (struct(), "unnamed"),
        (struct(p="web", aid="a"), None),
        (struct(p="iott", duid="d"), "d"),
    ],
)
def test_what_a_board_is_known_by(empty, event, key):
    empty.send(event)
    assert [board["key"] for board in empty.get("/micro/overview")["boards"]] == [key] * bool(key)
    assert empty.get("/micro/list")[0]["board"] == key


def test_facts_of_a_card(empty):
    data = {"rssi": -61, "uptime": 77, "stored": 5, "dropped": {"full": 2, "torn": 1},
            "battery": 88, "resetCause": "watchdog", "nested": {"rssi": 1}}  # fmt: skip
    empty.send(health(data, ttm=ms()))
    empty.send(health({"rssi": -99, "boots": 3}, ttm=ms(ago=60)))  # Late: its facts are old
    (board,) = empty.get("/micro/overview")["boards"]
    facts = {fact: value for fact, (value, _) in board["facts"].items()}
    assert facts == {"rssi": -61, "uptime": 77, "stored": 5, "dropped": 3, "battery": 88,
                     "reset": "watchdog", "boots": 3}  # fmt: skip


def names(running):
    return {(one["sensor"], one["quantity"], one["unit"])
            for one in running.get("/micro/overview")["series"]}  # fmt: skip


def test_every_number_has_a_series(empty):
    empty.send(
        reading(21.5),
        health({"rssi": -61, "deep": {"free": 5, "deeper": {"no": 1}}, "on": True, "text": "1"}),
        struct(se_pr="temperature", se_va="3"),
        struct(se_la="bed 1", se_va="4"),
    )
    assert names(empty) == {
        ("cpu", "temperature", "Cel"),
        ("health", "rssi", None),
        ("health", "deep.free", None),
        ("test / hello", "temperature", None),
        ("test / hello / bed 1", "value", None),
    }


def test_what_is_no_reading(empty):
    empty.send(reading("21"), struct(), struct(e="pv", p="web", se_va="1"), struct(se_va="x"))
    assert names(empty) == set()


def series(running):
    (one,) = running.get("/micro/overview")["series"]
    return one


def test_readings_are_in_the_order_of_their_time(empty):
    empty.send(reading(2, ttm="1700000002000"), reading(3, ttm="1700000003000"))
    empty.send(reading(1, ttm="1700000001000"))  # Late
    one = series(empty)
    # The newest is the one that arrived last.
    assert (one["value"], one["at"], one["first"]) == (1, 1700000001000, 1700000001000)
    found = empty.get(f"/micro/readings/{one['id']}")
    assert found["at"] == [1700000001000, 1700000002000, 1700000003000]
    assert found["value"] == found["low"] == found["high"] == [1, 2, 3]
    found = empty.get(f"/micro/readings/{one['id']}?from=1700000002000&to=1700000002500")
    assert found["value"] == [2]
    assert empty.get("/micro/readings/999")["at"] == []
    assert empty.request("GET", f"/micro/readings/{one['id']}?from=x")[0] == 400


def test_many_readings_become_means_with_their_extremes(empty):
    empty.send(*[reading(i % 10, ttm=str(1700000000000 + i * 1000)) for i in range(400)])
    found = empty.get(f"/micro/readings/{series(empty)['id']}?points=40")
    assert len(found["at"]) == 40 and found["at"] == sorted(found["at"])
    assert (min(found["low"]), max(found["high"])) == (0, 9)
    assert all(3 < value < 6 for value in found["value"])


def test_sparklines(empty):
    now = time.time()
    empty.send(*[reading(i, ttm=ms(1000 - i * 10, now)) for i in range(100)])
    empty.send(reading(7, "humidity", ttm=ms(1, now)))
    found = {one["quantity"]: str(one["id"]) for one in empty.get("/micro/overview")["series"]}
    path = f"/micro/sparklines?series={','.join(found.values())},99&points=10&to={ms(0, now)}"
    lines = empty.get(f"{path}&from={ms(3600, now)}&day={ms(500, now)}")
    line = lines[found["temperature"]]
    assert line["part"] == list(range(10))  # They begin with the first reading
    assert (min(line["low"]), max(line["high"]), line["value"]) == (0, 99, sorted(line["value"]))
    assert 48 <= line["day"][0] <= 52 and line["day"][1] == 99
    assert lines[found["humidity"]]["value"] == [7]
    assert lines["99"] == {"part": [], "value": [], "low": [], "high": [], "day": [None, None]}
    assert empty.request("GET", "/micro/sparklines?series=a")[0] == 400


def test_marks_are_the_reboots_and_losses_of_a_board(empty):
    times = [1700000000000 + i * 1000 for i in range(5)]
    for at, boots in zip(times, (1, 1, 2, 2, 5), strict=True):
        empty.send(health({"boots": boots}, ttm=str(at)))
    loss = unstruct({"overflow": 3, "age": 2}, f"{OURS}/loss/jsonschema/1-0-0")
    empty.send({**reading(0, ttm=str(times[3])), "ue_pr": loss})
    expected = [[times[2], "reboot", 2], [times[3], "loss", 5], [times[4], "reboot", 5]]
    assert empty.get("/micro/marks?board=7c9ebd") == expected
    assert empty.get(f"/micro/marks?board=7c9ebd&to={times[2]}") == expected[:1]
    assert empty.get("/micro/marks?board=other") == []
    assert empty.request("GET", "/micro/marks?from=x")[0] == 400


def test_failures_by_kind(empty):
    empty.send(*[struct(aid="a", duid=f"b{i % 3}", se_va=f"x{i}") for i in range(7)])
    empty.send(reading("hot"), struct())
    found = empty.get("/micro/failures")
    assert (found["scanned"], found["all"]) == (8, True)
    hot, number = found["kinds"]
    assert (hot["count"], hot["boards"]) == (1, ["7c9ebd"])
    assert (number["count"], number["app_id"], sorted(number["boards"])) == (
        7, "a", ["b0", "b1", "b2"]
    )  # fmt: skip
    assert number["first"] <= number["last"]
    assert number["record"]["failures"][0]["value"] == "x6"  # The newest


def texts(running, query=""):
    return [event["text"] for event in running.get(f"/micro/list?{query}")]


def test_filters_of_the_list(empty):
    eid, begin = "f732d278-120e-4ab6-845b-c1f11cd85dc7", time.time()
    empty.send(struct(aid="a", se_la="50%_x"), reading(21.5, eid=eid), struct(aid="b", se_va="x"))
    bad, air, label = texts(empty)
    for query, expected in {
        "good=0": [bad],
        "good=1": [air, label],
        "app_id=b": [bad],
        "name=sensor_reading": [air],
        "board=7c9ebd": [air],
        "text=TEMPERATURE": [air],
        "text=cpu%20garden": [air],
        "text=C9EB": [air],
        "text=or_read": [air],
        "text=garden%207c9ebd%20humidity": [],
        "text=50%25_": [label],
        "text=_%25": [],
        f"text={eid.upper()}": [air],
        "text=%27%22%5C%3B--": [],
        "limit=1": [bad],
        "limit=0": [],
        f"from={ms(60, begin)}&to={ms(-60)}": [bad, air, label],
        f"to={ms(60, begin)}": [],
        "app_id=": [bad, air, label],
    }.items():
        assert texts(empty, query) == expected, query
    ids = [event["id"] for event in empty.get("/micro/list")]
    assert texts(empty, f"before={ids[1]}") == [label]
    assert texts(empty, f"after={ids[1]}") == [bad]
    assert texts(empty, f"after={ids[2]}&good=1") == [air]
    for query in ("from=x", "before=1.5", "after=x", "limit=" + "9" * 20):
        assert empty.request("GET", f"/micro/list?{query}")[0] == 400
    (whole,) = empty.get("/micro/list?whole=1&good=0")
    assert whole["record"]["failures"][0]["field"] == "se_va"


def test_boards_and_series_are_bounded(tmp_path, monkeypatch):
    monkeypatch.setattr(derived_tables, "MAX_BOARDS", 3)
    monkeypatch.setattr(derived_tables, "MAX_SERIES", 4)

    def judge(payload, final):
        readings = [("s", "q", None, 1.0)]
        summary = EventSummary(payload, "x", f"b{payload}", "", readings, {"facts": {}})
        return [Row(payload, 1, None, None, None, None, "{}", summary)]

    store = Store(tmp_path / "c.db", judge, lambda rows: None)
    for number in range(6):
        store.submit(number).result(120)
    store.close()
    with sqlite3.connect(tmp_path / "c.db") as connection:
        keys = [key for (key,) in connection.execute("SELECT key FROM boards ORDER BY last")]
        assert keys == ["b3", "b4", "b5"]
        assert connection.execute("SELECT COUNT(*) FROM series").fetchone() == (4,)
        assert connection.execute("SELECT COUNT(*) FROM listed").fetchone() == (6,)
    connection.close()


def test_a_database_of_another_format_is_refused(tmp_path):
    with collector(tmp_path / "c.db") as running:
        running.send(reading(21.5))
    connection = sqlite3.connect(tmp_path / "c.db")
    connection.execute("PRAGMA user_version=1")
    connection.close()
    with pytest.raises(StoreError, match="name another file"):
        Store(tmp_path / "c.db", None, None)


def test_a_reset_leaves_nothing(empty):
    empty.send(reading(1), struct())
    empty.post("/micro/reset", {})
    found = empty.get("/micro/overview")
    assert (found["boards"], found["series"]) == ([], [])
    assert texts(empty) == []
    empty.send(reading(2))
    assert empty.get(f"/micro/readings/{series(empty)['id']}")["value"] == [2]


# --- Retention ---


@pytest.fixture(autouse=True)
def always_checked(monkeypatch):
    monkeypatch.setattr("tools.collector.storage.retention._CHECK_SECONDS", 0)


def keeping(tmp_path, retention, received):
    """Return what a store holds after events of those times, and what it counts."""
    summary = EventSummary(0, "x", "b", "", [("s", "q", None, 1.0)], {"facts": {}})

    def judge(at, final):
        return [Row(at, at % 2, None, None, None, None, "x" * 5000, summary._replace(at=at))] * 100

    store = Store(tmp_path / "c.db", judge, lambda rows: None, retention)
    for at in received:
        store.submit(at).result(120)
    store.close()  # The last commit's answer comes before its removals
    counts = store.counts()
    connection = sqlite3.connect(tmp_path / "c.db")
    counted = connection.execute("SELECT sum(good), sum(bad) FROM boards").fetchone()
    assert counted == (counts["good"], counts["bad"])
    sizes = [connection.execute(f"SELECT COUNT(*) FROM {table}").fetchone()[0]
             for table in ("events", "listed", "readings")]  # fmt: skip
    connection.close()
    assert sizes == [counts["total"]] * 3
    assert counts["good"] + counts["bad"] == counts["total"]
    return counts


def test_old_events_go(tmp_path):
    now = int(time.time() * 1000) // 2 * 2
    old = now - 2 * 86400000
    counts = keeping(tmp_path, Retention(days=1), [old, old + 1, now, now + 1, now])
    assert counts == {"total": 300, "good": 100, "bad": 200}


def test_events_of_a_wrong_clock_take_no_others_along(tmp_path):
    now = int(time.time() * 1000)
    unset, far = 1000, now + 10 * 86400000
    kept = keeping(tmp_path / "1", Retention(days=1), [now - 9, unset, now - 8, now - 7])
    assert kept["total"] == 400
    kept = keeping(tmp_path / "2", Retention(days=1), [far, unset, now - 9, now - 8])
    assert kept["total"] == 200


def test_the_file_is_bounded(tmp_path):
    now = int(time.time() * 1000)
    counts = keeping(tmp_path, Retention(megabytes=1), range(now, now + 160))  # 3.5 MB
    assert 0 < counts["total"] < 8000
    assert (tmp_path / "c.db").stat().st_size < 2.5e6


def test_without_bounds_everything_stays(tmp_path):
    assert keeping(tmp_path, Retention(), [1, 2, 3])["total"] == 300


def test_the_stream_brings_readings(empty):
    from test_collector_micro import events, messages

    empty.send(reading(21.5, ttm="1700000001000"))
    stream = messages(empty)
    (event,) = events(stream, 1)
    stream.close()
    assert event["readings"] == [[series(empty)["id"], 1700000001000, 21.5]]
