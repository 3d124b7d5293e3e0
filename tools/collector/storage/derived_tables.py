"""Writes the tables that are derived for the page: listed events, boards, series, readings.

Only the writer thread uses it, inside its transactions.
"""

import json

from tools.collector.enrich.strict_json import dump
from tools.collector.storage.column_blocks import ColumnBlocks

MAX_BOARDS = 500  # beyond it, the board with the oldest last event is removed
MAX_SERIES = 2000  # further ones are not stored and have no chart
_INSERT_LISTED = "INSERT INTO listed VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?)"
_INSERT_READING = "INSERT OR REPLACE INTO readings VALUES(?, ?, ?, ?)"
_INSERT_BOARD = "INSERT OR REPLACE INTO boards VALUES(?, ?, ?, ?, ?, ?)"
_INSERT_SERIES = "INSERT OR REPLACE INTO series VALUES(?, ?, ?, ?, ?, ?, ?, ?)"


class DerivedTables:
    """Writes the derived tables, and holds the boards and series of the database in memory.

    ``columns`` is the :class:`column_blocks.ColumnBlocks`, which the writer fills later. After a
    transaction was rolled back, make a new one.
    """

    def __init__(self, connection):
        self.columns = ColumnBlocks(connection)
        self._boards = {}  # key -> [first, last, good, bad, about], the oldest last event first
        self._series = {}  # (board, sensor, quantity, unit) -> [id, at, value, event]
        for key, *row, about in connection.execute("SELECT * FROM boards ORDER BY last"):
            self._boards[key] = [*row, json.loads(about)]
        for id, *name, at, value, event in connection.execute("SELECT * FROM series"):
            self._series[tuple(name)] = [id, at, value, event]
        self._next_series = max((row[0] for row in self._series.values()), default=0) + 1

    def add(self, connection, rows):
        """Add events: ``(id, received, good, app_id, EventSummary)`` each, with ascending ids."""
        listed, readings, boards, series = [], [], {}, {}
        for id, received, good, app_id, summary in rows:
            names = (app_id, summary.name, summary.board, summary.text, summary.suspicious)
            listed.append((id, received, good, summary.at, *names))
            if summary.board:
                boards[summary.board] = self._board_row(received, good, summary)
            for sensor, quantity, unit, value in summary.readings:
                name = (summary.board, sensor, quantity, unit)
                row = self._series_row(name, summary.at, value, id)
                if row:
                    series[name] = row
                    readings.append((row[0], summary.at, id, value))
        connection.executemany(_INSERT_LISTED, listed)
        connection.executemany(_INSERT_READING, readings)
        connection.executemany(
            _INSERT_BOARD,
            [(key, *row[:4], dump(row[4])) for key, row in boards.items()],
        )
        connection.executemany(
            _INSERT_SERIES, [(row[0], *name, *row[1:]) for name, row in series.items()]
        )
        self._remove_surplus_boards(connection)

    def _board_row(self, received, good, summary):
        row = self._boards.pop(summary.board, None) or [received, received, 0, 0, {"facts": {}}]
        self._boards[summary.board] = row  # It becomes the last one in the dict
        row[1] = max(row[1], received)
        row[2 if good else 3] += 1
        about = row[4]
        facts = about["facts"]
        if good:
            about.update(summary.about, facts=facts)
            for fact, value in summary.about["facts"].items():
                if summary.at >= facts.get(fact, (0, summary.at))[1]:  # A late event has old facts
                    facts[fact] = (value, summary.at)
        return row

    def _series_row(self, name, at, value, event):
        row = self._series.get(name)
        if row is None:
            if len(self._series) >= MAX_SERIES:
                return None
            row = self._series[name] = [self._next_series, at, value, event]
            self._next_series += 1
        elif event >= row[3]:  # The last one to arrive, whatever its time says
            row[1:] = at, value, event
        return row

    def replace(self, connection, id, received, row):
        """Put a :class:`judge.Row` in the place of the bad event ``id``, which it was before."""
        found = connection.execute("SELECT board FROM listed WHERE id=?", (id,)).fetchone()
        board = self._boards.get(found and found[0])
        if board:
            board[3] -= 1
            connection.execute("UPDATE boards SET bad=? WHERE key=?", (board[3], found[0]))
        connection.execute("DELETE FROM listed WHERE id=?", (id,))
        self.add(connection, [(id, received, row.good, row.app_id, row.summary)])

    def _remove_surplus_boards(self, connection):
        while len(self._boards) > MAX_BOARDS:
            key = next(iter(self._boards))
            del self._boards[key]
            connection.execute("DELETE FROM boards WHERE key=?", (key,))

    def clear(self, connection, last_id):
        """Remove all rows of the derived tables; ``last_id`` is the last event's."""
        self.columns.clear(connection, last_id)
        for table in ("listed", "boards", "series", "readings"):
            connection.execute(f"DELETE FROM {table}")
        self._boards.clear()
        self._series.clear()

    def remove(self, connection, last, received):
        """Remove events up to the id ``last``, and boards with no event since ``received``."""
        self.columns.remove(connection, last)
        self._count_removed(connection, last)
        connection.execute("DELETE FROM listed WHERE id<=?", (last,))
        connection.execute("DELETE FROM readings WHERE event<=?", (last,))
        for name in [name for name, row in self._series.items() if row[3] <= last]:
            connection.execute("DELETE FROM series WHERE id=?", (self._series.pop(name)[0],))
        for key in [key for key, row in self._boards.items() if row[1] < received]:
            connection.execute("DELETE FROM boards WHERE key=?", (key,))
            del self._boards[key]

    def _count_removed(self, connection, last):
        """Take the events up to the id ``last`` out of the boards' counts."""
        counted = connection.execute(
            "SELECT board, sum(good), count(*) FROM listed WHERE id<=? AND board NOT NULL"
            " GROUP BY board",
            (last,),
        )
        for key, good, count in counted.fetchall():
            row = self._boards.get(key)
            if row:
                row[2:4] = max(0, row[2] - good), max(0, row[3] - count + good)
                sql = "UPDATE boards SET good=?, bad=? WHERE key=?"
                connection.execute(sql, (*row[2:4], key))
