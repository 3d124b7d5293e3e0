"""Snowplow Micro's REST API. Source: "Micro's REST API" of the tracker protocol."""

import asyncio
import json

from aiohttp import web

from tools.collector import jsontext
from tools.collector.state import COLLECTOR, read_body
from tools.collector.store import PAGE

ROUTES = ("/micro/all", "/micro/good", "/micro/bad", "/micro/reset", "/micro/iglu", "/micro/ui")
_MAX_REQUEST = 65536  # bytes of a POST with filters


def add_routes(app):
    """Add the routes of the API to an application."""
    for method in ("GET", "POST"):
        app.router.add_route(method, "/micro/all", _all)
        app.router.add_route(method, "/micro/good", _good)
        app.router.add_route(method, "/micro/bad", _bad)
        app.router.add_route(method, "/micro/reset", _reset)
    app.router.add_route("GET", "/micro/iglu/{vendor}/{name}/jsonschema/{version}", _schema)


async def _all(request):
    return web.json_response(request.app[COLLECTOR].store.counts())


async def _reset(request):
    collector = request.app[COLLECTOR]
    await asyncio.wrap_future(collector.store.reset())
    return web.json_response(collector.store.counts())


async def _schema(request):
    schemas = request.app[COLLECTOR].schemas
    key = request.match_info
    uri = f"iglu:{key['vendor']}/{key['name']}/jsonschema/{key['version']}"
    path = schemas.find(uri)
    if path is None:
        where = [str(directory) for directory in schemas.directories]
        return web.json_response({"error": f"no schema {uri}", "lookedIn": where}, status=404)
    return web.Response(body=path.read_bytes(), content_type="application/json")


async def _good(request):
    filters = await _filters(request, {"event_type": str, "schema": str, "contexts": list})
    wanted = filters.get("contexts", [])
    condition, arguments = "good=1", []
    for column in ("event_type", "schema"):
        if column in filters:
            condition += f" AND {column}=?"
            arguments.append(filters[column])

    def keep(record):
        return all(uri in record["contexts"] for uri in wanted)

    return await _array(request, condition, arguments, keep if wanted else None, filters)


async def _bad(request):
    filters = await _filters(request, {"vendor": str, "version": str})
    wanted = [(key, filters[key]) for key in ("vendor", "version") if key in filters]

    def keep(record):
        api = record["collectorPayload"]["api"]
        return all(api[key] == value for key, value in wanted)

    return await _array(request, "good=0", [], keep if wanted else None, filters)


async def _filters(request, types):
    """Return the filters of a POST (none: {}), or answer 400 with what was expected."""
    if request.method != "POST":
        return {}
    types = {**types, "limit": int}
    try:
        text = (await read_body(request)).decode("utf-8", "replace")
        filters = jsontext.parse(text[:_MAX_REQUEST]) if text.strip() else {}
        if not isinstance(filters, dict):
            raise ValueError("is not a JSON object")
        filters = {key: filters[key] for key in types if filters.get(key) is not None}
        for key, value in filters.items():
            if not isinstance(value, types[key]) or isinstance(value, bool):
                raise ValueError(f"has {key} that is no {types[key].__name__}")
    except ValueError as error:
        text = f"The body {error}. Filters are: {', '.join(types)}.\n"
        raise web.HTTPBadRequest(text=text)
    return filters


async def _array(request, condition, arguments, keep, filters):
    """Answer with the records as a JSON array, newest first, without holding them all."""
    collector = request.app[COLLECTOR]
    left = filters.get("limit", float("inf"))
    response = web.StreamResponse(headers={"Content-Type": "application/json"})
    await response.prepare(request)
    await response.write(b"[")
    before, comma = 1 << 62, b""
    while left > 0:
        rows = await collector.select(f"{condition} AND id<?", (*arguments, before))
        if not rows:
            break
        before = rows[-1]["id"]
        texts = [row["record"] for row in rows]
        if keep:
            texts = [text for text in texts if keep(json.loads(text))]
        texts = texts[: int(min(left, PAGE))]
        left -= len(texts)
        if texts:
            await response.write(comma + ",".join(texts).encode())
            comma = b","
    await response.write(b"]")
    return response
