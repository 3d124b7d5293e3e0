# GET requests: an event as the query of a URL.
from ..transport.query import encode
from .callbacks import payloads


def query(batch) -> bytes:
    """The query of a batch of one event."""
    return b"".join([encode(event).encode() for event in payloads(batch)])
