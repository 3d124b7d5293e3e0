"""SQLite storage: one writer thread that judges and commits, one reader thread for queries.

The promise: a future that ``submit`` returned is done only after its events are on disk (WAL,
``synchronous=FULL``). Requests that come while a commit is under way share the next one.
"""

import queue
import sqlite3
import sys
import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing

_VERSION = 1  # of the schema, in PRAGMA user_version
_SCHEMA = """
CREATE TABLE IF NOT EXISTS events(
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    received INTEGER NOT NULL,  -- milliseconds since 1970
    good INTEGER NOT NULL,      -- 1 or 0
    eid TEXT,
    app_id TEXT,
    event_type TEXT,            -- the long name: page_view, struct, unstruct ...
    schema TEXT,
    record TEXT NOT NULL        -- JSON, as /micro/good or /micro/bad returns it
);
CREATE INDEX IF NOT EXISTS events_good ON events(good, id);
CREATE INDEX IF NOT EXISTS events_eid ON events(eid);
"""
_INSERT = (
    "INSERT INTO events(received, good, eid, app_id, event_type, schema, record)"
    " VALUES(?, ?, ?, ?, ?, ?, ?)"
)
_COUNT = "SELECT good, COUNT(*) FROM events GROUP BY good"
_COLUMNS = ("id", "received", "good", "eid", "app_id", "event_type", "schema", "record")
_GROUP = 64  # requests that share one transaction at most
PAGE = 200  # rows that are read at once, so that a long answer needs little memory


class StoreError(Exception):
    """The database cannot be used; the message says what to do."""


class Store:
    """The events of one database file.

    ``judge`` turns a payload into rows (see :func:`judge.judge`) and runs in the writer thread.
    ``on_commit(rows)`` is called there after each commit, with no rows after a reset.
    ``good`` and ``bad`` count what is stored; ``generation`` is another number after each start
    and reset. Raises :class:`StoreError` where the file cannot be opened.
    """

    def __init__(self, path, judge, on_commit):
        self._path, self._judge, self._on_commit = path, judge, on_commit
        self._queue = queue.SimpleQueue()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with closing(_connect(path)) as connection:
                _prepare(connection)
                counts = dict(connection.execute(_COUNT))
        except (OSError, sqlite3.Error) as error:
            raise StoreError(f"cannot use {path} as the database: {error}")
        self.good, self.bad = counts.get(1, 0), counts.get(0, 0)
        self.healthy = True
        self.generation = time.time_ns()
        self._readers = ThreadPoolExecutor(1, "collector-reader")
        self._writer = threading.Thread(target=self._write, name="collector-writer")
        self._writer.start()

    def submit(self, payload):
        """Queue a payload; return a future that is done when its events are on disk.

        Its exception is ``sqlite3.Error`` where they could not be written.
        """
        future = Future()
        self._queue.put((payload, future))
        return future

    def reset(self):
        """Queue the removal of all events; return a future."""
        return self.submit(None)

    def counts(self):
        """Return how many events are stored: ``{"total", "good", "bad"}``."""
        return {"total": self.good + self.bad, "good": self.good, "bad": self.bad}

    def close(self):
        """Write what is queued, then close. Further calls of ``submit`` are never answered."""
        self._queue.put(None)
        self._writer.join()
        self._readers.shutdown()

    def select(self, condition, arguments=()):
        """Return a future of the newest rows that meet an SQL condition, as dicts.

        At most PAGE of them, the newest first.
        """
        columns = ", ".join(_COLUMNS)
        sql = f"SELECT {columns} FROM events WHERE {condition} ORDER BY id DESC LIMIT {PAGE}"
        return self._readers.submit(self._read, sql, arguments)

    def _read(self, sql, arguments):
        with closing(_connect(self._path)) as connection:
            rows = connection.execute(sql, arguments)
            return [dict(zip(_COLUMNS, row, strict=True)) for row in rows]

    def _write(self):
        with closing(_connect(self._path)) as connection:
            running = True
            while running:
                group = [self._queue.get()]
                while len(group) < _GROUP and not self._queue.empty():
                    group.append(self._queue.get())
                if None in group:
                    running = False
                    group = group[: group.index(None)]
                # From here on nobody can cancel; whose client has left is stored all the same.
                waiting = [future for _, future in group if future.set_running_or_notify_cancel()]
                try:
                    self._commit(connection, [payload for payload, _ in group])
                except Exception as error:  # Whatever it is, the writer must go on
                    self.healthy = False
                    print(f"collector: cannot write to {self._path}: {error!r}", file=sys.stderr)
                    for future in waiting:
                        future.set_exception(error)
                else:
                    self.healthy = True
                    for future in waiting:
                        future.set_result(None)

    def _commit(self, connection, payloads):
        written, reset = [], False
        with connection:  # One transaction: commits, or rolls back and raises
            for payload in payloads:
                if payload is None:
                    connection.execute("DELETE FROM events")
                    written, reset = [], True
                else:
                    rows = self._judge(payload)
                    connection.executemany(_INSERT, rows)
                    written += rows
        if reset:
            self.good = self.bad = 0
            self.generation = time.time_ns()
            self._on_commit([])
        good = sum(row.good for row in written)
        self.good += good
        self.bad += len(written) - good
        if written:
            self._on_commit(written)


def _connect(path):
    connection = sqlite3.connect(path, timeout=10)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    return connection


def _prepare(connection):
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    tables = connection.execute("SELECT COUNT(*) FROM sqlite_master").fetchone()[0]
    if version != _VERSION and (version or tables):
        raise sqlite3.DatabaseError("it holds something else; name another file, or delete it")
    connection.executescript(_SCHEMA)
    connection.execute(f"PRAGMA user_version={_VERSION}")
    connection.commit()
