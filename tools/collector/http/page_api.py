"""What the page asks for: boards, series, readings, lists of events, one event."""

import asyncio
import json

from aiohttp import web

from tools.collector.enrich import strict_json
from tools.collector.enrich.failed_parts import failed_parts
from tools.collector.http import address, page_files
from tools.collector.http.shared import COLLECTOR
from tools.collector.storage import board_queries, queries

_MAX_POINTS = 2000  # of a chart
_MAX_SPARKLINE_POINTS = 100


def add_routes(app):
    """Add the routes."""
    add = app.router.add_route
    # The patterns allow ASCII digits only, of numbers that fit SQLite's integer.
    add("GET", "/micro/event/{id:[0-9]{1,18}}", _event)
    add("GET", "/micro/event/{id:[0-9]{1,18}}/schemas", _schemas)
    add("GET", "/micro/failures", _failures)
    add("GET", "/micro/list", _list)
    add("GET", "/micro/marks", _marks)
    add("GET", "/micro/overview", _overview)
    add("GET", "/micro/readings/{series:[0-9]{1,9}}", _readings)
    add("GET", "/micro/sparklines", _sparklines)


async def _event(request):
    record = await _record(request)
    return web.Response(text=record, content_type="application/json")


async def _schemas(request):
    """Answer the parts of a bad event that break a schema, see :func:`failed_parts`."""
    record = json.loads(await _record(request))
    parts = await asyncio.to_thread(failed_parts, record, request.app[COLLECTOR].schemas)
    return web.Response(text=strict_json.dump(parts), content_type="application/json")


async def _record(request):
    """Return the record of an event as JSON text, or answer 404."""
    rows = await request.app[COLLECTOR].select("id=?", (int(request.match_info["id"]),))
    if not rows:
        text = json.dumps({"error": "no such event"})
        raise web.HTTPNotFound(text=text, content_type="application/json")
    return rows[0]["record"]


async def _list(request):
    """Answer the newest events that pass the filters of :mod:`queries`.

    ``limit`` is how many. With ``whole``, each event has its record.
    """
    filters = {key: request.query[key] for key in queries.FILTERS if request.query.get(key)}
    try:
        (limit,) = _numbers(request, limit=100)
        queries.where(filters)
    except ValueError as error:
        return web.json_response({"error": str(error)}, status=400)
    whole = "whole" in request.query
    query = queries.events_with_records if whole else queries.listed_events
    return web.json_response(await request.app[COLLECTOR].read(query, filters, limit))


async def _failures(request):
    """Answer the kinds of failed events, see :func:`board_queries.failure_kinds`."""
    return web.json_response(await request.app[COLLECTOR].read(board_queries.failure_kinds))


async def _marks(request):
    """Answer the reboots and losses of ``board`` from ``from`` to ``to``."""
    try:
        start, end = _numbers(request, **{"from": 0, "to": 1 << 53})
    except ValueError as error:
        return web.json_response({"error": str(error)}, status=400)
    board = request.query.get("board", "")
    found = await request.app[COLLECTOR].read(board_queries.marks, board, start, end)
    return web.json_response(found)


async def _sparklines(request):
    """Answer the series whose ids ``series`` lists from ``from`` to ``to``.

    ``day`` is where the day begins whose extremes are answered too, ``points`` how many parts.
    """
    try:
        defaults = {"from": 0, "to": 1 << 53, "day": 0, "points": 48}
        start, end, day, points = _numbers(request, **defaults)
        ids = [queries.whole_number(text) for text in request.query.get("series", "").split(",")]
    except ValueError as error:
        return web.json_response({"error": str(error)}, status=400)
    points = max(1, min(points, _MAX_SPARKLINE_POINTS))
    read = request.app[COLLECTOR].read
    return web.json_response(await read(board_queries.sparklines, ids, start, end, day, points))


def _numbers(request, **defaults):
    """Return parameters of the request as whole numbers; raise ``ValueError`` for other text."""
    query = request.query
    return [queries.whole_number(query.get(key, str(number))) for key, number in defaults.items()]


async def _overview(request):
    """Answer all boards and series, the choices of the filters, the addresses, the faults."""
    collector = request.app[COLLECTOR]
    return web.json_response(
        {
            "boards": await collector.read(queries.boards),
            "series": await collector.read(queries.series),
            "choices": await collector.read(queries.filter_choices),
            "faults": [fault.text for fault in collector.faults],
            "faulted": collector.faulted,
            "addresses": address.reachable(*collector.listens),
            "charts": page_files.chart_library() is not None,
        }
    )


async def _readings(request):
    """Answer the readings of a series from ``from`` to ``to``, as about ``points`` points."""
    try:
        start, end, points = _numbers(request, **{"from": 0, "to": 1 << 53, "points": 500})
    except ValueError as error:
        return web.json_response({"error": str(error)}, status=400)
    series = int(request.match_info["series"])
    points = max(1, min(points, _MAX_POINTS))
    found = await request.app[COLLECTOR].read(queries.readings, series, start, end, points)
    return web.json_response(found)
