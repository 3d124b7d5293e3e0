"""SQLite storage: one writer thread that judges and commits, and readers for queries.

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
from typing import Any, NamedTuple

from tools.collector.storage.derived_tables import Listing
from tools.collector.storage.retention import Retention
from tools.collector.storage.tables import prepare

_INSERT = (
    "INSERT INTO events(id, received, good, eid, app_id, event_type, schema, record)"
    " VALUES(?, ?, ?, ?, ?, ?, ?, ?)"
)
_COUNT = "SELECT good, COUNT(*) FROM events GROUP BY good"
_LAST_ID = "SELECT seq FROM sqlite_sequence WHERE name='events'"
_COLUMNS = ("id", "received", "good", "eid", "app_id", "event_type", "schema", "record")
_GROUP = 64  # requests that share one transaction at most
_IDLE = 10  # seconds without a request after which the writer looks for what is too old
_READERS = 3
_QUERY_SECONDS = 60  # after which a query is given up
PAGE = 200  # rows that are read at once, so that a long answer needs little memory


class StoreError(Exception):
    """The database cannot be used; the message says what to do."""


class _Item(NamedTuple):
    payload: Any  # None: a reset
    future: Future
    final: bool  # judge it now, without a further wait for schemas


class Store:
    """The events of one database file.

    ``judge(payload, final)`` turns a payload into rows (see :func:`judge.judge`) and runs in the
    writer thread; unless ``final``, it may return a future instead, and is called again when that
    is done. ``on_commit(rows)`` is called there after each commit, with no rows after a reset.
    ``retention`` is a :class:`retention.Retention`. ``good`` and ``bad`` count what is stored;
    ``generation`` is another number after each start and reset. Raises :class:`StoreError` where
    the file cannot be opened.
    """

    def __init__(self, path, judge, on_commit, retention=None):
        self._path, self._judge, self._on_commit = path, judge, on_commit
        self._retention = retention or Retention()
        self._queue = queue.SimpleQueue()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._lock = _lock(path)
        except OSError as error:
            raise StoreError(f"cannot use {path} as the database: {error}")
        try:
            with closing(_connect(path)) as connection:
                prepare(connection)
                counts = dict(connection.execute(_COUNT))
                self._last_id = (connection.execute(_LAST_ID).fetchone() or (0,))[0]
        except (OSError, sqlite3.Error) as error:
            self._lock.close()
            raise StoreError(f"cannot use {path} as the database: {error}")
        self.good, self.bad = counts.get(1, 0), counts.get(0, 0)
        self.healthy = True
        self.generation = time.time_ns()
        self._readers = ThreadPoolExecutor(_READERS, "collector-reader")
        self._writer = threading.Thread(target=self._write, name="collector-writer")
        self._writer.start()

    def submit(self, payload):
        """Queue a payload; return a future that is done when its events are on disk.

        Its exception is ``sqlite3.Error`` where they could not be written.
        """
        future = Future()
        self._queue.put(_Item(payload, future, False))
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
        self._lock.close()

    def select(self, condition, arguments=()):
        """Return a future of the newest rows that meet an SQL condition, as dicts.

        At most PAGE of them, the newest first.
        """
        columns = ", ".join(_COLUMNS)
        sql = f"SELECT {columns} FROM events WHERE {condition} ORDER BY id DESC LIMIT {PAGE}"

        def rows(connection):
            found = connection.execute(sql, arguments)
            return [dict(zip(_COLUMNS, row, strict=True)) for row in found]

        return self.read(rows)

    def read(self, query, *arguments):
        """Return a future of ``query(connection, *arguments)``, run in a reader thread."""
        return self._readers.submit(self._read, query, arguments)

    def _read(self, query, arguments):
        end = time.monotonic() + _QUERY_SECONDS
        with closing(sqlite3.connect(self._path, timeout=10)) as connection:
            connection.execute("PRAGMA query_only=1")
            connection.set_progress_handler(lambda: time.monotonic() > end, 100000)
            return query(connection, *arguments)

    def _write(self):
        with closing(_connect(self._path)) as connection:
            self._listing = Listing(connection)
            while (group := self._next_group()) is not None:
                for one in group:
                    if not one.final:
                        # From here on nobody can cancel; whose client has left is stored as well.
                        one.future.set_running_or_notify_cancel()
                try:
                    waiting = self._commit(connection, group) if group else ()
                except Exception as error:  # Whatever it is, the writer must go on
                    self._failed(connection, error)
                    _answer(group, error)
                else:
                    self.healthy = True
                    _answer([one for one in group if one.future not in waiting])
                    self._prune(connection, len(group))

    def _next_group(self):
        """Return what is queued, [] where nothing is, None at the end."""
        try:
            group = [self._queue.get(timeout=_IDLE)]
        except queue.Empty:
            return []
        while len(group) < _GROUP and not self._queue.empty() and group[-1] is not None:
            group.append(self._queue.get())
        if group[-1] is None:
            self._queue.put(None)  # For the next call, after what came before it
            return group[:-1] or None
        return group

    def _failed(self, connection, error):
        self.healthy = False
        print(f"collector: cannot write to {self._path}: {error!r}", file=sys.stderr)
        try:
            self._listing = Listing(connection)
        except sqlite3.Error:
            pass  # Then the next commit fails too

    def _commit(self, connection, group):
        """Judge and write a group of items; return the futures of those that wait for a schema."""
        written, waiting, reset, last_id = [], {}, False, self._last_id
        with connection:  # One transaction: commits, or rolls back and raises
            for one in group:
                if one.payload is None:
                    connection.execute("DELETE FROM events")
                    self._listing.clear(connection)
                    written, reset = [], True
                    continue
                rows = self._judge(one.payload, one.final)
                if isinstance(rows, Future):
                    waiting[one.future] = one, rows
                    continue
                numbered = list(enumerate(rows, last_id + 1))
                last_id += len(numbered)
                connection.executemany(_INSERT, [(id, *row[:7]) for id, row in numbered])
                self._listing.add(
                    connection,
                    [(id, row.received, row.good, row.app_id, row.shown) for id, row in numbered],
                )
                written += rows
        self._last_id = last_id
        for one, schemas in waiting.values():
            schemas.add_done_callback(self._again(one))
        self._tell(written, reset)
        return waiting

    def _again(self, one):
        return lambda _: self._queue.put(one._replace(final=True))

    def _tell(self, written, reset):
        if reset:
            self.good = self.bad = 0
            self.generation = time.time_ns()
            self._on_commit([])
        good = sum(row.good for row in written)
        self.good += good
        self.bad += len(written) - good
        if written:
            self._on_commit(written)

    def _prune(self, connection, busy):
        try:
            while gone := self._retention.prune(connection, self._listing, busy):
                self.bad -= gone[0]
                self.good -= gone[1]
                if busy or not self._queue.empty():
                    return
        except sqlite3.Error as error:
            self._failed(connection, error)


def _answer(items, error=None):
    for one in items:
        if one.future.done():  # Cancelled before its turn
            continue
        if error:
            one.future.set_exception(error)
        else:
            one.future.set_result(None)


def _lock(path):
    """Open and lock the file beside the database: two collectors would give the same ids."""
    lock = open(f"{path}-lock", "w")
    try:
        import fcntl

        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except ImportError:  # Windows
        pass
    except OSError:
        lock.close()
        raise StoreError(
            f"another collector writes to {path}: name another file with --db (make: DB=...)"
        )
    return lock


def _connect(path):
    connection = sqlite3.connect(path, timeout=10)
    connection.execute("PRAGMA page_size=8192")  # Three records; of the usual size, but one
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    return connection
