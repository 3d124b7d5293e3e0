"""The requests that wait for the writer thread, and how many of them share a transaction.

Judged events need up to 100 times the memory of their request. So the size of requests is bounded
twice: of those that wait judged, and of those that one transaction takes.
"""

import itertools
import queue
import threading
from concurrent.futures import Future
from typing import Any, NamedTuple

from tools.collector.storage.replay import Replay

MAX_BYTES = 1 << 20  # a single request may be larger
_LEAST_BYTES = 1 << 14  # that a request counts for, so that at most 64 are taken


class Request(NamedTuple):
    """A request to the writer. ``number`` is that of :meth:`Requests.arrival`."""

    payload: Any  # or a Replay, or None: remove all events
    future: Future
    number: int
    final: bool = False  # judge it without waiting for schemas again
    rows: list | None = None  # with packed records, if the second process has judged it

    @property
    def size(self):
        """Its bytes, as far as they are bounded here."""
        body = getattr(self.payload, "body", None)
        return max(_LEAST_BYTES, len(body or b""))


class Requests:
    """The queue. ``second_judge`` is a :class:`second_judge.SecondJudge` or None.

    ``dictionary`` is that of the database's :class:`compression.Compression`.
    ``ended`` is whether all requests before :meth:`close` were taken.
    """

    def __init__(self, second_judge, dictionary):
        self.ended = False
        self._second_judge, self._dictionary = second_judge, dictionary
        self._queue = queue.SimpleQueue()
        self._numbers = itertools.count(1)
        self._held = None  # a request that was too large for the transaction before
        self._judged = _Room()

    def arrival(self):
        """Return a number: a reset removes the requests that have a lower one than itself."""
        return next(self._numbers)

    def submit(self, payload, arrival=None):
        """Queue a payload, a Replay, or None to remove all events; return its future."""
        request = Request(payload, Future(), arrival or self.arrival())
        second = None if payload is None or isinstance(payload, Replay) else self._second_judge
        if not second or not second.submit(payload, self._judged_elsewhere(request)):
            self._queue.put(request)
            if second and not self._queue.empty():
                second.start(self._dictionary)
        return request.future

    def put_again(self, request):
        """Queue a request whose schemas were looked up."""
        self._queue.put(request._replace(final=True, rows=None))

    def close(self):
        """Let :meth:`take` end after the requests that are queued."""
        if self._second_judge:
            self._second_judge.close()
        self._queue.put(None)

    def are_waiting(self):
        """Whether there is a request to take."""
        return self._held is not None or not self._queue.empty()

    def take(self, seconds):
        """Yield the requests of one transaction; wait ``seconds`` for the first."""
        size = 0
        while (request := self._next(0 if size else seconds)) is not None:
            if size and size + request.size > MAX_BYTES:
                self._held = request
                return
            size += request.size
            if request.rows:
                self._judged.leave(request.size)
            yield request

    def _next(self, seconds):
        """Return the next request, or None where there is none for ``seconds``, or at the end."""
        if self._held is not None:
            request, self._held = self._held, None
            return request
        if self.ended:
            return None
        try:
            request = self._queue.get(timeout=seconds)
        except queue.Empty:
            return None
        self.ended = request is None
        return request

    def _judged_elsewhere(self, request):
        def put(rows):
            if rows:
                self._judged.enter(request.size)
            self._queue.put(request._replace(rows=rows))

        return put


class _Room:
    """Lets requests in while they have MAX_BYTES together, or one that is larger."""

    def __init__(self):
        self._used, self._changed = 0, threading.Condition()

    def enter(self, size):
        """Wait until there is room."""
        with self._changed:
            self._changed.wait_for(lambda: not self._used or self._used + size <= MAX_BYTES)
            self._used += size

    def leave(self, size):
        """Make room for others."""
        with self._changed:
            self._used -= size
            self._changed.notify()
