"""Bounded storage: the oldest events go when they are too old, or the file too large."""

import time

_SLICE = 500  # events that are removed in one transaction at least
_EVERY = 5  # seconds between two looks at the age and the size
_OLDEST = "SELECT id, received, good FROM listed ORDER BY id LIMIT ?"


class Retention:
    """Keeps events for ``days``, in a file of ``megabytes``; None bounds nothing.

    What is removed leaves room in the file for what comes: it does not grow, nor does it shrink.
    """

    def __init__(self, days=None, megabytes=None):
        self._days, self._megabytes = days, megabytes
        self._look = 0  # monotonic seconds

    def prune(self, connection, listing, busy):
        """Remove a slice of the oldest events; return ``(bad, good)`` of them, or None.

        ``busy`` is how many requests were just written: more go with them, to keep up.
        """
        now = time.monotonic()
        if now < self._look:
            return None
        oldest = connection.execute(_OLDEST, (_SLICE * (1 + busy),)).fetchall()
        if not self._too_large(connection):
            end = (time.time() - self._days * 86400) * 1000 if self._days is not None else 0
            oldest = [row for row in oldest if row[1] < end]
        if not oldest:
            self._look = now + _EVERY
            return None
        last, received, _ = oldest[-1]
        with connection:
            connection.execute("DELETE FROM events WHERE id<=?", (last,))
            listing.forget(connection, last, received)
        good = sum(row[2] for row in oldest)
        return len(oldest) - good, good

    def _too_large(self, connection):
        if self._megabytes is None:
            return False
        pages, free, size = (
            connection.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("page_count", "freelist_count", "page_size")
        )
        return (pages - free) * size > self._megabytes * 1e6
