"""How Enrich reads a single text value: one function for each kind of value.

Every function takes the text of one parameter and returns the value, or raises ``ValueError``
whose message is the rule that the text breaks. Source: the rules under "Values" in the tracker
protocol, and the behaviour of the Java functions that Enrich 6 calls.
"""

import binascii
import re
import urllib.parse
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from functools import lru_cache

_INTEGER = re.compile(r"[+-]?\d{1,4000}")  # \d is any script's digit, as for Java's parseInt
_DECIMAL = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,10})?")
_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_LOOSE_UUID = re.compile(r"[0-9a-fA-F]+(-[0-9a-fA-F]+){4}")
_DIMENSIONS = re.compile(r"([0-9]+)x([0-9]+)")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_NOT_BASE64 = re.compile(r"[^A-Za-z0-9+/]")
_BAD_ESCAPE = re.compile(r"%(?![0-9a-fA-F]{2})")
_NOT_IN_QUERY = re.compile(r"""[\x00-\x20\x7f-\x9f"<>\\^`{|}\s]""")

EARLIEST = -62167219200000
_YEAR_1 = -62135596800000
_YEAR_9999 = 253402300799999
_400_YEARS = 146097 * 86400000
_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
# Java writes a number with a larger one out digit by digit, and runs out of memory.
_MAX_EXPONENT = 4000


def integer(text):
    """Return the int of a 32-bit parameter (``vid``, ``ti_qu``, ``pp_*``), None for "null".

    Raises ``ValueError`` with the rule for anything else, "" and "1.0" included.
    """
    if text.lower() == "null":
        return None
    if _INTEGER.fullmatch(text):
        number = int(text)
        if -(2**31) <= number < 2**31:
            return number
    raise ValueError("is not a whole number from -2147483648 to 2147483647")


def decimal(text):
    """Return the ``Decimal`` of a number parameter (``se_va``, ``tr_tt``, …), None for "null".

    ``str()`` of it reads as Java's ``BigDecimal``: 1e3 is "1000", 1e-7 is "1E-7". Raises
    ``ValueError`` with the rule for "nan", "inf", "", spaces and all other text.
    """
    if text.lower() == "null":
        return None
    if not _DECIMAL.fullmatch(text):
        raise ValueError("is not a decimal number such as 21.5, 1e3, .5 or -3")
    number = Decimal(text)
    exponent = number.as_tuple().exponent
    if exponent > _MAX_EXPONENT or exponent < -(2**31):
        raise ValueError("is a number with too large an exponent")
    if not number:
        number = number.copy_abs()
    return Decimal(format(number, "f")) if exponent > 0 else number


def uuid(text):
    """Return a canonical UUID (``eid``, ``sid``) in lower case, else raise ``ValueError``."""
    if _UUID.fullmatch(text):
        return text.lower()
    raise ValueError("is not a UUID of 36 characters such as f732d278-120e-4ab6-845b-c1f11cd85dc7")


def network_id(text):
    """Return the network_userid of an ``sp`` cookie or a ``nuid`` in the query, in lower case.

    Java's ``UUID.fromString`` is looser than :func:`uuid`: short groups are filled with zeros.
    """
    if len(text) > 36 or not _LOOSE_UUID.fullmatch(text):
        raise ValueError("is not a UUID, which a nuid in a query or an sp cookie must be")
    groups = zip(text.split("-"), (8, 4, 4, 4, 12), strict=True)
    return "-".join(group.lower().zfill(width)[-width:] for group, width in groups)


@lru_cache(1024)  # A time is needed several times, and that of sending is common to a request
def milliseconds(text):
    """Return the milliseconds since 1970 of ``dtm``, ``stm`` or ``ttm`` as an int.

    Seconds are accepted as Enrich accepts them: they land in January 1970.
    """
    if not _INTEGER.fullmatch(text):
        raise ValueError("is not a whole number of milliseconds since 1970")
    number = int(text)
    if not EARLIEST <= number <= _YEAR_9999:
        raise ValueError("is not a time between the years 0 and 9999, in milliseconds since 1970")
    return number


def timestamp(ms):
    """Return milliseconds since 1970 as "2023-11-14 22:13:20.123", in UTC.

    ``ms`` must be one that :func:`milliseconds` returned.
    """
    if ms < _YEAR_1:  # Python has no year 0; the calendar repeats every 400 years
        return "0000" + timestamp(ms + _400_YEARS)[4:]
    moment = _EPOCH + timedelta(milliseconds=ms)
    # Not strftime, which does not pad the year everywhere.
    return moment.replace(tzinfo=None).isoformat(" ", "milliseconds")


@lru_cache(1024)  # All events of a request have the time of its arrival
def iso_timestamp(ms):
    """Return milliseconds since 1970 as "2023-11-14T22:13:20.123Z"."""
    return timestamp(ms).replace(" ", "T") + "Z"


def dimensions(text):
    """Return ``(width, height)`` of ``res``, ``vp`` or ``ds``, e.g. "1200x800"."""
    match = _DIMENSIONS.fullmatch(text)
    if match:
        try:
            return integer(match[1]), integer(match[2])
        except ValueError:
            pass  # The message for the pair is clearer
    raise ValueError("is not WIDTHxHEIGHT in whole numbers, such as 128x64")


def flag(text):
    """Return the bool of ``cookie`` or ``f_*``, which are "1" or "0"."""
    if text in ("0", "1"):
        return text == "1"
    raise ValueError("is neither 0 nor 1")


def cleaned(text):
    """Return text as Enrich stores it: tabs as 4 spaces, no control characters, None if empty."""
    if text and text.isprintable():
        return text
    return _CONTROL.sub("", text.replace("\t", "    ")) or None


def utf16_length(text):
    """Return the length of text in UTF-16 units, which is what Java and the limits count."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def base64_text(text):
    """Return the UTF-8 text in base64, as leniently as commons-codec reads it. It never fails.

    Both alphabets, padding optional; other characters are skipped, text after a "=" is ignored,
    and broken UTF-8 becomes U+FFFD.
    """
    text = text.partition("=")[0].replace("-", "+").replace("_", "/")
    text = _NOT_BASE64.sub("", text)
    if len(text) % 4 == 1:  # Six bits do not make a byte
        text = text[:-1]
    return binascii.a2b_base64(text + "=" * (-len(text) % 4)).decode("utf-8", "replace")


def query(text):
    """Return the ``(name, value)`` pairs of a query string; a value is None where there is no "=".

    Raises ``ValueError`` where Java's ``URI`` does: a space or one of ``"{}|^<>\\`` and backtick
    that is not percent-encoded, or a broken percent escape.
    """
    text = text.partition("#")[0]
    if _NOT_IN_QUERY.search(text) or _BAD_ESCAPE.search(text):
        raise ValueError("holds a character that must be percent-encoded, or a broken % escape")
    pairs = []
    for part in text.replace(";", "&").split("&"):
        name, equals, value = part.partition("=")
        if name:
            pairs.append((_unquote(name), _unquote(value) if equals else None))
    return pairs


def _unquote(text):
    # Java keeps only the low byte of a character that is not percent-encoded.
    raw = bytes(ord(character) & 0xFF for character in text.replace("+", " "))
    return urllib.parse.unquote_to_bytes(raw).decode("utf-8", "replace")
