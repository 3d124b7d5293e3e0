"""The page: its files, and the live stream of events that it listens to."""

import asyncio
from pathlib import Path

from aiohttp import web

from tools.collector import jsontext
from tools.collector.describe import summary
from tools.collector.state import COLLECTOR

STATIC = Path(__file__).parent / "static"
_SILENCE = 15  # seconds after which an idle stream sends a comment, so that dead ones are found
_HEADERS = {
    "Content-Security-Policy": "default-src 'self'; frame-ancestors 'none'; base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}


def add_routes(app):
    """Add the page, its files and its stream to an application."""
    add = app.router.add_route
    add("GET", "/", _page)
    add("GET", "/micro/ui", _page)
    for name in ("page.js", "page.css", "icon.svg"):
        add("GET", f"/micro/ui/{name}", _static)
    add("GET", "/micro/stream", _stream)
    # ASCII digits that fit SQLite's integer
    add("GET", "/micro/event/{id:[0-9]{1,18}}", _event)


async def _page(request):
    return web.FileResponse(STATIC / "index.html", headers=_HEADERS)


async def _static(request):
    return web.FileResponse(STATIC / request.path.rpartition("/")[2], headers=_HEADERS)


async def _event(request):
    rows = await request.app[COLLECTOR].select("id=?", (int(request.match_info["id"]),))
    if not rows:
        return web.json_response({"error": "no such event"}, status=404)
    return web.Response(text=rows[0]["record"], content_type="application/json")


async def _stream(request):
    """Send events as they come (SSE), first the newest ones that the page has not seen.

    Each message is an event in short. Its id is GENERATION.ROW, so that a page which was cut off
    goes on where it was. A message ``counts`` has the totals, and the generation, with which the
    page's list begins anew. A page that lags behind gets the newest PAGE events only.
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
            rows = await collector.select("id>?", (last,))
            last = rows[0]["id"] if rows else last
            await response.write(_messages(reversed(rows), counts))
            try:
                await asyncio.wait_for(news.wait(), _SILENCE)
            except asyncio.TimeoutError:
                await response.write(b": still here\n\n")
    except ConnectionError:
        pass  # The page is gone
    return response


def _messages(rows, counts):
    lines = [f"event: counts\ndata: {jsontext.dump(counts)}\n\n"]
    for row in rows:
        shown = {key: value for key, value in row.items() if key != "record"}
        shown["summary"] = summary(row)
        lines.append(f"id: {counts['generation']}.{row['id']}\ndata: {jsontext.dump(shown)}\n\n")
    return "".join(lines).encode()
