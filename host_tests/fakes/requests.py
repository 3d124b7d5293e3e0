"""MicroPython's `requests` for CPython, over real sockets.

It has the signature, the errors and the habits of the module that boards have frozen
(platform.md's "requests" line): one connection a request, a generator as body, redirects
followed with a POST turned into a GET. The library's own transport is thus tested against
what it has to guard itself from. It is also what `make demo` uses where there is no VM.
"""

import http.client
from urllib.parse import urljoin, urlsplit

__all__ = ["Response", "request"]


class Response:
    """What `request` returns: `status_code`, `content`, and a connection to close."""

    def __init__(self, connection, answer):
        self._connection = connection
        self.raw = answer
        self.status_code = answer.status
        self.reason = answer.reason

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
        self._connection.close()


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
    :raises ValueError: an answer that is not HTTP
    """
    assert json is None and stream is None and auth is None, "not needed by the library"
    parts = urlsplit(url)
    https = parts.scheme == "https"
    kind = http.client.HTTPSConnection if https else http.client.HTTPConnection
    connection = kind(parts.hostname, parts.port, timeout=timeout)
    try:
        path = parts.path + ("?" + parts.query if parts.query else "")
        connection.request(method, path, body=data, headers=headers or {})
        answer = connection.getresponse()
        if callable(parse_headers):
            for name, value in answer.getheaders():
                parse_headers(b"%s: %s\r\n" % (name.encode(), value.encode()), {})
    except http.client.HTTPException as error:
        connection.close()
        raise ValueError(f"HTTP error: {error!r}") from error
    except BaseException:
        connection.close()
        raise
    location = answer.getheader("Location")
    if location and answer.status in (301, 302, 303, 307, 308):
        connection.close()
        if answer.status in (307, 308):
            return request(method, urljoin(url, location), data, None, headers)
        return request("GET", urljoin(url, location), None, None, headers)
    return Response(connection, answer)
