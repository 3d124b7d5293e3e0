# What the emitter does before a request while the time is to be asked for.
from struct import unpack_from

from .. import clock
from ..clock.set_clock import set_clock
from ..record import DTM, HEADER


def prepare(emitter):
    """A generator: set the clock, by the collector's Date if the oldest event needs that."""
    emitter.in_callback = True  # a hook that tracks is not to begin another transfer
    try:
        set_clock(emitter.idle)
    finally:
        emitter.in_callback = False
    if clock.known():
        return
    record = emitter.event_store.peek(0)
    # Of this boot's events stm - dtm is right, whatever the clock shows.
    if record is None or not _needs_time(record):
        return
    transport = emitter.transport
    if not hasattr(transport, "path"):  # none yet, or `requests`
        url = emitter.url
        if url[:5] != "http:":
            return
        from ..transport.http import HttpTransport

        transport = HttpTransport(url)
    from ..transport.response import FRESH_MS

    asked = clock.ms()
    try:
        yield from _ask(transport)
        if not clock.known() and clock.ms() - asked > FRESH_MS:
            yield from _ask(transport)  # the answer was read too late to tell the time
    except OSError as e:
        if e.errno == 12:  # ENOMEM: nobody was asked, so nothing is sent with a guess
            emitter.last_result = e
            raise MemoryError from None
        # The request that follows will tell.


def _needs_time(record):
    _, flags, boot, _, _ = unpack_from(HEADER, record)
    return boot != clock.boot or flags & DTM


def _ask(transport):
    # The collector's answer to GET /health, of any kind, has a Date.
    path, get = transport.path, transport.get
    transport.path, transport.get = b"/health", True
    try:
        yield from transport.send(0, b"")
    finally:
        transport.path, transport.get = path, get
