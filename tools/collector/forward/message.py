"""A request that brought events, as it is kept on disk and sent to the target."""

import json
import re
import urllib.parse
import zlib
from typing import NamedTuple

# Headers of one connection (RFC 9110, 7.6.1), and those that are made anew for the target.
_NOT_PASSED_ON = {
    *("connection", "keep-alive", "proxy-connection", "proxy-authenticate"),
    *("proxy-authorization", "te", "trailer", "transfer-encoding", "upgrade"),
    *("expect", "host", "content-length", "cookie", "x-forwarded-for"),
}
# What the collector does not keep of a request that asks for anonymity.
_NOT_ANONYMOUS = {"x-real-ip"}
_PRINTABLE = "".join(map(chr, range(0x21, 0x7F)))
_MAX_SHOWN = 65536  # bytes of a body
_STM_IN_BODY = re.compile(rb'("stm"\s*:\s*")(\d{13})(?=")')
_STM_IN_QUERY = re.compile(r"([?&]stm=)(\d{13})(?=&|$)")


class Message(NamedTuple):
    """A request for the target.

    ``path`` is the raw path with its query, in ASCII. ``headers`` are (name, value) in their
    order, each byte one character. ``body`` is bytes, or None for a GET or HEAD.
    """

    method: str
    path: str
    headers: list
    body: bytes | None

    def dump(self):
        """Return it as bytes, compressed."""
        head = json.dumps([self.method, self.path, self.headers, self.body is not None])
        return zlib.compress(head.encode() + b"\n" + (self.body or b""), 1)

    def count_events(self):
        """Return how many events it brings: 1 where that cannot be told."""
        return len(self._events() or " ")

    def sent_later(self, milliseconds):
        """Return it with each ``stm`` moved on by the time for which it waited here.

        ``stm`` is when an event was sent. A pipeline dates it by ``collector_tstamp - (stm -
        dtm)``: with the ``stm`` of the board's request, an event that waited here for an hour
        would be dated an hour late. Trackers, too, write it anew for each retry.
        """
        if self.body is None:
            path = _STM_IN_QUERY.sub(
                lambda match: f"{match[1]}{int(match[2]) + milliseconds}", self.path
            )
            return self._replace(path=path)
        if b"payload_data" not in self.body:
            return self
        # In JSON, this pattern cannot be a part of a text: the quotes in it are escaped.
        body = _STM_IN_BODY.sub(
            lambda match: match[1] + b"%d" % (int(match[2]) + milliseconds), self.body
        )
        return self._replace(body=body)

    def halves(self):
        """Return two messages with half of the events each, [] where it cannot be divided."""
        events = self._events()
        if not events or len(events) < 2:
            return []
        wrapper, middle = json.loads(self.body), len(events) // 2
        try:
            return [
                self._replace(body=_json({**wrapper, "data": part}))
                for part in (events[:middle], events[middle:])
            ]
        except RecursionError:  # It can be read, but is too deep to be written
            return []

    def shown(self):
        """Return what may be shown of it: no headers, which may have secrets, nor a long body."""
        body = None if self.body is None else self.body[:_MAX_SHOWN].decode("utf-8", "replace")
        return {"method": self.method, "path": self.path, "body": body}

    def _events(self):
        try:
            events = json.loads(self.body or b"")["data"]
        except (ValueError, LookupError, TypeError, RecursionError):
            return None
        return events if isinstance(events, list) else None


def load(data):
    """Return the message that :meth:`Message.dump` made."""
    head, _, body = zlib.decompress(data).partition(b"\n")
    method, path, headers, has_body = json.loads(head)
    return Message(method, path, list(map(tuple, headers)), body if has_body else None)


def has_passed(request, via):
    """Whether an aiohttp request came through the collector that adds ``via`` to ``Via``."""
    values = ",".join(request.headers.getall("Via", ()))
    return via in [one.strip() for one in values.split(",")]


def capture(request, body, network_id, own_cookie, via):
    """Return the message of an aiohttp request, with the headers that it came with, and ``Via``.

    Those of the connection are left out. The client's address is added to ``X-Forwarded-For``, and
    where the request has no ``sp`` cookie, ``network_id`` becomes it: the id that the client was
    told. ``network_id`` is None for a request that asks for anonymity: then there is neither. The
    cookie ``own_cookie``, which is the readers' token, is not passed on.
    """
    left_out = set(_NOT_PASSED_ON)
    if network_id is None:
        left_out |= _NOT_ANONYMOUS
    for value in request.headers.getall("Connection", ()):
        left_out.update(name.strip().lower() for name in value.split(","))
    headers, cookies, addresses = [], [], []
    for name, value in request.raw_headers:
        name, value = name.decode("latin-1"), value.decode("latin-1")
        if name.lower() not in left_out:
            headers.append((name, value))
        elif name.lower() == "cookie":
            cookies += [part.strip() for part in value.split(";") if part.strip()]
        elif name.lower() == "x-forwarded-for":
            addresses.append(value)
    headers.append(("Via", via))
    # Without its C extension, aiohttp also takes bytes that are not ASCII.
    path = request.raw_path.encode("utf-8", "surrogateescape")
    path = urllib.parse.quote(path, safe=_PRINTABLE)
    if network_id is not None:
        cookies = [one for one in cookies if one.partition("=")[0] != own_cookie]
        has_id = any(one.startswith("sp=") for one in cookies) or re.search(r"[?&]nuid=", path)
        if not has_id:
            cookies.append(f"sp={network_id}")
        if cookies:
            headers.append(("Cookie", "; ".join(cookies)))
        if request.remote:
            headers.append(("X-Forwarded-For", ", ".join([*addresses, request.remote])))
    return Message(request.method, path, headers, body)


def _json(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode(
        "utf-8", "surrogatepass"
    )
