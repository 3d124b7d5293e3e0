"""``POST /micro/replay``: judges bad events again, after a schema was mended."""

import asyncio
import json

from aiohttp import web

from tools.collector.http.request_body import read_object
from tools.collector.http.shared import COLLECTOR
from tools.collector.storage import queries

_SLICE = 200  # events in one transaction
_MAX_IDS = 5000  # that a request can name


def add_routes(app):
    """Add the route."""
    app.router.add_route("POST", "/micro/replay", _replay)


async def _replay(request):
    """Judge bad events again; answer ``{"judged", "good"}``: how many, and how many are good now.

    The body is ``{"ids": [...]}``, or the filters of :mod:`queries` as text, or empty: all.
    Schemas that were not found are asked for again. An event that is good now keeps its id and its
    time of arrival. A request that was bad as a whole is not judged again.
    """
    types = {"ids": list, **dict.fromkeys(queries.FILTERS, str)}
    asked = await read_object(request, types)
    ids = asked.pop("ids", None)
    if ids is not None and not all(type(id) is int and abs(id) < 1 << 62 for id in ids[:_MAX_IDS]):
        raise web.HTTPBadRequest(text="The body has ids that are not whole numbers.\n")
    try:
        queries.where(asked)
    except ValueError as error:
        raise web.HTTPBadRequest(text=f"{error}\n")
    collector, judged, good = request.app[COLLECTOR], 0, 0
    async for slice in _slices(collector, ids, {**asked, "good": "0"}):
        await _fetch_schemas(collector, slice)
        counts = await asyncio.wrap_future(collector.store.replay([id for id, _ in slice]))
        judged, good = judged + counts[0], good + counts[1]
    return web.json_response({"judged": judged, "good": good})


async def _slices(collector, ids, filters):
    """Yield lists of ``(id, record)`` of the bad events that are asked for."""
    last = 0
    if ids is not None:
        for first in range(0, len(ids[:_MAX_IDS]), _SLICE):
            yield await collector.read(_with_ids, ids[first : first + _SLICE])
        return
    condition = queries.where(filters)
    while found := await collector.read(queries.records_after, *condition, last, _SLICE):
        last = found[-1][0]
        yield [(id, record) for id, _, record in found]


def _with_ids(connection, ids):
    marks = ", ".join("?" * len(ids))
    sql = f"SELECT id, unpacked(record) FROM events WHERE good=0 AND id IN ({marks})"
    return connection.execute(sql, ids).fetchall()


async def _fetch_schemas(collector, slice):
    registry = collector.schemas.registry
    if not registry:
        return
    uris = {
        one["value"]
        for _, record in slice
        for one in json.loads(record)["failures"]
        if one["rule"].startswith("is unresolved") and one["value"]
    }
    missing = [uri for uri in uris if collector.schemas.find(uri) is None]
    if missing:
        registry.forget(missing)
        await registry.fetch(missing)
