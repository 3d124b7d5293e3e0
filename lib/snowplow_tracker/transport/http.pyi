# Types and documentation of http.py. No board gets this file.
import socket as socket
from collections.abc import Callable, Generator, Iterable, Iterator
from typing import Any

_Dns = Iterable[str] | Callable[[], Iterable[str]] | None

class HttpTransport:
    """HTTP/1.1 on one kept connection, with or without TLS; it does not block."""

    body: bytes | None
    """Bytes to which an answer's body is added; None again after one that was not whole."""
    anonymous: int
    """Whether the next request goes with `SP-Anonymous: *`."""
    wrote: bool
    """Whether the last request wrote anything to the collector."""
    stale: bool
    """Whether the last request failed since a kept connection had been closed."""
    retry_after: bytes | None
    """That header of the last answer."""
    host: str
    port: int
    path: bytes
    header_lines: bytes
    """The further headers, each behind a CRLF; it may be changed before a request."""
    connect_ms: int
    limit_ms: int
    tls: Any
    get: bool
    dns: _Dns
    cookie_file: str | None
    _sock: socket.socket
    _stream: socket.socket
    def __init__(
        self,
        url: str,
        timeout: float | tuple[float, float] = 10,
        get: bool = False,
        roots: bytes | str | None = None,
        verify: bool = True,
        headers: dict[str, str] | None = None,
        cookie_file: str | None = None,
        path: str | None = None,
        dns: _Dns = None,
    ) -> None:
        """Check the arguments; the connection is opened by the first request.

        Args:
            url: The whole address, with the path.
            timeout: Seconds for each phase (resolve, connect, handshake, send, answer), or
                (those up to the handshake, those of the others).
            get: Whether requests are GET.
            roots: DER certificates that may sign the collector's, as bytes or as the path of a
                file. A computer has its own.
            verify: False sends to any server that answers, over https too.
            headers: Further headers; 1,000 bytes at most with host and path.
            cookie_file: Where the collector's cookie is kept, and so network_userid.
            path: In place of that in the url, such as `/com.acme/track`.
            dns: Addresses of name servers, or a function of them, such as
                `lambda: wlan.ifconfig()[3:]`. Without it the port's getaddrinfo() asks, and
                blocks.

        Raises:
            ValueError: The url, a header or a path is one that no request can have, or https has
                no roots.
        """
    def send(
        self, length: int, body: Callable[..., Iterator[memoryview]] | bytes
    ) -> Generator[int, None, int]:
        """A generator that sends a request and returns the HTTP status.

        It yields the milliseconds after which it wants to go on. OSError if no answer came: its
        errno says why, ETIMEDOUT if it took too long.
        """
    def close(self) -> None:
        """Close the connection, if there is one."""
    def receive(self, buf: bytearray | None = None) -> bytes | None: ...
    def wait_for(
        self, call: Callable[[Any], Any], argument: Any, what: str
    ) -> Generator[int, None, Any]: ...
    def cookies(self) -> Any: ...
    def _head(self, length: int, body: Any) -> bytes: ...

def message(error: BaseException) -> str: ...
def os_error(error: BaseException, text: str) -> OSError: ...
