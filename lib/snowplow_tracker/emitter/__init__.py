# Takes records from the store to the collector, in batches, in constant memory.
# A record leaves the store only after its batch was answered with 2xx, or refused for good.
#
# A batch is sent in one place, _transfer(): a generator that yields, whenever it would block,
# the milliseconds after which it wants to go on. flush() and run() both drive the one transfer
# that there is, so that no batch is under way twice.
#
# The other files of this folder load on use:
#   run.py         sends in an asyncio program
#   prepare.py     asks for the time before a request
#   retry.py       decides what becomes of a batch that failed
#   callbacks.py   calls on_success and on_failure
#   get.py         GET requests
#   outcome.py     names how the last request ended
# They use these of an Emitter, which are no part of its public interface: step(), settle(),
# parts(), json(), active, retry, retry_at, batch_limit, new_bytes, in_callback.
from struct import unpack_from
from sys import implementation

from .. import clock
from ..record import ANONYMOUS, DTM, HEADER, HEADER_SIZE, UNIX
from ..transport import Stale

_HEAD = b'{"schema":"iglu:com.snowplowanalytics.snowplow/payload_data/jsonschema/1-0-4","data":['
_DTM_SIZE = 22  # ,"dtm":"1795350546723"
_STM_SIZE = 24  # ,"stm":"1795350546723"},


class Emitter:
    # `idle` is called at least each second while requests are under way, by a transport that
    # yields, which it asks for; `online` tells whether there is a link. Other options are
    # HttpTransport's.
    def __init__(
        self,
        endpoint: str,
        protocol: str = "https",
        port: "int | None" = None,
        method: str = "post",
        batch_size: int = 10,
        on_success=None,
        on_failure=None,
        byte_limit: int = 40000,
        request_timeout: float = 10,
        max_retry_delay_seconds: int = 60,
        custom_retry_codes: "dict | None" = None,
        event_store=None,
        transport=None,
        idle=None,
        online=None,
        **options,
    ):
        if event_store is None:
            from ..store.ring import RingStore

            event_store = RingStore()
        self._get = method != "post"
        self._timeout = request_timeout
        if transport is None:
            self.url = _uri(endpoint, protocol, port, self._get)
            # `requests` does for flush() over plain http; `idle` and run() need a transport that
            # yields. CPython's `requests` is another module than a board's.
            own = idle or options or self._get or self.url[4] == "s"
            if own or implementation.name == "cpython":
                transport = self._http(**options)
        elif options:
            raise TypeError("for the transport: " + ", ".join(options))
        if self._get:
            from .get import check

            check(method, transport)
        self.event_store = event_store
        self.transport = transport
        self._blocking = None  # the transport that flush() chose
        self.batch_size = 1 if self._get else batch_size
        self.on_success = on_success
        self.on_failure = on_failure
        self.byte_limit = byte_limit
        self.max_retry_delay_seconds = max_retry_delay_seconds
        self.custom_retry_codes = custom_retry_codes or {}
        self.idle = idle
        self.online = online
        self.paused = False
        self.sent = 0
        self.given_up = 0
        # How the last request ended: an HTTP status, an OSError or MemoryError, or None.
        self.last_result = None
        self.active = None  # the transfer under way
        self.in_callback = False
        self.batch_limit = self.batch_size  # how many go together for now
        self.new_bytes = 0  # tracked since the last transfer began
        self.retry_at = 0
        self.retry = None  # a Retry while the oldest record is undecided

    def input(self, ms: int, flags: int, json: bytes) -> "int | None":
        """Store an event; its sequence, or None if it was not kept."""
        self.new_bytes += len(json)
        return self.event_store.put(ms, flags, json)

    def flush(self, timeout: "float | None" = None) -> bool:
        """Send what is stored until it is empty, a batch fails or seconds are over."""
        until = None if timeout is None else clock.ms() + int(timeout * 1000)
        if self.in_callback:  # called by a callback: the transfer under way goes on after it
            return False
        wait = self.step()
        while wait is not None:
            if until is not None:
                wait = min(wait, until - clock.ms())
                if wait < 0:
                    self._abandon()
                    break
            if wait:
                clock.sleep_ms(wait)
            wait = self.step()
        return not len(self.event_store)

    # A coroutine: it needs asyncio, and a transport that yields.
    def run(self, interval: float = 10):
        """Send for ever: full batches at once, and what waited for `interval` seconds."""
        from .run import run

        if self.transport is self._blocking:
            self.transport = self._http()
        return run(self, interval)

    def pause(self):
        """Begin no request until resume(); the one under way is finished."""
        self.paused = True

    def resume(self):
        self.paused = False

    def close(self):
        """Give up the request under way, whose events stay stored, and the connection."""
        self._abandon()
        if self.transport:
            self.transport.close()

    def _http(self, **options):
        from ..transport.http import HttpTransport

        return HttpTransport(self.url, self._timeout, get=self._get, **options)

    def step(self):
        # Go on with the transfer; -> the milliseconds until the next step, None at its end.
        if self.idle:
            self.idle()
        active = self.active or self._transfer()
        self.active = None
        try:
            wait = next(active)
            self.active = active
            return wait
        except (StopIteration, MemoryError):
            pass

    def _abandon(self):
        if self.active:
            self.active.close()
            self.active = None

    def _transfer(self):
        # Batch after batch; ends when all is sent, or with the first batch to be retried.
        after = sent = 0
        stale = False
        self.new_bytes = 0
        while len(self.event_store) and not self.paused:
            if self.online and not self.online():
                self.last_result = OSError("offline")
                return
            if clock.hook or clock.saver or not clock.known():
                from .prepare import prepare

                yield from prepare(self)
            count, last, length, anonymous = self._batch(after)
            if not count:
                return
            if self.transport is None:
                from ..transport.urequests import UrequestsTransport

                self.transport = self._blocking = UrequestsTransport(self.url, self._timeout)
            self.transport.anonymous = anonymous
            try:
                if self._get:
                    from .get import query

                    body = query(self, after, last)
                else:
                    self._under_way = after, last, length
                    body = self._pieces
                answer = self.transport.send(length, body)
                if not isinstance(answer, int):
                    answer = yield from answer
                else:
                    yield 0
            except Stale as e:
                if not stale:
                    stale = True
                    continue
                answer = e
            except (OSError, MemoryError) as e:
                answer = e
            stale = False
            self.last_result = answer
            status = answer if isinstance(answer, int) else 0
            if 200 <= status < 300:
                sent += count
                self.sent += count
                limit = self.batch_limit
                self.batch_limit = min(self.batch_size, limit + limit // 4 + 1)
                if self.on_success:
                    from .callbacks import report

                    report(self, after, last, None, sent)
                after = self.settle(after, last)
            else:
                if not self.retry:
                    from .retry import Retry

                    self.retry = Retry(self)
                after = self.retry.failed(status, count, after, last, sent)
                if after is None:
                    return

    def settle(self, after, last):
        # A batch is done with; -> the sequence after which to go on. If the oldest record is
        # still undecided, the batch behind it is only noted. It is one drop, since it may bring
        # back what flash held at boot, whose sequences may be lower.
        settled = self.retry.settled(after, last) if self.retry else last
        if not settled:
            return last
        self.event_store.drop(settled)
        self.retry = None
        self.retry_at = 0
        return 0

    def _batch(self, after):
        # How many records after that sequence go together, the last one's sequence, the bytes
        # of their body, and their flag ANONYMOUS. A record over the limit goes alone.
        most = self.batch_limit
        if self.retry and not after:
            most = self.retry.limit(most)
        peek = self.event_store.peek
        count = anonymous = 0
        length = len(_HEAD) + 1  # what closes the body, less the comma of the last event
        last = after
        while count < most:
            record = peek(last)
            if record is None:
                break
            size, flags, boot, sequence, ms = unpack_from(HEADER, record)
            if not count:
                anonymous = flags & ANONYMOUS
            # What closes the event, as in parts().
            if not flags & DTM:
                if boot == clock.boot or flags & UNIX and clock.known():
                    size += _DTM_SIZE
                else:
                    size = len(_backdated(record))
            size += _STM_SIZE
            if count and (length + size > self.byte_limit or anonymous != flags & ANONYMOUS):
                break
            length += size
            last = sequence
            count += 1
        return count, last, length, anonymous

    def _pieces(self, buf, head=b""):
        # `head` and the body in views of `buf`: all of it each time, but the last.
        view = memoryview(buf)
        size = len(buf)
        n = len(head)
        view[:n] = head
        for part in self.parts(*self._under_way):
            at = 0
            while True:
                json = self.json(part)
                step = min(len(json) - at, size - n)
                view[n : n + step] = json[at : at + step]
                at += step
                n += step
                if n < size:
                    break
                yield view
                n = 0
        yield view[:n]

    def parts(self, after, last, length=0):
        # For each record of a batch its JSON and what closes it, by turns; with the wrapper if
        # a `length` is given. One clock for both times: the collector's side relies on their
        # difference. They have 13 digits until the year 2286, so that a body's length is known
        # before it is written.
        wall = clock.unix_ms()
        start = wall - clock.ms()
        stm = b',"stm":"%013d"},' % wall
        peek = self.event_store.peek
        wrapped = length
        if wrapped:
            yield _HEAD
            length -= len(_HEAD) + 2
        while after < last:
            record = peek(after)
            if record is None:
                break
            size, flags, boot, after, ms = unpack_from(HEADER, record)
            if after > last:
                break
            part = after
            end = stm if after < last else stm[:-1]
            if not flags & DTM:
                if boot == clock.boot or flags & UNIX and clock.known():
                    if not flags & UNIX:
                        ms += start
                    end = b',"dtm":"%013d"%s' % (ms, end)
                else:
                    part = _backdated(record)
                    size = len(part)
            length -= size + len(end)
            yield part
            yield end
        if wrapped:
            if length:
                # Records were evicted since they were counted: the collector must not take it.
                raise OSError("the store changed")
            yield b"]}"

    def json(self, part):
        # The bytes of a part: of a record, whose part is its sequence, a view of the store. It
        # is asked for again after each yield, since a put() meanwhile may move or evict it.
        if not isinstance(part, int):
            return part
        record = self.event_store.peek(part - 1)
        if record is None or unpack_from(HEADER, record)[3] != part:
            raise OSError("the store changed")
        return record[HEADER_SIZE:]


def _backdated(record):
    from ..clock.backdate import backdate

    return backdate(record)


def _uri(endpoint, protocol, port, get=False):
    if "://" in endpoint:
        protocol, _, endpoint = endpoint.partition("://")
    endpoint = endpoint.rstrip("/")
    good = endpoint and protocol in ("http", "https") and isinstance(port or 1, int)
    for c in endpoint:
        good = good and "!" <= c <= "~" and c not in "/?#@\\"
    if not good:
        raise ValueError("endpoint, protocol, port: expected a host, http or https, an int")
    if port is not None:
        endpoint = "%s:%d" % (endpoint, port)
    path = "/i" if get else "/com.snowplowanalytics.snowplow/tp2"
    return "%s://%s%s" % (protocol, endpoint, path)
