"""The database: how to connect to it, and its tables.

``events`` has the events that were received. The other tables are derived from it for the page:
short rows to list and filter, the numbers of the charts, the boards.
"""

import sqlite3

_FORMAT = 2  # of the tables, in PRAGMA user_version
_TABLES = """
CREATE TABLE IF NOT EXISTS events(
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    received INTEGER NOT NULL,  -- milliseconds since 1970
    good INTEGER NOT NULL,      -- 1 or 0
    eid TEXT,
    app_id TEXT,
    event_type TEXT,            -- the long name: page_view, struct, unstruct ...
    schema TEXT,
    record TEXT NOT NULL        -- JSON, as /micro/good or /micro/bad returns it
);
CREATE INDEX IF NOT EXISTS events_good ON events(good, id);
CREATE INDEX IF NOT EXISTS events_eid ON events(eid);
CREATE TABLE IF NOT EXISTS listed(
    id INTEGER PRIMARY KEY,     -- the event's
    received INTEGER NOT NULL,
    good INTEGER NOT NULL,
    at INTEGER NOT NULL,        -- the derived time, in milliseconds since 1970
    app_id TEXT,
    name TEXT,                  -- the event's short name
    board TEXT,                 -- key in boards
    text TEXT NOT NULL          -- the event in one line
);
CREATE INDEX IF NOT EXISTS listed_received ON listed(received, good);
CREATE INDEX IF NOT EXISTS listed_good ON listed(good, id);
CREATE INDEX IF NOT EXISTS listed_name ON listed(name, id);
CREATE INDEX IF NOT EXISTS listed_board ON listed(board, id);
CREATE INDEX IF NOT EXISTS listed_app_id ON listed(app_id, id);
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
    at INTEGER NOT NULL,        -- of the newest reading
    value REAL NOT NULL,        -- of the newest reading
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
"""


def connect(path):
    """Return a connection that writes to the database file at ``path``."""
    connection = sqlite3.connect(path, timeout=10)
    connection.execute("PRAGMA page_size=8192")  # Three records; the default has room for one
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    return connection


def prepare(connection):
    """Make the tables in an empty database.

    Raises ``sqlite3.DatabaseError`` where the file has other tables, or those of another format.
    """
    (format,) = connection.execute("PRAGMA user_version").fetchone()
    tables = connection.execute("SELECT COUNT(*) FROM sqlite_master").fetchone()[0]
    if format != _FORMAT and (format or tables):
        raise sqlite3.DatabaseError("it holds something else; name another file, or delete it")
    connection.executescript(_TABLES)
    if format != _FORMAT:
        connection.execute(f"PRAGMA user_version={_FORMAT}")
        connection.commit()
