"""The writer thread: it judges requests and writes their events to disk.

A request is answered only after its events are on disk: the database is in WAL mode with
``synchronous=FULL``, and :meth:`Writer.submit` returns a future that is done after the commit.
Requests that arrive during a commit share the next one. When there are none, the thread makes the
blocks of columns, and removes what is too old.
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
from tools.collector.storage.replay import Replay, replay
from tools.collector.storage.tables import compression, connect

_INSERT = (
    "INSERT INTO events(id, received, good, eid, app_id, event_type, schema, record)"
    " VALUES(?, ?, ?, ?, ?, ?, ?, ?)"
)
_COUNT = "SELECT good, COUNT(*) FROM events GROUP BY good"
_LAST_ID = "SELECT seq FROM sqlite_sequence WHERE name='events'"
_MAX_REQUESTS = 64  # in one transaction
_IDLE_SECONDS = 10  # without a request, after which the writer looks for events to remove
_PAUSE_SECONDS = 0.2  # without a request, after which it makes blocks of columns
_MAX_WAITING_BLOCKS = 100  # beyond it, blocks are made while requests come, too


class _Request(NamedTuple):
    payload: Any  # or a Replay, or None: remove all events
    future: Future
    final: bool = False  # judge it without waiting for schemas again
    rows: list | None = None  # if the second process has judged it


class Writer:
    """The thread that writes to the database at ``path``; see :class:`store.Store`.

    ``connection`` is used in the constructor only, to read what is stored already.
    """

    def __init__(self, path, connection, judge, on_commit, retention, second_judge=None):
        self._path, self._judge, self._on_commit = path, judge, on_commit
        self._retention, self._second_judge = retention, second_judge
        counts = dict(connection.execute(_COUNT))
        self._last_id = (connection.execute(_LAST_ID).fetchone() or (0,))[0]
        self.good, self.bad = counts.get(1, 0), counts.get(0, 0)
        self.healthy = True
        self.generation = time.time_ns()
        self._queue = queue.SimpleQueue()
        # Judged events need up to 100 times the memory of their request: only so many may wait.
        self._judged = threading.Semaphore(_MAX_REQUESTS)
        self._thread = threading.Thread(target=self._run, name="collector-writer")
        self._thread.start()

    def submit(self, payload):
        """Queue a payload, a Replay, or None to remove all events; return a future.

        The result is that of :func:`replay.replay` for a Replay; otherwise it is None.
        """
        request = _Request(payload, Future())
        second = None if payload is None or isinstance(payload, Replay) else self._second_judge
        if not second or not second.submit(payload, self._queue_judged(request)):
            self._queue.put(request)
            if second and not self._queue.empty():
                second.start()
        return request.future

    def close(self):
        """Write the requests that are queued, then end the thread."""
        if self._second_judge:
            self._second_judge.close()
        self._queue.put(None)
        self._thread.join()

    def _run(self):
        with closing(connect(self._path)) as connection:
            self._compression = compression(connection)
            self._derived = DerivedTables(connection)
            while (requests := self._next_requests()) is not None:
                for request in requests:
                    if request.rows:
                        self._judged.release()
                    if not request.final:
                        # From here on the future cannot be cancelled: the events are stored, even
                        # if the client has left.
                        request.future.set_running_or_notify_cancel()
                try:
                    results = self._commit(connection, requests) if requests else {}
                except Exception as error:  # The writer must go on, whatever the error is
                    self._failed(connection, error)
                    _complete(requests, error=error)
                else:
                    self.healthy = self.healthy or bool(requests)
                    _complete([one for one in requests if one.future in results], results)
                    self._make_blocks(connection, bool(requests))
                    self._prune(connection, len(requests))

    def _next_requests(self):
        """Return the requests that are queued, [] where there are none, None at the end."""
        is_waiting = self.healthy and self._derived.columns.waiting(self._last_id)
        pause = _PAUSE_SECONDS if is_waiting else _IDLE_SECONDS
        try:
            requests = [self._queue.get(timeout=pause)]
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
        """Judge and write requests; return ``{future: result}`` of those that are done.

        The others wait for a schema.
        """
        written, results, waiting, last_id = [], {}, [], self._last_id
        was_reset, mended = False, 0
        with connection:  # One transaction: it commits, or rolls back and raises
            for request in requests:
                results[request.future] = None
                if request.payload is None:
                    connection.execute("DELETE FROM events")
                    self._derived.clear(connection, last_id)
                    written, was_reset, mended = [], True, 0
                    continue
                if isinstance(request.payload, Replay):
                    ids = request.payload.ids
                    counts = replay(connection, ids, self._judge, self._derived, self._compression)
                    results[request.future] = counts
                    mended += counts[1]
                    continue
                rows = request.rows or self._judge(request.payload, request.final)
                if isinstance(rows, Future):
                    del results[request.future]
                    waiting.append((request, rows))
                    continue
                numbered = list(enumerate(rows, last_id + 1))
                last_id += len(numbered)
                pack = self._compression.pack
                connection.executemany(
                    _INSERT, [(id, *row[:6], pack(row.record)) for id, row in numbered]
                )
                self._derived.add(
                    connection,
                    [
                        (id, row.received, row.good, row.app_id, row.summary)
                        for id, row in numbered
                    ],
                )
                written += rows
        self._last_id = last_id
        for request, schemas in waiting:
            schemas.add_done_callback(self._queue_again(request))
        self._count(written, was_reset, mended)
        return results

    def _queue_judged(self, request):
        def put(rows):
            if rows:
                self._judged.acquire()
            self._queue.put(request._replace(rows=rows))

        return put

    def _queue_again(self, request):
        return lambda _: self._queue.put(request._replace(final=True))

    def _count(self, written, was_reset, mended):
        if was_reset:
            self.good = self.bad = 0
        if was_reset or mended:  # What the pages have is not so any more
            self.generation = time.time_ns()
            self._on_commit([])
        good = sum(row.good for row in written)
        self.good += good + mended
        self.bad += len(written) - good - mended
        if written:
            self._on_commit(written)

    def _make_blocks(self, connection, is_busy):
        """Make blocks of columns until a request comes, or one of many while requests come."""
        columns = self._derived.columns
        most = _MAX_WAITING_BLOCKS if is_busy else 0
        try:
            while self.healthy and columns.waiting(self._last_id) > most:
                with connection:
                    columns.make_next(connection)
                if is_busy or not self._queue.empty():
                    return
        except Exception as error:  # The writer must go on, whatever the error is
            self._failed(connection, error)

    def _prune(self, connection, requests):
        try:
            while removed := self._retention.prune(connection, self._derived, requests):
                self.bad -= removed[0]
                self.good -= removed[1]
                if requests or not self._queue.empty():
                    return
        except sqlite3.Error as error:
            self._failed(connection, error)


def _complete(requests, results=None, error=None):
    for request in requests:
        if request.future.done():  # It was cancelled before its turn
            continue
        if error:
            request.future.set_exception(error)
        else:
            request.future.set_result(results[request.future])
