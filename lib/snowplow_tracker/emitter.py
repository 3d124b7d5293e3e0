# Takes records from the store to the collector, in batches, in constant memory.
# A record leaves the store only after its batch was answered with 2xx.
from os import urandom
from struct import unpack_from

from . import clock
from .record import DTM, HEADER, HEADER_SIZE

_HEAD = (
    b'{"schema":"iglu:com.snowplowanalytics.snowplow/payload_data/jsonschema/1-0-4","data":['
)
_TAIL = b"]}"
# Times have 13 digits until the year 2286; earlier ones get zeros, so that the length of a
# body is known before it is written.
_DTM = b',"dtm":"%013d"'
_STM = b',"stm":"%013d"}'
_DTM_SIZE = 22
_STM_SIZE = 23
_PIECE = 1024


class Emitter:
    def __init__(
        self,
        endpoint,
        protocol="https",
        port=None,
        batch_size=10,
        byte_limit=40000,
        request_timeout=10,
        max_retry_delay_seconds=60,
        event_store=None,
        transport=None,
    ):
        if event_store is None:
            from .store.ring import RingStore

            event_store = RingStore()
        if transport is None:
            from .transport.urequests import UrequestsTransport

            transport = UrequestsTransport(_uri(endpoint, protocol, port), request_timeout)
        self.event_store = event_store
        self.transport = transport
        self.batch_size = batch_size
        self.byte_limit = byte_limit
        self.max_retry_delay_seconds = max_retry_delay_seconds
        self.sent = 0
        # How the last request ended: an HTTP status, an OSError, or None before the first.
        self.last = None
        self._failures = 0
        self._piece = bytearray(_PIECE)

    def input(self, ms, flags, json):
        """Store an event; its sequence, or None if it was not kept."""
        return self.event_store.put(ms, flags, json)

    def flush(self, timeout=None):
        """Send what is stored until it is empty, a batch fails or seconds are over."""
        until = None if timeout is None else clock.ms() + timeout * 1000
        for _ in self._transfer():
            if until is not None and clock.ms() >= until:
                break
        return not len(self.event_store)

    async def run(self, interval=10):
        """Send for ever: when a batch is full, and at least every `interval` seconds."""
        from asyncio import sleep

        wait = interval
        while True:
            await sleep(1)
            wait -= 1
            full = not self._failures and len(self.event_store) >= self.batch_size
            if full or wait <= 0:
                wait = interval
                for accepted in self._transfer():
                    if not accepted:
                        wait = self.retry_delay()
                    await sleep(0)

    def retry_delay(self):
        """Seconds to wait after failures: exponential, capped, with full jitter."""
        cap = min(self.max_retry_delay_seconds, 1 << min(self._failures, 16))
        return int.from_bytes(urandom(2), "little") % (cap + 1)

    def _transfer(self):
        # Batch after batch, yielding after each whether it was accepted; ends with the first
        # that was not. flush() and run() both drive it.
        while True:
            count, last, length = self._batch()
            if not count:
                return
            try:
                self.last = self.transport.send(length, self._body(last, length))
                accepted = 200 <= self.last < 300
            except OSError as e:
                self.last = e
                accepted = False
            if accepted:
                self.event_store.drop(last)
                self.sent += count
                self._failures = 0
            else:
                self._failures += 1
            yield accepted
            if not accepted:
                return

    def _batch(self):
        # How many of the oldest records go together, the last one's sequence, and the bytes
        # of their body. One that is over the limit by itself goes alone.
        store = self.event_store
        count = last = 0
        length = len(_HEAD) + len(_TAIL) - 1  # the first event has no comma
        while count < self.batch_size:
            record = store.peek(last)
            if record is None:
                break
            _, flags, _, sequence, _ = unpack_from(HEADER, record)
            size = len(record) - HEADER_SIZE + _STM_SIZE + 1
            if not flags & DTM:
                size += _DTM_SIZE
            if count and length + size > self.byte_limit:
                break
            length += size
            last = sequence
            count += 1
        return count, last, length

    def _body(self, last, length):
        # The body in pieces of one small buffer, each valid until the next is asked for.
        piece = self._piece
        view = memoryview(piece)
        n = 0
        for part in self._parts(last):
            length -= len(part)
            start = 0
            while start < len(part):
                stop = min(len(part), start + _PIECE - n)
                piece[n : n + stop - start] = part[start:stop]
                n += stop - start
                start = stop
                if n == _PIECE:
                    yield view
                    n = 0
        if length:
            # Records were evicted since they were counted: the collector must not take this.
            raise OSError("the store changed while its events were sent")
        if n:
            yield view[:n]

    def _parts(self, last):
        # One clock for both times: the collector's side relies on their difference.
        now = clock.ms()
        wall = clock.unix_ms()
        stm = _STM % wall
        part = _HEAD
        sequence = 0
        while sequence < last:
            record = self.event_store.peek(sequence)
            if record is None:
                return
            _, flags, _, sequence, ms = unpack_from(HEADER, record)
            if sequence > last:
                return
            yield part
            yield memoryview(record)[HEADER_SIZE:]
            if not flags & DTM:
                yield _DTM % (wall - (now - ms))
            yield stm
            part = b","
        yield _TAIL


def _uri(endpoint, protocol, port):
    for scheme in ("http", "https"):
        if endpoint.startswith(scheme + "://"):
            protocol = scheme
            endpoint = endpoint[len(scheme) + 3 :]
    if protocol not in ("http", "https"):
        raise ValueError("protocol: expected http or https")
    endpoint = endpoint.rstrip("/")
    if not endpoint:
        raise ValueError("endpoint: expected a host such as collector.example.com")
    for c in endpoint:
        if c <= " " or c in "/?#@\\\x7f":
            raise ValueError("endpoint: %r is not allowed in %r" % (c, endpoint))
    if port is not None:
        endpoint = "%s:%d" % (endpoint, port)
    return "%s://%s/com.snowplowanalytics.snowplow/tp2" % (protocol, endpoint)
