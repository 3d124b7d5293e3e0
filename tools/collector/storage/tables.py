"""The database: how to connect to it, and its tables.

``events`` has the events that were received. The other tables are derived from it for the page:
short rows to list and filter, the numbers of the charts, the boards, the columns of events.
"""

import sqlite3
import time

from tools.collector.enrich.suspicious import EARLIEST_EVENT
from tools.collector.storage.compression import DICTIONARY, Compression

_FORMAT = 3  # of the tables, in PRAGMA user_version
_BEFORE = 2  # the format that can be converted
_TABLES = """
CREATE TABLE IF NOT EXISTS events(
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    received INTEGER NOT NULL,  -- milliseconds since 1970
    good INTEGER NOT NULL,      -- 1 or 0
    eid TEXT,
    app_id TEXT,
    event_type TEXT,            -- the long name: page_view, struct, unstruct ...
    schema TEXT,
    record BLOB NOT NULL        -- JSON, as /micro/good or /micro/bad returns it, packed; text in
                                -- rows of format 2. unpacked(record) is the text.
);
CREATE TABLE IF NOT EXISTS compression(
    dictionary BLOB NOT NULL    -- that the records are packed with
);
CREATE INDEX IF NOT EXISTS events_good ON events(good, id);
CREATE INDEX IF NOT EXISTS events_eid ON events(eid);
CREATE TABLE IF NOT EXISTS listed(
    id INTEGER PRIMARY KEY,     -- the event's
    received INTEGER NOT NULL,
    good INTEGER NOT NULL,
    at INTEGER NOT NULL,        -- the derived time; if that is impossible, received
    app_id TEXT,
    name TEXT,                  -- the event's short name
    board TEXT,                 -- key in boards
    text TEXT NOT NULL,         -- the event in one line
    suspicious TEXT             -- what is suspicious about the time of a good event
);
CREATE INDEX IF NOT EXISTS listed_received ON listed(received, good);
CREATE INDEX IF NOT EXISTS listed_good ON listed(good, id);
CREATE INDEX IF NOT EXISTS listed_name ON listed(name, id);
CREATE INDEX IF NOT EXISTS listed_board ON listed(board, id);
CREATE INDEX IF NOT EXISTS listed_app_id ON listed(app_id, id);
CREATE INDEX IF NOT EXISTS listed_suspicious ON listed(id) WHERE suspicious IS NOT NULL;
CREATE TABLE IF NOT EXISTS boards(
    key TEXT PRIMARY KEY,
    first INTEGER NOT NULL,     -- received, in milliseconds since 1970
    last INTEGER NOT NULL,
    good INTEGER NOT NULL,      -- how many events came from it
    bad INTEGER NOT NULL,
    about TEXT NOT NULL         -- JSON: app_id, tracker, port, model, id, firmware, facts
);
CREATE TABLE IF NOT EXISTS series(
    id INTEGER PRIMARY KEY,
    board TEXT NOT NULL,
    sensor TEXT NOT NULL,
    quantity TEXT NOT NULL,
    unit TEXT,
    at INTEGER NOT NULL,        -- of the reading that arrived last
    value REAL NOT NULL,        -- of the reading that arrived last
    event INTEGER NOT NULL      -- the last event with one
);
CREATE TABLE IF NOT EXISTS readings(
    series INTEGER NOT NULL,
    at INTEGER NOT NULL,
    event INTEGER NOT NULL,
    value REAL NOT NULL,
    PRIMARY KEY(series, at, event)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS readings_event ON readings(event);
CREATE TABLE IF NOT EXISTS column_names(
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE
);
CREATE TABLE IF NOT EXISTS column_blocks(
    id INTEGER PRIMARY KEY,     -- of the column and the block: see column_blocks.py
    packed BLOB NOT NULL
);
"""
# Until format 3 a reading with an impossible time had that time, and stretched every chart.
_CONVERSION = """
UPDATE OR REPLACE readings SET at=(SELECT received FROM listed WHERE listed.id=event)
    WHERE at NOT BETWEEN :first AND :last AND event IN (SELECT id FROM listed);
UPDATE listed SET at=received WHERE at NOT BETWEEN :first AND :last;
UPDATE series SET at=coalesce((SELECT received FROM listed WHERE listed.id=event), at)
    WHERE at NOT BETWEEN :first AND :last;
ALTER TABLE listed ADD COLUMN suspicious TEXT;
"""


def connect(path):
    """Return a connection that writes to the database file at ``path``."""
    connection = sqlite3.connect(path, timeout=10)
    connection.execute("PRAGMA page_size=4096")  # Each new eid changes another page of its index
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA wal_autocheckpoint=8000")  # pages: 32 MiB
    connection.execute("PRAGMA synchronous=FULL")
    return connection


def prepare(connection):
    """Make the tables in an empty database, or convert those of the format before.

    Raises ``sqlite3.DatabaseError`` where the file has other tables, or those of another format.
    """
    (format,) = connection.execute("PRAGMA user_version").fetchone()
    tables = connection.execute("SELECT COUNT(*) FROM sqlite_master").fetchone()[0]
    if format > _FORMAT and _has_events(connection):
        raise sqlite3.DatabaseError("a newer version of this collector wrote it: use that one")
    if format not in (_FORMAT, _BEFORE) and (format or tables):
        raise sqlite3.DatabaseError("it holds something else; name another file, or delete it")
    with connection:
        connection.execute("BEGIN IMMEDIATE")  # All of it, or nothing
        if format == _BEFORE:
            (newest,) = connection.execute("SELECT max(received) FROM listed").fetchone()
            # This computer's clock may not be set yet.
            last = max(int(time.time() * 1000), newest or 0) + 86400000
            for statement in _CONVERSION.split(";")[:-1]:
                connection.execute(statement, {"first": EARLIEST_EVENT, "last": last})
        for statement in _TABLES.split(";\n")[:-1]:
            connection.execute(statement)
        if format != _FORMAT:
            connection.execute("INSERT INTO compression VALUES(?)", (DICTIONARY,))
            connection.execute(f"PRAGMA user_version={_FORMAT}")


def _has_events(connection):
    named = "SELECT COUNT(*) FROM sqlite_master WHERE name IN ('events', 'listed')"
    return connection.execute(named).fetchone()[0] == 2


def compression(connection):
    """Return the :class:`compression.Compression` of a database's records.

    The SQL function ``unpacked(record)`` is then known to the connection.
    """
    (dictionary,) = connection.execute("SELECT dictionary FROM compression").fetchone()
    found = Compression(dictionary)
    connection.create_function("unpacked", 1, found.unpack, deterministic=True)
    return found
