# HTTP/1.1 over a socket, with or without TLS, on one connection that is kept over requests.
#
# Each phase (resolve, connect, handshake, send, answer) ends after `timeout` seconds. A yield is
# the milliseconds to wait; it rises to 32 while nothing happens. The name server's answer is
# kept, and serves on when it fails. Without `dns` it is asked by getaddrinfo(), the one thing
# here that blocks, and MicroPython has no way to limit it.
#
# A connection that the other side closed between two requests is normal. It is noticed before
# a request where that can be; else the emitter is told by Stale, and sends again at once.
import errno
import gc
import socket
import sys

from .. import clock
from . import Stale, response

_CPYTHON = sys.implementation.name == "cpython"
_NO_NAME = (errno.ETIMEDOUT, errno.ENOENT)  # what the name servers said


class HttpTransport:
    # Bytes to which an answer's body is added; None again after one that was not whole.
    body: "bytes | None" = None
    _sock: socket.socket
    _stream: socket.socket

    # roots: DER certificates that may sign the collector's, as bytes or as the path of a file.
    # cookie_file: where the collector's cookie is kept, and so network_userid.
    # path: in place of that in the url, such as /com.acme/track.
    # dns: addresses of name servers, or a function that gives them, such as
    # lambda: wlan.ifconfig()[3:]
    def __init__(
        self,
        url,
        timeout=10,
        get=False,
        roots=None,
        verify=True,
        headers=None,
        cookie_file=None,
        path=None,
        dns=None,
    ):
        from .url import lines, split

        scheme, self.host, self.port, self.path = split(url, path)
        self.tls = None
        if scheme == "https":
            from .tls import Tls

            self.tls = Tls(self.host, roots, verify)
        self.limit_ms = int(timeout * 1000)
        self.get = get
        self.dns = dns
        self.cookie_file = cookie_file
        self.anonymous = self.wrote = False
        self.retry_after = None
        self._cookies = None
        self._headers = lines(headers or {})
        if len(self.host) + len(self.path) + len(self._headers) > 1000:
            raise ValueError("url, headers: more than 1000 bytes")
        self._addresses = []
        self._keep_addresses = False  # whether the addresses are to be tried without asking again
        self._sock = self._stream = None  # type: ignore[assignment]
        self._response = response.Response(self)
        self._buf = bytearray(1400)  # with a TLS record's frame it fits a packet

    def send(self, length, body):
        self.wrote = done = False
        self.retry_after = None
        self._response.reset()
        kept = bool(self._stream)
        try:
            if kept and self._was_closed():
                self.close()
                kept = False
            if not kept:
                yield from self._connect()
            status = yield from self._exchange(length, body, "send" if kept else "handshake")
            done = self._response.keep
            return status
        except Exception as e:
            words = reason(e)
            if self.tls:
                words = self.tls.explain(words)
            raise failure(e, words, OSError if not kept or self._response.started else Stale)
        finally:
            if not done:
                self.close()

    def close(self):
        """Close the connection, if there is one."""
        for end in (self._stream, self._sock):
            try:
                if end:
                    end.close()
            except Exception:
                pass  # TLS may want to say good-bye on a connection that is gone
        self._sock = self._stream = None  # type: ignore[assignment]

    def _was_closed(self):
        # Nothing may come between two requests.
        try:
            return self._stream.readinto(self._buf) is not None
        except OSError:
            return True

    def _connect(self):
        problem = None
        for address in (yield from self._resolve()):
            try:
                yield from self._open(address)
                self._addresses = [address]
                return
            except OSError as e:
                self.close()
                problem = e
        # They may have moved; until the name server says where to, they are kept.
        self._keep_addresses = False
        raise failure(problem, "%s:%d: %s" % (self.host, self.port, reason(problem)))

    def _resolve(self):
        if not self._addresses or not self._keep_addresses:
            try:
                hosts = (self.host,)
                if self.dns:
                    from .dns import resolve

                    hosts = yield from resolve(self.host, self.dns, self.limit_ms)
                found = []
                for host in hosts:
                    found += socket.getaddrinfo(host, self.port, 0, socket.SOCK_STREAM)
                self._addresses = [(info[0], info[-1]) for info in found]
                self._keep_addresses = True
            except OSError as e:
                if not self._addresses:
                    code = e.errno if e.errno in _NO_NAME else errno.EHOSTUNREACH
                    raise OSError(code, "no address for %s: %s" % (self.host, reason(e)))
        return self._addresses

    def _open(self, address):
        self._until = clock.ms() + self.limit_ms
        sock = self._sock = socket.socket(address[0])
        sock.setblocking(False)
        try:
            sock.setsockopt(6, 1, 1)  # TCP_NODELAY: the last piece is not to wait for an ACK
        except OSError:
            pass
        if not self._is_open(address[1]):
            yield from self.wait(self._is_open, address[1], "connection")
        if self.tls:
            gc.collect()  # the handshake needs large blocks
            sock = self.tls.wrap(sock)  # after a failure it does not close the one below
        if _CPYTHON:
            from .cpython import Stream

            sock = Stream(sock)  # type: ignore[assignment]
        self._stream = sock

    def _is_open(self, address):
        # connect() again and again: that is what tells the end of it on every port.
        try:
            self._sock.connect(address)
        except OSError as e:
            if e.errno in (errno.EINPROGRESS, errno.EALREADY, errno.EAGAIN):
                return None
            if e.errno not in (106, 127, 56):  # EISCONN of Linux and lwIP, newlib, BSD
                raise
        return True

    def _exchange(self, length, body, phase):
        try:
            self._until = clock.ms() + self.limit_ms
            head = self._head(length, body)
            parts = (memoryview(head),) if self.get else body(self._buf, head)
            for piece in parts:
                while piece:
                    n = self._stream.write(piece)
                    if n is None:
                        n = yield from self.wait(self._stream.write, piece, phase)
                    if phase == "handshake":  # it ends with the first byte that is written
                        phase = "send"
                        self._until = clock.ms() + self.limit_ms
                    self.wrote = True
                    piece = piece[n:] if n < len(piece) else None
                yield 0
            parts = None
        except OSError as e:
            if not self.wrote:
                raise
            # It may have answered before it closed, such as 413. Nothing else is waited for.
            self._until = clock.ms()
            try:
                status = yield from self._response.read()
            except OSError:
                raise e
            self._response.keep = False
            return status
        self._until = clock.ms() + self.limit_ms
        return (yield from self._response.read())

    def some(self):
        """What has come of the answer, at least a byte; None if it would block."""
        n = self._stream.readinto(self._buf)
        if n == 0:
            raise OSError(errno.ECONNRESET, "closed before the answer was complete")
        return n and bytes(memoryview(self._buf)[:n])

    def wait(self, call, argument, what):
        """A generator that returns what the call does, once that is not None."""
        start = clock.ms()
        wait = 0
        while True:
            now = clock.ms()
            if now >= self._until:
                raise OSError(errno.ETIMEDOUT, "no %s in %d ms" % (what, self.limit_ms))
            if now - start > 1:  # most answers of a collector nearby are there by then
                wait = min(wait * 2 or 1, 32)
            yield wait
            result = call(argument)
            if result is not None:
                return result

    def _head(self, length, body):
        # Everything before the body; for GET this is all of it.
        host = self.host if ":" not in self.host else "[%s]" % self.host
        if self.port != (443 if self.tls else 80):
            host += ":%d" % self.port
        if self.get:
            start = b"GET %s?%s" % (self.path, body)
            lines = self._headers
        else:
            start = b"POST " + self.path
            lines = b"\r\nContent-Type: application/json\r\nContent-Length: %d" % length
            lines += self._headers
        if self.anonymous:
            lines += b"\r\nSP-Anonymous: *"
        elif self.cookies().value:
            lines += b"\r\nCookie: " + self.cookies().value
        return b"%s HTTP/1.1\r\nHost: %s%s\r\n\r\n" % (start, host.encode(), lines)

    def cookies(self):
        if not self._cookies:
            from .cookie import Cookie

            self._cookies = Cookie(self.cookie_file)
        return self._cookies


def reason(error) -> str:
    """An exception's words, without the errno where it has words of its own."""
    words = error.args[1] if len(error.args) > 1 else error
    return str(words) or type(error).__name__


# What came from the other side and is no answer, such as a bad certificate, has no errno, or a
# negative one.
def failure(error, words: str, kind=OSError) -> OSError:
    """An OSError with these words, and the errno of `error` if it has one."""
    code = error.args[0] if error.args else 0
    return kind(code, words) if isinstance(code, int) and code > 0 else kind(words)
