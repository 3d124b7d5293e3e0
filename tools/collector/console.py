"""The terminal: one line per event, and now and then the counts, from a thread of its own.

Whoever reads the output may be slow or gone; neither may hold up an answer. So lines wait in a
queue of bounded length, and what does not fit is counted and said.
"""

import os
import queue
import sys
import threading
import time

from tools.collector.enrich.one_line import printable

_WAITING = 2000  # lines
_EVERY = 10  # seconds between two lines with counts


class Console:
    """Prints lines on standard output. ``quiet`` leaves out the events, but not the counts."""

    def __init__(self, quiet):
        self._quiet = quiet
        self._counts = [0, 0]  # bad, good
        self._lines = queue.Queue(_WAITING)
        self._missed = 0
        self._thread = threading.Thread(target=self._run, name="collector-console", daemon=True)
        self._thread.start()

    def rows(self, rows):
        """Show stored :class:`judge.Row` s. Called by the writer thread; never waits."""
        for row in rows:
            self._counts[row.good] += 1
            if self._quiet:
                continue
            try:
                self._lines.put_nowait(row)
            except queue.Full:
                self._missed += 1

    def close(self, line):
        """Print what waits and a last line, in two seconds at most: nobody may be reading."""
        try:
            self._lines.put(line, timeout=1)
            self._lines.put(None, timeout=1)
        except queue.Full:
            return
        self._thread.join(1)

    def _run(self):
        said, since = [0, 0], time.monotonic()
        while True:
            try:
                item = self._lines.get(timeout=max(0, since + _EVERY - time.monotonic()))
            except queue.Empty:
                counts, seconds = list(self._counts), time.monotonic() - since
                if counts != said and not write(_count(counts, sum(said), seconds)):
                    return
                said, since = counts, time.monotonic()
                continue
            if item is None:
                return
            missed, self._missed = self._missed, 0
            if missed and not write(f"… {missed} events not shown: the terminal is too slow"):
                return
            if not write(item if isinstance(item, str) else _line(item)):
                return


def write(line):
    """Print a line at once; return False when nobody reads any more.

    Not through ``sys.stdout``: a thread that waits inside its buffer would block the exit.
    """
    data = (line + "\n").encode(sys.stdout.encoding or "utf-8", "backslashreplace")
    try:
        while data:
            data = data[os.write(1, data) :]
    except OSError:
        return False
    return True


def _count(counts, before, seconds):
    bad, good = counts
    pace = (bad + good - before) / seconds
    now = time.strftime("%H:%M:%S")
    return f"{now}  --    since the start: {good} good, {bad} bad; now {pace:.3g} a second"


def _line(row):
    when = time.strftime("%H:%M:%S", time.localtime(row.received / 1000))
    verdict = "good" if row.good else "BAD "
    names = [row.app_id or "-", row.event_type or "-"]
    return printable("  ".join([when, verdict, *names, row.shown.text]))
