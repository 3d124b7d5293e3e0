"""The columns of events in blocks of 255 events: what a filter or a sort on any column reads.

A column of a million events is in 4,000 small rows of the table ``column_blocks``, which lie
beside each other. To read it from the records would take a hundred times as long. The writer
makes blocks when it has nothing else to do; events that are in none are read from their records.

The id of a row is ``column << 40 | block``; the id of an event is ``block * 255 + position``. A
row is JSON of the different values in the block, a line break, and a byte for each position: 0
where the event has no such column, else the number of its value, from 1 on.
"""

import zlib

from tools.collector.enrich import strict_json
from tools.collector.enrich.columns import flat_event

BLOCK = 255  # events; so a byte can number all different values and none
GOOD, RECEIVED = ".good", ".received"  # columns that every event has here: 0 or 1; milliseconds
MAX_COLUMNS = 5000  # further ones are in no block, and cannot be filtered
MAX_NAME = 1000  # characters; a column with a longer name is in no block either
MAX_TEXT = 10000  # characters of a value that are compared
_SHIFT = 40
_LEVEL = 1
_EVENTS = "SELECT id, good, received, unpacked(record) FROM events WHERE id BETWEEN ? AND ?"
_INSERT = "INSERT OR REPLACE INTO column_blocks VALUES(?, ?)"


def texts(name, value):
    """Return the texts that a filter compares: of a value, or of each entity's value."""
    values = value if name.startswith("contexts_") else [value]
    return [
        (one if isinstance(one, str) else strict_json.dump(one))[:MAX_TEXT]
        for one in values
        if one is not None
    ]


def _cut(name, value):
    """Return a value in which no text is longer than a filter compares."""
    if name.startswith("contexts_") and isinstance(value, list):
        return [_cut("", one) for one in value]
    text = value if isinstance(value, str) else strict_json.dump(value)
    return value if len(text) <= MAX_TEXT else text[:MAX_TEXT]


def _key(value):
    return value if isinstance(value, str) else strict_json.dump_quickly(value)


def event_columns(good, received, record):
    """Return ``{name: value}`` of an event; ``record`` is its JSON text."""
    columns = flat_event(strict_json.load(record).get("event") or {})
    columns[GOOD], columns[RECEIVED] = good, received
    return columns


def events(connection, first, last):
    """Yield ``(id, columns)`` of the events with the ids ``first`` to ``last``."""
    for id, *event in connection.execute(_EVENTS, (first, last)):
        yield id, event_columns(*event)


def next_block(connection):
    """Return the number of the first block that is not made yet."""
    number = column_number(connection, RECEIVED)
    if number is None:
        return 0
    end = number + 1 << _SHIFT
    (last,) = connection.execute("SELECT max(id) FROM column_blocks WHERE id<?", (end,)).fetchone()
    return (last & (1 << _SHIFT) - 1) + 1 if last is not None and last >> _SHIFT == number else 0


def column_number(connection, name):
    """Return the number of a column, or None where no event had it."""
    found = connection.execute("SELECT id FROM column_names WHERE name=?", (name,)).fetchone()
    return found and found[0]


def has_too_many_columns(connection):
    """Whether events have had more columns than are kept in blocks."""
    (count,) = connection.execute("SELECT COUNT(*) FROM column_names").fetchone()
    return count >= MAX_COLUMNS


def column_names(connection):
    """Return the names of all columns that are in blocks."""
    rows = connection.execute("SELECT name FROM column_names WHERE name NOT LIKE '.%'")
    return [name for (name,) in rows]


def read_blocks(connection, name, before):
    """Yield ``(block, JSON of the values, codes)`` of a column, for blocks below ``before``."""
    number = column_number(connection, name)
    if number is None:
        return
    first = number << _SHIFT
    rows = connection.execute(
        "SELECT id, packed FROM column_blocks WHERE id>=? AND id<? ORDER BY id",
        (first, first + before),
    )
    for id, packed in rows:
        values, _, codes = zlib.decompress(packed).partition(b"\n")
        yield id - first, values, codes


class ColumnBlocks:
    """Makes and removes blocks. Only the writer thread uses it, inside its transactions."""

    def __init__(self, connection):
        self._numbers = dict(connection.execute("SELECT name, id FROM column_names"))
        self._next = next_block(connection)

    def waiting(self, last_id):
        """Return how many blocks can be made of the events up to ``last_id``."""
        return max(0, (last_id + 1) // BLOCK - self._next)

    def make_next(self, connection):
        """Make the first block that is not made yet."""
        self._make(connection, self._next)
        self._next += 1

    def make_again(self, connection, ids):
        """Make the blocks anew that have events with these ids."""
        for block in sorted({id // BLOCK for id in ids}):
            if block < self._next:
                rows = [(number << _SHIFT | block,) for number in self._numbers.values()]
                connection.executemany("DELETE FROM column_blocks WHERE id=?", rows)
                self._make(connection, block)

    def clear(self, connection, last_id):
        """Remove all blocks; the next one is that of the events after ``last_id``."""
        connection.execute("DELETE FROM column_blocks")
        connection.execute("DELETE FROM column_names")
        self._numbers.clear()
        self._next = (last_id + 1) // BLOCK

    def remove(self, connection, last):
        """Remove the blocks whose events all have ids up to ``last``."""
        end = (last + 1) // BLOCK
        rows = [(number << _SHIFT, number << _SHIFT | end) for number in self._numbers.values()]
        connection.executemany("DELETE FROM column_blocks WHERE id>=? AND id<?", rows)

    def _make(self, connection, block):
        first, found = block * BLOCK, {}
        for id, columns in events(connection, first, first + BLOCK - 1):
            for name, value in columns.items():
                column = found.get(name)
                if column is None:
                    column = found[name] = bytearray(BLOCK), {}, []
                codes, numbers, values = column
                key = _key(value)
                if len(key) > MAX_TEXT:  # 255 texts of 1 MiB would need a lot of memory
                    value = _cut(name, value)
                    key = _key(value)
                code = numbers.get(key)
                if code is None:
                    values.append(value)
                    code = numbers[key] = len(values)
                codes[id - first] = code
        # The block of a reset database may be empty; it is made all the same.
        found.setdefault(RECEIVED, (bytearray(BLOCK), {}, []))
        rows = []
        for name, (codes, _, values) in found.items():
            number = self._number(connection, name)
            if number is not None:
                packed = zlib.compress(strict_json.dump(values).encode() + b"\n" + codes, _LEVEL)
                rows.append((number << _SHIFT | block, packed))
        connection.executemany(_INSERT, rows)

    def _number(self, connection, name):
        if name not in self._numbers:
            if len(self._numbers) >= MAX_COLUMNS or len(name) > MAX_NAME:
                return None
            number = max(self._numbers.values(), default=0) + 1
            connection.execute("INSERT INTO column_names VALUES(?, ?)", (number, name))
            self._numbers[name] = number
        return self._numbers[name]
