"""The thread that sends the messages of the queue to the target, one by one, in their order."""

import random
import secrets
import sqlite3
import threading
import time

from tools.collector.forward import message
from tools.collector.forward.queue import Queue
from tools.collector.forward.target import Refused, Target, Trouble

_FIRST_SECONDS, _MOST_SECONDS = 1, 60  # between two tries
_REFUSALS = 10  # in a row, after which the address seems to be wrong, and not the messages
_QUIET_SECONDS = 60  # between two lines about the same
_CLOSE_SECONDS = 3  # for which the end of the program waits for the target
_LATE_MS = 1000  # after which a message is sent with a later ``stm``
_QUEUE_ADVICE = "Is the disk full? Nothing is lost; some events may arrive twice."
_ADVICE = (
    "Check --forward, and what stands before the target. What it refused is kept aside, and can be"
    " sent again from the page."
)


class Forwarder:
    """Passes messages on to the collector at ``url`` from a queue in the file ``path``.

    ``room`` is that of the queue, in bytes. ``say(line)`` shows a line to the user; threads call
    it. Raises ``sqlite3.Error`` where the file cannot be used. ``via`` is what is added to the
    header ``Via`` (RFC 9110, 7.6.3): a request that has it already comes from a loop.
    """

    def __init__(self, url, path, room, say):
        self.url, self._say = url, say
        self.via = f"1.1 snowplow-collector-{secrets.token_hex(8)}"
        self._target = Target(url)
        self._arrived, self._try_now = threading.Event(), threading.Event()
        self._stopping = False
        self._failures = self._refusals = 0  # in a row
        self._last_error = None
        self._next_try = 0  # monotonic time
        self._accepted = None  # the id of a row that could not be removed yet
        self._said = {}  # kind of line -> monotonic time
        self._queue = Queue(path, room, self._on_put)
        self._dropped = self._queue.totals["dropped"][0]
        self._thread = threading.Thread(target=self._run, daemon=True, name="collector-forward")
        self._thread.start()

    def put(self, one, received):
        """Queue a message; see :meth:`queue.Queue.put`."""
        return self._queue.put(one, received)

    def status(self):
        """Return what the API answers. It waits for a commit at most."""
        totals, oldest = self._queue.totals, self._queue.oldest()
        return {
            "target": self.url,
            "waiting": {
                **_named(totals["waiting"], "requests", "events", "bytes"),
                "oldest_seconds": None if oldest is None else oldest / 1000,
            },
            "room_bytes": self._queue.room,
            "sent": _named(totals["sent"], "requests", "events"),
            "aside": _named(totals["aside"], "requests", "events", "bytes"),
            "dropped": _named(totals["dropped"], "requests", "events"),
            "failing": self._failures > 0,
            "next_try_seconds": max(0, round(self._next_try - time.monotonic(), 1)),
            "last_error": self._last_error,
        }

    def aside(self, limit):
        """Return the messages that the target refused; see :meth:`queue.Queue.aside`."""
        return self._queue.aside(limit)

    def send_again(self):
        """Put what the target refused back into the queue, and try at once."""
        self._queue.wait_again()
        self._try_now.set()

    def close(self):
        """Stop sending, write what was put, and close the queue."""
        self._stopping = True
        self._arrived.set()
        self._try_now.set()
        self._thread.join(_CLOSE_SECONDS)
        self._target.abort()
        self._thread.join(_CLOSE_SECONDS)
        self._queue.close()

    def _on_put(self):
        self._arrived.set()
        dropped, events, _ = self._queue.totals["dropped"]
        if dropped > self._dropped and self._may_say("dropped"):
            self._dropped = dropped
            self._say(
                f"forward: no room for what waits: the oldest {events} events were dropped so far."
                " --forward-mb gives more room"
            )

    # --- the thread ---

    def _run(self):
        while not self._stopping:
            self._arrived.clear()
            try:
                row = self._queue.first()
                if row:
                    self._pause(self._send(row))
                else:
                    self._queue.give_back_space()
                    self._arrived.wait()
            except sqlite3.Error as error:
                self._pause(self._failed(f"cannot use the queue: {error}", _QUEUE_ADVICE))
        self._target.close()

    def _pause(self, seconds):
        self._try_now.clear()
        self._next_try = time.monotonic() + seconds
        if seconds and not self._stopping:
            self._try_now.wait(seconds)

    def _send(self, row):
        """Send a row; return for how many seconds to wait after it."""
        one = None
        try:
            if row.id != self._accepted:
                one = message.load(row.data)
                waited = self._queue.waited(row)
                self._target.send(one.sent_later(waited) if waited >= _LATE_MS else one)
        except Trouble as trouble:
            return self._failed(str(trouble), trouble.advice, trouble.retry_after)
        except Refused as refused:
            return self._refused(row, one, refused)
        except Exception as error:  # Whatever it is, it must not hold up the others
            return self._refused(row, one, Refused(f"It cannot be sent: {error!r}"))
        self._accepted = row.id
        self._queue.sent(row)
        self._answers()
        self._refusals = 0
        return 0

    def _answers(self):
        if self._failures:
            self._failures = 0
            self._say(f"forward: {self.url} takes events again; {self._waiting()}")

    def _failed(self, text, advice, retry_after=0):
        """Note that the target takes nothing now; return for how many seconds to wait."""
        if self._stopping:
            return 0
        is_new = not self._failures or text != self._last_error["error"]
        since = self._last_error["since"] if self._failures else _now()
        self._last_error = {
            **{"error": text, "advice": advice, "since": since},
            **{"at": _now(), "tries": self._failures + 1},
        }
        self._failures += 1  # After it: whoever reads that it fails also reads why
        if is_new:
            self._say(f"forward: {self.url}: {text}. {advice} {self._waiting()}")
        seconds = min(_FIRST_SECONDS * 2 ** min(self._failures - 1, 10), _MOST_SECONDS)
        return max(seconds * random.uniform(0.5, 1), retry_after * random.uniform(1, 1.1))

    def _refused(self, row, one, refused):
        """Divide a message that is too large, else set it aside; return as :meth:`_send`."""
        parts = one.halves() if refused.too_large and row.span > 1 else ()
        if parts:
            self._queue.divide(row, parts)
            self._answers()
            return 0
        self._queue.set_aside(row, str(refused))
        self._refusals += 1
        if self._refusals > _REFUSALS:
            return self._failed(f"it refuses one request after the other: {refused}", _ADVICE)
        self._answers()
        if self._may_say("refused"):
            self._say(f"forward: {self.url} refused a request: {refused}. It is kept aside")
        return 0

    def _waiting(self):
        requests, events, _ = self._queue.totals["waiting"]
        return f"{events} events in {requests} requests wait"

    def _may_say(self, kind):
        now = time.monotonic()
        if now - self._said.get(kind, -_QUIET_SECONDS) < _QUIET_SECONDS:
            return False
        self._said[kind] = now
        return True


def _named(numbers, *names):
    return dict(zip(names, numbers, strict=False))


def _now():
    return time.time_ns() // 1000000
