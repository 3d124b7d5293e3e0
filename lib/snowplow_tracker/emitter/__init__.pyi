# Types and documentation of __init__.py, with the calls of official/emitter.py, which load on
# first use. No board gets this file.
from collections.abc import Callable, Coroutine, Generator, Iterable
from typing import Any

_Event = dict[str, str]

class Emitter:
    """Sends what trackers store, in batches, to one collector.

    A call raises ValueError or TypeError for bad arguments. Network and storage never raise:
    `last_result` tells how the last request ended.
    """

    batch_size: int
    """Events in a request, at most. 1 with GET."""
    byte_limit: int
    """Bytes in a request's body, at most; an event that is larger goes alone."""
    timeout: float | tuple[float, float]
    """Seconds for each phase of a request, or (those to connect, those to wait for the answer)."""
    get: bool
    event_store: Any
    """Where events wait: a RingStore, or what was given."""
    on_success: Callable[[list[_Event]], object] | None
    """Called with the events of each batch that was accepted, as dicts of the protocol's pairs."""
    on_failure: Callable[[int, list[_Event]], object] | None
    """Called with the number of events sent before, and those of the batch that failed."""
    max_retry_delay_seconds: int
    custom_retry_codes: dict[int, bool]
    """HTTP statuses that are sent again, or not: `{503: False}`."""
    idle: Callable[[], object] | None
    online: Callable[[], bool] | None
    paused: bool
    url: str
    """The collector's address; empty with a transport of its own."""
    transport: Any
    blocking: Any
    sent: int
    """How many events were accepted."""
    given_up: int
    """How many events the collector refused for good."""
    last_result: int | Exception | None
    """How the last request ended: an HTTP status, an OSError or MemoryError, or None."""
    active: Generator[int] | None
    in_callback: bool
    batch_limit: int
    new_bytes: int
    retry_at: int
    retry: Any
    endpoint: str
    method: str
    request_timeout: float | tuple[float, float]
    bytes_queued: int
    """Bytes that were tracked since the last request."""
    def __init__(
        self,
        endpoint: str,
        protocol: str = "https",
        port: int | None = None,
        method: str = "post",
        batch_size: int | None = None,
        on_success: Callable[[list[_Event]], object] | None = None,
        on_failure: Callable[[int, list[_Event]], object] | None = None,
        byte_limit: int | None = None,
        request_timeout: float | tuple[float, float] | None = None,
        max_retry_delay_seconds: int = 60,
        buffer_capacity: int | None = None,
        custom_retry_codes: dict[int, bool] | None = None,
        event_store: Any = None,
        session: Any = None,
        transport: Any = None,
        idle: Callable[[], object] | None = None,
        online: Callable[[], bool] | None = None,
        **options: Any,
    ) -> None:
        """The first arguments are the official tracker's; None is the default.

        Args:
            endpoint: The collector's host, with or without http:// and a path.
            protocol: `http` or `https`, if the endpoint does not say it.
            port: If it is not 80 or 443.
            method: `post`, or `get`: one event in a request.
            batch_size: Events in a request. If it is given, the call that fills a batch sends it.
            on_success: Called with the events that were accepted.
            on_failure: Called with how many were sent before, and the events that failed.
            byte_limit: Bytes in a request's body.
            request_timeout: Seconds for each phase, or (connect, read).
            max_retry_delay_seconds: The longest wait after a failure.
            buffer_capacity: Events for which the store in RAM has room, at a kilobyte each.
            custom_retry_codes: HTTP statuses that are sent again, or not: `{503: False}`.
            event_store: A RingStore, SegmentStore or RetainedStore, or an official EventStore.
            session: A session of `requests`, or the module.
            transport: In place of HttpTransport or UrequestsTransport.
            idle: Called at least each second while a request is under way: feed a watchdog here.
            online: Tells whether there is a link; without one nothing is sent.
            **options: Those of HttpTransport: roots, verify, headers, cookie_file, path, dns.

        Raises:
            ValueError: An argument is out of its limits; the text names it.
            TypeError: An option is unknown.
        """
    def put(self, ms: int, flags: int, json: bytes) -> int | None:
        """Store an event; its sequence, or None if it was not kept."""
    def flush(self, timeout: float | None = None, is_async: bool = False) -> bool:
        """Send what is stored until it is empty, a batch fails or `timeout` seconds are over.

        Returns:
            Whether all of it went.
        """
    def run(self, interval: float = 10) -> Coroutine[Any, Any, None]:
        """Send for ever: full batches at once, and what waited for `interval` seconds.

        A coroutine for asyncio. It prints what goes wrong and goes on.
        """
    def close(self) -> None:
        """Give up the request under way, whose events stay stored, and the connection."""
    @staticmethod
    def as_collector_uri(
        endpoint: str, protocol: str = "https", port: int | None = None, method: str = "post"
    ) -> str:
        """The collector's address, of a host with or without http:// and a path."""
    def step(self) -> int | None: ...
    def abandon(self) -> None: ...
    def pause(self) -> None:
        """Begin no request until resume(); the one under way is finished."""
    def resume(self) -> None:
        """Send again."""
    def input(self, payload: dict[str, Any]) -> None:
        """Store the pairs of an event, checked as arguments are.

        Raises:
            ValueError: Enrich would refuse a pair, or `e`, `p` or `tv` is missing.
        """
    def sync_flush(self, timeout: float | None = None) -> bool:
        """Send what is stored, and return when that is done; -> whether all of it went."""
    def async_flush(self) -> None:
        """Send what is stored, without waiting if this is an AsyncEmitter."""
    def reached_limit(self) -> bool:
        """Whether there is a full batch."""
    def is_good_status_code(self, status_code: int) -> bool:
        """Whether a collector that answers so has taken the events."""
    def attach_sent_timestamp(self, events: list[dict[str, Any]]) -> None:
        """Put the time of now, milliseconds since 1970, as `stm` into each of the dicts."""
    def http_post(self, data: str) -> int:
        """POST the text to the collector; -> the HTTP status, -1 if no answer came."""
    def http_get(self, payload: dict[str, Any]) -> int:
        """GET with the pairs as query; -> the HTTP status, -1 if no answer came."""
    def send_events(self, evts: Iterable[dict[str, Any]]) -> None:
        """Store events, dicts of the protocol's pairs, and send what is stored."""
    def set_flush_timer(self, timeout: float) -> None:
        """Send every `timeout` seconds, beside the program."""
    def cancel_flush_timer(self) -> None:
        """End what set_flush_timer() began."""
