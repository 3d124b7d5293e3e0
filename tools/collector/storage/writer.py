"""The writer thread: it judges requests and writes their events to disk.

A request is answered only after its events are on disk: the database is in WAL mode with
``synchronous=FULL``, and :meth:`Writer.submit` returns a future that is done after the commit.
Requests that arrive during a commit share the next one.
"""

import queue
import sqlite3
import sys
import threading
import time
from concurrent.futures import Future
from contextlib import closing
from typing import Any, NamedTuple

from tools.collector.storage.derived_tables import DerivedTables
from tools.collector.storage.tables import connect

_INSERT = (
    "INSERT INTO events(id, received, good, eid, app_id, event_type, schema, record)"
    " VALUES(?, ?, ?, ?, ?, ?, ?, ?)"
)
_COUNT = "SELECT good, COUNT(*) FROM events GROUP BY good"
_LAST_ID = "SELECT seq FROM sqlite_sequence WHERE name='events'"
_MAX_REQUESTS = 64  # in one transaction
_IDLE_SECONDS = 10  # without a request, after which the writer looks for events to remove


class _Request(NamedTuple):
    payload: Any  # None: remove all events
    future: Future
    final: bool  # judge it without waiting for schemas again


class Writer:
    """The thread that writes to the database at ``path``; see :class:`store.Store`.

    ``connection`` is used in the constructor only, to read what is stored already.
    """

    def __init__(self, path, connection, judge, on_commit, retention):
        self._path, self._judge, self._on_commit = path, judge, on_commit
        self._retention = retention
        counts = dict(connection.execute(_COUNT))
        self._last_id = (connection.execute(_LAST_ID).fetchone() or (0,))[0]
        self.good, self.bad = counts.get(1, 0), counts.get(0, 0)
        self.healthy = True
        self.generation = time.time_ns()
        self._queue = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="collector-writer")
        self._thread.start()

    def submit(self, payload):
        """Queue a payload, or None to remove all events; return a future."""
        future = Future()
        self._queue.put(_Request(payload, future, False))
        return future

    def close(self):
        """Write the requests that are queued, then end the thread."""
        self._queue.put(None)
        self._thread.join()

    def _run(self):
        with closing(connect(self._path)) as connection:
            self._derived = DerivedTables(connection)
            while (requests := self._next_requests()) is not None:
                for request in requests:
                    if not request.final:
                        # From here on the future cannot be cancelled: the events are stored, even
                        # if the client has left.
                        request.future.set_running_or_notify_cancel()
                try:
                    waiting = self._commit(connection, requests) if requests else ()
                except Exception as error:  # The writer must go on, whatever the error is
                    self._failed(connection, error)
                    _complete(requests, error)
                else:
                    self.healthy = True
                    _complete([one for one in requests if one.future not in waiting])
                    self._prune(connection, len(requests))

    def _next_requests(self):
        """Return the requests that are queued, [] where there are none, None at the end."""
        try:
            requests = [self._queue.get(timeout=_IDLE_SECONDS)]
        except queue.Empty:
            return []
        while (
            len(requests) < _MAX_REQUESTS and not self._queue.empty() and requests[-1] is not None
        ):
            requests.append(self._queue.get())
        if requests[-1] is None:
            self._queue.put(None)  # The next call returns None, after these requests
            return requests[:-1] or None
        return requests

    def _failed(self, connection, error):
        self.healthy = False
        print(f"collector: cannot write to {self._path}: {error!r}", file=sys.stderr)
        try:
            self._derived = DerivedTables(connection)
        except sqlite3.Error:
            pass  # The next commit will fail too

    def _commit(self, connection, requests):
        """Judge and write requests; return the futures of those that wait for a schema."""
        written, waiting, was_reset, last_id = [], {}, False, self._last_id
        with connection:  # One transaction: it commits, or rolls back and raises
            for request in requests:
                if request.payload is None:
                    connection.execute("DELETE FROM events")
                    self._derived.clear(connection)
                    written, was_reset = [], True
                    continue
                rows = self._judge(request.payload, request.final)
                if isinstance(rows, Future):
                    waiting[request.future] = request, rows
                    continue
                numbered = list(enumerate(rows, last_id + 1))
                last_id += len(numbered)
                connection.executemany(_INSERT, [(id, *row[:7]) for id, row in numbered])
                self._derived.add(
                    connection,
                    [
                        (id, row.received, row.good, row.app_id, row.summary)
                        for id, row in numbered
                    ],
                )
                written += rows
        self._last_id = last_id
        for request, schemas in waiting.values():
            schemas.add_done_callback(self._queue_again(request))
        self._count(written, was_reset)
        return waiting

    def _queue_again(self, request):
        return lambda _: self._queue.put(request._replace(final=True))

    def _count(self, written, was_reset):
        if was_reset:
            self.good = self.bad = 0
            self.generation = time.time_ns()
            self._on_commit([])
        good = sum(row.good for row in written)
        self.good += good
        self.bad += len(written) - good
        if written:
            self._on_commit(written)

    def _prune(self, connection, requests):
        try:
            while removed := self._retention.prune(connection, self._derived, requests):
                self.bad -= removed[0]
                self.good -= removed[1]
                if requests or not self._queue.empty():
                    return
        except sqlite3.Error as error:
            self._failed(connection, error)


def _complete(requests, error=None):
    for request in requests:
        if request.future.done():  # It was cancelled before its turn
            continue
        if error:
            request.future.set_exception(error)
        else:
            request.future.set_result(None)
