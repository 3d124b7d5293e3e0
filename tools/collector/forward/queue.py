"""The messages that wait for the target, on disk, in their order.

They are in a file beside the collector's database, so that neither a reset nor the retention nor
the removal of that database loses what boards were told was taken.
"""

import contextlib
import queue
import sys
import threading
import time
from concurrent.futures import Future

from tools.collector.forward import message
from tools.collector.forward.tables import COLUMNS, Row, connect, last_id, totals

_SPAN = 1 << 20  # ids of a message: if it is divided, its parts need some in between
_MAX_MESSAGES = 256  # that one transaction writes
_OVERHEAD = 200  # bytes of the file for each message, beside its own
_EARLIEST = 1672531200000  # 2023: a computer that shows less had not set its clock yet
_FREE_PAGES = 5000  # that are given back to the file system at once, if there are more


class Queue:
    """The queue in the file ``path``, with room for ``room`` bytes.

    Any thread may call :meth:`put`; a thread of the queue writes, so that messages that come
    together share a commit. It calls ``on_change()`` after each. Raises ``sqlite3.Error`` where
    the file cannot be used.
    """

    def __init__(self, path, room, on_change):
        self._path, self.room, self._on_change = path, room, on_change
        self._life = time.time_ns()
        self._lock = threading.Lock()  # of the connection and the totals
        self._connection = connect(path)
        self._next_id = (last_id(self._connection) // _SPAN + 1) * _SPAN
        self.totals = totals(self._connection)  # replaced at each change
        self._in_flight = None  # the id that is being sent: it is not dropped
        self._puts = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="collector-forward-queue")
        self._thread.start()

    def put(self, one, received):
        """Queue a :class:`message.Message` that was received at a time in ms since 1970.

        Return a future that is done when it is on disk. Its exception is ``sqlite3.Error`` where
        it could not be written.
        """
        future = Future()
        self._puts.put((one, received, _clock(), future))
        return future

    def close(self):
        """Write what was put, end the thread and close the file."""
        self._puts.put(None)
        self._thread.join()
        with self._lock:
            self._connection.close()

    def _run(self):
        while (first := self._puts.get()) is not None:
            puts = [first]
            while len(puts) < _MAX_MESSAGES and not self._puts.empty():
                puts.append(self._puts.get())
            if puts[-1] is None:
                self._puts.put(puts.pop())
            puts = [put for put in puts if put[-1].set_running_or_notify_cancel()]
            try:
                self._write(puts)
            except Exception as error:  # The thread must go on, whatever the error is
                print(f"collector: cannot write to {self._path}: {error!r}", file=sys.stderr)
                for *_, future in puts:
                    future.set_exception(error)
            else:
                for *_, future in puts:
                    future.set_result(None)
                self._on_change()

    def _write(self, puts):
        rows = [
            self._row(self._next_id + number * _SPAN, _SPAN, (received, clock, self._life), one)
            for number, (one, received, clock, _) in enumerate(puts)
        ]
        with self._transaction(durable=True) as changed:
            self._insert(rows, changed)
            self._drop(changed)
        self._next_id += len(rows) * _SPAN

    @contextlib.contextmanager
    def _transaction(self, durable=False):
        """Lock, and commit or roll back what is done meanwhile, also to the totals.

        With the power, the last of those that are not ``durable`` may be lost: then messages are
        sent twice.
        """
        with self._lock:
            self._connection.execute(f"PRAGMA synchronous={'FULL' if durable else 'NORMAL'}")
            changed = {name: list(numbers) for name, numbers in self.totals.items()}
            with self._connection:
                yield changed
            self.totals = changed

    def _row(self, id, span, times, one):
        data = one.dump()
        return Row(id, span, *times, one.count_events(), len(data) + _OVERHEAD, data)

    def _insert(self, rows, changed):
        marks = ", ".join("?" * len(Row._fields))
        self._connection.executemany(f"INSERT INTO waiting({COLUMNS}) VALUES({marks})", rows)
        for row in rows:
            _add(changed["waiting"], row.numbers)

    def _remove(self, table, id, numbers, changed):
        self._connection.execute(f"DELETE FROM {table} WHERE id=?", (id,))
        _add(changed[table], [-number for number in numbers])

    def _count(self, name, events, changed):
        self._connection.execute(
            "UPDATE counts SET requests=requests+1, events=events+? WHERE name=?", (events, name)
        )
        _add(changed[name], (1, events, 0))

    def _drop(self, changed):
        """Remove the oldest messages while there is no room, first those that were refused."""
        for table in ("aside", "waiting"):
            while changed["aside"][2] + changed["waiting"][2] > self.room:
                found = self._connection.execute(
                    f"SELECT id, events, size FROM {table} WHERE id IS NOT ? ORDER BY id LIMIT 1",
                    (self._in_flight,),
                ).fetchone()
                if found is None:
                    break
                id, events, size = found
                self._remove(table, id, (1, events, size), changed)
                self._count("dropped", events, changed)

    # --- for the thread that sends ---

    def first(self):
        """Return the :class:`tables.Row` to send next, which is not dropped then; or None."""
        with self._lock:
            row = self._oldest()
            self._in_flight = row and row.id
        return row

    def waited(self, row):
        """Return for how many milliseconds a message has waited, 0 where that is not known."""
        if row.life == self._life:
            return _clock() - row.clock
        if row.received < _EARLIEST:
            return 0
        return max(0, time.time_ns() // 1000000 - row.received)

    def sent(self, row):
        """Remove a message that the target has accepted."""
        with self._transaction() as changed:
            self._remove("waiting", row.id, row.numbers, changed)
            self._count("sent", row.events, changed)

    def divide(self, row, parts):
        """Put messages into the place of one, of which each has at least one event."""
        span, times = row.span // len(parts), (row.received, row.clock, row.life)
        rows = [self._row(row.id + n * span, span, times, part) for n, part in enumerate(parts)]
        with self._transaction() as changed:
            self._remove("waiting", row.id, row.numbers, changed)
            self._insert(rows, changed)

    def set_aside(self, row, reason):
        """Keep a message that the target refused apart from those that wait."""
        with self._transaction() as changed:
            self._connection.execute(
                f"INSERT INTO aside({COLUMNS}, refused, reason)"
                f" SELECT {COLUMNS}, ?, ? FROM waiting WHERE id=?",
                (time.time_ns() // 1000000, reason, row.id),
            )
            self._remove("waiting", row.id, row.numbers, changed)
            _add(changed["aside"], row.numbers)

    def give_back_space(self):
        """Give some of the file's unused pages back to the file system."""
        with self._lock:
            (free,) = self._connection.execute("PRAGMA freelist_count").fetchone()
            if free > _FREE_PAGES:
                self._connection.execute(f"PRAGMA incremental_vacuum({_FREE_PAGES})").fetchall()

    # --- for the API ---

    def wait_again(self):
        """Put what was set aside back to where it was in the order."""
        with self._transaction(durable=True) as changed:
            self._connection.execute(f"INSERT INTO waiting({COLUMNS}) SELECT {COLUMNS} FROM aside")
            self._connection.execute("DELETE FROM aside")
            _add(changed["waiting"], changed["aside"])
            changed["aside"] = [0, 0, 0]
        self._on_change()

    def aside(self, limit):
        """Return the messages that were set aside last, the last one first, as dicts."""
        with self._lock:
            rows = self._connection.execute(
                "SELECT received, refused, reason, events, data FROM aside"
                " ORDER BY refused DESC, id DESC LIMIT ?",
                (limit,),
            ).fetchall()
        return [
            {
                **{"received": received, "refused": refused, "reason": reason, "events": events},
                **message.load(data).shown(),
            }
            for received, refused, reason, events, data in rows
        ]

    def oldest(self):
        """Return for how many milliseconds the oldest message has waited, None without one."""
        with self._lock:
            row = self._oldest()
        return row and self.waited(row)

    def _oldest(self):
        sql = f"SELECT {COLUMNS} FROM waiting ORDER BY id LIMIT 1"
        found = self._connection.execute(sql).fetchone()
        return found and Row(*found)


def _add(total, numbers):
    total[:] = [a + b for a, b in zip(total, numbers, strict=True)]


def _clock():
    """Return milliseconds of the clock that nobody sets, and that runs while a laptop sleeps."""
    if not hasattr(time, "clock_gettime_ns"):  # Windows
        return time.monotonic_ns() // 1000000
    clock = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
    return time.clock_gettime_ns(clock) // 1000000
