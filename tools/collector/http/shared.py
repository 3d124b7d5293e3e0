"""What the HTTP handlers share."""

import asyncio

from aiohttp import web
from aiohttp.http import HttpProcessingError

from tools.collector.enrich import strict_json

MAX_BODY = 2 << 20  # bytes
BODY_TIMEOUT = 25  # seconds
_MAX_OBJECT = 65536  # characters of a question to the API


class Collector:
    """What the handlers share: the store, the schemas, the options, and who waits for news.

    ``token`` is what readers must show, or None. ``faults`` are :class:`faults.Fault` s.
    ``listens`` is (host, port), once it is known.
    """

    def __init__(self, store, schemas, token=None, faults=()):
        self.store, self.schemas = store, schemas
        self.token, self.faults = token, faults
        self.listens = ("", 0)
        self.struck = 0  # requests that a fault was played to
        self.stopping = False
        self.news = asyncio.Event()  # set, and replaced by a new one, when something came

    async def fault(self):
        """Wait where a fault says so; return a status, "reset", "lost", or None for no fault."""
        found = None
        striking = [fault for fault in self.faults if fault.strikes()]
        self.struck += bool(striking)
        for fault in striking:
            if fault.what == "delay":
                await asyncio.sleep(fault.seconds)
            else:
                found = found or fault.what
        return found

    def notify(self):
        """Wake whoever waits for ``news``. Call it in the event loop."""
        self.news.set()
        self.news = asyncio.Event()

    async def stop(self, app):
        """End the streams, so that the server can close."""
        self.stopping = True
        self.notify()

    async def select(self, condition, arguments):
        """Await :meth:`store.Store.select`."""
        return await asyncio.wrap_future(self.store.select(condition, arguments))

    async def read(self, query, *arguments):
        """Await :meth:`store.Store.read`."""
        return await asyncio.wrap_future(self.store.read(query, *arguments))


COLLECTOR = web.AppKey("collector", Collector)


async def read_body(request):
    """Return the body of a request; answer 413, 408 or 400 where it cannot be had."""
    # Told before it is sent, a body that is too large need not be read.
    if (request.content_length or 0) > MAX_BODY:
        raise web.HTTPRequestEntityTooLarge(MAX_BODY, request.content_length)
    try:
        return await asyncio.wait_for(request.read(), BODY_TIMEOUT)
    except asyncio.TimeoutError:
        raise web.HTTPRequestTimeout()
    except (OSError, HttpProcessingError, web.RequestPayloadError):
        raise web.HTTPBadRequest(text="The body broke off, or its chunks are malformed")


async def read_object(request, types):
    """Return the JSON object in a request's body, {} where it is empty, or answer 400.

    ``types`` maps the keys that count to their types; others, and those that are null, are left
    out.
    """
    try:
        text = (await read_body(request)).decode("utf-8", "replace")
        found = strict_json.parse(text[:_MAX_OBJECT]) if text.strip() else {}
        if not isinstance(found, dict):
            raise ValueError("is not a JSON object")
        found = {key: found[key] for key in types if found.get(key) is not None}
        for key, value in found.items():
            if type(value) is not types[key]:
                raise ValueError(f"has {key} that is no {types[key].__name__}")
    except ValueError as error:
        raise web.HTTPBadRequest(text=f"The body {error}. Filters are: {', '.join(types)}.\n")
    return found
