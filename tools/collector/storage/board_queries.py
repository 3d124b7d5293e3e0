"""The queries of the page's boards and failures. Every function takes a connection that reads.

Times are milliseconds since 1970.
"""

import json

MAX_SPARKLINES = 100  # series in one request
MAX_KINDS = 200  # of failures
_SCANNED_FAILURES = 5000  # the newest ones, of which the kinds are counted
_MAX_MARKS = 500
_MAX_NAMED_BOARDS = 20


def sparklines(connection, ids, start, end, day, points):
    """Return ``{id: {"part", "value", "low", "high", "day"}}`` of series.

    The time from the first reading after ``start`` to ``end`` is divided into ``points`` parts.
    ``part`` lists the numbers of those with readings, the others their means and extremes.
    ``day`` is the lowest and the highest value from ``day`` to ``end``, or nulls.
    """
    found = {}
    for id in ids[:MAX_SPARKLINES]:
        span = (id, start, end)
        condition = "FROM readings WHERE series=? AND at BETWEEN ? AND ?"
        (first,) = connection.execute(f"SELECT min(at) {condition}", span).fetchone()
        width = (end - (first or start)) // points + 1
        rows = connection.execute(
            f"SELECT (at - ?) / ?, avg(value), min(value), max(value) {condition}"
            " GROUP BY 1 ORDER BY 1",
            (first, width, *span),
        )
        columns = list(zip(*rows, strict=True)) or [(), (), (), ()]
        found[id] = dict(zip(("part", "value", "low", "high"), columns, strict=True))
        found[id]["day"] = connection.execute(
            f"SELECT min(value), max(value) {condition}", (id, day, end)
        ).fetchone()
    return found


def marks(connection, board, start, end):
    """Return the reboots and losses of a board as ``[[at, "reboot" or "loss", number], …]``.

    The number of a reboot is how often the board has booted, that of a loss how many events were
    lost. They come from the events ``health`` and ``loss``.
    """
    reboots = connection.execute(
        "SELECT at, 'reboot', value FROM (SELECT at, value, lag(value) OVER (ORDER BY at, event)"
        " AS before FROM readings WHERE series IN (SELECT id FROM series WHERE board=?"
        " AND sensor='health' AND quantity='boots')) WHERE value>before AND at BETWEEN ? AND ?"
        " ORDER BY at DESC LIMIT ?",
        (board, start, end, _MAX_MARKS),
    ).fetchall()
    losses = connection.execute(
        "SELECT at, 'loss', sum(value) FROM readings WHERE series IN (SELECT id FROM series"
        " WHERE board=? AND sensor='loss') AND value>0 AND at BETWEEN ? AND ?"
        " GROUP BY event ORDER BY at DESC LIMIT ?",
        (board, start, end, _MAX_MARKS),
    ).fetchall()
    return sorted([*reboots, *losses])


def failure_kinds(connection):
    """Return ``{"kinds", "scanned", "all"}``: the newest 5,000 failed events, by what is wrong.

    Events of one app and name with the same fields and rules are one kind: ``count``, ``first``
    and ``last`` time of arrival, ``boards`` (their keys, at most 20), and of the newest its ``id``
    and ``record``. The kind with the newest event comes first. ``all`` says whether there are no
    older ones.
    """
    rows = connection.execute(
        "SELECT listed.id, listed.received, listed.app_id, listed.name, board,"
        " unpacked(record) FROM listed"
        " JOIN events ON events.id=listed.id WHERE listed.good=0 ORDER BY listed.id DESC LIMIT ?",
        (_SCANNED_FAILURES,),
    )
    kinds, scanned = {}, 0
    for id, received, app_id, name, board, text in rows:
        scanned += 1
        record = json.loads(text)
        rules = tuple((one["field"], one["rule"]) for one in record["failures"])
        kind = kinds.get((app_id, name, rules))
        if kind is None:
            if len(kinds) >= MAX_KINDS:  # Their records would take much memory
                continue
            about = {"id": id, "app_id": app_id, "name": name, "record": record}
            kind = {**about, "count": 0, "first": received, "last": received, "boards": []}
            kinds[app_id, name, rules] = kind
        kind["count"] += 1
        kind["first"] = min(kind["first"], received)
        if board and board not in kind["boards"] and len(kind["boards"]) < _MAX_NAMED_BOARDS:
            kind["boards"].append(board)
    is_all = scanned < _SCANNED_FAILURES
    return {"kinds": list(kinds.values()), "scanned": scanned, "all": is_all}
