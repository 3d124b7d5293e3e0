# What is known of the clocks of this boot and of those before, whose events may still be stored.
#
#   keep(path, set_clock)  at start, before anything is tracked: read `path`, note this boot,
#                          make the last known time the clock's floor. If the system's clock is
#                          unset, set_clock(unix_ms) may set it to that, since certificates
#                          cannot be checked in 2021; it does not count as known by that.
#   save()                 now and then, and before a reset: write what is known of this boot
#   freeze(), resume(data) before and after a deep sleep through which the system's clock runs:
#                          the boot goes on, and its ms() too; 26 bytes, in retained memory
#
# An event of an earlier boot gets its time from that boot's clock, if it was ever known. Else
# it lies between the last known time before that boot, plus its ms, and the first one after:
# it gets the middle, and an entity with both.
import json
from struct import pack, unpack

from . import clock
from .state import save as write

_MAX = 16
_HOUR = 3600000
_DAY = 86400000
_FROZEN = "<HQQQ"
_ENTITY = (
    b'{\\"schema\\":\\"iglu:io.github.snowplow_micropython/clock/jsonschema/1-0-0\\",'
    b'\\"data\\":{\\"earliest\\":%d,\\"latest\\":%d}}'
)
_CO = (
    b'"co":"{\\"schema\\":\\"iglu:com.snowplowanalytics.snowplow/contexts/jsonschema/1-0-1\\",'
    b'\\"data\\":['
)

_path = ""
_boots = []  # [boot, last known time before it, time at its ms() = 0 or 0, last saved ms()]
_resumed = False


def keep(path, set_clock=None):
    """Remember the clocks of boots in the file `path`."""
    global _path, _boots
    _path = path
    _boots = _load(path)
    for _, since, origin, last in _boots:
        clock.floor = max(clock.floor, since, origin and origin + last)
    clock.keeper = _tick  # type: ignore[assignment]
    if not (_resumed and _boots and _boots[-1][0] == clock.boot):
        while clock.boot in [boot[0] for boot in _boots]:
            clock.boot = clock.boot + 1 & 0xFFFF
        _boots = _boots[1 - _MAX :]
        _boots.append([clock.boot, clock.floor, 0, 0])
        save()
    if set_clock and not clock.known():
        set_clock(clock.unix_ms())
        clock._guess = clock._now() - clock.ms()


def save():
    """Write down what is known of this boot's clock."""
    if not _boots:
        return
    this = _boots[-1]
    this[3] = clock.ms()
    this[2] = clock.origin()
    write(_path, _boots)  # if flash fails, the next boots know less


def freeze():
    """What resume() needs after a deep sleep, as bytes."""
    return pack(_FROZEN, clock.boot, clock.ms(), clock._now(), clock._origin)


def resume(data):
    """Go on with the boot that freeze() was called in; whether that is possible."""
    global _resumed
    if len(data) != 26:
        return False
    boot, ms, then, origin = unpack(_FROZEN, data)
    slept = clock._now() - then
    if not 0 <= slept < 1 << 36:  # two years
        return False
    clock.boot = boot
    clock._ms = ms + slept
    clock._ticks = clock.ticks_ms()
    clock._origin = origin
    if clock.known():
        clock._ask_at = ms - ms % _DAY + _DAY
    _resumed = True
    return True


def bracket(boot, ms):
    """The earliest and the latest that it can have been in an earlier boot at `ms`."""
    earliest = clock._NEVER
    left = -1
    for other, since, origin, last in _boots:
        if other == boot and left < 0:
            if origin:
                return origin + ms, origin + ms
            earliest = since + ms
            left = max(0, last - ms)
        elif left >= 0 or boot not in [b[0] for b in _boots]:
            if other == clock.boot:
                origin = clock.origin()
            if origin:
                return earliest, max(earliest, origin - max(0, left))
    return earliest, max(earliest, clock.unix_ms())


def dated(event, boot, ms):
    """The JSON of an earlier boot's event with its `dtm`, still without its closing brace."""
    earliest, latest = bracket(boot, ms)
    dtm = b',"dtm":"%013d"' % ((earliest + latest) // 2)
    event = bytes(event)
    if earliest == latest:
        return event + dtm
    entity = _ENTITY % (earliest, latest)
    at = event.find(b'"cx":"') + 6
    if at > 5:
        from binascii import a2b_base64

        from .self_describing import base64

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


def _tick():
    this = _boots[-1]
    if clock.known() and (not this[2] or clock.ms() - this[3] > _HOUR):
        save()


def _load(path):
    try:
        with open(path) as file:
            boots = list(json.load(file))
        for boot in boots:
            for number in boot:
                if not isinstance(number, int) or number < 0:
                    raise ValueError
            _, _, _, _ = boot
        return boots
    except (OSError, ValueError, TypeError):
        return []  # none yet, or torn
