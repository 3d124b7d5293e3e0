"""The tables that are derived for the page: events in short, boards, series and their readings.

Only the store's writer thread uses it, inside its transactions.
"""

import json

from tools.collector.enrich import strict_json

MAX_BOARDS = 500  # those that were silent for the longest make room
MAX_SERIES = 2000  # what comes beyond has no chart
_LIST = "INSERT INTO listed VALUES(?, ?, ?, ?, ?, ?, ?, ?)"
_READING = "INSERT OR REPLACE INTO readings VALUES(?, ?, ?, ?)"
_BOARD = "INSERT OR REPLACE INTO boards VALUES(?, ?, ?, ?, ?, ?)"
_SERIES = "INSERT OR REPLACE INTO series VALUES(?, ?, ?, ?, ?, ?, ?, ?)"


class Listing:
    """Writes the derived tables. Knows boards and series, as they are in the database.

    After a transaction that was rolled back it must be made anew.
    """

    def __init__(self, connection):
        self._boards = {}  # key -> [first, last, good, bad, about], the longest silent first
        self._series = {}  # (board, sensor, quantity, unit) -> [id, at, value, event]
        for key, *row, about in connection.execute("SELECT * FROM boards ORDER BY last"):
            self._boards[key] = [*row, json.loads(about)]
        for id, *name, at, value, event in connection.execute("SELECT * FROM series"):
            self._series[tuple(name)] = [id, at, value, event]
        self._next_series = max((row[0] for row in self._series.values()), default=0) + 1

    def add(self, connection, rows):
        """List events: ``(id, received, good, app_id, Shown)`` each, with ascending ids."""
        listed, readings, boards, series = [], [], {}, {}
        for id, received, good, app_id, shown in rows:
            listed.append(
                (id, received, good, shown.at, app_id, shown.name, shown.board, shown.text)
            )
            if shown.board:
                boards[shown.board] = self._board(received, good, shown)
            for sensor, quantity, unit, value in shown.readings:
                name = (shown.board, sensor, quantity, unit)
                found = self._reading(name, shown.at, value, id)
                if found:
                    series[name] = found
                    readings.append((found[0], shown.at, id, value))
        connection.executemany(_LIST, listed)
        connection.executemany(_READING, readings)
        connection.executemany(
            _BOARD, [(key, *row[:4], strict_json.dump(row[4])) for key, row in boards.items()]
        )
        connection.executemany(
            _SERIES, [(row[0], *name, *row[1:]) for name, row in series.items()]
        )
        self._bound_boards(connection)

    def _board(self, received, good, shown):
        row = self._boards.pop(shown.board, None) or [received, received, 0, 0, {"facts": {}}]
        self._boards[shown.board] = row  # The last in the dict is the last that was heard of
        row[1] = max(row[1], received)
        row[2 if good else 3] += 1
        about = row[4]
        facts = about["facts"]
        if good:
            about.update((key, value) for key, value in shown.about.items() if key != "facts")
            for fact, value in shown.about["facts"].items():
                if shown.at >= facts.get(fact, (0, shown.at))[1]:  # A late event tells old facts
                    facts[fact] = (value, shown.at)
        return row

    def _reading(self, name, at, value, event):
        row = self._series.get(name)
        if row is None:
            if len(self._series) >= MAX_SERIES:
                return None
            row = self._series[name] = [self._next_series, at, value, event]
            self._next_series += 1
        elif at >= row[1]:
            row[1:3] = at, value
        row[3] = event
        return row

    def _bound_boards(self, connection):
        while len(self._boards) > MAX_BOARDS:
            key = next(iter(self._boards))
            del self._boards[key]
            connection.execute("DELETE FROM boards WHERE key=?", (key,))

    def clear(self, connection):
        """Remove everything that is derived."""
        for table in ("listed", "boards", "series", "readings"):
            connection.execute(f"DELETE FROM {table}")
        self._boards.clear()
        self._series.clear()

    def forget(self, connection, last, received):
        """Remove events up to the id ``last``, and boards not heard of since ``received``."""
        connection.execute("DELETE FROM listed WHERE id<=?", (last,))
        connection.execute("DELETE FROM readings WHERE event<=?", (last,))
        for name in [name for name, row in self._series.items() if row[3] <= last]:
            connection.execute("DELETE FROM series WHERE id=?", (self._series.pop(name)[0],))
        for key in [key for key, row in self._boards.items() if row[1] < received]:
            connection.execute("DELETE FROM boards WHERE key=?", (key,))
            del self._boards[key]
