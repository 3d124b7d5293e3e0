"""Micro's API for its table of events: /micro/events, /micro/timeline, /micro/columns.

An event is answered as the analytics SDKs transform it. A bad event has the columns that could be
read, and its failures as an entity, like an incomplete event of Enrich.
"""

import json
import re
import time
from datetime import datetime, timezone

from aiohttp import web

from tools.collector.enrich.columns import COLUMNS, flat_event, sdk_event
from tools.collector.enrich.values import iso_timestamp
from tools.collector.http.request_body import read_object
from tools.collector.http.shared import COLLECTOR
from tools.collector.storage import column_blocks, column_query, queries

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
_SIMPLE = set(COLUMNS) - {"contexts", "derived_contexts", "unstruct_event"}
_FIELD = re.compile(r"(contexts|unstruct_event)_[^.]+\..+", re.DOTALL)
_MAX_VALUES, _MAX_CONDITIONS = 100, 20  # in the filters of a request
_MAX_STATS = 1000  # columns, and ...
_MAX_DISTINCT = 20  # values of each, that /micro/columnStats answers
_RECORD = "SELECT unpacked(record) FROM events WHERE id=?"
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
    app.router.add_route("POST", "/micro/columnStats", _column_stats)


async def _events(request):
    """Answer a page of events; GET: the newest ones as an array, as Micro did before 4.0."""
    query = await read_object(request, _REQUEST) if request.method == "POST" else {}
    try:
        conditions = _conditions(query)
        order = _order(query.get("sorting", {}))
        size = max(1, min(query.get("pageSize", MAX_PAGE), MAX_PAGE))
        first = (max(1, min(query.get("page", 1), 1 << 32)) - 1) * size
        count, records = await request.app[COLLECTOR].read(_page, conditions, *order, size, first)
    except ValueError as error:
        raise web.HTTPBadRequest(text=f"The body has {error}.\n")
    events = [_event(json.loads(record)) for record in records]
    if request.method == "GET":
        return web.json_response(events)
    pages = max(1, -(-count // size))
    return web.json_response({"events": events, "totalPages": pages, "totalItems": count})


def _page(connection, conditions, *order_and_page):
    count, ids = column_query.find_page(connection, conditions, *order_and_page)
    found = (connection.execute(_RECORD, (id,)).fetchone() for id in ids)
    return count, [row[0] for row in found if row]


def _conditions(query):
    conditions = []
    if "validEvents" in query:
        conditions.append(column_query.is_good(int(query["validEvents"])))
    start, end = _span(query.get("timeRange", {}))
    if start is not None or end is not None:
        conditions.append(column_query.between(start or 0, 1 << 62 if end is None else end))
    values = 0
    for one in query.get("filters", []):
        if not isinstance(one, dict):
            raise ValueError("a filter that is not an object")
        wanted = one.get("values", one.get("value"))
        wanted = [text for text in (wanted if isinstance(wanted, list) else [wanted]) if text]
        if not all(isinstance(text, str) for text in wanted):
            raise ValueError("a filter with a value that is not text")
        values += len(wanted)
        if wanted:
            conditions.append(column_query.one_of(_column(one.get("column")), wanted))
    if values > _MAX_VALUES or len(conditions) > _MAX_CONDITIONS:
        raise ValueError(f"more than {_MAX_VALUES} values, or {_MAX_CONDITIONS} filters")
    return conditions


def _order(sorting):
    """Return ``(column or None for the order of arrival, whether it is descending)``."""
    column, descending = sorting.get("column", "collector_tstamp"), bool(sorting.get("desc", True))
    return None if column == "collector_tstamp" else _column(column), descending


def _column(name):
    if isinstance(name, str) and (name in _SIMPLE or _FIELD.fullmatch(name)):
        return name
    what = "neither a column nor a field such as contexts_com_acme_pump_1.id"
    raise ValueError(f"{str(name)[:100]!r}, which is {what}")


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
    except (OverflowError, RecursionError):  # of iso_timestamp()
        raise web.HTTPBadRequest(text="The body has a time beyond the years 1 to 9999.\n")
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
    """Answer the names of all columns, and of the fields in the events and their entities."""
    names = await request.app[COLLECTOR].read(_field_names)
    return web.json_response(sorted(_SIMPLE | names))


def _field_names(connection):
    names = set(column_blocks.column_names(connection))
    for event in _newest(connection):
        names |= set(event)
    entities = {name.partition(".")[0] for name in names if "." in name}
    return names | entities


def _newest(connection):
    sql = "SELECT unpacked(record) FROM events WHERE good=1 ORDER BY id DESC LIMIT ?"
    for (record,) in connection.execute(sql, (_SCANNED_EVENTS,)):
        yield flat_event(json.loads(record)["event"])


async def _column_stats(request):
    """Answer ``{column: {"sortable", "filterable", "values"}}`` of the ``columns`` in the body.

    ``values`` are up to 20 different ones of the newest 1,000 events, as text; null where the
    column cannot be filtered: times, and entities as a whole.
    """
    body = await read_object(request, {"columns": list})
    columns = [str(name) for name in body.get("columns", ())][:_MAX_STATS]
    return web.json_response(await request.app[COLLECTOR].read(_stats, columns))


def _stats(connection, columns):
    distinct = {}
    for event in _newest(connection):
        for name in columns:
            found = distinct.setdefault(name, {})
            if len(found) < _MAX_DISTINCT and event.get(name) is not None:
                found.update(dict.fromkeys(column_blocks.texts(name, event[name])))
    stats = {}
    for name in columns:
        known = name in _SIMPLE or bool(_FIELD.fullmatch(name))
        filterable = known and not name.endswith("_tstamp")
        values = list(distinct.get(name, ()))[:_MAX_DISTINCT] if filterable else None
        stats[name] = {"sortable": known, "filterable": filterable, "values": values}
    return stats
