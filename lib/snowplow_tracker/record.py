# A sealed record: the same bytes in RAM, in retained memory and on flash.
#
#   u16 length    of the JSON that follows the header
#   u8  flags     DTM: the JSON has a device timestamp that the caller gave
#                 ANONYMOUS: goes with the header `SP-Anonymous: *`, and never in one request
#                 with events that lack the flag
#                 UNIX: `ms` is the time of day instead (ms since 1970), as stores set it for
#                 records of an earlier boot whose clock was known
#   u16 boot      the run of the board that `ms` was counted in
#   u32 sequence  given by the store; never used twice
#   u64 ms        monotonic milliseconds since that boot
#   JSON          the event in UTF-8, without its closing brace
#
# The sender closes the event with `dtm` and `stm` while it streams, so that a clock that
# was set in the meantime corrects the event, and nothing is parsed again.
import json
import sys
from os import urandom
from struct import unpack

_COMPACT = (",", ":")

HEADER = "<HBHIQ"
HEADER_SIZE = 17
MAX_JSON = 65534

DTM = 1
ANONYMOUS = 2
UNIX = 4


if sys.implementation.name == "cpython":
    from .cpython import dumps, seal, uuid4
else:

    def uuid4() -> bytes:
        """A random UUID in canonical form, as bytes."""
        # The version and variant digits; two random bits fewer than RFC 9562 has room for.
        a, b, c, d, e, f, g, h = unpack("8H", urandom(16))
        return b"%04x%04x-%04x-4%03x-a%03x-%04x%04x%04x" % (a, b, c, d >> 4, e >> 4, f, g, h)

    def dumps(value) -> str:
        """Compact JSON."""
        return json.dumps(value, separators=_COMPACT)

    def seal(pairs: dict) -> bytes:
        """A dict of str to str as JSON in UTF-8, without its braces."""
        return utf8(json.dumps(pairs, separators=_COMPACT))[1:-1]


# A board's json.loads makes two halves of a pair that was written as \ud83d\ude00, and its
# encode() lets them through.
def utf8(string: str) -> bytes:
    """`string` as UTF-8; ValueError for half of a surrogate pair, which has none."""
    data = string.encode()
    at = data.find(b"\xed")
    while at >= 0:
        if data[at + 1] > 0x9F:
            raise ValueError("text: surrogates not allowed")
        at = data.find(b"\xed", at + 1)
    return data


# Enrich counts UTF-16 units, after it has made four spaces of each tab.
def text(name: str, value, limit: int) -> str:
    """`value`, if it is a str that Enrich finds no longer than `limit`."""
    if not isinstance(value, str):
        raise ValueError("%s: expected str, got %s" % (name, type(value).__name__))
    n = len(value)
    if n > limit >> 2:
        n += 3 * value.count("\t")
        for c in value:
            if c > "\uffff":
                n += 1
        if n > limit:
            raise ValueError("%s: %d characters, at most %d are accepted" % (name, n, limit))
    return value
