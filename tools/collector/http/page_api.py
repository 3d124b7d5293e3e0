"""The page: its files, what it asks for, and the live stream of events that it listens to."""

import asyncio
import importlib.util
from pathlib import Path

from aiohttp import web

from tools.collector.enrich import strict_json
from tools.collector.http import address
from tools.collector.http.shared import COLLECTOR
from tools.collector.storage import queries

STATIC = Path(__file__).parents[1] / "static"
_TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
_SILENCE = 15  # seconds after which an idle stream sends a comment, so that dead ones are found
_PACE = 0.1  # seconds between two messages of a stream at least, however fast events come
_MOST = 200  # events that a stream sends at once; a page that lags behind gets the newest
_MAX_POINTS = 2000  # of a chart
_HEADERS = {
    "Content-Security-Policy": "default-src 'self'; form-action 'self'; frame-ancestors 'none';"
    " base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}


def add_routes(app):
    """Add the page, its files, its questions and its stream to an application."""
    add = app.router.add_route
    add("GET", "/", _page)
    add("GET", "/micro/ui", _page)
    for path in STATIC.iterdir():
        if path.suffix in _TYPES:
            add("GET", f"/micro/ui/{path.name}", _file(path))
    for path in _charts():
        add("GET", f"/micro/ui/lib/{path.name}", _file(path))
    add("GET", "/micro/stream", _stream)
    # ASCII digits that fit SQLite's integer
    add("GET", "/micro/event/{id:[0-9]{1,18}}", _event)
    add("GET", "/micro/list", _list)
    add("GET", "/micro/overview", _overview)
    add("GET", "/micro/readings/{series:[0-9]{1,9}}", _readings)


def _charts():
    """Return the files of the chart library, which a Python package brings; none without it."""
    package = importlib.util.find_spec("uplot")
    folders = package.submodule_search_locations if package else ()
    names = ("uPlot.iife.js", "uPlot.min.css")
    paths = [Path(folder) / "static" / name for folder in folders for name in names]
    return [path for path in paths if path.is_file()]


def _file(path):
    headers = {**_HEADERS, "Content-Type": f"{_TYPES[path.suffix]}; charset=utf-8"}

    async def answer(request):
        return web.FileResponse(path, headers=headers)

    return answer


async def _page(request):
    return web.FileResponse(STATIC / "index.html", headers=_HEADERS)


async def _event(request):
    rows = await request.app[COLLECTOR].select("id=?", (int(request.match_info["id"]),))
    if not rows:
        return web.json_response({"error": "no such event"}, status=404)
    return web.Response(text=rows[0]["record"], content_type="application/json")


async def _list(request):
    """Answer the newest events that pass the filters of :mod:`queries`, in short or ``whole``."""
    filters = {key: request.query[key] for key in queries.FILTERS if request.query.get(key)}
    try:
        before = queries.milliseconds(request.query.get("before", str(1 << 59)))
        limit = queries.milliseconds(request.query.get("limit", "100"))
        queries.where(filters)
    except ValueError as error:
        return web.json_response({"error": str(error)}, status=400)
    query = queries.whole if "whole" in request.query else queries.short
    return web.json_response(await request.app[COLLECTOR].read(query, filters, before, limit))


async def _overview(request):
    """Answer all boards, series and choices of filters, and how this collector can be reached."""
    collector = request.app[COLLECTOR]
    return web.json_response(
        {
            "boards": await collector.read(queries.boards),
            "series": await collector.read(queries.series),
            "choices": await collector.read(queries.choices),
            "faults": [fault.text for fault in collector.faults],
            "struck": collector.struck,
            "addresses": address.reachable(*collector.listens),
            "charts": bool(_charts()),
        }
    )


async def _readings(request):
    """Answer the readings of a series from ``from`` to ``to``, as about ``points`` points."""
    try:
        wanted = (("from", "0"), ("to", str(1 << 53)), ("points", "500"))
        start, end, points = (
            queries.milliseconds(request.query.get(key, default)) for key, default in wanted
        )
    except ValueError as error:
        return web.json_response({"error": str(error)}, status=400)
    series = int(request.match_info["series"])
    points = max(1, min(points, _MAX_POINTS))
    found = await request.app[COLLECTOR].read(queries.readings, series, start, end, points)
    return web.json_response(found)


async def _stream(request):
    """Send events as they come (SSE), first the newest ones that the page has not seen.

    Each message is an event in short. Its id is GENERATION.ROW, so that a page which was cut off
    goes on where it was. A message ``counts`` has the totals, and the generation, with which the
    page begins anew. A page that lags behind gets the newest events only.
    """
    collector, store = request.app[COLLECTOR], request.app[COLLECTOR].store
    generation, _, last = request.headers.get("Last-Event-ID", "").partition(".")
    known = generation == str(store.generation) and last.isdecimal() and len(last) < 19
    last = int(last) if known else 0
    headers = {"Content-Type": "text/event-stream", "Cache-Control": "no-store"}
    response = web.StreamResponse(headers=headers)
    await response.prepare(request)
    try:
        while not collector.stopping:
            news = collector.news  # Before the query: what comes meanwhile must not be missed
            counts = {**store.counts(), "generation": str(store.generation)}
            events = await collector.read(queries.since, last, _MOST)
            last = events[-1]["id"] if events else last
            await response.write(_messages(events, counts))
            await asyncio.sleep(_PACE)
            try:
                await asyncio.wait_for(news.wait(), _SILENCE)
            except asyncio.TimeoutError:
                await response.write(b": still here\n\n")
    except ConnectionError:
        pass  # The page is gone
    return response


def _messages(events, counts):
    lines = [f"event: counts\ndata: {strict_json.dump(counts)}\n\n"]
    for event in events:
        id = f"{counts['generation']}.{event['id']}"
        lines.append(f"id: {id}\ndata: {strict_json.dump(event)}\n\n")
    return "".join(lines).encode()
