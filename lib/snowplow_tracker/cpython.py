# What CPython does faster in another way than a board; boards never load it.
# mypy: ignore-errors
import time

# Imported in a way that the boards' type stubs, which lack it, are not asked.
_encoder = __import__("json.encoder", None, None, ("JSONEncoder",))
_quote = _encoder.encode_basestring

# json.dumps() would make an encoder at each call.
dumps = _encoder.JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode


def seal(pairs: dict) -> bytes:
    text = ",".join([f'"{key}":{_quote(value)}' for key, value in pairs.items()])
    return text.encode()


def ticks_ms() -> int:
    """MicroPython's, of the monotonic clock; its period has no end here."""
    return time.monotonic_ns() // 1000000


def ticks_diff(end: int, start: int) -> int:
    """MicroPython's."""
    return end - start


def sleep_ms(ms: int) -> None:
    """MicroPython's."""
    time.sleep(ms / 1000)
