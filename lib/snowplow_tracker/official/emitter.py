# Calls of an Emitter that load on use: Emitter.__getattr__ finds them.
from .. import clock
from ..pairs import check
from ..record import DTM, seal, uuid4
from .logger import logger


def find(emitter, name: str):
    """What emitter.NAME is; AttributeError if an Emitter has no such call."""
    if name in _VALUES:
        return _VALUES[name](emitter)
    if name not in _CALLS:
        raise AttributeError(name)
    call = globals()[name]
    return lambda *args, **options: call(emitter, *args, **options)


def pause(emitter) -> None:
    """Begin no request until resume(); the one under way is finished."""
    emitter.paused = True


def resume(emitter) -> None:
    """Send again."""
    emitter.paused = False


def input(emitter, payload: dict) -> None:
    """Store the pairs of an event, checked as arguments are."""
    pairs = {name: str(payload[name]) for name in payload}
    for name in pairs:
        check(name, pairs[name])
    for name in ("e", "p", "tv"):
        if name not in pairs:
            raise ValueError("payload: an event needs %s" % name)
    if "eid" not in pairs:
        pairs["eid"] = str(uuid4(), "ascii")
    flags = DTM if "dtm" in pairs else 0
    emitter.put(clock.ms(), flags, b"{" + seal(pairs))


def sync_flush(emitter, timeout: "float | None" = None) -> bool:
    """Send what is stored, and return when that is done; -> whether all of it went."""
    return emitter.flush(timeout, False)


def async_flush(emitter) -> None:
    """Send what is stored, without waiting if this is an AsyncEmitter."""
    emitter.flush(None, True)


def reached_limit(emitter) -> bool:
    """Whether there is a full batch."""
    return (
        len(emitter.event_store) >= emitter.batch_size or emitter.new_bytes >= emitter.byte_limit
    )


def is_good_status_code(emitter, status_code: int) -> bool:
    """Whether a collector that answers so has taken the events."""
    return 200 <= status_code < 300


def attach_sent_timestamp(emitter, events: list) -> None:
    """Put the time of now as `stm` into each of the dicts."""
    for event in events:
        event["stm"] = str(clock.unix_ms())


def http_post(emitter, data: str) -> int:
    """POST the text to the collector; -> the HTTP status, -1 if no answer came."""
    return _send(emitter, False, data.encode())


def http_get(emitter, payload: dict) -> int:
    """GET with the pairs as query; -> the HTTP status, -1 if no answer came."""
    from ..transport.query import encode

    pairs = {name: str(payload[name]) for name in payload}
    return _send(emitter, True, encode(pairs).encode())


def send_events(emitter, evts: list) -> None:
    """Store events, dicts of the protocol's pairs, and send what is stored."""
    for event in evts:
        input(emitter, event)
    emitter.flush()


def set_flush_timer(emitter, timeout: float) -> None:
    """Send every `timeout` seconds, beside the program."""
    from .workers import start

    start(emitter, timeout)


def cancel_flush_timer(emitter) -> None:
    """End what set_flush_timer() began."""
    if getattr(emitter, "worker", None):
        emitter.worker.end()


# A request of its own, apart from what is stored. Over https it takes the emitter's transport,
# which has the roots; a request that was under way begins again later.
def _send(emitter, get, data):
    from ..transport.http import HttpTransport

    if emitter.url[:6] == "https:":
        emitter.abandon()
        transport = emitter.transport
        transport.close()
    else:
        transport = HttpTransport(emitter.url, emitter.timeout)
    path, its_get = transport.path, transport.get
    post_path = b"/com.snowplowanalytics.snowplow/tp2"
    if get and path[-len(post_path) :] == post_path:
        transport.path = path[: -len(post_path)] + b"/i"
    transport.get = get

    def body(buf, head=b""):
        yield head + data

    try:
        answer = transport.send(0 if get else len(data), data if get else body)
        while True:
            clock.sleep_ms(next(answer))
    except StopIteration as end:
        return end.value
    except OSError as e:
        logger.warning("%s", e)
        return -1
    finally:
        transport.close()
        transport.path, transport.get = path, its_get


_CALLS = (
    "pause resume input sync_flush async_flush reached_limit is_good_status_code http_post "
    "http_get attach_sent_timestamp send_events set_flush_timer cancel_flush_timer"
).split()
_VALUES = {
    "endpoint": lambda emitter: emitter.url,
    "method": lambda emitter: "get" if emitter.get else "post",
    "request_timeout": lambda emitter: emitter.timeout,
    "bytes_queued": lambda emitter: emitter.new_bytes,
}
