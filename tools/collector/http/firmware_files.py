"""``/firmware/``: the folder of releases, for boards in this network, and what became of them.

``/micro/firmware`` tells what each board last reported of an update. A release that more boards
rolled back than its manifest allows (``halt_after``) is offered to no board any more. Whoever
reaches the collector can send such events. So a board counts if it was known before the release
was put here, and has reported that it applied it; boards that somebody invents later do not.
"""

import json

from aiohttp import web

from tools.collector.http.shared import COLLECTOR

# What `make release` writes; a private key that lies beside it is nobody's business.
_NAME = (
    r"manifest\.json|config(?:-[0-9a-f]{16})?\.json|"
    r"[0-9a-f]{16}\.img|[0-9a-f]{16}-[0-9a-f]{16}\.patch"
)
_ANY_BEFORE = (
    "SELECT EXISTS(SELECT 1 FROM boards WHERE first < ?)"
    " OR EXISTS(SELECT 1 FROM listed WHERE received < ? AND board IS NOT NULL)"
)
# When a board's first event arrived: by its row, which outlasts old events, or by its events.
_IS_BEFORE = (
    "SELECT min(at) < ? FROM (SELECT first AS at FROM boards WHERE key = ? UNION ALL"
    " SELECT * FROM (SELECT received FROM listed WHERE board = ? ORDER BY id LIMIT 1))"
)
_SCHEMA = "iglu:io.github.snowplow_micropython/update/jsonschema/1-0-0"


def add_routes(app):
    """Add the routes."""
    app.router.add_get("/firmware/{name:%s}" % _NAME, _file)
    app.router.add_get("/micro/firmware", _boards)


async def _file(request):
    """Answer a file, or the part of it that the header Range asks for."""
    collector = request.app[COLLECTOR]
    name = request.match_info["name"]
    path = collector.releases / name
    if not path.is_file():
        return web.Response(status=404, text=f"There is no {name} in {collector.releases}\n")
    if name == "manifest.json" and await _is_halted(collector, path):
        return web.Response(status=403, text="Too many boards rolled this release back\n")
    headers = {"Cache-Control": "no-cache", "Content-Type": "application/octet-stream"}
    return web.FileResponse(path, headers=headers)


async def _is_halted(collector, path):
    try:
        offer = json.loads(path.read_bytes().partition(b"\n")[0])
        most = offer.get("rollout", {}).get("halt_after")
    except (ValueError, AttributeError):
        return False  # the boards will refuse it
    if most is None:
        return False
    boards = await collector.read(last_updates, offer.get("version"), "release")
    failed = [one["board"] for one in boards if _has_rolled_back(one["steps"])]
    put = path.stat().st_mtime_ns // 1000000
    return len(await collector.read(_known_before, put, failed)) >= most


def _has_rolled_back(steps):
    return "applied" in steps and "rolled_back" in steps[steps.index("applied") :]


def _known_before(connection, time, boards):
    """Return those of ``boards`` with an event before ``time``; all, where no board had one.

    The table of boards does not suffice: many invented boards take the place of the others there.
    """
    if not connection.execute(_ANY_BEFORE, (time, time)).fetchone()[0]:
        return boards
    found = ((one, connection.execute(_IS_BEFORE, (time, one, one)).fetchone()) for one in boards)
    return [board for board, (is_before,) in found if is_before]


async def _boards(request):
    """Answer what each board, or only ``board``, last reported: see last_updates()."""
    board = request.query.get("board")
    return web.json_response(await request.app[COLLECTOR].read(last_updates, None, None, board))


def last_updates(connection, version=None, kind=None, board=None):
    """A dict for each board and kind that it reported an update of, the last one first.

    Those to this version, of this kind ("release" or "config"), of this board, where they are
    given. Its
    ``steps`` are all that the board reported of the version that it reported last.
    """
    rows = connection.execute(
        "SELECT listed.board, listed.received, unpacked(events.record) FROM listed"
        " JOIN events ON events.id = listed.id"
        " WHERE listed.name = 'update'"  # It has an index: this must not read all events
        " AND events.good = 1 AND events.schema = ? AND listed.board IS NOT NULL"
        " AND listed.board = coalesce(?, listed.board) ORDER BY listed.id DESC",
        (_SCHEMA, board),
    )
    found = {}
    for board, received, record in rows:
        data = {"kind": "release", **_data(json.loads(record))}
        if version not in (None, data.get("version")) or kind not in (None, data["kind"]):
            continue
        row = found.setdefault((board, data["kind"]), {})
        if not row:
            last = {name: data.get(name) for name in ("kind", "version", "step", "from", "reason")}
            row.update({"board": board, "at": received, **last, "steps": []})
        if data.get("version") == row["version"]:
            row["steps"].insert(0, data["step"])
    return list(found.values())


def _data(record):
    return record["event"]["unstruct_event"]["data"]["data"]
