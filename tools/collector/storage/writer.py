"""The writer thread: it judges requests and writes their events to disk.

A request is answered only after its events are on disk: the database is in WAL mode with
``synchronous=FULL``, and :meth:`Writer.submit` returns a future that is done after the commit.
Requests that arrive during a commit share the next one. When there are none, the thread makes the
blocks of columns, and removes what is too old.
"""

import sqlite3
import sys
import threading
import time
from concurrent.futures import Future
from contextlib import closing

from tools.collector.storage.derived_tables import DerivedTables
from tools.collector.storage.replay import Replay, replay
from tools.collector.storage.requests import Requests
from tools.collector.storage.tables import compression, connect

_INSERT = (
    "INSERT INTO events(id, received, good, eid, app_id, event_type, schema, record)"
    " VALUES(?, ?, ?, ?, ?, ?, ?, ?)"
)
_COUNT = "SELECT good, COUNT(*) FROM events GROUP BY good"
_LAST_ID = "SELECT seq FROM sqlite_sequence WHERE name='events'"
_IDLE_SECONDS = 10  # without a request, after which the writer looks for events to remove
_PAUSE_SECONDS = 0.2  # without a request, after which it makes blocks of columns
_MAX_WAITING_BLOCKS = 100  # beyond it, blocks are made while requests come, too


class Writer:
    """The thread that writes to the database at ``path``; see :class:`store.Store`.

    ``connection`` is used in the constructor only, to read what is stored already.
    """

    def __init__(self, path, connection, judge, on_commit, retention, second_judge=None):
        self._path, self._judge, self._on_commit = path, judge, on_commit
        self._retention = retention
        self._compression = compression(connection)
        self._requests = Requests(second_judge, self._compression.dictionary)
        counts = dict(connection.execute(_COUNT))
        self._last_id = (connection.execute(_LAST_ID).fetchone() or (0,))[0]
        self.good, self.bad = counts.get(1, 0), counts.get(0, 0)
        self.healthy = True
        self.generation = time.time_ns()
        self._last_reset = 0  # the number of the request
        self._thread = threading.Thread(target=self._run, name="collector-writer")
        self._thread.start()

    def arrival(self):
        """See :meth:`requests.Requests.arrival`."""
        return self._requests.arrival()

    def submit(self, payload, arrival=None):
        """Queue a payload, a Replay, or None to remove all events; return a future.

        The result is that of :func:`replay.replay` for a Replay; otherwise it is None.
        """
        return self._requests.submit(payload, arrival)

    def close(self):
        """Write the requests that are queued, then end the thread."""
        self._requests.close()
        self._thread.join()

    def _run(self):
        with closing(connect(self._path)) as connection:
            compression(connection)  # Makes unpacked() known
            self._derived = DerivedTables(connection)
            while not self._requests.ended:
                results = {}
                try:
                    self._commit(connection, results)
                except Exception as error:  # The writer must go on, whatever the error is
                    self._failed(connection, error)
                    _complete(results, error)
                else:
                    self.healthy = self.healthy or bool(results)
                    _complete(results)
                    if not self._requests.ended:
                        self._make_blocks(connection, bool(results))
                        self._prune(connection, len(results))

    def _failed(self, connection, error):
        self.healthy = False
        print(f"collector: cannot write to {self._path}: {error!r}", file=sys.stderr)
        try:
            self._derived = DerivedTables(connection)
        except sqlite3.Error:
            pass  # The next commit will fail too

    def _commit(self, connection, results):
        """Judge and write requests; put ``{future: result}`` of them into ``results``.

        In the end it has only those that are done. The others wait for a schema.
        """
        written, waiting, last_id = [], [], self._last_id
        last_reset, mended = self._last_reset, 0
        with connection:  # One transaction: it commits, or rolls back and raises
            for request in self._requests.take(self._pause()):
                results[request.future] = None
                if not request.final:
                    # From here on the future cannot be cancelled: the events are stored, even if
                    # the client has left.
                    request.future.set_running_or_notify_cancel()
                if request.payload is None:
                    connection.execute("DELETE FROM events")
                    self._derived.clear(connection, last_id)
                    written, last_reset, mended = [], request.number, 0
                    continue
                if isinstance(request.payload, Replay):
                    ids = request.payload.ids
                    counts = replay(connection, ids, self._judge, self._derived, self._compression)
                    results[request.future] = counts
                    mended += counts[1]
                    continue
                if request.number < last_reset:
                    continue  # It came before the reset, and was judged elsewhere, or waited
                rows = request.rows
                if not rows:
                    rows = self._judge(request.payload, request.final)
                    if isinstance(rows, Future):
                        waiting.append((request, rows))
                        continue
                    rows = self._compression.pack_rows(rows)
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
        was_reset = last_reset != self._last_reset
        self._last_id, self._last_reset = last_id, last_reset
        for request, schemas in waiting:
            del results[request.future]
            schemas.add_done_callback(self._queue_again(request))
        self._count(written, was_reset, mended)

    def _pause(self):
        is_waiting = self.healthy and self._derived.columns.waiting(self._last_id)
        return _PAUSE_SECONDS if is_waiting else _IDLE_SECONDS

    def _queue_again(self, request):
        return lambda _: self._requests.put_again(request)

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
                if is_busy or self._requests.are_waiting():
                    return
        except Exception as error:  # The writer must go on, whatever the error is
            self._failed(connection, error)

    def _prune(self, connection, requests):
        try:
            while removed := self._retention.prune(connection, self._derived, requests):
                self.bad -= removed[0]
                self.good -= removed[1]
                if requests or self._requests.are_waiting():
                    return
        except sqlite3.Error as error:
            self._failed(connection, error)


def _complete(results, error=None):
    for future, result in results.items():
        if future.done():  # It was cancelled before its turn
            continue
        if error:
            future.set_exception(error)
        else:
            future.set_result(result)
