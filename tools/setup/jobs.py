"""Steps that take time: each runs in a thread, and what it prints is kept for the page."""

import contextlib
import itertools
import sys
import threading

from tools.deploy import Stop

MAX_LINES = 5000  # of a job; the oldest go
MAX_JOBS = 50


class Job:
    """One step that runs or has ended: `done`, `error` (a text, or None) and `result` (JSON)."""

    def __init__(self, key, work):
        self.done, self.error, self.result = False, None, None
        self._lines, self._dropped, self._rest = [], 0, ""
        self._thread = threading.Thread(
            target=self._run, args=(work,), name=f"job {key}", daemon=True
        )

    def start(self):
        """Begin it."""
        self._thread.start()

    def _run(self, work):
        with _capture:
            try:
                self.result = work()
            except Stop as stop:
                self.error = str(stop)
            except Exception as e:
                self.error = f"{type(e).__name__}: {e}"
            finally:
                self.done = True

    def write(self, text):
        """Keep what the job prints."""
        *lines, self._rest = (self._rest + text).split("\n")
        self._lines += lines
        more = len(self._lines) - MAX_LINES
        if more > 0:
            del self._lines[:more]
            self._dropped += more

    def state(self, since=0):
        """What the page is told: {"lines" from the number `since` on, "next", "done" ...}."""
        done = self.done  # before the lines, so that none is missed
        start = max(since - self._dropped, 0)
        return {
            "lines": self._lines[start:], "next": self._dropped + len(self._lines),
            "done": done, "error": self.error, "result": self.result,
        }  # fmt: skip


class Jobs:
    """The jobs of a server. Two of one board would disturb each other, so the second waits."""

    def __init__(self):
        self._jobs = {}
        self._locks = {}
        self._numbers = itertools.count(1)

    def start(self, board, work):
        """Run work() in a thread, after all others of this board; returns the job's number."""
        number = next(self._numbers)

        def alone():
            with self.lock(board):
                return work()

        job = Job(number, alone)
        _capture.jobs[f"job {number}"] = self._jobs[number] = job
        job.start()
        for old in [n for n in self._jobs if self._jobs[n].done][:-MAX_JOBS]:
            del self._jobs[old]
            _capture.jobs.pop(f"job {old}", None)
        return number

    def lock(self, board):
        """What a job of this board holds while it runs."""
        return self._locks.setdefault(board, threading.Lock())

    def get(self, number):
        """The Job of this number, or None."""
        return self._jobs.get(number)


class _Capture(contextlib.AbstractContextManager):
    # print() writes to sys.stdout: while jobs run, that is this, which knows whose line it is.
    def __init__(self):
        self.jobs = {}
        self._lock = threading.Lock()
        self._count = 0
        self._stream = None

    def __enter__(self):
        with self._lock:
            if not self._count:
                self._stream, sys.stdout = sys.stdout, self
            self._count += 1

    def __exit__(self, *exc):
        with self._lock:
            self._count -= 1
            if not self._count:
                sys.stdout = self._stream

    def write(self, text):
        job = self.jobs.get(threading.current_thread().name)
        return (job or self._stream).write(text)

    def flush(self):
        pass


_capture = _Capture()
