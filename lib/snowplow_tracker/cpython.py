# What CPython does faster in another way than a board; boards never load it.
# mypy: ignore-errors
import os
import time
from binascii import hexlify
from struct import iter_unpack
from time import monotonic_ns

# Imported in a way that the boards' type stubs, which lack it, are not asked.
_encoder = __import__("json.encoder", None, None, ("JSONEncoder",))
_quote = _encoder.encode_basestring

# json.dumps() would make an encoder at each call.
dumps = _encoder.JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode


def seal(pairs: dict) -> bytes:
    quote = _quote
    text = ""
    for key, value in pairs.items():
        text = f'{text},"{key}":{quote(value)}'
    return text[1:].encode()


# The digits of 256 UUIDs at once, since to ask the system for each takes as long as all the rest.
def _refill() -> None:
    global _digits
    _digits = list(iter_unpack("8s4sx3sx3s12s", hexlify(os.urandom(4096))))


def uuid4() -> bytes:
    try:
        return b"%b-%b-4%b-a%b-%b" % _digits.pop()  # which no two threads get
    except IndexError:
        _refill()
        return uuid4()


_refill()
if hasattr(os, "register_at_fork"):  # a child would give the same ones
    os.register_at_fork(after_in_child=_refill)


ticks_diff = int.__sub__  # MicroPython's; the period has no end here


def ticks_ms() -> int:
    """MicroPython's, of the monotonic clock."""
    return monotonic_ns() // 1000000


def sleep_ms(ms: int) -> None:
    """MicroPython's."""
    time.sleep(ms / 1000)
