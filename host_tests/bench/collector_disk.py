"""The collector's database with a million events: its size for an event, and a filter's time."""

import http.client
import json
import os
import tempfile
import time
from pathlib import Path

from host_tests.bench.collector import ROOT, Running
from host_tests.bench.collector_page import BOARDS, EVENTS, fill

FIGURES = {
    "collector_bytes_per_event": (
        "B",
        "the database file, for each of a million sensor readings with a board entity",
        "<= 1500",
    ),
    "collector_filter_ms_1m": (
        "ms",
        "from asking for the events with one value of a column, of a million, to the answer",
        "<= 300",
    ),
}
ROUNDS = 5
_NAME = "contexts_io_github_snowplow_micropython_board_1.id"
_FILTERS = (("domain_userid", "board07"), (_NAME, "board11"))


def run(machine):
    """Each round filters by a column, then by a field of an entity; the slower one counts."""
    with tempfile.TemporaryDirectory(dir=ROOT / "build") as folder:
        path = Path(folder) / "c.db"
        fill(path)
        size = os.path.getsize(path)
        running = Running(path, "--keep-days", "60", "--keep-mb", "100000")
        connection = http.client.HTTPConnection("127.0.0.1", running.port)
        rounds = [max(_filter(connection, *one) for one in _FILTERS) for _ in range(ROUNDS)]
        connection.close()
        running.stop()
    return {"collector_bytes_per_event": size / EVENTS, "collector_filter_ms_1m": rounds}


def _filter(connection, column, value):
    body = json.dumps({"filters": [{"column": column, "values": [value]}], "pageSize": 50})
    began = time.perf_counter()
    connection.request("POST", "/micro/events", body, {"Content-Type": "application/json"})
    found = json.loads(connection.getresponse().read())
    seconds = time.perf_counter() - began
    assert found["totalItems"] == EVENTS // BOARDS and len(found["events"]) == 50
    return seconds * 1000
