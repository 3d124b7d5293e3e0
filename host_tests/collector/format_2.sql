-- The tables of a database as the collector wrote them before records were packed, with one event.
CREATE TABLE events(
    id INTEGER PRIMARY KEY AUTOINCREMENT, received INTEGER NOT NULL, good INTEGER NOT NULL,
    eid TEXT, app_id TEXT, event_type TEXT, schema TEXT, record TEXT NOT NULL);
CREATE INDEX events_good ON events(good, id);
CREATE INDEX events_eid ON events(eid);
CREATE TABLE listed(
    id INTEGER PRIMARY KEY, received INTEGER NOT NULL, good INTEGER NOT NULL, at INTEGER NOT NULL,
    app_id TEXT, name TEXT, board TEXT, text TEXT NOT NULL);
CREATE INDEX listed_received ON listed(received, good);
CREATE INDEX listed_good ON listed(good, id);
CREATE INDEX listed_name ON listed(name, id);
CREATE INDEX listed_board ON listed(board, id);
CREATE INDEX listed_app_id ON listed(app_id, id);
CREATE TABLE boards(
    key TEXT PRIMARY KEY, first INTEGER NOT NULL, last INTEGER NOT NULL, good INTEGER NOT NULL,
    bad INTEGER NOT NULL, about TEXT NOT NULL);
CREATE TABLE series(
    id INTEGER PRIMARY KEY, board TEXT NOT NULL, sensor TEXT NOT NULL, quantity TEXT NOT NULL,
    unit TEXT, at INTEGER NOT NULL, value REAL NOT NULL, event INTEGER NOT NULL);
CREATE TABLE readings(
    series INTEGER NOT NULL, at INTEGER NOT NULL, event INTEGER NOT NULL, value REAL NOT NULL,
    PRIMARY KEY(series, at, event)) WITHOUT ROWID;
CREATE INDEX readings_event ON readings(event);
PRAGMA user_version=2;
INSERT INTO events VALUES(7, 1700000005000, 1, '00000000-0000-4000-8000-000000000001', 'garden',
    'unstruct', 'iglu:com.example/reading/jsonschema/1-0-0',
    '{"rawEvent":{"parameters":{"e":"ue"}},"eventType":"unstruct","schema":'
    || '"iglu:com.example/reading/jsonschema/1-0-0","contexts":[],"event":{"app_id":"garden",'
    || '"collector_tstamp":"2023-11-14T22:13:25.000Z","derived_tstamp":"2099-01-01T00:00:00.000Z"}'
    || ',"incomplete":false}');
INSERT INTO listed VALUES(7, 1700000005000, 1, 4070908800000, 'garden', 'reading', 'bed', 'hot');
INSERT INTO boards VALUES('bed', 1700000005000, 1700000005000, 1, 0, '{"facts":{}}');
INSERT INTO series VALUES(1, 'bed', 'air', 'temperature', 'Cel', 4070908800000, 99.0, 7);
INSERT INTO readings VALUES(1, 4070908800000, 7, 99.0);
