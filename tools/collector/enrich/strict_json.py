"""JSON from outside: depth and numbers are bounded, and bad text is always a ValueError."""

import json
import re

import orjson

MAX_DEPTH = 40
# A string (closed or not), or a bracket. It matches any text in one pass, without backtracking.
_TOKEN = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"?|([\[{])|([\]}])', re.DOTALL)
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")


def parse(text):
    """Return the value of a JSON text.

    Raises ``ValueError`` with the reason: not JSON, nested deeper than 40 levels, a fraction too
    large for a double, or an integer of more than 4,300 digits. Where a key is given twice, the
    last one counts. Half a surrogate pair becomes U+FFFD, so that the result can be encoded.
    """
    try:
        value = orjson.loads(text)
        if _is_exact([value], 0):
            return value
    except orjson.JSONDecodeError:
        pass  # Python's parser takes some texts that orjson does not, and says what is wrong
    if _too_deep(text):
        raise ValueError(f"is nested deeper than {MAX_DEPTH} levels")
    try:
        value = _DECODER.decode(text)
    except json.JSONDecodeError as error:
        what = error.msg.removesuffix(" at")
        raise ValueError(f"is not JSON: {what} at character {error.pos}")
    except ValueError as error:
        raise ValueError(f"is not JSON: {error}")
    return _without_lone_surrogates(value) if _SURROGATE.search(text) else value


def dump(value):
    """Return compact JSON in ASCII."""
    return json.dumps(value, separators=(",", ":"))


def dump_quickly(value):
    """Return compact JSON in ASCII, where only the value counts: 1e-7 may be 1e-07 in another."""
    try:
        text = orjson.dumps(value)
        if text.isascii():
            return text.decode()
    except TypeError:
        pass  # An integer of more than 64 bits
    return dump(value)


def load(text):
    """Return the value of JSON that :func:`dump` or :func:`dump_quickly` made."""
    try:
        value = orjson.loads(text)
        return value if _is_exact([value], 0) else json.loads(text)
    except orjson.JSONDecodeError:
        return json.loads(text)


def _is_exact(items, depth):
    """Whether orjson's values are those of Python's parser, and not nested too deep.

    orjson makes a double of an integer of more than 64 bits.
    """
    for item in items:
        kind = type(item)
        if kind is dict or kind is list:
            inside = item.values() if kind is dict else item
            if depth == MAX_DEPTH or not _is_exact(inside, depth + 1):
                return False
        elif kind is float and abs(item) >= _MAX_INTEGER:
            return False
    return True


def _too_deep(text):
    if text.count("{") + text.count("[") <= MAX_DEPTH:
        return False
    depth = 0
    for token in _TOKEN.finditer(text):
        depth += (token[1] is not None) - (token[2] is not None)
        if depth > MAX_DEPTH:
            return True
    return False


def _finite(text):
    number = float(text)
    if number in (float("inf"), float("-inf")):
        raise ValueError("a number is too large")
    return number


def _reject_constant(name):
    raise ValueError(f"{name} is not a JSON number")


def _without_lone_surrogates(value):
    if isinstance(value, str):
        return value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    if isinstance(value, list):
        return [_without_lone_surrogates(item) for item in value]
    if isinstance(value, dict):
        return {
            _without_lone_surrogates(key): _without_lone_surrogates(item)
            for key, item in value.items()
        }
    return value


_MAX_INTEGER = 2.0**63
_DECODER = json.JSONDecoder(parse_float=_finite, parse_constant=_reject_constant)
