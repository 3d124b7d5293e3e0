"""Starts the HTTP server, with the limits of Snowplow's stream collector.

Source: "Limits and statuses" of the tracker protocol.
"""

import logging

from aiohttp import web
from aiohttp.http import HttpProcessingError

from tools.collector.http import (
    access,
    connections,
    export,
    firmware_files,
    forward_api,
    micro_api,
    micro_events,
    page_api,
    page_files,
    page_stream,
    readings_export,
    replay_api,
    tracker_api,
)
from tools.collector.http.request_body import MAX_BODY
from tools.collector.http.shared import COLLECTOR

MAX_REQUEST_LINE = 20480
MAX_HEADERS = 40960
KEEP_ALIVE = 610  # seconds
# tracker_api matches every path, so it is the last.
_ROUTES = (
    *(micro_api, micro_events, export, readings_export, replay_api, firmware_files, forward_api),
    *(page_api, page_stream, page_files),
    tracker_api,
)


async def start(collector, host, port):
    """Serve; return ``(runner, port)``. ``collector`` is a :class:`shared.Collector`.

    Port 0 takes any free one. Raises ``OSError`` where it cannot listen at the address. The caller
    awaits ``runner.cleanup()`` in the end.
    """
    logging.getLogger("aiohttp.server").addFilter(_is_worth_logging)
    may_read = access.middleware(collector.token, host, collector.allowed_hosts)
    middlewares = [connections.middleware, _limit, may_read]
    app = web.Application(client_max_size=MAX_BODY, middlewares=middlewares)
    app[COLLECTOR] = collector
    app.on_shutdown.append(collector.stop)
    for module in _ROUTES:
        module.add_routes(app)
    runner = connections.Runner(
        app,
        access_log=None,
        auto_decompress=False,  # The real collector does not decompress bodies either
        keepalive_timeout=KEEP_ALIVE,
        max_line_size=MAX_REQUEST_LINE,
        max_field_size=MAX_HEADERS,
        max_headers=1000,
        shutdown_timeout=2,
    )
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port).start()
    except OSError:
        await runner.cleanup()
        raise
    collector.listens = host, runner.addresses[0][1]
    return runner, collector.listens[1]


def _is_worth_logging(record):
    # A request that is not HTTP is answered 400; its sender could fill the terminal with errors.
    return not (record.exc_info and isinstance(record.exc_info[1], HttpProcessingError))


@web.middleware
async def _limit(request, handler):
    line = f"{request.method} {request.raw_path} HTTP/1.1".encode("utf-8", "surrogateescape")
    headers = sum(len(name) + len(value) + 4 for name, value in request.raw_headers)
    if len(line) > MAX_REQUEST_LINE or headers > MAX_HEADERS:
        return web.Response(status=400, text="The request line or the headers are too long")
    return await handler(request)
