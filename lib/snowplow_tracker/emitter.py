# Takes records from the store to the collector, in batches, in constant memory.
# A record leaves the store only after its batch was answered with 2xx, or refused for good.
#
# The way is written once, in _transfer(): a generator that yields, whenever it would block,
# the milliseconds after which it wants to go on. flush() and run() both drive the one transfer
# that there is, so that no batch is under way twice.
#
# What becomes of a batch that fails is in trouble.py, which loads with the first failure.
from struct import unpack_from
from sys import implementation

from . import clock
from .record import ANONYMOUS, DTM, HEADER, HEADER_SIZE, UNIX
from .transport import Stale

_HEAD = b'{"schema":"iglu:com.snowplowanalytics.snowplow/payload_data/jsonschema/1-0-4","data":['


class Emitter:
    # `idle` is called at least each second while requests are under way by a transport that
    # yields, which it asks for; `online` tells whether there is a link. Other options are
    # HttpTransport's.
    def __init__(
        self,
        endpoint,
        protocol="https",
        port=None,
        method="post",
        batch_size=10,
        on_success=None,
        on_failure=None,
        byte_limit=40000,
        request_timeout=10,
        max_retry_delay_seconds=60,
        custom_retry_codes=None,
        event_store=None,
        transport=None,
        idle=None,
        online=None,
        **options,
    ):
        if method not in ("post", "get"):
            raise ValueError("method: expected post or get")
        if event_store is None:
            from .store.ring import RingStore

            event_store = RingStore()
        self._get = method == "get"
        self._timeout = request_timeout
        if transport is None:
            self._url = _uri(endpoint, protocol, port, self._get)
            # `requests` does for flush() over plain http; `idle` and run() want one that yields.
            # CPython's `requests` is another module than a board's.
            own = idle or options or self._get or self._url[4] == "s"
            if own or implementation.name == "cpython":
                transport = self._http(**options)
        elif options:
            raise TypeError("for the transport: " + ", ".join(options))
        if self._get:
            from .transport.get import check

            check(transport)
        self.event_store = event_store
        self.transport = transport
        self._plain = None  # the transport that flush() chose
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
        # How the last request ended: an HTTP status, an OSError, or None before the first.
        self.last = None
        self._job = None
        self._reporting = False
        self._most = self.batch_size  # how many go together for now
        self._new_bytes = 0
        self._retry_at = 0
        self._trouble = None

    def input(self, ms, flags, json):
        """Store an event; its sequence, or None if it was not kept."""
        self._new_bytes += len(json)
        return self.event_store.put(ms, flags, json)

    def flush(self, timeout=None):
        """Send what is stored until it is empty, a batch fails or seconds are over."""
        until = None if timeout is None else clock.ms() + int(timeout * 1000)
        if self._reporting:  # called by a callback: the transfer under way goes on after it
            return False
        wait = self._step()
        while wait is not None:
            if until is not None:
                wait = min(wait, until - clock.ms())
                if wait < 0:
                    self._abandon()
                    break
            if wait:
                clock.sleep_ms(wait)
            wait = self._step()
        return not len(self.event_store)

    # A coroutine: it needs asyncio, and a transport that yields.
    def run(self, interval=10):
        """Send for ever: full batches at once, and what waited for `interval` seconds."""
        from .background import run

        if self.transport is self._plain:
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
        from .transport.http import HttpTransport

        return HttpTransport(self._url, self._timeout, get=self._get, **options)

    def _step(self):
        # Go on with the transfer; -> the milliseconds until the next step, None at its end.
        if self.idle:
            self.idle()
        if not self._job:
            self._job = self._transfer()
        try:
            return next(self._job)
        except (StopIteration, MemoryError):
            self._job = None

    def _abandon(self):
        if self._job:
            self._job.close()
            self._job = None

    def _transfer(self):
        # Batch after batch; ends when all is sent, or with the first batch to be retried.
        after = sent = 0
        stale = False
        self._new_bytes = 0
        while len(self.event_store) and not self.paused:
            if self.online and not self.online():
                self.last = OSError("offline")
                return
            if clock.hook or clock.keeper:
                from .sync import sync

                sync(self.idle)
            count, last, length = self._batch(after)
            if not count:
                return
            if self.transport is None:
                from .transport.urequests import UrequestsTransport

                self.transport = self._plain = UrequestsTransport(self._url, self._timeout)
            self.transport.anonymous = self._anonymous
            try:
                if self._get:
                    from .transport.get import query

                    body = query(self._body(after, last))
                else:
                    body = self._body(after, last, length)
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
            except OSError as e:
                answer = e
            except MemoryError:
                answer = OSError("no memory")
            stale = False
            self.last = answer
            status = answer if isinstance(answer, int) else 0
            if 200 <= status < 300:
                sent += count
                self.sent += count
                self._most = min(self.batch_size, self._most + self._most // 4 + 1)
                if self.on_success:
                    from .callbacks import report

                    report(self, after, last, None, sent)
                after = self._settle(after, last)
            else:
                if not self._trouble:
                    from .trouble import Trouble

                    self._trouble = Trouble(self)
                after = self._trouble.next(status, count, after, last, length, sent)
                if after is None:
                    return

    def _settle(self, after, last):
        # A batch is done with; -> the sequence after which to go on. If the oldest record is
        # still undecided, the batch behind it is only noted. It is one drop, since it may bring
        # back what flash held at boot, whose sequences may be lower.
        settled = self._trouble.settles(after, last) if self._trouble else last
        if not settled:
            return last
        self.event_store.drop(settled)
        self._trouble = None
        self._retry_at = 0
        return 0

    def _batch(self, after):
        # How many records after that sequence go together, the last one's sequence, and the
        # bytes of their body. One that is over the limit by itself goes alone.
        most = self._most
        if self._trouble and not after:
            most = self._trouble.most(most)
        peek = self.event_store.peek
        count = 0
        length = 87  # of the wrapper's 88, since the first event has no comma
        last = after
        while count < most:
            record = peek(last)
            if record is None:
                break
            size, flags, boot, sequence, ms = unpack_from(HEADER, record)
            if not count:
                self._anonymous = flags & ANONYMOUS
            # As in _body(): what closes the event, and a comma.
            if flags & DTM:
                size += 24
            elif boot == clock.boot or flags & UNIX:
                size += 46
            else:
                size = len(_dated(record, boot, ms)) + 24
            if count and (length + size > self.byte_limit or self._anonymous != flags & ANONYMOUS):
                break
            length += size
            last = sequence
            count += 1
        return count, last, length

    def _body(self, after, last, length=0):
        # The JSON and what closes it, by turns, for each record of a batch; with the wrapper
        # if a `length` is given. The JSON is a view of the store, valid until the next part.
        # One clock for both times: the collector's side relies on their difference. They have
        # 13 digits until the year 2286, so that a body's length is known before it is written.
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
            _, flags, boot, after, ms = unpack_from(HEADER, record)
            if after > last:
                break
            json = record[HEADER_SIZE:]
            end = stm if after < last else stm[:-1]
            if not flags & DTM:
                if boot == clock.boot or flags & UNIX:
                    if not flags & UNIX:
                        ms += start
                    end = b',"dtm":"%013d"%s' % (ms, end)
                else:
                    json = _dated(record, boot, ms)
            length -= len(json) + len(end)
            yield json
            yield end
        if wrapped:
            if length:
                # Records were evicted since they were counted: the collector must not take it.
                raise OSError("the store changed")
            yield b"]}"


def _dated(record, boot, ms):
    from .dated import dated

    return dated(record[HEADER_SIZE:], boot, ms)


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
