"""Removes the oldest events, when they are too old or the database file is too large."""

import time

_SLICE = 500  # events that one transaction removes, and as many more for each request
_CHECK_SECONDS = 5  # between two checks of the age and the size
_OLDEST = "SELECT id, received, good FROM listed ORDER BY id LIMIT ?"


class Retention:
    """Keeps events for ``days`` and in ``megabytes`` of the file; None means without a limit.

    The file does not shrink: SQLite uses the space of removed events for new ones.
    ``next_check`` is the monotonic time, in seconds, before which :meth:`prune` does nothing.
    """

    def __init__(self, days=None, megabytes=None):
        self._days, self._megabytes = days, megabytes
        self.next_check = 0

    def prune(self, connection, derived, requests):
        """Remove some of the oldest events; return how many, as ``(bad, good)``, or None.

        ``derived`` is the :class:`derived_tables.DerivedTables`. ``requests`` is how many requests
        were just written: the more there were, the more events are removed.
        """
        now = time.monotonic()
        if now < self.next_check:
            return None
        oldest = connection.execute(_OLDEST, (_SLICE * (1 + requests),)).fetchall()
        if not self._is_too_large(connection):
            oldest = self._too_old(oldest)
        if not oldest:
            self.next_check = now + _CHECK_SECONDS
            return None
        last, received, _ = oldest[-1]
        with connection:
            connection.execute("DELETE FROM events WHERE id<=?", (last,))
            derived.remove(connection, last, received)
        good = sum(row[2] for row in oldest)
        return len(oldest) - good, good

    def _too_old(self, rows):
        """Return the first rows, up to the last one before which no row is young enough to stay.

        The computer's clock may have been wrong when an event arrived: a time in the past must not
        take those before it along, nor a time in the future keep those after it.
        """
        now, count = time.time() * 1000, 0
        end = now - self._days * 86400000 if self._days is not None else 0
        for number, (_, received, _) in enumerate(rows, 1):
            if received < end:
                count = number
            elif received <= now:
                break
        return rows[:count]

    def _is_too_large(self, connection):
        if self._megabytes is None:
            return False
        pages, free, size = (
            connection.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("page_count", "freelist_count", "page_size")
        )
        return (pages - free) * size > self._megabytes * 1e6
