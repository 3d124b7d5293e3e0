"""``/firmware/``: the folder of releases, for boards in this network, and what became of them.

``/micro/firmware`` tells what each board last reported of an update. A release that more boards
rolled back than its manifest allows (``halt_after``) is offered to no board any more.
"""

import json

from aiohttp import web

from tools.collector.http.shared import COLLECTOR

# What `make release` writes; a private key that lies beside it is nobody's business.
_NAME = (
    r"manifest\.json|config(?:-[0-9a-f]{16})?\.json|"
    r"[0-9a-f]{16}\.img|[0-9a-f]{16}-[0-9a-f]{16}\.patch"
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
    return sum("rolled_back" in board["steps"] for board in boards) >= most


async def _boards(request):
    """Answer what each board last reported of each kind: see last_updates()."""
    return web.json_response(await request.app[COLLECTOR].read(last_updates))


def last_updates(connection, version=None, kind=None):
    """A dict for each board and kind that it reported an update of, the last one first.

    Those to this version, and of this kind ("release" or "config"), where they are given. Its
    ``steps`` are all that the board reported of the version that it reported last.
    """
    rows = connection.execute(
        "SELECT listed.board, listed.received, unpacked(events.record) FROM listed"
        " JOIN events ON events.id = listed.id"
        " WHERE listed.name = 'update'"  # It has an index: this must not read all events
        " AND events.good = 1 AND events.schema = ? AND listed.board IS NOT NULL"
        " ORDER BY listed.id DESC",
        (_SCHEMA,),
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
