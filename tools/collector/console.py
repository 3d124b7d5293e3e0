"""The terminal: one line per event, and every ten seconds the counts.

The reader of the output may be slow or gone, and no answer to a board may wait for it. So the
lines go through a queue of limited length to a thread that prints them (see "Dealing with handlers
that block" in Python's logging cookbook). Lines for which there is no room are counted instead.
"""

import asyncio
import logging
import logging.handlers
import os
import queue
import sys
import threading
import time

COUNTS_SECONDS = 10  # between two lines with counts
MAX_WAITING = 2000  # lines
_CLOSE_SECONDS = 2  # for which the end of the program waits for the reader


class Console:
    """Prints lines on standard output. ``quiet`` omits the events, but not the counts."""

    def __init__(self, quiet):
        self._quiet = quiet
        self._bad = self._good = 0
        self._queue = queue.SimpleQueue()
        self._handler = _BoundedHandler(self._queue)
        self._listener = logging.handlers.QueueListener(self._queue, _Terminal())
        self._listener.start()

    def show_events(self, rows):
        """Print a line for each :class:`judge.Row`. Never waits for the reader."""
        for row in rows:
            if row.good:
                self._good += 1
            else:
                self._bad += 1
            if not self._quiet:
                self._handler.handle(_record(row))

    def show_line(self, line):
        """Print a line. Never waits for the reader."""
        self._handler.handle(_record(printable(line)))

    async def show_counts(self):
        """Print the counts from time to time, if they have changed. Runs until it is cancelled."""
        shown, since = (0, 0), time.monotonic()
        while True:
            await asyncio.sleep(COUNTS_SECONDS)
            now, counts = time.monotonic(), (self._good, self._bad)
            if counts != shown:
                rate = (sum(counts) - sum(shown)) / (now - since)
                self._handler.handle(_record(_counts_line(*counts, rate)))
            shown, since = counts, now

    def close(self, line):
        """Print the lines that wait and a last one; give up after two seconds."""
        self._queue.put(_record(line))
        stop = threading.Thread(target=self._listener.stop, daemon=True)
        stop.start()
        stop.join(_CLOSE_SECONDS)


class _BoundedHandler(logging.handlers.QueueHandler):
    """Puts records into the queue while there is room, and else counts them."""

    _dropped = 0

    def prepare(self, record):
        """Leave the formatting to the listener's thread."""
        return record

    def enqueue(self, record):
        if self.queue.qsize() >= MAX_WAITING:
            self._dropped += 1
            return
        if self._dropped:
            line = f"… {self._dropped} events not shown: the terminal is too slow"
            self.queue.put(_record(line))
            self._dropped = 0
        self.queue.put(record)


class _Terminal(logging.Handler):
    """Writes records; their ``msg`` is a line or a :class:`judge.Row`."""

    def createLock(self):
        """Do without a lock: a thread that is blocked in a write would hold it at exit."""
        self.lock = None

    def emit(self, record):
        write(record.msg if isinstance(record.msg, str) else _event_line(record.msg))


def _record(message):
    return logging.makeLogRecord({"msg": message})


def write(line):
    """Print a line at once; do nothing if the reader has left.

    Not through ``sys.stdout``: the exit of the program would wait for a thread that is blocked in
    its buffer.
    """
    data = (line + "\n").encode(sys.stdout.encoding or "utf-8", "backslashreplace")
    try:
        while data:
            data = data[os.write(1, data) :]
    except OSError:
        pass


def printable(text):
    """Return text in which characters that could control a terminal are escaped."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def _counts_line(good, bad, rate):
    now = time.strftime("%H:%M:%S")
    return f"{now}  --    since the start: {good} good, {bad} bad; now {rate:.3g} a second"


def _event_line(row):
    received = time.strftime("%H:%M:%S", time.localtime(row.received / 1000))
    verdict = "good" if row.good else "BAD "
    names = [row.app_id or "-", row.event_type or "-"]
    return printable("  ".join([received, verdict, *names, row.summary.text]))
