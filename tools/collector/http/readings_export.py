"""``/micro/readings``: readings as a tidy table, one in each row.

The columns are time (ISO 8601, UTC), board, sensor, quantity, value, unit. As CSV, JSON lines, or
Parquet, which needs the package pyarrow: 45 MB, so that it is not installed with the rest.
"""

import importlib.util
import tempfile
from pathlib import Path

from aiohttp import web

from tools.collector.enrich import strict_json
from tools.collector.enrich.values import iso_timestamp
from tools.collector.http.csv_cells import csv_lines
from tools.collector.http.export import start_file
from tools.collector.http.shared import COLLECTOR
from tools.collector.storage import queries

COLUMNS = ("time", "board", "sensor", "quantity", "value", "unit")
_FORMATS = ("csv", "jsonl", "parquet")
_NO_PARQUET = (
    "Parquet needs the package pyarrow: .venv/bin/python -m pip install --group parquet\n"
    "Or take format=csv or format=jsonl.\n"
)
_PARQUET_TYPE = "application/vnd.apache.parquet"
_CHUNK = 1 << 16  # bytes
_ROWS = 20000  # readings in one part of a Parquet file


def add_routes(app):
    """Add the route."""
    app.router.add_route("GET", "/micro/readings", _readings)


async def _readings(request):
    """Stream readings by board, sensor, quantity and time.

    ``format`` is csv (if it is not given), jsonl or parquet. ``board``, ``sensor``, ``quantity``
    and ``series`` (an id) choose; ``from`` and ``to`` are milliseconds since 1970.
    """
    format = request.query.get("format", "csv")
    if format not in _FORMATS:
        return web.Response(status=400, text=f"format is one of: {', '.join(_FORMATS)}\n")
    if format == "parquet" and not importlib.util.find_spec("pyarrow"):
        return web.Response(status=501, text=_NO_PARQUET)
    try:
        start, end = (
            queries.whole_number(request.query.get(key, text))
            for key, text in (("from", "0"), ("to", str(1 << 53)))
        )
        chosen = {key: request.query[key] for key in queries.SERIES if request.query.get(key)}
        series = await request.app[COLLECTOR].read(queries.chosen_series, chosen)
    except ValueError as error:
        return web.Response(status=400, text=f"{error}\n")
    pages = _pages(request.app[COLLECTOR], series, start, end)
    if format == "parquet":
        return await _send_parquet(request, pages)
    response = await start_file(request, "readings", format)
    if format == "csv":
        await response.write(csv_lines([COLUMNS]))
    async for (_, *names, unit), rows in pages:
        lines = [(iso_timestamp(at), *names, value, unit) for at, value in rows]
        if format == "csv":
            await response.write(csv_lines([map(_cell, line) for line in lines]))
        else:
            objects = (dict(zip(COLUMNS, line, strict=True)) for line in lines)
            await response.write("".join(strict_json.dump(one) + "\n" for one in objects).encode())
    return response


def _cell(value):
    return "" if value is None else value if isinstance(value, str) else repr(value)


async def _pages(collector, series, start, end):
    """Yield ``(series, [(at, value), …])`` of series after series; few rows at a time."""
    for one in series:
        after = start, 0
        while rows := await collector.read(queries.readings_after, one[0], after, end):
            after = rows[-1][0], rows[-1][2] + 1
            yield one, [row[:2] for row in rows]


async def _send_parquet(request, pages):
    import pyarrow
    import pyarrow.parquet

    text = pyarrow.dictionary(pyarrow.int32(), pyarrow.string())
    types = (pyarrow.timestamp("ms", "UTC"), text, text, text, pyarrow.float64(), text)
    schema = pyarrow.schema(list(zip(COLUMNS, types, strict=True)))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "readings.parquet"
        with pyarrow.parquet.ParquetWriter(path, schema) as writer:
            part = [[] for _ in COLUMNS]
            async for (_, *names, unit), rows in pages:
                for at, value in rows:
                    for column, one in zip(part, (at, *names, value, unit), strict=True):
                        column.append(one)
                if len(part[0]) >= _ROWS:
                    writer.write_table(_table(pyarrow, part, schema))
                    part = [[] for _ in COLUMNS]
            writer.write_table(_table(pyarrow, part, schema))
        response = await start_file(request, "readings", "parquet", _PARQUET_TYPE)
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                await response.write(chunk)
    return response


def _table(pyarrow, part, schema):
    arrays = [pyarrow.array(one, type) for one, type in zip(part, schema.types, strict=True)]
    return pyarrow.Table.from_arrays(arrays, schema=schema)
