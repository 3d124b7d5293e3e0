# GET requests: an event as the query of a URL.
from ..transport.query import encode
from .callbacks import payloads


def check(method: str, transport) -> None:
    """Refuse another method, and a transport that would POST."""
    if method != "get":
        raise ValueError("method: expected post or get")
    if not getattr(transport, "get", False):
        raise ValueError("method: this transport does not GET; HttpTransport(url, get=True) does")


def query(batch) -> bytes:
    """The query of a batch of one event."""
    return b"".join([encode(event).encode() for event in payloads(batch)])
