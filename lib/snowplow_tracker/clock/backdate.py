# The time of an event of an earlier boot. It comes from that boot's clock, if it was ever known.
# Else it lies between the last known time before that boot, plus its ms, and the first one
# after: the event gets the middle, and an entity with both. Of a boot that is not in the list, as
# flash may have failed when it began, all that is known is that it was before now.
from struct import unpack_from

from .. import clock
from ..record import HEADER, HEADER_SIZE, UNIX
from . import boot_history

_ENTITY = (
    b'{\\"schema\\":\\"iglu:io.github.snowplow_micropython/clock/jsonschema/1-0-0\\",'
    b'\\"data\\":{\\"earliest\\":%d,\\"latest\\":%d}}'
)
_CO = (
    b'"co":"{\\"schema\\":\\"iglu:com.snowplowanalytics.snowplow/contexts/jsonschema/1-0-1\\",'
    b'\\"data\\":['
)


def possible_times(boot: int, ms: int) -> "tuple[int, int]":
    """The earliest and the latest time that an earlier boot's `ms` can have been."""
    earliest = clock.EARLIEST
    left = -1
    for other, since, origin, last in boot_history.boots:
        if other == boot and left < 0:
            if origin:
                return origin + ms, origin + ms
            earliest = since + ms
            left = max(0, last - ms)
        elif left >= 0:
            if other == clock.boot:
                origin = clock.boot_start()
            if origin:
                return earliest, max(earliest, origin - max(0, left))
    return earliest, max(earliest, clock.unix_ms())


def backdate(record) -> bytes:
    """The JSON of an earlier boot's event with its `dtm`, still without its closing brace."""
    _, flags, boot, _, ms = unpack_from(HEADER, record)
    event = bytes(record[HEADER_SIZE:])
    if flags & UNIX:
        # Its time is known, but that of sending is not, from which the pipeline would count
        # back. It takes `ttm` as it is.
        dtm = b',"dtm":"%013d"' % ms
        return event + dtm if event.find(b'"ttm":"') >= 0 else event + dtm + b',"ttm":"%013d"' % ms
    earliest, latest = possible_times(boot, ms)
    dtm = b',"dtm":"%013d"' % ((earliest + latest) // 2)
    if earliest == latest:
        return event + dtm
    entity = _ENTITY % (earliest, latest)
    at = event.find(b'"cx":"') + 6
    if at > 5:
        from binascii import a2b_base64

        from ..self_describing import base64

        end = event.find(b'"', at)
        cx = a2b_base64(event[at:end].replace(b"-", b"+").replace(b"_", b"/") + b"==")
        n = cx.find(b"[") + 1
        cx = base64(b"".join((cx[:n], entity.replace(b"\\", b""), b",", cx[n:])))
        return b"".join((event[:at], cx, event[end:], dtm))
    at = event.find(_CO)
    if at < 0:
        return b"".join((event, b",", _CO, entity, b']}"', dtm))
    at += len(_CO)
    return b"".join((event[:at], entity, b",", event[at:], dtm))
