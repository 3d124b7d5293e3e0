"""Slow and silent clients: a connection must send the head of its request in time.

aiohttp bounds bodies (see ``state``) and idle keep-alive, but waits for a request's line and
headers for ever, which is how Slowloris keeps a server busy.
"""

import asyncio

from aiohttp import web

HEAD_SECONDS = 20  # from a connection's first byte, or its start, to the end of the headers
MAX_CONNECTIONS = 800  # below the 1,024 files that a process may usually have open
_HEAD_END = b"\r\n\r\n"


class Runner(web.AppRunner):
    """An ``AppRunner`` whose connections are guarded; the application needs :func:`middleware`."""

    @property
    def server(self):
        """The factory of protocols that a site listens with."""
        server = super().server
        crowd = Crowd()
        return server and (lambda: Guard(server(), crowd))


@web.middleware
async def middleware(request, handler):
    """Tell the connection's guard when a request has been answered."""
    try:
        return await handler(request)
    finally:
        guard = request.transport and request.transport.get_protocol()
        if isinstance(guard, Guard):
            guard.answered()


class Crowd:
    """All connections: those that wait for a head's end, those between requests, the busy."""

    def __init__(self):
        self.waiting, self.idle = {}, {}  # Guard -> None, the oldest first
        self.size = 0

    def make_room(self, new):
        """Where there are too many, end the one that has been of no use for the longest."""
        if self.size > MAX_CONNECTIONS:
            first = next(iter(self.waiting))
            if first is new:
                first = next(iter(self.idle), new)
            first.cut()


class Guard(asyncio.Protocol):
    """Passes everything on to aiohttp's protocol, and cuts a head that does not end."""

    def __init__(self, inner, crowd):
        self._inner, self._crowd = inner, crowd
        self._transport = self._timer = None
        self._tail = b""

    def connection_made(self, transport):
        """Begin to wait for the first request."""
        self._transport = transport
        self._crowd.size += 1
        self._inner.connection_made(transport)
        self._wait()
        self._crowd.make_room(self)

    def cut(self):
        """End the connection at once."""
        self._stop_waiting()
        self._transport.abort()

    def answered(self):
        """A request has been answered; the next may come, or never."""
        if self._timer is None and not self._transport.is_closing():
            self._crowd.idle[self] = None

    def _wait(self):
        self._crowd.waiting[self] = None
        self._timer = asyncio.get_running_loop().call_later(HEAD_SECONDS, self.cut)

    def _stop_waiting(self):
        if self._timer:
            self._timer.cancel()
            self._timer = None
        self._tail = b""
        self._crowd.waiting.pop(self, None)
        self._crowd.idle.pop(self, None)

    def data_received(self, data):
        """Pass it on; see where a head begins and ends."""
        if self in self._crowd.idle:
            self._stop_waiting()
            self._wait()
        if self._timer:
            if _HEAD_END in self._tail + data:
                self._stop_waiting()
            else:
                self._tail = (self._tail + data)[-3:]
        self._inner.data_received(data)

    def eof_received(self):
        """Pass it on."""
        return self._inner.eof_received()

    def connection_lost(self, exc):
        """Pass it on, and count one less."""
        self._stop_waiting()
        self._crowd.size -= 1
        self._inner.connection_lost(exc)

    def pause_writing(self):
        """Pass it on."""
        self._inner.pause_writing()

    def resume_writing(self):
        """Pass it on."""
        self._inner.resume_writing()
