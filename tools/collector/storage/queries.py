"""The queries of the page and of the export. Every function takes a connection that only reads.

Times are milliseconds since 1970. ``filters`` is a dict of text; its keys are those of FILTERS,
and each of them is optional.
"""

import json

FILTERS = (
    *("good", "app_id", "name", "board", "text", "from", "to", "before", "after"),
    "suspicious",
)
SERIES = {"board": "board", "sensor": "sensor", "quantity": "quantity", "series": "id"}
MAX_ROWS = 500
MAX_RECORDS = 50
_LISTED = ("id", "received", "good", "at", "app_id", "name", "board", "text", "suspicious")
_EQUAL = ("app_id", "name", "board")
_BOUNDS = {"from": "received>=?", "to": "received<?", "before": "id<?", "after": "id>?"}
_MAX_CHOICES = 200
_MAX_READINGS = 2000  # that are read at once


def where(filters):
    """Return ``(SQL condition, arguments)`` on the table ``listed``.

    Raises ``ValueError`` where a time ("from", "to") or an id ("before", "after") is not a whole
    number.
    """
    conditions, arguments = ["1"], []
    for key, text in filters.items():
        if key in _EQUAL:
            conditions.append(f"listed.{key}=?")
            arguments.append(text)
        elif key == "good":
            conditions.append("listed.good=?")
            arguments.append(int(text == "1"))
        elif key == "suspicious":
            conditions.append(f"listed.suspicious IS {'NOT NULL' if text == '1' else 'NULL'}")
        elif key in _BOUNDS:
            conditions.append(f"listed.{_BOUNDS[key]}")
            arguments.append(whole_number(text))
        elif key == "text":
            for word in text.split()[:8]:
                conditions.append(_CONTAINS)
                arguments += [like(word)] * 4 + [word.lower()]
    return " AND ".join(conditions), arguments


def _distinct(column):
    # It goes through an index from one value to the next, which is quick with a million rows.
    return (
        f"WITH RECURSIVE found(value) AS (SELECT min({column}) FROM listed UNION ALL"
        f" SELECT (SELECT min({column}) FROM listed WHERE {column}>value) FROM found"
        " WHERE value IS NOT NULL) SELECT value FROM found WHERE value IS NOT NULL"
    )


# LIKE ignores the case of ASCII letters. Names are few: which of them have the word is found out
# once, not for each event. An eid is in none of these texts, but has an index.
_CONTAINS = " OR ".join(
    (
        r"(listed.text LIKE ? ESCAPE '\'",
        *(rf"listed.{one} IN ({_distinct(one)} AND value LIKE ? ESCAPE '\')" for one in _EQUAL),
        "listed.id IN (SELECT id FROM events WHERE eid=?))",
    )
)


def like(word):
    """Return the LIKE pattern of text that contains ``word``; the ESCAPE is a backslash."""
    for sign in "\\%_":
        word = word.replace(sign, "\\" + sign)
    return f"%{word}%"


def whole_number(text):
    """Return a whole number that SQLite can hold; raise ``ValueError`` for other text."""
    number = int(text) if len(text) < 19 else 0
    if not number and text.strip("0"):
        raise ValueError(f"{text!r} is not a whole number")
    return number


def listed_events(connection, filters, limit):
    """Return the newest events that pass the filters as dicts: the rows of the page's list.

    ``suspicious`` is None, or a sentence about the impossible time of a good event, whose ``at``
    is the time when it arrived.
    """
    condition, arguments = where(filters)
    sql = f"SELECT {', '.join(_LISTED)} FROM listed WHERE {condition} ORDER BY id DESC LIMIT ?"
    rows = connection.execute(sql, (*arguments, max(0, min(limit, MAX_ROWS))))
    return [dict(zip(_LISTED, row, strict=True)) for row in rows]


def events_with_records(connection, filters, limit):
    """Return the same events, but at most 50, each with its ``record``."""
    events = listed_events(connection, filters, min(limit, MAX_RECORDS))
    for event in events:
        sql = "SELECT unpacked(record) FROM events WHERE id=?"
        (record,) = connection.execute(sql, (event["id"],)).fetchone()
        event["record"] = json.loads(record)
    return events


def events_with_readings(connection, last, limit):
    """Return the newest events after the id ``last``, with their ``readings``, oldest first.

    A reading is ``[series, at, value]``.
    """
    rows = connection.execute(
        f"SELECT {', '.join(_LISTED)} FROM listed WHERE id>? ORDER BY id DESC LIMIT ?",
        (last, limit),
    )
    events = [dict(zip(_LISTED, row, strict=True), readings=[]) for row in rows][::-1]
    if events:
        by_id = {event["id"]: event["readings"] for event in events}
        found = connection.execute(
            "SELECT event, series, at, value FROM readings WHERE event BETWEEN ? AND ?",
            (events[0]["id"], events[-1]["id"]),
        )
        for event, *reading in found:
            by_id.get(event, []).append(reading)
    return events


def records_after(connection, condition, arguments, last, limit):
    """Return the first ``(id, received, record)`` after the id ``last``, the oldest first.

    ``condition`` and ``arguments`` are those of :func:`where`. ``record`` is JSON text.
    """
    return connection.execute(
        "SELECT listed.id, listed.received, unpacked(record) FROM listed"
        " JOIN events ON events.id=listed.id"
        f" WHERE {condition} AND listed.id>? ORDER BY listed.id LIMIT ?",
        (*arguments, last, limit),
    ).fetchall()


def boards(connection):
    """Return all boards, the one with the newest event first."""
    rows = connection.execute("SELECT * FROM boards ORDER BY last DESC, key")
    names = ("key", "first", "last", "good", "bad")
    return [
        {**dict(zip(names, row, strict=False)), **json.loads(row[-1])}  # The last column is about
        for row in rows
    ]


def series(connection):
    """Return all series with the reading that arrived last, and the time of the first one."""
    names = ("id", "board", "sensor", "quantity", "unit", "at", "value", "first")
    rows = connection.execute(
        "SELECT id, board, sensor, quantity, unit, at, value,"
        " (SELECT min(r.at) FROM readings r WHERE r.series=series.id)"
        " FROM series ORDER BY board, sensor, quantity, unit"
    )
    return [dict(zip(names, row, strict=True)) for row in rows]


def readings(connection, series, start, end, points):
    """Return ``{"at", "value", "low", "high"}``, lists in order of time.

    ``value`` is a reading, and so are ``low`` and ``high``. Where there are more than two readings
    for each of the ``points``, the time is divided into so many parts; ``value`` is then the mean
    of the readings in one part, ``low`` the lowest and ``high`` the highest of them.
    """
    condition = "FROM readings WHERE series=? AND at BETWEEN ? AND ?"
    span = (series, start, end)
    (count,) = connection.execute(f"SELECT COUNT(*) {condition}", span).fetchone()
    if count <= 2 * points:
        rows = connection.execute(f"SELECT at, value, value, value {condition} ORDER BY at", span)
    else:
        first, last = connection.execute(f"SELECT min(at), max(at) {condition}", span).fetchone()
        width = (last - first) // points + 1
        rows = connection.execute(
            f"SELECT CAST(avg(at) AS INTEGER), avg(value), min(value), max(value) {condition}"
            " GROUP BY (at - ?) / ? ORDER BY 1",
            (*span, first, width),
        )
    columns = list(zip(*rows, strict=True)) or [(), (), (), ()]
    return dict(zip(("at", "value", "low", "high"), columns, strict=True))


def chosen_series(connection, chosen):
    """Return ``(id, board, sensor, quantity, unit)`` of series, in this order.

    ``chosen`` has some of the keys of SERIES, and the text that each must have. Raises
    ``ValueError`` where the id "series" is not a whole number.
    """
    conditions, arguments = ["1"], []
    for key, text in chosen.items():
        conditions.append(f"{SERIES[key]}=?")
        arguments.append(whole_number(text) if key == "series" else text)
    return connection.execute(
        f"SELECT id, board, sensor, quantity, unit FROM series WHERE {' AND '.join(conditions)}"
        " ORDER BY board, sensor, quantity, unit",
        arguments,
    ).fetchall()


def readings_after(connection, series, after, end):
    """Return the first readings ``(at, value, event)`` of a series from ``after``, in their order.

    ``after`` is (at, event).
    """
    return connection.execute(
        "SELECT at, value, event FROM readings WHERE series=? AND (at, event)>=(?, ?) AND at<=?"
        " ORDER BY at, event LIMIT ?",
        (series, *after, end, _MAX_READINGS),
    ).fetchall()


def timeline(connection, start, end, width):
    """Return ``[[start of a bucket, good, bad], …]``, in order and without empty ones."""
    rows = connection.execute(
        "SELECT received / ? * ?, SUM(good), SUM(1 - good) FROM listed"
        " WHERE received >= ? AND received < ? GROUP BY 1 ORDER BY 1",
        (width, width, start, end),
    )
    return [list(row) for row in rows]


def filter_choices(connection):
    """Return the values that the filters can have: ``{"app_id", "name"}``, lists of text."""
    return {
        key: [text for (text,) in connection.execute(f"{_distinct(key)} LIMIT ?", (_MAX_CHOICES,))]
        for key in ("name", "app_id")
    }
