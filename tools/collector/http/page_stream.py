"""The live stream of events that the page listens to, as server-sent events (SSE)."""

import asyncio

from aiohttp import web

from tools.collector.enrich import strict_json
from tools.collector.http.shared import COLLECTOR
from tools.collector.storage import queries

_IDLE_SECONDS = 15  # after which a comment is sent, which finds out whether the page is gone
_PAUSE_SECONDS = 0.1  # between two batches of messages, however fast events come
_MAX_EVENTS = 200  # in one batch; a page that is too slow gets only the newest events


def add_routes(app):
    """Add the route."""
    app.router.add_route("GET", "/micro/stream", _stream)


async def _stream(request):
    """Send events as they are stored, at first the newest ones that the page does not have.

    Each message is a listed event with its readings. Its id is GENERATION.ID: the browser sends
    the last one when it connects again, and the stream continues after it. A message ``counts``
    has the totals and the generation; the page reloads itself when the generation has changed.
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
            changed = collector.changed  # Taken before the query, or a commit could be missed
            counts = {**store.counts(), "generation": str(store.generation)}
            events = await collector.read(queries.events_with_readings, last, _MAX_EVENTS)
            last = events[-1]["id"] if events else last
            await response.write(_messages(events, counts))
            await asyncio.sleep(_PAUSE_SECONDS)
            try:
                await asyncio.wait_for(changed.wait(), _IDLE_SECONDS)
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
