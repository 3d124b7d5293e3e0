# What an Emitter is given beside an address and a store: checked once, when it is made.
import sys

from ..validators import integer, one_of

_CPYTHON = sys.implementation.name == "cpython"


# The order is that of `given` in __init__.py.
def apply(
    emitter,
    transport,
    batch_size,
    byte_limit,
    request_timeout,
    buffer_capacity,
    custom_retry_codes,
    session,
    idle,
    max_retry_delay_seconds,
    method,
    options,
):
    """Set what is given; -> the transport, None for that of flush() over plain http."""
    one_of("get post")("method", method)
    integer("max_retry_delay_seconds", max_retry_delay_seconds, 0)
    if batch_size is not None:
        emitter.batch_size = integer("batch_size", batch_size, 1)
    if byte_limit is not None:
        emitter.byte_limit = integer("byte_limit", byte_limit, 1)
    if custom_retry_codes is not None:
        check_codes(custom_retry_codes)
    if request_timeout is not None:
        emitter.timeout = check_timeout(request_timeout)
    if buffer_capacity is not None:
        integer("buffer_capacity", buffer_capacity, 1)
        emitter.batch_size = min(emitter.batch_size, buffer_capacity)
    _set_store(emitter, buffer_capacity)
    if transport is None:
        # The program of a sensor says when to send: by flush(), which may block it, or by run().
        # With batch_size it asks for full batches to be sent as by the official tracker, and a
        # program on a computer expects it.
        sends = (batch_size is not None or _CPYTHON) and not (idle or emitter.online)
        transport = _transport(emitter, session, options)
        if sends:
            if not hasattr(type(emitter), "wake"):  # the worker of an AsyncEmitter sends them
                from .full import FullBatches

                FullBatches(emitter)
            if _CPYTHON:  # its programs have threads, and each of them may fill a batch
                from .threads import protect

                protect(emitter)
    elif options or session is not None:
        raise TypeError("transport: it has its own session, " + ", ".join(options))
    if emitter.get:
        if not getattr(transport, "get", False):
            raise ValueError(
                "method: this transport does not GET; HttpTransport(url, get=True) does"
            )
        emitter.batch_size = 1
    return transport


def make_http(emitter, **options):
    """The HttpTransport that the emitter's options ask for."""
    from ..transport.http import HttpTransport

    return HttpTransport(emitter.url, emitter.timeout, get=emitter.get, **options)


def check_codes(codes) -> dict:
    """HTTP statuses that are retried, or not: {503: False}."""
    if not isinstance(codes, dict):
        raise ValueError("custom_retry_codes: expected a dict such as {503: False}")
    for status in codes:
        integer("custom_retry_codes", status, 100, 599)
        if not isinstance(codes[status], bool):
            raise ValueError("custom_retry_codes: expected True or False for %d" % status)
    return codes


def check_timeout(timeout):
    """Seconds; a tuple is those to connect, and those to wait for the answer."""
    good = not isinstance(timeout, tuple) or len(timeout) == 2
    for seconds in timeout if isinstance(timeout, tuple) else (timeout,):
        good = good and isinstance(seconds, (int, float)) and not isinstance(seconds, bool)
        good = good and 0 < seconds < 86400
    if not good:
        raise ValueError(
            "request_timeout: expected seconds, or (connect, read), got %r" % (timeout,)
        )
    return timeout


def _set_store(emitter, capacity):
    store = emitter.event_store
    if store is None and (capacity or _CPYTHON):
        from ..store.ring import RingStore

        # Of events up to a kilobyte. The official tracker keeps 10,000.
        store = RingStore((capacity or 10000) * 1024)
    elif store is not None and not hasattr(store, "peek"):
        from ..official.event_store import Adapter

        store = Adapter(store)
    emitter.event_store = store


def _transport(emitter, session, options):
    if session is not None:
        if options:
            raise TypeError("session: it has its own options, " + ", ".join(options))
        from ..official.session import SessionTransport

        return SessionTransport(session, emitter.url, emitter.timeout, emitter.get)
    # `idle` and run() need a transport that yields, as GET and https, and CPython has another
    # `requests` than a board.
    own = _CPYTHON or emitter.idle or options or emitter.get or isinstance(emitter.timeout, tuple)
    return make_http(emitter, **options) if own or emitter.url[4] == "s" else None
