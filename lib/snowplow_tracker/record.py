# A sealed record: the same bytes in RAM, in retained memory and on flash.
#
#   u16 length    of the JSON that follows the header
#   u8  flags     DTM: the JSON has a device timestamp that the caller gave
#   u16 boot      the run of the board that `ms` was counted in
#   u32 sequence  given by the store; never used twice
#   u64 ms        monotonic milliseconds since that boot
#   JSON          the event in UTF-8, without its closing brace
#
# The sender closes the event with `dtm` and `stm` while it streams, so that a clock that
# was set in the meantime corrects the event, and nothing is parsed again.
from binascii import hexlify
from os import urandom

try:
    from json import JSONEncoder  # CPython, whose dumps() would make one at each call

    dumps = JSONEncoder(separators=(",", ":")).encode
except ImportError:
    import json

    _COMPACT = (",", ":")

    def dumps(value):
        return json.dumps(value, separators=_COMPACT)


HEADER = "<HBHIQ"
HEADER_SIZE = 17
MAX_JSON = 65534

DTM = 1


def uuid4():
    """A random UUID in canonical form, as bytes."""
    h = hexlify(urandom(16))
    # The version and variant digits; two random bits fewer than RFC 9562 has room for.
    return b"-".join((h[:8], h[8:12], b"4" + h[13:16], b"a" + h[17:20], h[20:]))


def text(name, value, limit):
    """`value` if it is a str of at most `limit` UTF-16 units, which is what Enrich counts."""
    if not isinstance(value, str):
        raise ValueError("%s: expected str, got %s" % (name, type(value).__name__))
    n = len(value)
    if n > limit >> 1:
        for c in value:
            if c > "\uffff":
                n += 1
        if n > limit:
            raise ValueError("%s: %d characters, at most %d are accepted" % (name, n, limit))
    return value
