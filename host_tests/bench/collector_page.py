"""The collector's page with a million events stored: when it is painted, and how it answers."""

import http.client
import importlib.util
import json
import os
import random
import re
import sqlite3
import tempfile
import time
import uuid
from pathlib import Path

from host_tests.bench.collector import ROOT, Running, event, wrapped
from host_tests.outside import BROWSER_ARGUMENTS, find_browser
from tools.collector.enrich.iglu import Schemas
from tools.collector.enrich.judge import judge
from tools.collector.enrich.payload import Payload
from tools.collector.enrich.values import iso_timestamp
from tools.collector.storage import derived_tables
from tools.collector.storage.tables import compression, prepare

EVENTS = 1_000_000
BOARDS = 20
MANY = 200  # boards of another database
CHROMIUM = find_browser()
HAVE = CHROMIUM and importlib.util.find_spec("playwright")
FIGURES = {
    "page_start_1m_s": ("s", "from the start of the collector to its page", "<= 1"),
    "page_first_paint_1m_ms": ("ms", "first contentful paint in Chromium", "<= 1000"),
    "page_events_1m_ms": ("ms", "from opening the list to its 100 newest events", "<= 1000"),
    "page_filter_1m_ms": ("ms", "from choosing one of 20 boards to its events", "<= 500"),
    "page_search_1m_ms": ("ms", "from typing a word that 1 event has to that event", "<= 2000"),
    "page_chart_1m_ms": ("ms", "50,000 readings of a month as a chart's points", "<= 1000"),
    "page_200_boards_ms": ("ms", "from opening the page to the cards of 200 boards", "<= 500"),
}
if not HAVE:  # There is nothing to measure with, and other times would be other figures
    print("collector_page: left out, it needs Chromium and playwright")
    FIGURES = {}
ROUNDS = 5
_LOAD = "INSERT INTO events VALUES(?, ?, ?, ?, ?, ?, ?, ?)"


def fill(path):
    """Store a million judged events of the last 30 days, straight into the tables."""
    schemas = Schemas([ROOT / "firmware" / "schemas"])
    connection = sqlite3.connect(path)
    connection.executescript("PRAGMA page_size=4096; PRAGMA synchronous=OFF;")
    prepare(connection)
    connection.executescript("PRAGMA journal_mode=OFF; PRAGMA cache_size=-200000;")
    indexes = connection.execute(
        "SELECT name, sql FROM sqlite_master WHERE type='index' AND sql IS NOT NULL"
    ).fetchall()
    for name, _ in indexes:
        connection.execute(f"DROP INDEX {name}")
    pack = compression(connection).pack
    derived = derived_tables.DerivedTables(connection)
    now, step, rng = int(time.time() * 1000), 30 * 86400000 // EVENTS, random.Random(1)
    rows = [_judged(f"board{i:02}", i, now, schemas) for i in range(BOARDS)]
    for first in range(1, EVENTS + 1, 10000):
        part, short = [], []
        for id in range(first, first + 10000):
            row, at = rows[id % BOARDS], now - (EVENTS - id) * step
            summary = row.summary._replace(at=at)
            if id == 1000:
                summary = summary._replace(text=summary.text + " needle")
            eid = str(uuid.UUID(int=rng.getrandbits(128)))
            record = _other(row.record, eid, now, at, rng)
            part.append((id, at, 1, eid, *row[3:6], pack(record)))
            short.append((id, at, 1, row.app_id, summary))
        connection.executemany(_LOAD, part)
        derived.add(connection, short)
        while derived.columns.waiting(part[-1][0]):
            derived.columns.make_next(connection)
        connection.commit()
    for _, sql in indexes:
        connection.execute(sql)
    connection.commit()
    connection.execute("PRAGMA journal_mode=WAL")
    connection.close()
    with path.open("rb+") as file:
        os.fsync(file)  # What is not on disk yet would be waited for in the measured time


def _other(record, eid, now, at, rng):
    """Return a record with an id, times and values of its own."""
    record = record.replace(str(now), str(at)).replace(iso_timestamp(now), iso_timestamp(at))
    record = record.replace(_EID, eid)
    for old, new in ((20, rng.randrange(100)), (40, rng.randrange(70))):
        record = re.sub(rf"(value\\\\?\":){old}\.\d", rf"\g<1>{old + new / 10}", record)
    return record


def _judged(board, number, now, schemas):
    one = {**event(board, number, now), "eid": _EID}
    body = wrapped("payload_data", "1-0-4", [one]).encode()
    kind, ip = "application/json", "127.0.0.1"
    payload = Payload(now, "", body, kind, None, ip, _ID, None, None, None, [])
    (row,) = judge(payload, schemas)
    assert row.good, json.loads(row.record)["errors"]
    return row


_ID = "00000000-0000-0000-0000-000000000001"
_EID = "00000000-0000-4000-8000-000000000002"
_JSON, _TP2 = "application/json", "/com.snowplowanalytics.snowplow/tp2"
_NOTE_CARDS = """new MutationObserver(() => {
  if (document.querySelector(".card .name")) window.cardsAfter ??= performance.now();
}).observe(document, {childList: true, subtree: true});"""
_PAINT = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime"
_ROWS = "document.querySelectorAll('#rows li')"


def run(machine):
    """One database, the rounds one after the other in one browser."""
    if not HAVE:
        return {}
    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory(dir=ROOT / "build") as folder, sync_playwright() as api:
        fill(Path(folder) / "c.db")
        running = Running(Path(folder) / "c.db", "--keep-days", "60", "--keep-mb", "100000")
        browser = api.chromium.launch(executable_path=CHROMIUM, args=BROWSER_ARGUMENTS)
        url = f"http://127.0.0.1:{running.port}/"
        rounds = [_round(browser, url) for _ in range(ROUNDS)]
        running.stop()
        boards = many_boards(browser, Path(folder) / "boards.db")
        browser.close()
    found = {name: [one[name] for one in rounds] for name in rounds[0]}
    return {"page_start_1m_s": running.seconds, **found, "page_200_boards_ms": boards}


def many_boards(browser, path):
    """Return, for each round, after how many milliseconds the cards in view are there."""
    running, now = Running(path), int(time.time() * 1000)
    connection = http.client.HTTPConnection("127.0.0.1", running.port)
    for first in range(0, MANY, 50):
        events = [event(f"board{number}", number, now) for number in range(first, first + 50)]
        body, headers = wrapped("payload_data", "1-0-4", events), {"Content-Type": _JSON}
        connection.request("POST", _TP2, body, headers)
        connection.getresponse().read()
    connection.close()
    found = []
    for _ in range(ROUNDS):
        page = browser.new_page()
        page.add_init_script(_NOTE_CARDS)  # To ask again and again would slow the page down
        page.goto(f"http://127.0.0.1:{running.port}/")
        page.wait_for_selector(".card .name")
        found.append(_until(page, "window.cardsAfter")[0])
        page.close()
    running.stop()
    return found


def _round(browser, url):
    page = browser.new_page()
    page.goto(url)
    paint = _until(page, _PAINT)[0]
    events = _time(page, "location.hash = 'events'", f"{_ROWS}.length === 100")
    options = "[...document.querySelectorAll('[name=board] option')]"
    _until(page, f"{options}.some((one) => one.value === 'board07')")
    newest = f"{_ROWS}[0]?.dataset.id % {BOARDS} === 7 && {_ROWS}.length === 100"
    board = _time(page, "location.hash = 'events?board=board07'", newest)
    needle = f"{_ROWS}.length === 1 && {_ROWS}[0].textContent.includes('needle')"
    search = _time(page, "location.hash = 'events?text=needle'", needle)
    chart = page.evaluate("""async () => {
      const began = performance.now();
      const answer = await fetch("/micro/readings/1?points=600");
      const {at} = await answer.json();
      if (at.length < 300) throw new Error(at.length);
      return performance.now() - began;
    }""")
    page.close()
    names = list(FIGURES)[1:-1]
    return dict(zip(names, (paint, events, board, search, chart), strict=True))


def _until(page, expression):
    began = time.perf_counter()
    while not (value := page.evaluate(expression)):
        assert time.perf_counter() - began < 60, expression
    return value, (time.perf_counter() - began) * 1000


def _time(page, act, done):
    """Return the milliseconds from doing something to seeing it done."""
    page.evaluate(act)
    return _until(page, done)[1]
