"""Snowplow Micro's REST API. Source: "Micro's REST API" of the tracker protocol."""

import asyncio
import json

from aiohttp import web

from tools.collector.enrich import columns, strict_json
from tools.collector.enrich.iglu import is_resolvable
from tools.collector.http.request_body import read_object
from tools.collector.http.shared import COLLECTOR
from tools.collector.storage.store import PAGE

ROUTES = (
    *("/micro/all", "/micro/good", "/micro/bad", "/micro/reset", "/micro/iglu", "/micro/events"),
    *("/micro/timeline", "/micro/columns", "/micro/columnStats", "/micro/auth-config"),
    *("/micro/export", "/micro/readings", "/micro/replay", "/micro/ui"),
)


def add_routes(app):
    """Add the routes of the API to an application."""
    for method in ("GET", "POST"):
        app.router.add_route(method, "/micro/all", _all)
        app.router.add_route(method, "/micro/good", _good)
        app.router.add_route(method, "/micro/bad", _bad)
        app.router.add_route(method, "/micro/reset", _reset)
    app.router.add_route("GET", "/micro/auth-config", _auth_config)
    app.router.add_route("GET", "/micro/iglu/{vendor}/{name}/jsonschema/{version}", _schema)


async def _all(request):
    return web.json_response(request.app[COLLECTOR].store.counts())


async def _reset(request):
    collector = request.app[COLLECTOR]
    await asyncio.wrap_future(collector.store.reset())
    return web.json_response(collector.store.counts())


async def _auth_config(request):
    """Answer that Micro's login is off. The collector's token is another thing."""
    return web.json_response({"domain": "", "audience": "", "clientId": "", "enabled": False})


async def _schema(request):
    schemas = request.app[COLLECTOR].schemas
    key = request.match_info
    uri = f"iglu:{key['vendor']}/{key['name']}/jsonschema/{key['version']}"
    path = schemas.find(uri)
    registry = schemas.registry
    if path is None and registry and is_resolvable(uri) and registry.recent_answer(uri) is None:
        await registry.fetch([uri])
        path = schemas.find(uri)
    if path is None:
        where = [str(directory) for directory in schemas.directories]
        if registry and is_resolvable(uri):
            where.append(registry.recent_answer(uri))
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

    def has_wanted(record):
        return all(uri in record["contexts"] for uri in wanted)

    keep = has_wanted if wanted else None
    return await _array(request, condition, arguments, keep, filters, _all_columns)


async def _bad(request):
    filters = await _filters(request, {"vendor": str, "version": str})
    wanted = [(key, filters[key]) for key in ("vendor", "version") if key in filters]

    def has_wanted(record):
        api = record["collectorPayload"]["api"]
        return all(api[key] == value for key, value in wanted)

    return await _array(request, "good=0", [], has_wanted if wanted else None, filters)


async def _filters(request, types):
    """Return the filters in the body of a POST, {} for a GET, or answer 400."""
    if request.method != "POST":
        return {}
    return await read_object(request, {**types, "limit": int})


def _all_columns(text):
    """Return a good record with all columns in its event. The stored one has only those set."""
    record = json.loads(text)
    record["event"] = columns.with_all_columns(record["event"])
    return strict_json.dump(record)


async def _array(request, condition, arguments, keep, filters, render=str):
    """Answer a JSON array of records, newest first, of which few at a time are in memory."""
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
        texts = [render(text) for text in texts[: int(min(left, PAGE))]]
        left -= len(texts)
        if texts:
            await response.write(comma + ",".join(texts).encode())
            comma = b","
    await response.write(b"]")
    return response
