# A sealed record: the same bytes in RAM, in retained memory and on flash.
#
#   u16 length    of the JSON that follows the header
#   u8  flags     DTM: the JSON has a device timestamp that the caller gave
#                 ANONYMOUS: goes with the header `SP-Anonymous: *`, and never in one request
#                 with events that lack the flag
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
    from json.encoder import JSONEncoder, encode_basestring  # CPython

    dumps = JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode

    def members(pairs):
        # A third of the time that dumps() takes: it makes a new encoder at each call.
        return ",".join([f'"{key}":{encode_basestring(pairs[key])}' for key in pairs])

except ImportError:
    import json

    _COMPACT = (",", ":")

    def dumps(value):
        return json.dumps(value, separators=_COMPACT)

    def members(pairs):
        """The JSON of a dict of str to str, without its braces."""
        return json.dumps(pairs, separators=_COMPACT)[1:-1]


HEADER = "<HBHIQ"
HEADER_SIZE = 17
MAX_JSON = 65534

DTM = 1
ANONYMOUS = 2


def uuid4():
    """A random UUID in canonical form, as bytes."""
    h = hexlify(urandom(16))
    # The version and variant digits; two random bits fewer than RFC 9562 has room for.
    return b"-".join((h[:8], h[8:12], b"4" + h[13:16], b"a" + h[17:20], h[20:]))


# A board's json.loads makes two halves of a pair that was written as \ud83d\ude00, and its
# encode() lets them through; one of them in a body fails the whole request.
def utf8(string):
    """`string` as UTF-8; ValueError for half of a surrogate pair, which has none."""
    data = string.encode()
    at = data.find(b"\xed")
    while at >= 0:
        if data[at + 1] > 0x9F:
            raise ValueError("text: half of a surrogate pair: surrogates not allowed")
        at = data.find(b"\xed", at + 1)
    return data


# Enrich counts UTF-16 units, after it has made four spaces of each tab.
def text(name, value, limit):
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
