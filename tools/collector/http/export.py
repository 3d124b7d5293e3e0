"""``/micro/export``: stored events as JSON lines, CSV or enriched TSV, with the page's filters."""

import json

from aiohttp import web

from tools.collector.enrich import columns, strict_json
from tools.collector.enrich.values import iso_timestamp
from tools.collector.http.csv_cells import csv_lines
from tools.collector.http.shared import COLLECTOR
from tools.collector.storage import queries
from tools.collector.storage.store import PAGE

TYPES = {
    "jsonl": "application/x-ndjson",
    "csv": "text/csv",
    "tsv": "text/tab-separated-values",
    "bad": "application/x-ndjson",
}
_BAD_COLUMNS = ("received", "errors", *columns.COLUMNS)


def add_routes(app):
    """Add the route."""
    app.router.add_route("GET", "/micro/export", _export)


async def _export(request):
    """Stream good events, oldest first, or with ``good=0`` the bad ones.

    Bad ones are answered in JSON lines as /micro/bad has them, or in CSV with the columns that
    could be read, the time of arrival and the errors. ``format=bad`` is ``format=jsonl&good=0``.
    """
    format = request.query.get("format", "jsonl")
    if format not in TYPES:
        return web.Response(status=400, text=f"format is one of: {', '.join(TYPES)}\n")
    filters = {key: request.query[key] for key in queries.FILTERS if request.query.get(key)}
    filters["good"] = "0" if format == "bad" or filters.get("good") == "0" else "1"
    format, good = format.replace("bad", "jsonl"), filters["good"] == "1"
    try:
        condition, arguments = queries.where(filters)
        if format == "tsv" and not good:
            raise ValueError("A bad event has no enriched TSV: use format=csv or format=jsonl.")
    except ValueError as error:
        return web.Response(status=400, text=f"{error}\n")
    response = await start_file(request, "events" if good else "bad_events", format)
    if format == "csv":
        await response.write(csv_lines([columns.COLUMNS if good else _BAD_COLUMNS]))
    last = 0
    while True:
        rows = await request.app[COLLECTOR].read(
            queries.records_after, condition, arguments, last, PAGE
        )
        if not rows:
            return response
        last = rows[-1][0]
        await response.write(_good_lines(format, rows) if good else _bad_lines(format, rows))


async def start_file(request, name, format, type=None):
    """Return the response that streams a file, which a browser saves; its headers are sent."""
    headers = {
        "Content-Type": type or f"{TYPES[format]}; charset=utf-8",
        "Content-Disposition": f'attachment; filename="{name}.{format}"',
        "X-Content-Type-Options": "nosniff",
    }
    response = web.StreamResponse(headers=headers)
    await response.prepare(request)
    return response


def _good_lines(format, rows):
    events = [json.loads(record)["event"] for _, _, record in rows]
    if format == "jsonl":
        return "".join(
            strict_json.dump(columns.with_all_columns(event)) + "\n" for event in events
        ).encode()
    rows = [columns.tsv_values(event) for event in events]
    return csv_lines(rows) if format == "csv" else "".join(map(_tsv_line, rows)).encode()


def _tsv_line(row):
    return "\t".join(row) + "\n"


def _bad_lines(format, rows):
    if format == "jsonl":
        return "".join(record + "\n" for _, _, record in rows).encode()
    lines = []
    for _, received, text in rows:
        record = json.loads(text)
        about = iso_timestamp(received), "; ".join(record["errors"])
        lines.append([*about, *columns.tsv_values(record.get("event") or {})])
    return csv_lines(lines)
