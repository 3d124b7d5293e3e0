"""The database: packed records, files of earlier versions, the columns that filters read."""

import json
import random
import sqlite3
import time
import tracemalloc
from contextlib import closing
from pathlib import Path

import pytest
from collecting import batch, collector, entities, payload, reading, struct, unstruct, wait_for
from collecting import write_schema as write

from tools.collector.enrich.columns import flat_event
from tools.collector.enrich.iglu import Schemas
from tools.collector.enrich.judge import judge
from tools.collector.storage import column_blocks, column_query, tables
from tools.collector.storage.column_blocks import BLOCK, MAX_TEXT, next_block, texts
from tools.collector.storage.compression import DICTIONARY, Compression
from tools.collector.storage.retention import Retention
from tools.collector.storage.store import Store, StoreError

OLD = (Path(__file__).parent / "format_2.sql").read_text()
CONTEXT, EVENT = "contexts_com_example_reading_1", "unstruct_event_com_example_reading_1"


@pytest.fixture
def opened(tmp_path):
    """A function that opens the database; all are closed at the end."""
    write(tmp_path / "schemas")
    schemas = Schemas([tmp_path / "schemas", Path(__file__).parents[2] / "firmware" / "schemas"])
    stores = []

    def open_store(**more):
        def judge_it(one, final):
            return judge(one, schemas)

        stores.append(Store(tmp_path / "c.db", judge_it, lambda rows: None, **more))
        return stores[-1]

    yield open_store
    for store in stores:
        store.close()


def records(store):
    found = store.read(
        lambda c: c.execute("SELECT unpacked(record) FROM events ORDER BY id").fetchall()
    )
    return [json.loads(record) for (record,) in found.result(120)]


# --- Packed records ---


def test_records_come_back_as_they_were(opened, tmp_path):
    label = '😀 \0 \\ "quoted"'
    events = [reading(21.5), struct(se_la=label), struct(e="xx"), struct(page="x" * 1999)]
    store = opened()
    store.submit(payload(batch(*events))).result(120)
    store.submit(payload(b"nonsense")).result(120)
    (good, text, bad, page, request) = records(store)
    assert good["event"]["unstruct_event"]["data"]["data"]["sensor"] == "cpu"
    assert text["rawEvent"]["parameters"]["se_la"] == events[1]["se_la"]
    assert bad["failures"][0]["field"] == "e"
    assert page["event"]["page_title"] == "x" * 1999
    assert request["collectorPayload"]["body"] == "nonsense"


def test_a_database_keeps_the_dictionary_that_it_was_made_with(opened, tmp_path):
    store = opened()
    store.submit(payload(batch(reading(1)))).result(120)
    store.close()
    connection = sqlite3.connect(tmp_path / "c.db")
    other = Compression(b"another dictionary than that of this version")
    pack = other.pack(Compression(DICTIONARY).unpack(
        connection.execute("SELECT record FROM events").fetchone()[0]
    ))  # fmt: skip
    connection.execute("UPDATE events SET record=?", (pack,))
    connection.execute("UPDATE compression SET dictionary=?", (other.dictionary,))
    connection.commit()
    connection.close()
    store = opened()
    store.submit(payload(batch(reading(2)))).result(120)
    assert [one["schema"].split("/")[1] for one in records(store)] == ["sensor_reading"] * 2


def test_an_event_of_the_firmware_takes_few_bytes(opened, tmp_path):
    store = opened()
    for i in range(40):
        events = [reading(i, eid=_uuid(i * 50 + j)) for j in range(50)]
        store.submit(payload(batch(*events)))
    store.close()
    assert (tmp_path / "c.db").stat().st_size / 2000 < 1500


def _uuid(number):
    return f"{number:08x}-0000-4000-8000-000000000000"


# --- Files of earlier versions ---


def test_a_file_of_the_version_before_is_converted(tmp_path):
    old = sqlite3.connect(tmp_path / "c.db")
    old.executescript(OLD)
    old.close()
    with collector(tmp_path / "c.db", "--keep-days", "99999") as running:
        assert running.get("/micro/all") == {"total": 1, "good": 1, "bad": 0}
        running.send(struct(aid="desk"))
        new, before = running.get("/micro/good")
        assert (new["event"]["app_id"], before["event"]["app_id"]) == ("desk", "garden")
        (one,) = running.get("/micro/overview")["series"]
        assert (one["at"], one["first"]) == (1700000005000, 1700000005000)  # Not 2099
        found = running.get("/micro/list")
        assert [(event["app_id"], event["at"] < 2e12) for event in found] == [
            ("desk", True), ("garden", True),
        ]  # fmt: skip
        ask = {"filters": [{"column": "app_id", "values": ["garden"]}]}
        assert running.post("/micro/events", ask)["totalItems"] == 1
        assert len(running.request("GET", "/micro/export")[2].splitlines()) == 2
    with collector(tmp_path / "c.db", "--keep-days", "99999") as again:
        assert again.get("/micro/all")["total"] == 2


def test_a_clock_that_is_not_set_yet_converts_as_any_other(tmp_path, monkeypatch):
    old = sqlite3.connect(tmp_path / "c.db")
    old.executescript(OLD)
    at = 1700000004000  # As it should be, before the event arrived
    old.execute("UPDATE listed SET at=?", (at,))
    old.execute("UPDATE readings SET at=?", (at,))
    old.commit()
    monkeypatch.setattr(tables.time, "time", lambda: 60)
    tables.prepare(old)
    for table in ("listed", "readings"):
        assert old.execute(f"SELECT at FROM {table}").fetchall() == [(at,)]
    old.close()


def test_a_conversion_that_fails_changes_nothing(tmp_path, monkeypatch):
    old = sqlite3.connect(tmp_path / "c.db")
    old.executescript(OLD)
    old.close()
    monkeypatch.setattr(tables, "_CONVERSION", tables._CONVERSION + "CREATE NONSENSE;")
    with pytest.raises(StoreError):
        Store(tmp_path / "c.db", None, None)
    monkeypatch.undo()
    Store(tmp_path / "c.db", None, None).close()


def test_a_file_of_a_later_version_is_refused(tmp_path):
    Store(tmp_path / "c.db", None, None).close()
    connection = sqlite3.connect(tmp_path / "c.db")
    connection.execute("PRAGMA user_version=99")
    connection.close()
    with pytest.raises(StoreError, match="a newer version"):
        Store(tmp_path / "c.db", None, None)


def test_a_link_to_the_file_of_another_collector_is_refused(tmp_path):
    (tmp_path / "link.db").symlink_to(tmp_path / "c.db")
    store = Store(tmp_path / "c.db", None, None)
    with pytest.raises(StoreError, match="another collector"):
        Store(tmp_path / "link.db", None, None)
    store.close()


# --- The columns that filters read ---


def brute_force(store, filters, good, sorting, descending):
    """Return the ids that a filter finds, from the records alone."""
    rows = store.read(
        lambda c: c.execute("SELECT id, good, unpacked(record) FROM events").fetchall()
    ).result(120)
    found = []
    for id, is_good, record in rows:
        event = flat_event(json.loads(record).get("event") or {})
        if good is not None and is_good != good:
            continue
        if all(
            name in event and set(texts(name, event[name])) & {text[:MAX_TEXT] for text in wanted}
            for name, wanted in filters
        ):
            value = event.get(sorting)
            value = value[0] if isinstance(value, list) else value
            found.append((value, id))
    found.sort(key=lambda pair: -pair[1])
    if sorting:
        with_value = [pair for pair in found if pair[0] is not None]
        without = [pair for pair in found if pair[0] is None]
        with_value.sort(key=lambda pair: (isinstance(pair[0], str), pair[0]), reverse=descending)
        found = with_value + without
    elif not descending:
        found.reverse()
    return [id for _, id in found]


def compare(store, filters=(), good=None, sorting=None, descending=True):
    conditions = [column_query.one_of(*one) for one in filters]
    if good is not None:
        conditions.append(column_query.is_good(good))
    expected = brute_force(store, filters, good, sorting, descending)
    for size, first in ((100, 0), (7, 500), (5000, 0)):
        ask = conditions, sorting, descending, size, first
        count, ids = store.read(column_query.find_page, *ask).result(120)
        assert (count, ids) == (len(expected), expected[first : first + size])
    return len(expected)


def compare_all(store):
    counts = [
        compare(store),
        compare(store, descending=False),
        compare(store, [("app_id", ["a1", "a3"])]),
        compare(store, [("app_id", ["a1"])], descending=False),
        compare(store, [("app_id", ["a2"]), ("se_label", ["rare"])]),
        compare(store, [("app_id", ["a2"])], good=0),
        compare(store, good=0),
        compare(store, [(f"{CONTEXT}.celsius", ["3", "4.5"])]),
        compare(store, [(f"{EVENT}.celsius", ["3"])], sorting="app_id"),
        compare(store, [("nothing", ["3"])]),
        compare(store, sorting=f"{CONTEXT}.celsius"),
        compare(store, sorting="se_label", descending=False),
        compare(store, [("event", ["struct"])], good=1, sorting="se_value", descending=False),
    ]
    return counts


def fill(store, rng, count, received=1700000005000):
    for _ in range(count // 50):
        events = []
        for _ in range(50):
            number = rng.choice([1, 3, 4.5, 20])
            event = struct(aid=f"a{rng.randrange(4)}", se_va=str(rng.randrange(5)))
            kind = rng.random()
            if kind < 0.02:
                event["se_la"] = "rare"
            elif kind < 0.1:
                event["e"] = "xx"
            elif kind < 0.3:
                event.update(e="ue", ue_pr=unstruct({"celsius": number}))
            elif kind < 0.5:
                event["co"] = entities({"celsius": number}, {"celsius": 3})
            elif kind < 0.55:
                event["se_la"] = str(rng.random())
            events.append(event)
        store.submit(payload(batch(*events), received=received)).result(120)


def made(store, count):
    return wait_for(lambda: store.read(next_block).result(120) == count)


def test_filters_and_sorts_find_what_the_records_say(opened):
    rng = random.Random(1)
    store = opened()
    fill(store, rng, 300)
    before = compare_all(store)  # Partly, or not at all, in blocks
    made(store, 301 // BLOCK)
    assert compare_all(store) == before
    fill(store, rng, 1500)
    made(store, 1801 // BLOCK)
    compare_all(store)
    store.close()
    store = opened(retention=Retention(days=1))  # Those of 2023 are removed
    fill(store, rng, 350, received=int(time.time() * 1000))
    wait_for(lambda: store.counts()["total"] == 350)
    compare_all(store)
    made(store, 2151 // BLOCK)
    compare_all(store)
    store.reset().result(120)
    assert compare_all(store)[0] == 0
    fill(store, rng, 600, received=int(time.time() * 1000))
    compare_all(store)
    made(store, 2751 // BLOCK)
    assert compare_all(store)[0] == 600


def test_a_time_range_counts_arrivals(opened):
    store = opened()
    for at in (1000, 2000, 3000):
        store.submit(payload(batch(struct(), struct()), received=at)).result(120)
    for start, end, count in ((1000, 3000, 4), (2000, 2001, 2), (3001, 9000, 0)):
        found = store.read(
            column_query.find_page, [column_query.between(start, end)], None, True, 9, 0
        )
        assert found.result(120)[0] == count


def test_long_values_and_too_many_columns(opened, monkeypatch):
    store = opened()
    long = "x" * 20000
    data = [{"celsius": i, "anything": [long, i]} for i in (1, 2)]
    events = [struct(e="ue", ue_pr=unstruct(one)) for one in data]
    more = struct(co=entities({"celsius": 1, "anything": {"long": long}}))
    key = struct(co=entities({"k" * 50000: 1}))  # Bad, but its columns can be read
    store.submit(payload(batch(*events, more, key, *[struct()] * 260))).result(120)
    made(store, 1)
    sql = "SELECT sum(length(packed)) FROM column_blocks"
    assert store.read(lambda c: c.execute(sql).fetchone()).result(120)[0] < 20000
    sql = "SELECT max(length(name)) FROM column_names"
    assert store.read(lambda c: c.execute(sql).fetchone()).result(120)[0] < 1000
    for column, value, count in (
        (f"{EVENT}.anything", json.dumps([long, 1], separators=(",", ":")), 2),
        (f"{CONTEXT}.anything", json.dumps({"long": long}, separators=(",", ":")), 1),
        (f"{EVENT}.celsius", "2", 1),
    ):
        assert compare(store, [(column, [value])]) == count
    with pytest.raises(ValueError, match="longer than"):
        ask = [column_query.one_of(f"{EVENT}.{'x' * 1000}", ["x"])], None, True, 9, 0
        store.read(column_query.find_page, *ask).result(120)
    monkeypatch.setattr(column_blocks, "MAX_COLUMNS", 3)
    ask = [column_query.one_of("nothing", ["x"])], None, True, 9, 0
    with pytest.raises(ValueError, match="one of over"):
        store.read(column_query.find_page, *ask).result(120)


def test_a_block_of_long_values_needs_little_memory(tmp_path, monkeypatch):
    def events(_, first, last):
        return ((id, {"anything": f"{id:06}" + "x" * 100000}) for id in range(first, last + 1))

    monkeypatch.setattr(column_blocks, "events", events)
    with closing(tables.connect(tmp_path / "c.db")) as connection:
        tables.prepare(connection)
        blocks = column_blocks.ColumnBlocks(connection)
        tracemalloc.start()
        blocks.make_next(connection)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert peak < BLOCK * MAX_TEXT * 5
