"""Limits for clients that send their requests slowly or not at all.

aiohttp has one time limit for a connection, ``keepalive_timeout``. A request whose line and
headers arrive slowly can take as long, which is 610 seconds here, because boards keep their
connections. It has no limit for the number of connections. So a few slow clients could use up all
the files that this process may open; that is prevented here. Bodies have a limit of their own in
:mod:`request_body`.
"""

import asyncio

from aiohttp import web

HEAD_SECONDS = 20  # from the first byte of a request, or the connection, to the end of the headers
MAX_CONNECTIONS = 800
_OTHER_FILES = 100  # the database, its readers, schemas, what aiohttp and Python have open


def allow_open_files():
    """Raise the limit of open files to what :data:`MAX_CONNECTIONS` needs, or lower the latter.

    Return None, or where it was lowered, what to do. macOS allows 256 files by default.
    """
    global MAX_CONNECTIONS
    try:
        import resource
    except ImportError:  # Windows has no such limit
        return None
    wanted = MAX_CONNECTIONS + _OTHER_FILES
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY or soft >= wanted:
        return None
    most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
        soft = most
    except (OSError, ValueError):
        pass
    if soft >= wanted:
        return None
    MAX_CONNECTIONS = max(soft - _OTHER_FILES, soft // 2)
    return (
        f"only {soft} files may be open here, so {MAX_CONNECTIONS} boards can be connected at a"
        f" time. For more: ulimit -n {wanted}, then start it again"
    )


class Runner(web.AppRunner):
    """An ``AppRunner`` with limited connections; the application needs :func:`middleware`."""

    @property
    def server(self):
        """The factory of protocols that a site listens with."""
        server = super().server
        connections = Connections()
        return server and (lambda: LimitedConnection(server(), connections))


@web.middleware
async def middleware(request, handler):
    """Tell the connection when the headers of a request are complete, and when it is answered."""
    connection = request.transport and request.transport.get_protocol()
    if not isinstance(connection, LimitedConnection):
        return await handler(request)
    connection.headers_complete()
    try:
        return await handler(request)
    finally:
        connection.answered()


class Connections:
    """All open connections; those that are in neither dict have a request that is being answered.

    ``reading`` are those whose headers are not complete, ``idle`` those between two requests:
    dicts of connection to None, in the order in which they came into that state.
    """

    def __init__(self):
        self.reading, self.idle = {}, {}
        self.count = 0

    def make_room(self, new):
        """Close the one that has been reading or idle for the longest, if there are too many."""
        if self.count > MAX_CONNECTIONS:
            oldest = next(iter(self.reading))
            if oldest is new:
                oldest = next(iter(self.idle), new)
            oldest.abort()


class LimitedConnection(asyncio.Protocol):
    """Passes everything on to aiohttp's protocol; closes where headers take too long."""

    def __init__(self, protocol, connections):
        self._protocol, self._connections = protocol, connections
        self._transport = self._timer = None

    def connection_made(self, transport):
        """Wait for the first request."""
        self._transport = transport
        self._connections.count += 1
        self._protocol.connection_made(transport)
        self._start_timer()
        self._connections.make_room(self)

    def abort(self):
        """Close the connection at once."""
        self.headers_complete()
        self._transport.abort()

    def headers_complete(self):
        """Stop the timer."""
        if self._timer:
            self._timer.cancel()
            self._timer = None
        self._connections.reading.pop(self, None)
        self._connections.idle.pop(self, None)

    def answered(self):
        """Wait for the next request, for as long as keep-alive allows."""
        if not self._transport.is_closing():
            self._connections.idle[self] = None

    def _start_timer(self):
        self._connections.reading[self] = None
        self._timer = asyncio.get_running_loop().call_later(HEAD_SECONDS, self.abort)

    def data_received(self, data):
        """Pass it on. The first data after an answer begins a request."""
        if self in self._connections.idle:
            del self._connections.idle[self]
            self._start_timer()
        self._protocol.data_received(data)

    def eof_received(self):
        """Pass it on."""
        return self._protocol.eof_received()

    def connection_lost(self, exc):
        """Pass it on."""
        self.headers_complete()
        self._connections.count -= 1
        self._protocol.connection_lost(exc)

    def pause_writing(self):
        """Pass it on."""
        self._protocol.pause_writing()

    def resume_writing(self):
        """Pass it on."""
        self._protocol.resume_writing()
