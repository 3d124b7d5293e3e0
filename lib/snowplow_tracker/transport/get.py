# GET requests: an event as the query of a URL.
from ..callbacks import payloads
from ..query import encode


def check(transport):
    """Refuse a transport that would POST."""
    if not getattr(transport, "get", False):
        raise ValueError("method: this transport does not GET; HttpTransport(url, get=True) does")


def query(parts):
    """The query that takes the place of a body's parts."""
    for event in payloads(parts):
        yield encode(event).encode()
