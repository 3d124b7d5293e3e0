"""The hostile side: a collector on real sockets whose connections go wrong on purpose.

A fault is an async function of (collector, reader, writer) that does with one connection what
its name says; `FAULTS` holds them by name. What a collector says that it stored is in `stored`.

No fault waits for the board's limits to pass: as long as nothing is to happen, the board's time
runs faster (`Hurry`). So the limits are long enough for a machine that is busy.
"""

import asyncio
import contextlib
import json
import socket
import struct
import uuid

FAULTS = {}
OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\nok"


def fault(function):
    """Register a fault under its function's name."""
    FAULTS[function.__name__] = function
    return function


class Hurry:
    """A file whose size is what the board's clock is ahead of time, a second a byte."""

    def __init__(self, path=None):
        self.path = path
        self.pass_s(0)

    def pass_s(self, seconds):
        """Put the board's clock forward."""
        if self.path:
            with open(self.path, "ab") as file:
                file.write(b"." * seconds)


class Collector:
    """Plays a list of faults, one a connection, then behaves; or forwards to others that do."""

    def __init__(self, plan=(), judge=None, ssl=None, hurry=None):
        self.hurry = hurry or Hurry()
        self.plan = list(plan)  # for each connection a fault, or None for good behaviour
        self.judge = judge  # events -> bytes of an answer, or None to store them
        self.ssl = ssl
        self.stored = []  # eids, also those that came twice
        self.ids = []  # the network_userid of each request, where a fault notes it
        self.requests = []  # (method, path, headers, number of events)
        self.connections = 0
        self._writers = set()

    async def start(self, port=0, host="127.0.0.1", receive=None):
        """Listen, with a receive buffer of so many bytes; -> self, with `port` set."""
        sock = socket.socket()
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if receive:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive)
        sock.bind((host, port))
        limit = receive or 65536  # what is read ahead
        self.server = await asyncio.start_server(self._serve, sock=sock, ssl=self.ssl, limit=limit)
        self.port = self.server.sockets[0].getsockname()[1]
        return self

    async def stop(self):
        """Close the listener and every connection."""
        self.server.close()
        for writer in list(self._writers):
            writer.transport.abort()
        for _ in range(3):
            await asyncio.sleep(0)

    async def _serve(self, reader, writer):
        self._writers.add(writer)
        number = self.connections
        self.connections += 1
        play = self.plan[number] if number < len(self.plan) else None
        over = (OSError, EOFError, asyncio.LimitOverrunError, asyncio.CancelledError)
        with contextlib.suppress(*over):
            await (play or good)(self, reader, writer)
        writer.close()
        self._writers.discard(writer)

    async def head(self, reader):
        """(method, path, headers) of the next request."""
        lines = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        method, path, _ = lines[0].split(" ")
        headers = dict(line.lower().split(": ", 1) for line in lines[1:] if line)
        return method, path, headers

    async def request(self, reader):
        """The events of the next request, as dicts."""
        method, path, headers = await self.head(reader)
        if method == "GET":
            pairs = [pair.split("=") for pair in path.partition("?")[2].split("&")]
            events = [dict(pairs)]
        else:
            body = await reader.readexactly(int(headers["content-length"]))
            events = json.loads(body)["data"]
        self.requests.append((method, path, headers, len(events)))
        return events

    def store(self, events):
        """Note events as stored."""
        self.stored += [event["eid"] for event in events]


async def good(collector, reader, writer):
    """A collector as it should be: keep-alive, and 200 for all."""
    while True:
        events = await collector.request(reader)
        answer = collector.judge(events) if collector.judge else None
        if answer is None:
            collector.store(events)
        writer.write(answer or OK)
        await writer.drain()


def reset(writer):
    """Close with RST."""
    sock = writer.get_extra_info("socket")
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


async def silence(collector, reader):
    """Until the other side closes; its time passes quickly."""
    rest = asyncio.ensure_future(_all(reader))
    try:
        while not (await asyncio.wait([rest], timeout=0.03))[0]:
            collector.hurry.pass_s(9)
    finally:
        rest.cancel()
        await asyncio.gather(rest, return_exceptions=True)


async def _all(reader):
    while await reader.read(4096):
        pass


def forward(port, delay=0, cut_up=None, cut_down=None, hole_up=None, slice_=65536):
    """A proxy to another port: delays each piece, cuts after so many bytes, or swallows them."""

    async def play(collector, reader, writer):
        up_reader, up_writer = await asyncio.open_connection("127.0.0.1", port)
        collector._writers.add(up_writer)
        lost = asyncio.Event()
        both = [
            asyncio.ensure_future(_pump(reader, up_writer, delay, cut_up, hole_up, slice_, lost)),
            asyncio.ensure_future(_pump(up_reader, writer, delay, cut_down, None, slice_, lost)),
        ]
        try:
            while not (await asyncio.wait(both, timeout=0.03, return_when="FIRST_COMPLETED"))[0]:
                if lost.is_set():
                    collector.hurry.pass_s(9)
        finally:
            for task in both:
                task.cancel()
            await asyncio.gather(*both, return_exceptions=True)
            up_writer.close()
            collector._writers.discard(up_writer)

    return play


async def _pump(reader, writer, delay, cut, hole, slice_, lost):
    n = 0
    with contextlib.suppress(OSError):
        while True:
            data = await reader.read(slice_ if cut is None else min(slice_, cut - n) or 1)
            if not data or cut is not None and n >= cut:
                return
            n += len(data)
            await asyncio.sleep(delay)
            if hole is None or n <= hole:
                writer.write(data)
                await writer.drain()
            else:
                lost.set()
            if cut is not None and n >= cut:
                return


# --- closing and resetting at each stage


@fault
async def accept_and_say_nothing(collector, reader, writer):
    await silence(collector, reader)


@fault
async def close_at_once(collector, reader, writer):
    pass


@fault
async def reset_at_once(collector, reader, writer):
    reset(writer)


@fault
async def close_after_head(collector, reader, writer):
    await collector.head(reader)


@fault
async def reset_after_head(collector, reader, writer):
    await collector.head(reader)
    reset(writer)


@fault
async def close_in_body(collector, reader, writer):
    await collector.head(reader)
    await reader.read(100)


@fault
async def reset_in_body(collector, reader, writer):
    await collector.head(reader)
    await reader.read(100)
    reset(writer)


@fault
async def close_without_answer(collector, reader, writer):
    await collector.request(reader)


@fault
async def reset_without_answer(collector, reader, writer):
    await collector.request(reader)
    reset(writer)


@fault
async def store_and_close(collector, reader, writer):
    collector.store(await collector.request(reader))


@fault
async def store_and_reset(collector, reader, writer):
    collector.store(await collector.request(reader))
    reset(writer)


@fault
async def store_and_say_nothing(collector, reader, writer):
    collector.store(await collector.request(reader))
    await silence(collector, reader)


@fault
async def read_slowly(collector, reader, writer):
    for _ in range(30):
        await reader.read(1)
        await asyncio.sleep(0.01)
        collector.hurry.pass_s(9)


# --- answers that are none


def answer(name, data, *, stores=False, then=None):
    """A fault that answers each connection's first request with these bytes."""

    async def play(collector, reader, writer):
        events = await collector.request(reader)
        if stores:
            collector.store(events)
        writer.write(data)
        await writer.drain()
        if then:
            await then(collector, reader, writer)

    FAULTS[name] = play


def again(data):
    """Go on writing the same."""

    async def then(collector, reader, writer):
        while True:
            writer.write(data)
            await writer.drain()
            await asyncio.sleep(0)

    return then


async def wait(collector, reader, writer):
    """Say no more, and leave the connection open."""
    await silence(collector, reader)


async def drip(collector, reader, writer):
    """One byte a moment, far slower than the limit allows."""
    for byte in OK:
        writer.write(bytes([byte]))
        await writer.drain()
        await asyncio.sleep(0.01)
        collector.hurry.pass_s(3)


answer("half_a_status_line", b"HTTP/1.1 20")
answer("half_a_status_line_then_silence", b"HTTP/1.1 20", then=wait)
answer("half_the_headers", b"HTTP/1.1 200 OK\r\nContent-Le")
answer("half_the_body", b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nok", stores=True)
answer(
    "half_the_body_then_silence",
    b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nok",
    stores=True,
    then=wait,
)
answer("one_byte_at_a_time", b"", then=drip)
answer("endless_headers", b"HTTP/1.1 200 OK\r\n", then=again(b"X: " + b"y" * 90 + b"\r\n"))
answer("endless_header_line", b"HTTP/1.1 200 OK\r\nX: ", then=again(b"y" * 100))
answer("endless_status_line", b"", then=again(b"y" * 100))
answer("endless_1xx", b"", then=again(b"HTTP/1.1 100 Continue\r\n\r\n"))
answer(
    "endless_body",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
    stores=True,
    then=again(b"400\r\n" + b"y" * 1024 + b"\r\n"),
)
answer("garbage", bytes(range(256)) * 3)
answer("another_protocol", b"SSH-2.0-OpenSSH_9.9\r\n")
answer("empty_lines", b"\r\n" * 40)
answer("switching_protocols", b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n")
answer("early_hints", b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" + OK, stores=True)
answer("continue_and_then_200", b"HTTP/1.1 100 Continue\r\n\r\n" + OK, stores=True, then=wait)
answer(
    "chunked",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2;x=y\r\nok\r\n0\r\nT: 1\r\n\r\n",
    stores=True,
    then=wait,
)
answer(
    "broken_chunks",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    stores=True,
    then=wait,
)
answer("no_length", b"HTTP/1.1 200 OK\r\n\r\nok", stores=True, then=wait)
answer(
    "nonsense_length",
    b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nok",
    stores=True,
    then=wait,
)
answer("http_1_0", b"HTTP/1.0 200 OK\r\n\r\nok", stores=True)
answer("bare_newlines", b"HTTP/1.1 200 OK\nContent-Length: 2\n\nok", stores=True, then=wait)
answer("more_than_announced", OK + OK + b"more", stores=True, then=wait)


def status(code, *headers):
    """The bytes of an answer."""
    lines = "".join(header + "\r\n" for header in headers)
    return f"HTTP/1.1 {code} X\r\n{lines}Content-Length: 0\r\n\r\n".encode()


for _code in (204, 201):
    answer(f"status_{_code}", status(_code), stores=True, then=wait)
for _code in (404, 408, 429, 500, 502, 503, 504, 600):
    answer(f"status_{_code}", status(_code), then=wait)
for _code in (301, 302, 303, 307, 308):
    answer(f"redirect_{_code}", status(_code, "Location: /elsewhere"), then=wait)
answer("retry_after_seconds", status(503, "Retry-After: 77"), then=wait)
answer("retry_after_date", status(429, "Retry-After: Sat, 01 Jan 2050 00:00:00 GMT"), then=wait)
answer("retry_after_nonsense", status(503, "Retry-After: " + "9" * 400), then=wait)
answer("cookie_of_a_stranger", status(503, "Set-Cookie: a=b\x01c" + "x" * 4000), then=wait)


# --- a network that answers for the collector, and what stands between both

SIGN_IN = b"<!DOCTYPE html><html><head><title>Guest Wi-Fi: please sign in</title></head></html>"


def a_page(content_type):
    """A login page as captive portals answer every request with it (RFC 8952)."""
    head = b"HTTP/1.1 200 OK\r\nCache-Control: no-store\r\n" + content_type
    return head + b"Content-Length: %d\r\n\r\n" % len(SIGN_IN) + SIGN_IN


answer("captive_portal", a_page(b"Content-Type: text/html; charset=utf-8\r\n"), then=wait)
answer("page_without_a_type", a_page(b""), then=wait)
answer("page_without_a_length", b"HTTP/1.0 200 OK\r\n\r\n" + SIGN_IN)


@fault
async def early_200_then_reset(collector, reader, writer):
    """200 before the body was read, which is more than the buffers hold; then a reset."""
    await collector.head(reader)
    writer.write(OK)
    await writer.drain()
    await asyncio.sleep(0.1)
    reset(writer)


@fault
async def early_200_then_reads(collector, reader, writer):
    """200 before the body was read, which is then thrown away."""
    await collector.head(reader)
    writer.write(OK)
    await writer.drain()
    await asyncio.sleep(0.1)
    await silence(collector, reader)


@fault
async def early_413_then_reads(collector, reader, writer):
    await collector.head(reader)
    writer.write(status(413))
    await writer.drain()
    await asyncio.sleep(0.1)
    await silence(collector, reader)


@fault
async def early_continue(collector, reader, writer):
    """An interim status before the body was read, as some proxies send it unasked."""
    _, _, headers = await collector.head(reader)
    writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
    await writer.drain()
    await asyncio.sleep(0.1)
    body = await reader.readexactly(int(headers["content-length"]))
    collector.store(json.loads(body)["data"])
    writer.write(OK)
    await writer.drain()


@fault
async def load_balancer(collector, reader, writer):
    """A collector behind two balancers whose cookies stand around its own.

    HAProxy's `cookie SRV insert`, and an AWS Application Load Balancer, which sends another
    value with each answer.
    """
    while True:
        collector.store(await collector.request(reader))
        sent = collector.requests[-1][2].get("cookie", "")
        ids = [pair[3:] for pair in sent.split("; ") if pair.startswith("sp=")]
        collector.ids.append((ids or [str(uuid.uuid4())])[0])
        number = len(collector.ids)
        lines = (
            "HTTP/1.1 200 OK",
            "Set-Cookie: SRV=s1; path=/",
            f"Set-Cookie: sp={collector.ids[-1]}; Expires=Fri, 26 Nov 2038 14:00:00 GMT; Path=/;"
            " SameSite=None; Secure; HttpOnly",
            f"Set-Cookie: AWSALB={number:0130}; Expires=Fri, 03 Dec 2038 14:00:00 GMT; Path=/",
            "Content-Length: 0",
        )
        writer.write("\r\n".join([*lines, "", ""]).encode())
        await writer.drain()


async def not_found(collector, reader, writer):
    """Another's server at what was the collector's address: it knows nothing, and keeps on."""
    while True:
        await collector.request(reader)
        writer.write(status(404))
        await writer.drain()


@fault
async def moved_away(collector, reader, writer):
    """One good answer; then the address is another's."""
    collector.store(await collector.request(reader))
    writer.write(OK)
    await writer.drain()
    await not_found(collector, reader, writer)


# --- kept connections


@fault
async def close_when_idle(collector, reader, writer):
    """Answers once, and closes before the next request, without saying so."""
    collector.store(await collector.request(reader))
    writer.write(OK)
    await writer.drain()
    await asyncio.sleep(0.01)


@fault
async def close_at_the_second_request(collector, reader, writer):
    """Takes a second request, but does not answer it any more."""
    collector.store(await collector.request(reader))
    writer.write(OK)
    await writer.drain()
    await collector.request(reader)


@fault
async def reset_at_the_second_request(collector, reader, writer):
    collector.store(await collector.request(reader))
    writer.write(OK)
    await writer.drain()
    await reader.read(10)
    reset(writer)


@fault
async def connection_close(collector, reader, writer):
    collector.store(await collector.request(reader))
    writer.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok")
    await writer.drain()


@fault
async def refuse_before_the_body_is_read(collector, reader, writer):
    """413 as some proxies do it: at once, and then the connection is closed."""
    await collector.head(reader)
    writer.write(status(413, "Connection: close"))
    await writer.drain()
    writer.close()


# --- what is not TLS, where TLS is expected


@fault
async def tls_silence(collector, reader, writer):
    await silence(collector, reader)


@fault
async def tls_close_in_handshake(collector, reader, writer):
    await reader.read(50)


@fault
async def tls_reset_in_handshake(collector, reader, writer):
    await reader.read(50)
    reset(writer)


@fault
async def tls_garbage(collector, reader, writer):
    await reader.read(50)
    writer.write(bytes(range(255, 0, -1)) * 4)
    await writer.drain()
    await silence(collector, reader)


@fault
async def plain_http_on_the_tls_port(collector, reader, writer):
    await reader.read(50)
    writer.write(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
    await writer.drain()


# --- a name server: what it sends for a query, each after so many seconds


class NameServer(asyncio.DatagramProtocol):
    """Plays a list of NAMES, one a query after the first; then it knows 127.0.0.1 for all.

    Each is (seconds by which the board's clock goes forward, replies of a query).
    """

    def __init__(self, plan, hurry, last=None):
        self.plan = [NAMES["known"], *plan]
        self.last = last or NAMES["known"]
        self.hurry = hurry
        self.queries = 0

    async def start(self, port=0):
        """Listen on 127.0.0.1; -> self, with `port` set."""
        loop = asyncio.get_running_loop()
        await loop.create_datagram_endpoint(lambda: self, ("127.0.0.1", port))
        return self

    async def stop(self):
        """Close its socket, with what would have been answered yet."""
        self.transport.close()

    def connection_made(self, transport):
        self.transport = transport
        self.port = transport.get_extra_info("sockname")[1]

    def datagram_received(self, query, sender):
        seconds, play = self.plan[self.queries] if self.queries < len(self.plan) else self.last
        self.queries += 1
        for reply in play(query):
            self.transport.sendto(reply, sender)
        self.hurry.pass_s(seconds)


ADDRESS = b"\xc0\x0c\0\1\0\1\0\0\0\x3c\0\4"


def reply_to(query, *records, flags=b"\x81\x80"):
    """A reply with these records."""
    return query[:2] + flags + b"\0\1\0%c\0\0\0\0" % len(records) + query[12:] + b"".join(records)


def known(query):
    """127.0.0.1."""
    return [reply_to(query, ADDRESS + b"\x7f\0\0\1")]


def garbage_names(query):
    """All that is no answer: noise, another id, another question, the query itself."""
    evil = reply_to(query, ADDRESS + b"\x7f\6\6\6")
    other = evil.replace(b"collector", b"detractor")
    return [b"", b"\0", bytes(range(256)) * 2, bytes([evil[0] ^ 1]) + evil[1:], other, query]


ALIAS = b"\xc0\x0c\0\5\0\1\0\0\0\1\0\2\xc0\x16"
TOO_LONG = 30  # seconds: over the board's limit
NAMES = {
    "known": (0, known),
    "silent": (TOO_LONG, lambda query: []),
    "lost": (1, lambda query: []),
    "garbage": (TOO_LONG, garbage_names),
    "garbage_then_good": (0, lambda query: garbage_names(query) + known(query)),
    "nxdomain": (0, lambda query: [reply_to(query, flags=b"\x81\x83")]),
    "servfail": (0, lambda query: [reply_to(query, flags=b"\x81\x82")]),
    "no_record": (0, lambda query: [reply_to(query)]),
    "truncated": (0, lambda query: [reply_to(query, ADDRESS, flags=b"\x83\x80")]),
    "pointers": (0, lambda query: [reply_to(query, b"\xc0\x0c" * 200)]),
    "alias": (0, lambda query: [reply_to(query, ALIAS, ADDRESS + b"\x7f\0\0\1")]),
    "moved": (0, lambda query: [reply_to(query, ADDRESS + b"\x7f\0\0\2")]),
}
