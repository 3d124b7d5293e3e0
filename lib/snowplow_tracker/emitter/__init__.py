# Takes records from the store to the collector, in batches, in constant memory.
# A record leaves the store only after its batch was answered with 2xx, or refused for good.
#
# A batch is sent in one place, _transfer(): a generator that yields, whenever it would block,
# the milliseconds after which it wants to go on. flush() and run() both drive the one transfer
# that there is, so that no batch is under way twice.
#
# What is sent is in batch.py. The other files of this folder load on use:
#   run.py         sends in an asyncio program
#   prepare.py     asks for the time before a request
#   retry.py       decides what becomes of a batch that failed
#   callbacks.py   calls on_success and on_failure
#   get.py         GET requests
#   outcome.py     names how the last request ended
#   options.py     checks options that are given, and sets them
#   full.py        sends a full batch from the call that filled it
# The official tracker's calls that few programs need are in official/emitter.py. They use these
# of an Emitter, which are no part of its public interface: put(), step(), abandon(), active,
# blocking, retry, retry_at, batch_limit, new_bytes, timeout, get, paused, in_callback.
from sys import implementation

from .. import clock
from .batch import Batch

_CPYTHON = implementation.name == "cpython"
_DEFAULTS = (None, None, None, None, None, None, None, 60, "post", {})


class Emitter:
    batch_size = 10
    byte_limit = 40000
    timeout: "float | tuple[float, float]" = 10

    # The order is the official tracker's; None is the default. `idle` is called at least each
    # second while requests are under way, by a transport that yields, which it asks for;
    # `online` tells whether there is a link. Other options are HttpTransport's.
    def __init__(
        self,
        endpoint: str,
        protocol: str = "https",
        port: "int | None" = None,
        method: str = "post",
        batch_size: "int | None" = None,
        on_success=None,
        on_failure=None,
        byte_limit: "int | None" = None,
        request_timeout: "float | tuple[float, float] | None" = None,
        max_retry_delay_seconds: int = 60,
        buffer_capacity: "int | None" = None,
        custom_retry_codes: "dict | None" = None,
        event_store=None,
        session=None,
        transport=None,
        idle=None,
        online=None,
        **options,
    ):
        self.get = method != "post"
        self.event_store = event_store
        self.on_success = on_success
        self.on_failure = on_failure
        self.max_retry_delay_seconds = max_retry_delay_seconds
        self.custom_retry_codes = custom_retry_codes or {}
        self.idle = idle
        self.online = online
        self.paused = False
        self.url = ""
        if transport is None:
            self.url = self.as_collector_uri(endpoint, protocol, port, method)
        given = (
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
        )
        seldom = given != _DEFAULTS or hasattr(event_store, "cleanup")
        if _CPYTHON or seldom or self.url[4:5] == "s":
            from .options import apply

            transport = apply(self, transport, *given)
        if self.event_store is None:
            from ..store.ring import RingStore

            self.event_store = RingStore()
        self.transport = transport
        self.blocking = None  # the transport that flush() chose
        self.sent = 0
        self.given_up = 0
        # How the last request ended: an HTTP status, an OSError or MemoryError, or None.
        self.last_result: int | Exception | None = None
        self.active = None  # the transfer under way
        self.in_callback = False
        self.batch_limit = self.batch_size  # how many go together for now
        self.new_bytes = 0  # tracked since the last transfer began
        self.retry_at = 0
        self.retry = None  # a Retry while the oldest record is undecided

    def __getattr__(self, name: str):
        from ..official.emitter import find

        return find(self, name)

    def put(self, ms: int, flags: int, json: bytes) -> "int | None":
        """Store an event; its sequence, or None if it was not kept."""
        self.new_bytes += len(json)
        return self.event_store.put(ms, flags, json)

    # The second argument is for an AsyncEmitter.
    def flush(self, timeout: "float | None" = None, is_async: bool = False) -> bool:
        """Send what is stored until it is empty, a batch fails or seconds are over."""
        until = None if timeout is None else clock.ms() + int(timeout * 1000)
        if self.in_callback:  # called by a callback: the transfer under way goes on after it
            return False
        wait = self.step()
        while wait is not None:
            if until is not None:
                wait = min(wait, until - clock.ms())
                if wait < 0:
                    self.abandon()
                    break
            if wait:
                clock.sleep_ms(wait)
            wait = self.step()
        return not len(self.event_store)

    # A coroutine: it needs asyncio, and a transport that yields.
    def run(self, interval: float = 10):
        """Send for ever: full batches at once, and what waited for `interval` seconds."""
        from .run import run

        if self.transport is self.blocking:
            from .options import make_http

            self.transport = make_http(self)
        return run(self, interval)

    def close(self):
        """Give up the request under way, whose events stay stored, and the connection."""
        self.abandon()
        if hasattr(self.transport, "close"):
            self.transport.close()

    # A path in the endpoint comes before the collector's own, as behind a proxy.
    @staticmethod
    def as_collector_uri(
        endpoint: str, protocol: str = "https", port: "int | None" = None, method: str = "post"
    ) -> str:
        """The collector's address, of a host with or without http:// and a path."""
        if "://" in endpoint:
            protocol, _, endpoint = endpoint.partition("://")
        host, slash, path = endpoint.rstrip("/").partition("/")
        for c in endpoint:
            if not "!" <= c <= "~" or c in "?#@\\":
                host = ""
        if not host or protocol not in ("http", "https") or not isinstance(port or 1, int):
            raise ValueError("endpoint, protocol, port: expected host, http/https, int")
        if port:
            host += ":%d" % port
        end = "/i" if method == "get" else "/com.snowplowanalytics.snowplow/tp2"
        return protocol + "://" + host + slash + path + end

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
        except StopIteration:
            pass
        except MemoryError:
            active.close()  # it may have been raised outside of it

    def abandon(self):
        if self.active:
            self.active.close()
            self.active = None

    def _transfer(self):
        # Batch after batch; ends when all is sent, or with the first batch to be retried.
        after = sent = 0  # after which sequence to go on, how many were sent
        self.new_bytes = 0
        while len(self.event_store) and not self.paused:
            if self.online and not self.online():
                self.last_result = OSError(19, "offline")  # ENODEV on every port
                return
            if clock.hook or clock.saver or not clock.known():
                from .prepare import prepare

                yield from prepare(self)
            most = self.batch_limit
            if self.retry and not after:
                most = self.retry.limit(most)
            batch = Batch(self.event_store, after, most, self.byte_limit)
            if not batch.count:
                return
            if self.transport is None:
                from ..transport.urequests import UrequestsTransport

                # A tuple has chosen another.
                transport = UrequestsTransport(self.url, self.timeout)  # type: ignore[arg-type]
                self.transport = self.blocking = transport  # type: ignore[assignment]
            self.transport.anonymous = batch.anonymous
            self.transport.stale = False  # it may be from before, if there is no memory to send
            try:
                if self.get:
                    from .get import query

                    answer = self.transport.send(0, query(batch))
                else:
                    answer = self.transport.send(batch.length, batch.body)
                if not isinstance(answer, int):
                    answer = yield from answer
            except (OSError, MemoryError) as e:
                if getattr(self.transport, "stale", False):
                    continue
                answer = e
            self.last_result = answer
            status = answer if isinstance(answer, int) else 0
            if 200 <= status < 300:
                sent += batch.count
                self.sent += batch.count
                limit = self.batch_limit
                self.batch_limit = min(self.batch_size, limit + limit // 4 + 1)
                if self.on_success:
                    from .callbacks import report

                    report(self, batch, None, sent)
                if self.retry:
                    after = self.retry.settle(batch)
                else:
                    self.event_store.drop(batch.last)
                    after = 0
            else:
                if not self.retry:
                    from .retry import Retry

                    self.retry = Retry(self)  # type: ignore[assignment]
                after = self.retry.failed(status, batch, sent)  # type: ignore[attr-defined]
                if after is None:
                    return
            yield 0
