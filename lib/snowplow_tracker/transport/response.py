# Reads an answer within bounds: whatever comes, it ends with a status or an OSError. The head
# may have 16,384 bytes, the body 4,096; of a line, 512 are looked at.
#
# Of an HttpTransport it uses receive(), wait_for(), cookies() and `anonymous`, and it sets
# `retry_after` and `body`. The transport sets `sent_ms`.
from errno import EACCES

from .. import clock

FRESH_MS = 4000  # an answer that comes later, or is read later, does not tell the time
_WEB_PAGE = "a web page, not a collector: does this network want a login?"


class Response:
    started = False  # whether a byte of the answer came
    keep_connection = False  # whether the connection can take another request
    sent_ms = 0  # when the last of the request was written

    def __init__(self, transport):
        self.transport = transport
        self.reset()

    def reset(self) -> None:
        """Make ready for the next answer."""
        self.started = self.keep_connection = False
        self._in = self._date = b""
        self._left = 16384

    def is_early(self) -> bool:
        """Whether a final status has come, while the request is not yet sent whole."""
        self._fill(bytearray(16))  # the transport's buffer holds the rest of the request
        return self._in[9:10] > b"1"

    def read(self):
        """A generator that returns the status; OSError for a web page that came with 2xx."""
        status = 100
        while status < 200:
            status = self._status((yield from self._line()))
            line = True
            while line:
                line = yield from self._line()
                name, _, value = line.partition(b":")
                self._header(name.lower(), value.strip())
        try:
            yield from self._body(status)
        except OSError:
            self.keep_connection = False  # the status stands
            self.transport.body = None
        # 206 is a part of a file, which somebody asked for.
        if 200 <= status < 300 and status != 206 and self._first == b"<":
            raise OSError(EACCES, _WEB_PAGE)
        if self._date and 200 <= status < 300:
            from ..clock.http_date import compare_date

            compare_date(self._date)
        return status

    def _status(self, line):
        status = line[9:12]
        if line[:7] != b"HTTP/1." or len(status) != 3 or not status.isdigit():
            raise OSError("not HTTP: %r" % line[:24])
        status = int(status)
        if status < 100 or status == 101:
            raise OSError("unexpected status %d" % status)
        # 421: this connection leads to another server than the one that was asked for.
        self.keep_connection = line[7:8] == b"1" and status != 421
        self._length = -1
        self._chunked = False
        self._first = b""  # the body's first byte that is no space
        return status

    def _header(self, name, value):
        if name == b"content-length":
            # Nonsense counts as no length: the connection is closed then.
            self._length = int(value) if value.isdigit() and len(value) < 10 else -1
        elif name == b"content-type":
            if value[:9].lower() == b"text/html":
                self._first = b"<"
        elif name == b"transfer-encoding":
            self._chunked = True
        elif name == b"connection":
            self.keep_connection = self.keep_connection and value.lower() != b"close"
        elif name == b"retry-after":
            self.transport.retry_after = value
        elif name == b"date":
            if clock.ms() - self.sent_ms > FRESH_MS:
                return
            if not clock.known():
                from ..clock.http_date import use_date

                use_date(value)
            elif not clock.confirmed:
                self._date = value  # whoever sent it must have accepted the request
        elif name == b"set-cookie" and not self.transport.anonymous:
            self.transport.cookies().take(value)

    def _body(self, status):
        # A collector's says nothing; it is read so that the connection can be kept.
        if status in (204, 304):
            self._first = b""
            return
        self._left = 4096
        if self._chunked:
            size = 1
            while size:
                line = yield from self._line()
                try:
                    size = int(line.split(b";")[0], 16)
                except ValueError:
                    size = -1
                if not 0 <= size <= 4096:
                    raise OSError
                yield from self._take(size)
                line = yield from self._line()  # what ends a chunk, or the trailers
                while line and not size:
                    line = yield from self._line()
        elif 0 <= self._length <= 4096:
            yield from self._take(self._length)
        else:
            self.keep_connection = False
            self.transport.body = None
            while 200 <= status < 300 and not self._first:
                yield from self._take(1)
        if self._in:  # more than there should be
            self.keep_connection = False

    def _take(self, n):
        # Pass over n bytes of the body, or keep them if they are wanted.
        while n:
            if not self._in and not self._fill():
                yield from self.transport.wait_for(self._fill, None, "answer")
            part = self._in[:n]
            self._in = self._in[n:]
            n -= len(part)
            # A byte order mark may stand before it.
            self._first = self._first or part.lstrip(b" \t\r\n\xef\xbb\xbf")[:1]
            if self.transport.body is not None:
                self.transport.body += part

    def _line(self):
        # The next line without its end. What is beyond 512 bytes is passed over.
        line = None
        while True:
            end = self._in.find(b"\n")
            if end >= 0:
                if line is None:
                    line = self._in[:end].rstrip()
                self._in = self._in[end + 1 :]
                return line
            if len(self._in) > 512:
                if line is None:
                    line = self._in[:512]
                self._in = b""
            if not self._fill():
                yield from self.transport.wait_for(self._fill, None, "answer")

    def _fill(self, buf=None):
        # Take what has come; None if that is nothing.
        data = self.transport.receive(buf)
        if data is None:
            return None
        self.started = True
        self._left -= len(data)
        if self._left < 0:
            raise OSError("an answer without end")
        self._in += data
        return True
