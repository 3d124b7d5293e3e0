"""``/micro/export``: stored events as JSON lines, CSV or enriched TSV, with the page's filters."""

import csv
import io
import json

from aiohttp import web

from tools.collector.enrich import columns, strict_json
from tools.collector.http.shared import COLLECTOR
from tools.collector.storage import queries
from tools.collector.storage.store import PAGE

_TYPES = {
    "jsonl": "application/x-ndjson",
    "csv": "text/csv",
    "tsv": "text/tab-separated-values",
    "bad": "application/x-ndjson",
}


def add_routes(app):
    """Add the route."""
    app.router.add_route("GET", "/micro/export", _export)


async def _export(request):
    """Stream good events, oldest first; ``format=bad`` gives the bad ones, as /micro/bad does."""
    format = request.query.get("format", "jsonl")
    if format not in _TYPES:
        return web.Response(status=400, text=f"format is one of: {', '.join(_TYPES)}\n")
    filters = {key: request.query[key] for key in queries.FILTERS if request.query.get(key)}
    filters["good"] = "0" if format == "bad" else "1"
    try:
        condition, arguments = queries.where(filters)
    except ValueError as error:
        return web.Response(status=400, text=f"{error}\n")
    headers = {
        "Content-Type": f"{_TYPES[format]}; charset=utf-8",
        "Content-Disposition": f'attachment; filename="events.{format.replace("bad", "jsonl")}"',
        "X-Content-Type-Options": "nosniff",
    }
    response = web.StreamResponse(headers=headers)
    await response.prepare(request)
    if format == "csv":
        await response.write(_csv([columns.COLUMNS]))
    last = 0
    while True:
        rows = await request.app[COLLECTOR].read(_page, condition, arguments, last)
        if not rows:
            return response
        last = rows[-1][0]
        await response.write(_lines(format, [record for _, record in rows]))


def _page(connection, condition, arguments, last):
    return connection.execute(
        "SELECT listed.id, unpacked(record) FROM listed JOIN events ON events.id=listed.id"
        f" WHERE {condition} AND listed.id>? ORDER BY listed.id LIMIT ?",
        (*arguments, last, PAGE),
    ).fetchall()


def _lines(format, records):
    if format == "bad":
        return "".join(record + "\n" for record in records).encode()
    events = [json.loads(record)["event"] for record in records]
    if format == "jsonl":
        return "".join(
            strict_json.dump(columns.with_all_columns(event)) + "\n" for event in events
        ).encode()
    rows = [columns.tsv_values(event) for event in events]
    if format == "csv":
        return _csv(rows)
    return "".join("\t".join(row) + "\n" for row in rows).encode()


def _csv(rows):
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode()
