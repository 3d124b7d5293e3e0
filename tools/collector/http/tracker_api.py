"""The routes that trackers send events to, as Snowplow's stream collector has them.

Source: "Requests", "Identity" and "Limits and statuses" of the tracker protocol.
"""

import asyncio
import base64
import ipaddress
import re
import sqlite3
import time
import urllib.parse
import uuid
from email.utils import formatdate

from aiohttp import web

from tools.collector.enrich.payload import Payload
from tools.collector.forward.message import capture, has_passed
from tools.collector.http import access, micro_api
from tools.collector.http.request_body import read_body
from tools.collector.http.shared import COLLECTOR

PIXEL = base64.b64decode("R0lGODlhAQABAPAAAP///wAAACH5BAUAAAAALAAAAAABAAEAAAICRAEAOw==")
ANONYMOUS = "00000000-0000-0000-0000-000000000000"
_COOKIE_AGE = 365 * 24 * 3600  # seconds
_PATH = re.compile(r"/([^/]+)/([^/]+)")
_NOT_IN_COOKIE = re.compile(r"""[^!#-+\--:<-\[\]-~]""")  # RFC 6265
_ORIGIN = re.compile(r"[a-z][a-z0-9+.-]*://[!-~]+")
_PORT = re.compile(r":[0-9]*$")
# Headers are stored with each event: in a batch, long ones would be stored many times.
_MAX_STORED_HEADERS = 2048
_LOOP = (
    "This request came from this collector, which passes events on to {}: they go in a circle."
    " Start one of the collectors without --forward."
)
_PREFLIGHT = {"Access-Control-Allow-Headers": "Content-Type, SP-Anonymous"}


def add_routes(app):
    """Add the routes. Add them last: they match every path."""
    app.router.add_get("/health", _health, allow_head=False)
    app.router.add_get("/sink-health", _sink_health, allow_head=False)
    app.router.add_route("*", "/{path:.*}", _collect)


async def _health(request):
    return web.Response(text="ok")


async def _sink_health(request):
    if request.app[COLLECTOR].store.healthy:
        return web.Response(text="ok")
    return web.Response(status=503, text="Service Unavailable")


async def _collect(request):
    """Answer every path that no other route has: events, preflights, and 404 for the rest."""
    if request.method == "OPTIONS":
        headers = {**_cross_origin(request), **_PREFLIGHT, "Access-Control-Max-Age": "3600"}
        return web.Response(headers=headers)
    path = request.raw_path.partition("?")[0]
    if path.startswith("/r/"):
        return web.Response(status=404, text="redirects disabled")
    if path.startswith("/micro/"):
        known = ", ".join(micro_api.ROUTES)
        return web.Response(status=404, text=f"There is no such path. There are: {known}")
    two_segments = _PATH.fullmatch(path)
    # A reset removes what has arrived before it, so the moment of the last byte counts.
    arrivals = []
    request.content.on_eof(lambda: arrivals.append(request.app[COLLECTOR].store.arrival()))
    if request.method == "POST" and two_segments:
        body = await read_body(request)
        return await _receive(request, body, *arrivals)
    if request.method in ("GET", "HEAD") and (two_segments or path in ("/i", "/ice.png")):
        return await _receive(request, None, *arrivals)
    return web.Response(status=404, text="Not found")


async def _receive(request, body, arrival=None):
    """Queue the request's events and answer when they are on disk, or as ``--fault`` says."""
    collector = request.app[COLLECTOR]
    if collector.forward and has_passed(request, collector.forward.via):
        return web.Response(status=508, text=_LOOP.format(collector.forward.url))
    fault = await collector.apply_faults()
    if isinstance(fault, int):
        headers = {**_cross_origin(request), **({"Location": "/"} if fault < 400 else {})}
        return web.Response(status=fault, headers=headers, text=f"{fault}: simulated by --fault")
    if fault == "reset":
        return _close_connection(request)
    anonymous = "SP-Anonymous" in request.headers
    network_id = _network_id(request, anonymous)
    payload = _payload(request, body, network_id, anonymous)
    try:
        await asyncio.wrap_future(collector.store.submit(payload, arrival))
        if collector.forward:
            own = None if anonymous else network_id
            copy = capture(request, body, own, access.COOKIE, collector.forward.via)
            await asyncio.wrap_future(collector.forward.put(copy, payload.received))
    except sqlite3.Error as error:
        return web.Response(status=503, text=f"cannot store: {error}")
    if fault == "lost":
        return _close_connection(request)
    headers = _cross_origin(request)
    if not anonymous:
        headers["Set-Cookie"] = _set_cookie(network_id, payload.received)
    if body is not None:
        return web.Response(text="ok", headers=headers)
    headers["Cache-Control"] = "no-cache, no-store, must-revalidate"
    return web.Response(body=PIXEL, content_type="image/gif", headers=headers)


def _close_connection(request):
    """Close the connection without an answer."""
    if request.transport:
        request.transport.abort()
    return web.Response()  # It is not sent


def _set_cookie(network_id, now):
    value = _NOT_IN_COOKIE.sub("", network_id)
    expires = formatdate(now / 1000 + _COOKIE_AGE, usegmt=True)
    return f"sp={value}; Expires={expires}; Path=/; SameSite=None; Secure; HttpOnly"


def _payload(request, body, network_id, anonymous):
    return Payload(
        received=time.time_ns() // 1000000,
        query=request.raw_path.partition("?")[2],
        body=body,
        content_type=_content_type(request) if body is not None else None,
        encoding=_header(request, "Content-Encoding"),
        ip="unknown" if anonymous else _client_address(request),
        network_id=network_id,
        hostname=_PORT.sub("", _header(request, "Host") or "") or None,
        user_agent=_header(request, "User-Agent"),
        referer=_header(request, "Referer"),
        headers=_headers(request, anonymous),
    )


def _client_address(request):
    """Return the first address of X-Forwarded-For, as the stream collector does, or the peer's."""
    first = (_header(request, "X-Forwarded-For") or "").partition(",")[0].strip()
    try:
        return str(ipaddress.ip_address(first))
    except ValueError:
        return request.remote or "unknown"


def _network_id(request, anonymous):
    """Return the network id, as in the protocol's "Identity". It may be any text."""
    if anonymous:
        return ANONYMOUS
    query = urllib.parse.parse_qs(request.raw_path.partition("?")[2], errors="replace")
    given = query["nuid"][0] if "nuid" in query else _cookie(request)
    return _text(given)[:255] if given else str(uuid.uuid4())


def _cookie(request):
    for part in (_header(request, "Cookie") or "").split(";"):
        name, _, value = part.strip().partition("=")
        if name == "sp":
            return value
    return None


def _content_type(request):
    """Return the Content-Type as http4s passes it on: in lower case, one space after ";"."""
    value = _header(request, "Content-Type")
    return value and "; ".join(part.strip() for part in value.lower().split(";"))


def _header(request, name):
    value = request.headers.get(name)
    return None if value is None else _text(value)


def _text(value):
    # aiohttp decodes bytes that are not UTF-8 as lone surrogates, which cannot be encoded.
    return value.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _headers(request, anonymous):
    hidden = {"cookie", "x-forwarded-for", "x-real-ip"} if anonymous else set()
    kept, size = [], 0
    for name, value in request.headers.items():
        if name.lower() == "cookie":  # The readers' token is no part of an event
            parts = (part.strip() for part in value.split(";"))
            value = "; ".join(p for p in parts if p.partition("=")[0] != access.COOKIE)
        line = _text(f"{name}: {value}")
        size += len(line)
        if size > _MAX_STORED_HEADERS:
            break
        if name.lower() not in hidden:
            kept.append(line)
    return kept


def _cross_origin(request):
    origin = _header(request, "Origin") or ""
    return {
        "Access-Control-Allow-Origin": origin if _ORIGIN.fullmatch(origin) else "*",
        "Access-Control-Allow-Credentials": "true",
    }
