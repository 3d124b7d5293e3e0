"""An event is on disk before its 200, whatever happens next; and starting, ending, misuse."""

import asyncio
import json
import signal
import sqlite3
import subprocess
import sys
import threading
import types
import uuid

import pytest
from aiohttp import web
from collecting import JSON, ROOT, TP2, Collector, batch, collector, struct, wait_for

from tools.collector import console
from tools.collector.http import request_body
from tools.collector.storage.store import Store, StoreError
from tools.collector.storage.tables import compression


def stored(db):
    """Return the eids in a database, oldest first."""
    connection = sqlite3.connect(db)
    try:
        return [eid for (eid,) in connection.execute("SELECT eid FROM events ORDER BY id")]
    finally:
        connection.close()


def test_kill_right_after_the_answers_loses_nothing(tmp_path):
    db = tmp_path / "c.db"
    eids = [str(uuid.uuid4()) for _ in range(60)]
    running = Collector(db, "--quiet")
    for start in range(0, 60, 3):
        running.send(*[struct(eid=eid) for eid in eids[start : start + 3]])
    running.stop(kill=True)
    assert stored(db) == eids
    with collector(db) as again:  # It goes on with what is there
        assert again.get("/micro/all") == {"total": 60, "good": 60, "bad": 0}
        again.send(struct(eid=eids[0]))
    assert stored(db) == [*eids, eids[0]]  # Duplicates are kept


def test_kill_under_load_loses_nothing_that_was_answered(tmp_path):
    db, answered = tmp_path / "c.db", []
    running = Collector(db, "--quiet")

    def board():
        import http.client

        connection = http.client.HTTPConnection("127.0.0.1", running.port, timeout=120)
        try:
            while True:
                eids = [str(uuid.uuid4()) for _ in range(5)]
                connection.request("POST", TP2, batch(*[struct(eid=eid) for eid in eids]), JSON)
                if connection.getresponse().read() != b"ok":
                    return
                answered.extend(eids)
        except (OSError, http.client.HTTPException):
            pass  # It was killed
        finally:
            connection.close()

    boards = [threading.Thread(target=board) for _ in range(4)]
    for thread in boards:
        thread.start()
    wait_for(lambda: len(answered) > 300)
    running.stop(kill=True)
    for thread in boards:
        thread.join(120)
    assert set(answered) <= set(stored(db))


def test_the_table_that_others_read(tmp_path):
    eid = str(uuid.uuid4())
    with collector(tmp_path / "c.db") as running:
        running.send(struct(eid=eid.upper(), aid="desk"), struct(e="xx"))
        running.request("POST", TP2, b"nonsense", JSON)
        connection = sqlite3.connect(tmp_path / "c.db")
        compression(connection)
        rows = connection.execute(
            "SELECT id, received, good, eid, app_id, event_type, schema, unpacked(record)"
            " FROM events"
        ).fetchall()
        (mode,) = connection.execute("PRAGMA journal_mode").fetchone()
        connection.close()
    assert mode == "wal"
    good, bad, request = rows
    schema = "iglu:com.google.analytics/event/jsonschema/1-0-0"
    assert good[2:7] == (1, eid, "desk", "struct", schema)
    assert good[1] > 1700000000000
    assert json.loads(good[7])["event"]["event_id"] == eid
    assert bad[2:7] == (0, None, None, None, None)
    assert json.loads(bad[7])["rawEvent"]["parameters"]["e"] == "xx"
    assert request[2:7] == (0, None, None, None, None)
    assert json.loads(request[7])["rawEvent"] is None


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_cleanly_while_a_page_listens(tmp_path, number):
    running = Collector(tmp_path / "c.db")
    running.send(struct())
    running.connection.request("GET", "/micro/stream")
    answer = running.connection.getresponse()
    answer.readline()
    running.process.send_signal(number)
    out, errors = running.process.communicate(timeout=120)
    answer.close()
    running.connection.close()
    assert (running.process.returncode, errors) == (0, "")
    assert out.endswith(f"collector: stopped. 1 good, 0 bad events in {tmp_path / 'c.db'}\n")


def test_lines_on_the_terminal(tmp_path):
    schema = tmp_path / "schemas/io.github.snowplow_micropython/sensor_reading/jsonschema/1-0-0"
    schema.parent.mkdir(parents=True)
    schema.write_text("{}")
    readings = [
        {"quantity": "temperature", "value": 43.2, "unit": "Cel"},
        {"quantity": "load", "value": 2},
    ]
    uri = "iglu:io.github.snowplow_micropython/sensor_reading/jsonschema/1-0-0"
    inner = {"schema": uri, "data": {"sensor": "cpu", "readings": readings}}
    wrapper = "iglu:com.snowplowanalytics.snowplow/unstruct_event/jsonschema/1-0-0"
    event = struct(e="ue", aid="desk", ue_pr=json.dumps({"schema": wrapper, "data": inner}))
    running = Collector(tmp_path / "c.db", "--schemas", str(tmp_path / "schemas"))
    db = tmp_path / "c.db"
    address = f"http://127.0.0.1:{running.port}/micro/ui"
    assert running.first_line == f"collector: {address}  (events in {db})\n"
    running.send(event)
    running.send(struct(se_va="21.5"), struct(aid="\x1b[2J\u202e", se_va="\x1b[31mred"))
    status, out, _ = running.stop()
    # What is printed at the start may have been read with the first line.
    lines = [line for line in out.splitlines() if not line.startswith("all readings: ")][:3]
    lines = [line.split("  ", 1)[1] for line in lines]
    assert lines == [
        "good  desk  unstruct  cpu temperature=43.2 Cel load=2",
        "good  -  struct  test / hello / 21.5",
        # Tracker text has its control characters removed; what remains of them is escaped.
        'BAD   [2J\\u202e  struct  se_va: "\\x1b[31mred" is not a decimal number such as'
        " 21.5, 1e3, .5 or -3",
    ]


def test_counts_on_the_terminal(monkeypatch):
    lines = []
    monkeypatch.setattr(console, "COUNTS_SECONDS", 0.05)
    monkeypatch.setattr(console, "_CLOSE_SECONDS", 120)
    monkeypatch.setattr(console, "write", lambda line: lines.append(line) or True)
    terminal = console.Console(quiet=True)
    terminal.show_events([types.SimpleNamespace(good=1)] * 3 + [types.SimpleNamespace(good=0)])

    async def some_time():
        counting = asyncio.create_task(terminal.show_counts())
        while not lines:
            await asyncio.sleep(0.01)
        counting.cancel()

    asyncio.run(some_time())
    terminal.close("end")
    assert "since the start: 3 good, 1 bad; now " in lines[0] and lines[0].endswith(" a second")
    assert lines[1:] == ["end"]  # Nothing came since, so nothing was said


def test_lines_that_a_slow_terminal_has_no_room_for_are_counted(monkeypatch):
    lines, released = [], threading.Event()

    def write(line):
        released.wait(600)
        lines.append(line)

    monkeypatch.setattr(console, "MAX_WAITING", 2)
    monkeypatch.setattr(console, "_CLOSE_SECONDS", 120)
    monkeypatch.setattr(console, "write", write)
    terminal = console.Console(quiet=False)
    row = types.SimpleNamespace(good=1, received=0, app_id="a", event_type="struct",
                                summary=types.SimpleNamespace(text="x"))  # fmt: skip
    terminal.show_events([row] * 10)
    released.set()
    wait_for(lambda: len(lines) >= 2)
    terminal.show_events([row])
    terminal.close("end")
    (notice,) = [line for line in lines if "events not shown: the terminal is too slow" in line]
    shown = [line for line in lines if line.endswith("good  a  struct  x")]
    assert len(shown) + int(notice.split()[1]) == 11
    assert lines[-1] == "end"


def test_nobody_reads_the_terminal(tmp_path):
    running = Collector(tmp_path / "c.db")
    for _ in range(60):  # Far more lines than a pipe and the queue hold
        running.send(*[struct(se_la="x" * 100)] * 100)
    assert running.get("/micro/all")["good"] == 6000
    running.connection.close()
    running.process.terminate()
    assert running.process.wait(120) == 0
    running.process.communicate()


def test_the_reader_of_the_terminal_leaves(tmp_path):
    running = Collector(tmp_path / "c.db")
    running.process.stdout.close()
    running.send(struct())
    running.send(struct())
    assert running.get("/micro/all")["good"] == 2
    running.connection.close()
    running.process.terminate()
    assert running.process.wait(120) == 0
    assert running.process.stderr.read() == ""
    running.process.stderr.close()


# --- Starting ---


def run(*arguments):
    return subprocess.run(
        [sys.executable, "-m", "tools.collector", *arguments],
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
        timeout=120,
    )


def refused(*arguments):
    """Return the message of a start that must fail with status 2 and without a traceback."""
    ended = run(*arguments)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert "Traceback" not in ended.stderr
    return ended.stderr


def test_port_taken(tmp_path):
    with collector(tmp_path / "c.db") as running:
        message = refused("--port", str(running.port), "--db", str(tmp_path / "d.db"))
    assert f"127.0.0.1:{running.port}" in message and "--port 0" in message


@pytest.mark.parametrize("port", ["x", "-1", "65536", "٤"])
def test_no_port(port):
    assert "is not a port" in refused(f"--port={port}")


def test_a_database_that_is_none(tmp_path):
    (tmp_path / "text.db").write_text("this is no database at all, but some text" * 100)
    assert "text.db" in refused("--port", "0", "--db", str(tmp_path / "text.db"))
    assert "cannot use" in refused("--port", "0", "--db", str(tmp_path))
    assert "cannot use" in refused("--port", "0", "--db", str(tmp_path / "text.db" / "c.db"))


def test_a_database_of_something_else(tmp_path):
    other = sqlite3.connect(tmp_path / "other.db")
    other.execute("CREATE TABLE letters(id)")
    other.close()
    assert "holds something else" in refused("--port", "0", "--db", str(tmp_path / "other.db"))
    with pytest.raises(StoreError, match="holds something else"):
        Store(tmp_path / "other.db", None, None)


def test_schemas_that_are_not_there(tmp_path):
    assert f"no directory {tmp_path / 'none'}" in refused("--schemas", str(tmp_path / "none"))


def test_help_teaches():
    ended = run("--help")
    assert ended.returncode == 0
    for word in ("curl", '"collector"', "--schemas", "VENDOR/NAME", "/micro/all", "0.0.0.0"):
        assert word in ended.stdout


def test_ipv6(tmp_path):
    try:
        running = Collector(tmp_path / "c.db", "--host", "::1")
    except AssertionError as error:
        pytest.skip(f"no IPv6 here: {error}")
    running.stop()
    assert running.first_line.startswith("collector: http://[::1]:")


def test_a_disk_that_fails_is_a_503_and_passes(tmp_path):
    """The writer goes on after a failed commit, and nothing of it is acknowledged."""
    committed = []

    def judge(payload, final):
        if payload == "fail":
            raise sqlite3.OperationalError("database or disk is full")
        return []

    store = Store(tmp_path / "c.db", judge, committed.append)
    with pytest.raises(sqlite3.OperationalError):
        store.submit("fail").result(120)
    assert not store.healthy
    cancelled = store.submit("fine")
    cancelled.cancel()  # A client that leaves must not stop the writer
    store.submit("fine").result(120)
    assert store.healthy
    store.close()


def test_a_body_that_is_too_slow(monkeypatch):
    monkeypatch.setattr(request_body, "BODY_TIMEOUT", 0.01)

    async def never():
        await asyncio.Event().wait()

    async def read():
        await request_body.read_body(types.SimpleNamespace(content_length=5, read=never))

    with pytest.raises(web.HTTPRequestTimeout):
        asyncio.run(read())


def test_a_second_collector_on_the_same_file_is_refused(tmp_path):
    # Both would give the same ids, and the first could write no more.
    with collector(tmp_path / "c.db") as first:
        second = subprocess.run(
            [sys.executable, "-m", "tools.collector", "--port", "0"]
            + ["--db", str(tmp_path / "c.db")],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert second.returncode == 2
        assert "another collector writes to" in second.stderr and "--db" in second.stderr
        first.send(struct())
        assert first.get("/micro/all")["good"] == 1
    with collector(tmp_path / "c.db") as again:
        assert again.get("/micro/all")["good"] == 1
