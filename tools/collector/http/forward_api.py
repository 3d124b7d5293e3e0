"""``/micro/forward``: how far behind the target of ``--forward`` is, and what it refused."""

import asyncio
import sqlite3

from aiohttp import web

from tools.collector.http.shared import COLLECTOR

_MAX_ASIDE = 100  # that one answer lists


def add_routes(app):
    """Add the routes."""
    app.router.add_route("GET", "/micro/forward", _status)
    app.router.add_route("GET", "/micro/forward/aside", _aside)
    app.router.add_route("POST", "/micro/forward/again", _again)


async def _status(request):
    """Answer :meth:`forwarder.Forwarder.status`; ``target`` is null without ``--forward``."""
    forward = request.app[COLLECTOR].forward
    if forward is None:
        return web.json_response({"target": None})
    return await _answer(forward.status)


async def _aside(request):
    """Answer the last requests that the target refused, the last one first."""
    forward = request.app[COLLECTOR].forward
    return await _answer(forward.aside, _MAX_ASIDE) if forward else _none()


async def _again(request):
    """Send what the target refused once more, and everything at once; answer the status."""
    forward = request.app[COLLECTOR].forward
    if forward is None:
        return _none()
    answer = await _answer(forward.send_again)
    return answer if answer.status != 200 else await _answer(forward.status)


async def _answer(ask, *arguments):
    try:
        return web.json_response(await asyncio.to_thread(ask, *arguments))
    except sqlite3.Error as error:
        return web.json_response({"error": f"cannot use the queue: {error}"}, status=503)


def _none():
    return web.json_response({"error": "This collector runs without --forward."}, status=404)
