# HTTP/1.1 over a socket, with or without TLS, on one connection that is kept over requests.
#
# Each phase (resolve, connect, handshake, send, answer) ends after `timeout` seconds. A yield is
# the milliseconds to wait; it rises to 32 while nothing happens.
#
# The collector's address is kept. The name is asked for again after a failure of any kind, since
# the old address may be another's now, and by a connection that is opened an hour later. The old
# address serves on when the name server fails. Without `dns` getaddrinfo() asks, which is the
# one thing here that blocks, and MicroPython has no way to limit it.
#
# A connection that the other side closed between two requests is normal. It is noticed before
# a request where that can be; otherwise `stale` tells the emitter to send again at once.
#
# response.py, which reads the answer, uses receive(), wait_for() and cookies(). connect.py, which
# loads for the time of connecting, uses wait_for().
import errno
import gc
import socket
import sys

from .. import clock
from . import response

_CPYTHON = sys.implementation.name == "cpython"
_ADDRESS_MS = 3600000


class HttpTransport:
    """HTTP/1.1 on one kept connection, with or without TLS; it does not block."""

    # `header_lines`: the further headers as bytes, each behind a CRLF; it may be changed before a
    # request.
    # Bytes to which an answer's body is added; None again after one that was not whole.
    body: "bytes | None" = None
    _sock: socket.socket
    _stream: socket.socket

    # roots: DER certificates that may sign the collector's, as bytes or as the path of a file.
    # cookie_file: where the collector's cookie is kept, and so network_userid.
    # path: in place of that in the url, such as /com.acme/track.
    # dns: addresses of name servers, or a function of them, such as lambda: wlan.ifconfig()[3:]
    def __init__(
        self,
        url: str,
        timeout: "float | tuple[float, float]" = 10,
        get: bool = False,
        roots: "bytes | str | None" = None,
        verify: bool = True,
        headers: "dict | None" = None,
        cookie_file: "str | None" = None,
        path: "str | None" = None,
        dns: object = None,
    ) -> None:
        from .url import check

        checked = check(url, path, get, headers or {}, timeout, roots, verify)
        self.host, self.port, self.path, self._host, self.header_lines = checked[:5]
        # Of the 1400 bytes of `_buf`, the rest of a request's head takes 110 at most.
        self._cookie_limit = 1290 - len(self.host) - len(self.path) - len(self.header_lines)
        # connect_ms is for each phase up to the handshake.
        self.connect_ms, self.limit_ms, self.tls = checked[5:]
        self.get = get
        self.dns = dns
        self.cookie_file = cookie_file
        self.anonymous = self.wrote = self.stale = self._clean = False
        self.retry_after = self._cookies = None
        self._addresses = []
        self._asked_ms = 0  # when the name was asked for
        self._ask_again = False
        self._sock = self._stream = None  # type: ignore[assignment]
        self._response = response.Response(self)
        # A board's fits a packet, with the frame of TLS; a computer's takes most requests whole.
        self._buf = bytearray(16384 if _CPYTHON else 1400)

    def send(self, length: int, body):
        """A generator that returns the status; transport/__init__.py states its contract."""
        self.wrote = self.stale = False
        self.retry_after = None
        self._response.reset()
        # A request that was not ended, as without memory even for that, has spoilt it.
        kept = bool(self._stream) and self._clean
        self._clean = False
        try:
            if kept and (self._was_closed() or (yield from self._has_moved())):
                kept = False
            if not kept:
                self.close()
                yield from self._connect()
            status = yield from self._exchange(length, body, "send" if kept else "handshake")
            self._clean = self._response.keep_connection
            self._ask_again = not 200 <= status < 300
            return status
        except Exception as e:
            text = self.tls.explain(message(e)) if self.tls else message(e)
            self.stale = kept and not self._response.started
            self._ask_again = self._ask_again or not self.stale
            raise os_error(e, text)
        finally:
            if not self._clean:
                self.close()

    def close(self) -> None:
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

    def _has_moved(self):
        # Whether the connection is to an address that is not the collector's any more.
        if not self._ask_again:
            return False
        address = self._addresses[0]
        if address not in (yield from self._resolve()):
            return True
        self._addresses = [address]
        return False

    def _connect(self):
        for address in (yield from self._resolve()):
            try:
                yield from self._open(address)
                self._addresses = [address]
                return
            except OSError as e:
                self.close()
                problem = e
        raise os_error(problem, "%s:%d: %s" % (self.host, self.port, message(problem)))

    def _resolve(self):
        known = self._addresses
        if not known or self._ask_again or clock.ms() - self._asked_ms >= _ADDRESS_MS:
            from .connect import resolve

            self._asked_ms = clock.ms()
            try:
                self._addresses = yield from resolve(self)
                self._ask_again = False
            except OSError:
                if not known:
                    raise
        return self._addresses

    def _open(self, address):
        from .connect import connect

        self._until = clock.ms() + self.connect_ms
        sock = self._sock = socket.socket(address[0])
        yield from connect(self, sock, address[1])
        if self.tls:
            gc.collect()  # the handshake needs large blocks
            sock = self.tls.wrap(sock)  # after a failure it does not close the one below
        if _CPYTHON:
            from .cpython import Stream

            sock = Stream(sock)  # type: ignore
        self._stream = sock  # type: ignore

    def _exchange(self, length, body, phase):
        try:
            new = phase == "handshake"
            self._until = clock.ms() + (self.connect_ms if new else self.limit_ms)
            head = self._head(length, body)
            parts = (memoryview(head),) if self.get else body(self._buf, head)
            left = len(head) + length
            for piece in parts:
                left -= len(piece)
                if self.wrote and left <= 0 and self._response.is_early():
                    raise OSError("answered before the request was sent")
                while piece:
                    n = self._stream.write(piece)
                    if n is None:
                        n = yield from self.wait_for(self._stream.write, piece, phase)
                    if phase == "handshake":  # it ends with the first byte that is written
                        phase = "send"
                        self._until = clock.ms() + self.limit_ms
                    self.wrote = True
                    piece = piece[n:] if n < len(piece) else None
                self._response.sent_ms = clock.ms()
                yield 0
            parts = None
        except OSError as e:
            if not self.wrote:
                raise
            # It may have refused, such as by 413. Nothing more is waited for. 2xx is no acceptance
            # of a request that was not sent whole.
            self._until = clock.ms()
            try:
                status = yield from self._response.read()
            except OSError:
                status = 200
            if 200 <= status < 300:
                raise e
            self._response.keep_connection = False
            return status
        self._until = clock.ms() + self.limit_ms
        return (yield from self._response.read())

    def receive(self, buf=None) -> "bytes | None":
        """What has come of the answer, at least a byte; None if it would block."""
        buf = buf or self._buf
        n = self._stream.readinto(buf)
        if n == 0:
            raise OSError(errno.ECONNRESET, "closed before the answer was complete")
        return bytes(memoryview(buf)[:n]) if n else None

    def wait_for(self, call, argument, what: str):
        """A generator that returns what the call does, once that is not None."""
        start = clock.ms()
        wait = 0
        result = None
        while result is None:
            now = clock.ms()
            if now >= self._until:
                raise OSError(errno.ETIMEDOUT, "no %s in %d ms" % (what, now - start))
            if now - start > 1:  # most answers of a collector nearby are there by then
                wait = min(wait * 2 or 1, 32)
            yield wait
            result = call(argument)
        return result

    def _head(self, length, body):
        # Everything before the body; for GET this is all of it.
        lines = b""
        if self.get:
            start = b"GET %s?%s" % (self.path, body)
        else:
            start = b"POST " + self.path
            lines = b"\r\nContent-Type: application/json\r\nContent-Length: %d" % length
        if self.anonymous:
            lines += b"\r\nSP-Anonymous: *"
        elif self.cookies().value:
            lines += b"\r\nCookie: " + self.cookies().value
        lines += self.header_lines
        return b"%s HTTP/1.1\r\nHost: %s%s\r\n\r\n" % (start, self._host, lines)

    def cookies(self):
        """The cookies that are sent back."""
        if not self._cookies:
            from .cookies import Cookies

            kept = Cookies(self.cookie_file, self._cookie_limit)
            self._cookies = kept  # type: ignore[assignment]
        return self._cookies


def message(error: BaseException) -> str:
    """An exception's words, without the errno where it has words of its own."""
    words = error.args[1] if len(error.args) > 1 else error
    return str(words) or type(error).__name__


# What came from the other side and is no answer, such as a bad certificate, has no errno, or a
# negative one.
def os_error(error, text: str) -> OSError:
    """An OSError with this text, and the errno of `error` if it has one."""
    code = errno.ENOMEM if isinstance(error, MemoryError) else error.args[0] if error.args else 0
    return OSError(code, text) if isinstance(code, int) and code > 0 else OSError(text)
