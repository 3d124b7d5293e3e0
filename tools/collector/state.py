"""What the HTTP handlers share."""

import asyncio

from aiohttp import web
from aiohttp.http import HttpProcessingError

MAX_BODY = 2 << 20  # bytes
BODY_TIMEOUT = 25  # seconds


class Collector:
    """What the handlers share: the store, the schemas, and who waits for news."""

    def __init__(self, store, schemas):
        self.store, self.schemas = store, schemas
        self.stopping = False
        self.news = asyncio.Event()  # set, and replaced by a new one, when something came

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
