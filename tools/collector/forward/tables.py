"""The database file of the queue: its tables, and the row of a message."""

import sqlite3
from contextlib import closing
from typing import NamedTuple

_TABLES = """
CREATE TABLE IF NOT EXISTS waiting(
    id INTEGER PRIMARY KEY,     -- the order
    span INTEGER NOT NULL,      -- how many ids from this one on belong to it
    received INTEGER NOT NULL,  -- milliseconds since 1970
    clock INTEGER NOT NULL,     -- milliseconds of the clock that nobody sets ...
    life INTEGER NOT NULL,      -- ... in this run of the program
    events INTEGER NOT NULL,
    size INTEGER NOT NULL,      -- bytes
    data BLOB NOT NULL          -- of a message
);
CREATE TABLE IF NOT EXISTS aside( -- what the target refused
    id INTEGER PRIMARY KEY,
    span INTEGER NOT NULL,
    received INTEGER NOT NULL,
    clock INTEGER NOT NULL,
    life INTEGER NOT NULL,
    events INTEGER NOT NULL,
    size INTEGER NOT NULL,
    data BLOB NOT NULL,
    refused INTEGER NOT NULL,   -- milliseconds since 1970
    reason TEXT NOT NULL        -- the target's answer
);
CREATE TABLE IF NOT EXISTS counts(
    name TEXT PRIMARY KEY,      -- sent, dropped
    requests INTEGER NOT NULL,
    events INTEGER NOT NULL
);
INSERT OR IGNORE INTO counts VALUES('sent', 0, 0), ('dropped', 0, 0);
"""
_LAST_ID = "SELECT MAX(id) FROM (SELECT id FROM waiting UNION ALL SELECT id FROM aside)"


class Row(NamedTuple):
    """A row of the table ``waiting``."""

    id: int
    span: int
    received: int
    clock: int
    life: int
    events: int
    size: int
    data: bytes

    @property
    def numbers(self):
        """What it adds to the totals: requests, events, bytes."""
        return 1, self.events, self.size


COLUMNS = ", ".join(Row._fields)


def path_beside(database):
    """Return the path of the queue that belongs to a collector's database."""
    return database.with_name(database.name + "-forward")


def connect(path):
    """Return a connection for several threads, one at a time; make the tables where needed."""
    connection = sqlite3.connect(path, timeout=10, check_same_thread=False)
    try:
        connection.execute("PRAGMA auto_vacuum=INCREMENTAL")  # Before all else in a new file
        connection.execute("PRAGMA journal_mode=WAL")
        connection.executescript(_TABLES)
        connection.commit()
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def last_id(connection):
    """Return the highest id that is in use, 0 where there is none."""
    return connection.execute(_LAST_ID).fetchone()[0] or 0


def waiting_in(path):
    """Return how many events wait in the queue at ``path``; 0 where there is none."""
    if not path.is_file():
        return 0
    try:
        with closing(connect(path)) as connection:
            return totals(connection)["waiting"][1]
    except sqlite3.Error:
        return 0


def totals(connection):
    """Return ``{name: [requests, events, bytes]}`` of what waits, was set aside, sent, dropped."""
    found = {name: [*row, 0] for name, *row in connection.execute("SELECT * FROM counts")}
    for table in ("waiting", "aside"):
        sums = f"SELECT COUNT(*), TOTAL(events), TOTAL(size) FROM {table}"
        found[table] = [int(number) for number in connection.execute(sums).fetchone()]
    return found
