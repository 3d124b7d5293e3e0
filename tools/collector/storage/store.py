"""The store: the database file, its writer thread, and threads that read."""

import sqlite3
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

from tools.collector.storage.replay import Replay
from tools.collector.storage.retention import Retention
from tools.collector.storage.tables import compression, connect, prepare
from tools.collector.storage.writer import Writer

_COLUMNS = ("id", "received", "good", "eid", "app_id", "event_type", "schema")
_READERS = 3  # threads
_QUERY_SECONDS = 60  # after which a query is aborted
PAGE = 200  # rows that are read at once, so that a long answer needs little memory


class StoreError(Exception):
    """The database cannot be used; the message says what to do."""


class Store:
    """The events of one database file.

    ``judge(payload, final)`` turns a payload into rows (see :func:`judge.judge`) and runs in the
    writer thread; unless ``final``, it may return a future instead, and is called again when that
    is done. ``on_commit(rows)`` is called there after each commit, with no rows after a reset;
    their records are packed.
    ``retention`` is a :class:`retention.Retention`, ``second_judge`` a
    :class:`second_judge.SecondJudge`, which judges the same when it can. Raises
    :class:`StoreError` where the file cannot be opened.
    """

    def __init__(self, path, judge, on_commit, retention=None, second_judge=None):
        self._path = path
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._lock = _lock(path)
        except OSError as error:
            raise StoreError(f"cannot use {path} as the database: {error}")
        try:
            with closing(connect(path)) as connection:
                prepare(connection)
                retention = retention or Retention()
                self._writer = Writer(path, connection, judge, on_commit, retention, second_judge)
        except (OSError, sqlite3.Error) as error:
            self._lock.close()
            raise StoreError(f"cannot use {path} as the database: {error}")
        self._readers = ThreadPoolExecutor(_READERS, "collector-reader")

    @property
    def healthy(self):
        """Whether the last commit succeeded."""
        return self._writer.healthy

    @property
    def generation(self):
        """A number that changes with each start and each reset."""
        return self._writer.generation

    def counts(self):
        """Return how many events are stored: ``{"total", "good", "bad"}``."""
        good, bad = self._writer.good, self._writer.bad
        return {"total": good + bad, "good": good, "bad": bad}

    def arrival(self):
        """Return a number for a request that has arrived: see :meth:`reset`."""
        return self._writer.arrival()

    def submit(self, payload, arrival=None):
        """Queue a payload; return a future that is done when its events are on disk.

        Its exception is ``sqlite3.Error`` where they could not be written. ``arrival`` is a number
        of :meth:`arrival` if the payload arrived before now.
        """
        return self._writer.submit(payload, arrival)

    def reset(self):
        """Queue the removal of all events that arrived before now; return a future.

        Those that are not stored yet never will be.
        """
        return self._writer.submit(None)

    def replay(self, ids):
        """Queue that bad events are judged again; return a future of ``(judged, good now)``."""
        return self._writer.submit(Replay(ids))

    def close(self):
        """Write the queued requests, then close. Later calls of ``submit`` are never answered."""
        self._writer.close()
        self._readers.shutdown()
        self._lock.close()

    def select(self, condition, arguments=()):
        """Return a future of the newest rows that meet an SQL condition, as dicts.

        At most PAGE of them, the newest first. ``record`` is JSON text.
        """
        columns = ", ".join(_COLUMNS) + ", unpacked(record)"
        sql = f"SELECT {columns} FROM events WHERE {condition} ORDER BY id DESC LIMIT {PAGE}"

        def rows(connection):
            found = connection.execute(sql, arguments)
            return [dict(zip((*_COLUMNS, "record"), row, strict=True)) for row in found]

        return self.read(rows)

    def read(self, query, *arguments):
        """Return a future of ``query(connection, *arguments)``, run in a reader thread.

        SQL can use ``unpacked(record)``, the JSON text of a record.
        """
        return self._readers.submit(self._read, query, arguments)

    def _read(self, query, arguments):
        end = time.monotonic() + _QUERY_SECONDS
        with closing(sqlite3.connect(self._path, timeout=10)) as connection:
            connection.execute("PRAGMA query_only=1")
            compression(connection)
            connection.set_progress_handler(lambda: time.monotonic() > end, 100000)
            return query(connection, *arguments)


def _lock(path):
    """Open and lock the file beside the database: two collectors would give out the same ids."""
    lock = open(f"{path.resolve()}-lock", "w")  # A link to the file is the same file
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
