"""Micro's API for its table of events: /micro/events, /micro/timeline, /micro/columns.

An event is answered as the analytics SDKs transform it. A bad event has the columns that could be
read, and its failures as an entity, like an incomplete event of Enrich.
"""

import json
import time
from datetime import datetime, timezone

from aiohttp import web

from tools.collector.enrich.columns import COLUMNS, sdk_event
from tools.collector.enrich.values import iso_timestamp
from tools.collector.http.request_body import read_object
from tools.collector.http.shared import COLLECTOR
from tools.collector.storage import queries

MAX_PAGE = 100  # events
_FAILURE = "contexts_com_snowplowanalytics_snowplow_failure_1"
_REQUEST = {
    "filters": list,
    "validEvents": bool,
    "timeRange": dict,
    "sorting": dict,
    "page": int,
    "pageSize": int,
}
_MINUTE = 60000  # milliseconds
_DEFAULT_MINUTES = 30  # of a timeline for which no time is given
_MAX_BUCKETS = 500
_SCANNED_EVENTS = 1000  # the newest ones, whose fields /micro/columns answers


def add_routes(app):
    """Add the routes to an application."""
    for method in ("GET", "POST"):
        app.router.add_route(method, "/micro/events", _events)
        app.router.add_route(method, "/micro/timeline", _timeline)
        app.router.add_route(method, "/micro/columns", _columns)


async def _events(request):
    """Answer a page of events; GET: the newest ones as an array, as Micro did before 4.0."""
    query = await read_object(request, _REQUEST) if request.method == "POST" else {}
    try:
        condition, arguments = _condition(query)
        order = _order(query.get("sorting", {}))
    except ValueError as error:
        raise web.HTTPBadRequest(text=f"The body has {error}.\n")
    size = max(1, min(query.get("pageSize", MAX_PAGE), MAX_PAGE))
    first = (max(1, min(query.get("page", 1), 1 << 32)) - 1) * size
    found = await request.app[COLLECTOR].read(_page, condition, arguments, order, size, first)
    events, total = [_event(json.loads(record)) for record in found[1]], found[0]
    if request.method == "GET":
        return web.json_response(events)
    pages = max(1, -(-total // size))
    return web.json_response({"events": events, "totalPages": pages, "totalItems": total})


def _page(connection, condition, arguments, order, size, first):
    counted = f"SELECT COUNT(*) FROM events WHERE {condition}"
    sql = f"SELECT record FROM events WHERE {condition} ORDER BY {order} LIMIT ? OFFSET ?"
    rows = connection.execute(sql, (*arguments, size, first)).fetchall()
    return connection.execute(counted, arguments).fetchone()[0], [record for (record,) in rows]


def _condition(query):
    conditions, arguments = ["1"], []
    if "validEvents" in query:
        conditions.append("good=?")
        arguments.append(int(query["validEvents"]))
    for key, sign in (("start", ">="), ("end", "<")):
        if (text := query.get("timeRange", {}).get(key)) is not None:
            conditions.append(f"received{sign}?")
            arguments.append(instant(text))
    for one in query.get("filters", []):
        if not isinstance(one, dict):
            raise ValueError("a filter that is not an object")
        wanted = one.get("values", one.get("value"))
        wanted = [text for text in (wanted if isinstance(wanted, list) else [wanted]) if text]
        if not all(isinstance(text, str) for text in wanted):
            raise ValueError("a filter with a value that is not text")
        if wanted:
            like = f"{_column(one.get('column'))} LIKE ? ESCAPE '\\'"
            conditions.append(f"({' OR '.join([like] * len(wanted))})")
            arguments += [queries.like(text) for text in wanted]
    if len(arguments) > 100:
        raise ValueError("more than 100 values in its filters")
    return " AND ".join(conditions), arguments


def _order(sorting):
    direction = "DESC" if sorting.get("desc", True) else "ASC"
    if sorting.get("column", "collector_tstamp") == "collector_tstamp":
        return f"id {direction}"
    return f"{_column(sorting['column'])} {direction}, id DESC"


def _column(name):
    if name not in COLUMNS:
        raise ValueError(f"{str(name)[:100]!r}, which is not a column of the event")
    return f"json_extract(record, '$.event.{name}')"


def instant(text):
    """Return ISO 8601 text, or milliseconds, as milliseconds since 1970, else ValueError."""
    if type(text) is int and abs(text) < 1 << 60:
        return text
    try:
        at = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except (AttributeError, ValueError):
        raise ValueError(f"{str(text)[:50]!r} for a time, not 2023-11-14T22:13:20Z")
    at = at if at.tzinfo else at.replace(tzinfo=timezone.utc)
    return int(at.timestamp() * 1000)


def _event(record):
    event = sdk_event(record.get("event") or {})
    if "failures" in record:
        event[_FAILURE] = [{"failureType": "SchemaViolation", "errors": record["errors"]}]
    return event


async def _timeline(request):
    """Answer how many events arrived in each bucket, or in each of the last 30 minutes."""
    query = {}
    if request.method == "POST":
        query = await read_object(request, {"buckets": list, "timeRange": dict})
    try:
        points = await _points(request.app[COLLECTOR], query)
    except ValueError as error:
        raise web.HTTPBadRequest(text=f"The body has {error}.\n")
    return web.json_response({"points": points})


async def _points(collector, query):
    if "buckets" in query:
        spans = [_span(bucket) for bucket in query["buckets"][:_MAX_BUCKETS]]
        counts = await collector.read(_counts, spans)
        return [
            {"validEvents": good, "failedEvents": bad, "bucket": bucket}
            for (good, bad), bucket in zip(counts, query["buckets"], strict=False)
        ]
    start, end = _span(query.get("timeRange", {}))
    now = time.time_ns() // 1000000 if end is None else end - 1
    last = now // _MINUTE * _MINUTE
    first = last - _DEFAULT_MINUTES * _MINUTE if start is None else start // _MINUTE * _MINUTE
    width = max(1, -(-(last - first) // _MINUTE // _MAX_BUCKETS)) * _MINUTE
    found = await collector.read(queries.timeline, first // width * width, last + _MINUTE, width)
    found = {at: counts for at, *counts in found}
    times = range(first // width * width, last + 1, width)
    return [
        {"validEvents": good, "failedEvents": bad, "timestamp": iso_timestamp(at)}
        for at in reversed(times)
        for good, bad in (found.get(at, (0, 0)),)
    ]


def _span(bucket):
    if not isinstance(bucket, dict):
        raise ValueError("a bucket that is not an object")
    return [None if bucket.get(key) is None else instant(bucket[key]) for key in ("start", "end")]


def _counts(connection, spans):
    sql = (
        "SELECT coalesce(SUM(good), 0), coalesce(SUM(1 - good), 0) FROM listed"
        " WHERE received >= ? AND received < ?"
    )
    whole = [(start or 0, 1 << 62 if end is None else end) for start, end in spans]
    return [connection.execute(sql, span).fetchone() for span in whole]


async def _columns(request):
    """Answer the names of all columns, and of the fields in the newest events and entities."""
    records = await request.app[COLLECTOR].read(_newest)
    names = set(COLUMNS) - {"contexts", "derived_contexts", "unstruct_event"}
    for (record,) in records:
        for name, value in sdk_event(json.loads(record)["event"]).items():
            names.add(name)
            if name.startswith(("contexts_", "unstruct_event_")):
                for one in value if isinstance(value, list) else [value]:
                    names |= {f"{name}.{key}" for key in one} if isinstance(one, dict) else set()
    return web.json_response(sorted(names))


def _newest(connection):
    sql = "SELECT record FROM events WHERE good=1 ORDER BY id DESC LIMIT ?"
    return connection.execute(sql, (_SCANNED_EVENTS,)).fetchall()
