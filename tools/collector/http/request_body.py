"""Reads the body of a request, with a limit of size and time; and a JSON object in it."""

import asyncio

from aiohttp import web
from aiohttp.http import HttpProcessingError

from tools.collector.enrich import strict_json

MAX_BODY = 2 << 20  # bytes
BODY_TIMEOUT = 25  # seconds
_MAX_OBJECT = 65536  # characters


async def read_body(request):
    """Return the body of a request; answer 413, 408 or 400 where it cannot be read."""
    # A body that announces a length over the limit is not read at all.
    if (request.content_length or 0) > MAX_BODY:
        raise web.HTTPRequestEntityTooLarge(MAX_BODY, request.content_length)
    try:
        return await asyncio.wait_for(request.read(), BODY_TIMEOUT)
    except asyncio.TimeoutError:
        raise web.HTTPRequestTimeout()
    except (OSError, HttpProcessingError, web.RequestPayloadError):
        raise web.HTTPBadRequest(text="The body is incomplete, or its chunks are malformed")


async def read_object(request, types):
    """Return the JSON object in a request's body, {} where it is empty, or answer 400.

    ``types`` maps the keys that are used to their types; other keys, and those that are null, are
    left out.
    """
    try:
        text = (await read_body(request)).decode("utf-8", "replace")
        found = strict_json.parse(text[:_MAX_OBJECT]) if text.strip() else {}
        if not isinstance(found, dict):
            raise ValueError("is not a JSON object")
        found = {key: found[key] for key in types if found.get(key) is not None}
        for key, value in found.items():
            if type(value) is not types[key]:
                raise ValueError(f"has {key}, which is not of type {types[key].__name__}")
    except ValueError as error:
        raise web.HTTPBadRequest(text=f"The body {error}. Filters are: {', '.join(types)}.\n")
    return found
