"""Which addresses Enrich can read, as ``url`` and ``refr``.

Enrich writes spaces as ``%20`` and parses with ``java.net.URI``. What that refuses it parses with
scala-uri, which escapes what may not stand in a path, a query or a fragment, and so takes almost
anything there. An event fails if both refuse. Source: Enrich's ``ConversionUtils.stringToUri``;
``host_tests/collector/url_vectors.json`` holds what both make of many addresses (OpenJDK 17 and
scala-uri 4.0.3).

Not known, and judged good: what scala-uri makes of the rarer forms of a host where the rest of
the address is illegal for Java. ``http://host:port/`` with a port that is no number is good:
Java takes it for a name that is no host, and the columns of host and port stay without it.
"""

import ipaddress
import re

_SCHEME = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*")
_ESCAPED = "%[0-9a-fA-F]{2}"
# Characters beyond ASCII that are neither control characters nor spaces.
_OTHER = r"[^\x00-\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]"
_UNRESERVED = r"[a-zA-Z0-9_.!~*'()-]"
_NAME = re.compile(f"(?:{_UNRESERVED}|[$,;:&=+]|{_ESCAPED}|{_OTHER})*")
_PATH = f"(?:{_UNRESERVED}|[:@&=+$,;/]|{_ESCAPED}|{_OTHER})*"
_ANY = rf"(?:{_UNRESERVED}|[;/?:@&=+$,\[\]]|{_ESCAPED}|{_OTHER})*"
_REST = re.compile(rf"{_PATH}(?:\?{_ANY})?(?:#{_ANY})?")
_AUTHORITY = re.compile(r"[^/?#]*")
_BRACKETS = re.compile(r"\[([^\[\]%]*)(%[^\[\]]*)?\](:[0-9]*)?")
_PORT = re.compile(r":([0-9]+)")


def readable(text):
    """Return the URL ``text``, or raise ``ValueError`` with the rule if no parser reads it."""
    address = text.replace(" ", "%20")
    scheme, colon, rest = _AUTHORITY.match(address)[0].partition(":")
    if colon:
        if not _SCHEME.fullmatch(scheme):
            raise ValueError("is not a URL: what is before its first colon is no scheme")
        rest = address[len(scheme) + 1 :]
        if not rest or rest[0] == "#":
            raise ValueError("is not a URL: nothing is behind its scheme")
    else:
        rest = address
    if not rest.startswith("//"):
        return text
    authority = _AUTHORITY.match(rest, 2)[0]
    rest = rest[2 + len(authority) :]
    if not authority and not rest:
        raise ValueError("is not a URL: no host is behind its //")
    host = authority.rpartition("@")[2]
    if "[" in host or "]" in host:
        port = _brackets(host)
    elif _NAME.fullmatch(host):
        port = "".join(host.partition(":")[1:])
    else:
        raise ValueError("is not a URL: a character may not stand in its host")
    # Here scala-uri has to read all of it.
    if not _REST.fullmatch(rest):
        number = _PORT.fullmatch(port)
        if port and not (number and int(number[1]) < 2**31):
            raise ValueError("is not a URL: its port is not a number")
        if "%20" in host or "%" in host and "[" in host:
            raise ValueError("is not a URL: a character may not stand in its host")
    return text


def _brackets(host):
    match = _BRACKETS.fullmatch(host)
    try:
        ipaddress.IPv6Address(match[1] if match else "")
    except ValueError:
        raise ValueError("is not a URL: its brackets do not hold an IPv6 address") from None
    return match[3] or ""
