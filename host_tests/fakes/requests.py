"""MicroPython's `requests` for CPython, over real sockets.

It has the signature, the errors and the habits of the module that boards have frozen, as read in
micropython-lib's python-ecosys/requests up to MicroPython 1.28: one connection a request, a
generator as body, redirects followed with a POST turned into a GET, a chunked answer refused
(micropython #17721), an interim 1xx taken for the answer, `raw` a stream that ends with the
connection. The library's own transport is thus tested against what it has to guard itself from.
It is also what `make demo` uses where there is no VM.

In one thing it is kinder: errors other than OSError do not leave the socket open, since CPython
would warn of it.
"""

import errno
import socket
from urllib.parse import urljoin, urlsplit

__all__ = ["Response", "request"]


class Response:
    """What `request` returns: `status_code`, `content`, and a connection to close."""

    def __init__(self, raw, status, reason):
        self.raw = raw
        self.status_code = status
        self.reason = reason

    @property
    def content(self):
        """The body as bytes; closes the connection."""
        try:
            return self.raw.read()
        finally:
            self.close()

    def close(self):
        """Close the connection."""
        self.raw.close()


def request(
    method,
    url,
    data=None,
    json=None,
    headers=None,
    stream=None,
    auth=None,
    timeout=None,
    parse_headers=True,
):
    """Send a request; `timeout` is in seconds for each socket operation.

    :raises OSError: no answer, or whatever the callable `parse_headers` raises
    :raises ValueError: an answer that it cannot read
    """
    assert json is None and stream is None and auth is None, "not needed by the library"
    parts = urlsplit(url)
    assert parts.scheme == "http", "not needed by the library"
    path = (parts.path or "/") + ("?" + parts.query if parts.query else "")
    raw = None
    with socket.create_connection((parts.hostname, parts.port or 80), timeout) as sock:
        try:
            lines = [f"{method} {path} HTTP/1.1", f"Host: {parts.netloc}", "Connection: close"]
            lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
            sock.sendall("\r\n".join([*lines, "", ""]).encode())
            for piece in data or ():
                sock.sendall(piece)
            raw = sock.makefile("rb")  # the connection ends when this is closed
            words = raw.readline().split(None, 2)
            if len(words) < 2:
                raise ValueError(f"HTTP error: BadStatusLine:\n{words}")
            status = int(words[1])
            location = _headers(raw, status, parse_headers)
        except BaseException as error:
            if raw:
                raw.close()
            if isinstance(error, TimeoutError):  # CPython's has no number
                raise OSError(errno.ETIMEDOUT, "ETIMEDOUT") from None
            raise
    if location:
        raw.close()
        if status in (307, 308):
            return request(method, urljoin(url, location), data, None, headers)
        return request("GET", urljoin(url, location), None, None, headers)
    return Response(raw, status, words[2:])


def _headers(raw, status, parse_headers):
    # Reads them to their end; where to go on, if it is a redirect.
    location = None
    while (line := raw.readline()) not in (b"", b"\r\n"):
        if line.startswith(b"Transfer-Encoding:") and b"chunked" in line:
            raise ValueError(f"Unsupported {line.decode()}")
        if line.startswith(b"Location:") and not 200 <= status <= 299:
            if status not in (301, 302, 303, 307, 308):
                raise NotImplementedError(f"Redirect {status} not yet supported")
            location = line[10:-2].decode()
        if callable(parse_headers):
            parse_headers(line, {})
    return location
