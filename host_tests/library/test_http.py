"""HttpTransport over a socket that is played: what it writes, and what it makes of answers."""

import sys
from errno import EACCES, EAGAIN, ECONNRESET, ENOMEM

import snowplow_tracker.transport.http as http
from expect import refused
from fake_time import NOW, Machine, Time
from snowplow_tracker import Emitter, RingStore, Tracker, clock
from snowplow_tracker.emitter.outcome import outcome, reached
from snowplow_tracker.record import DTM
from snowplow_tracker.transport.http import HttpTransport
from snowplow_tracker.transport.tls import _certificates
from snowplow_tracker.transport.url import split_url

URL = "http://collector.test:8080/com.acme/track"
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
DATED = b"HTTP/1.1 200 OK\r\nDate: Sun, 22 Nov 2026 12:29:06 GMT\r\nContent-Length: 0\r\n\r\n"


class Net:
    """A socket module whose connections answer from a list, one answer a request."""

    SOCK_STREAM = 1
    later = b""  # what comes after an answer, when more than 5000 bytes were sent

    def __init__(self, *answers, step=1000):
        self.kind = Socket
        self.answers = list(answers)
        self.step = step  # how many bytes are taken or given at a time
        self.sockets = []
        self.asked = []

    def __enter__(self):
        self._real = (http.socket, http._CPYTHON)
        http.socket = self
        http._CPYTHON = False  # it speaks as MicroPython's do
        return self

    def __exit__(self, *_):
        http.socket, http._CPYTHON = self._real

    def getaddrinfo(self, host, port, *_):
        self.asked.append(host)
        return [(2, 1, 6, "", (host, port))]

    def socket(self, family):
        self.sockets.append(self.kind(self))
        return self.sockets[-1]

    def sent(self):
        return b"".join([bytes(sock.sent) for sock in self.sockets])


class Socket:
    ended = was_reset = False  # by the other side, between two requests
    breaks_after = None  # how many bytes are taken, before the other side resets the connection

    def __init__(self, net):
        self.net = net
        self.sent = bytearray()
        self.incoming = b""
        self.answered = 0
        self.closed = False

    def setblocking(self, _):
        pass

    def setsockopt(self, *_):
        pass

    def connect(self, address):
        pass

    def recv(self, size):
        raise OSError(EAGAIN)

    def write(self, data):
        assert not self.closed
        if self.breaks_after is not None and len(self.sent) >= self.breaks_after:
            raise OSError(ECONNRESET)
        self.sent.extend(bytes(data[: self.net.step]))
        return min(self.net.step, len(data))

    def readinto(self, buf):
        if self.was_reset:
            raise OSError(ECONNRESET)
        if self.ended:
            return 0
        requests = self.sent.count(b" HTTP/1.1\r\n")
        if self.net.later and self.answered and not self.incoming and len(self.sent) > 5000:
            self.incoming = self.net.later
            self.net.later = b""
        if not self.incoming and self.answered < requests:
            self.answered = requests
            if not self.net.answers:
                return 0
            self.incoming = self.net.answers.pop(0)
        if not self.incoming:
            return None
        n = min(self.net.step, len(buf), len(self.incoming))
        buf[:n] = self.incoming[:n]
        self.incoming = self.incoming[n:]
        return n

    def close(self):
        self.closed = True


def pieces_of(data):
    """A body as an emitter makes it."""

    def body(buf, head=b""):
        rest = head + data
        while rest:
            n = min(len(buf), len(rest))
            buf[:n] = rest[:n]
            rest = rest[n:]
            yield memoryview(buf)[:n]

    return body


def drive(transport, body=b"{}", time=None):
    """Send one body to its end, in fake time where something is waited for; -> the status."""

    generator = transport.send(len(body), pieces_of(body))
    while True:
        try:
            wait = next(generator)
            if time:
                time.pass_ms(wait or 1)
        except StopIteration as e:
            return e.value


def failed(transport, body=b"{}", time=None):
    """The OSError of a request."""
    try:
        drive(transport, body, time)
    except OSError as e:
        return e
    raise AssertionError("it did not fail")


def test_a_request_is_exactly_this():
    with Net(OK) as net:
        assert drive(HttpTransport(URL, headers={"X-Key": "abc"}), b'{"a":1}') == 200
        assert net.sent() == (
            b"POST /com.acme/track HTTP/1.1\r\nHost: collector.test:8080\r\n"
            b"Content-Type: application/json\r\nContent-Length: 7\r\nX-Key: abc\r\n\r\n"
            b'{"a":1}'
        )


def test_one_connection_for_many_requests_at_any_step():
    for step in (1, 7, 1000):
        with Net(*[OK] * 5, step=step) as net:
            transport = HttpTransport(URL)
            for _ in range(5):
                assert drive(transport) == 200
            assert len(net.sockets) == 1 and net.asked == ["collector.test"]
            transport.close()
            assert net.sockets[0].closed


def test_the_host_header_of_an_ipv6_address():
    with Net(OK) as net:
        drive(HttpTransport("http://[::1]:9090/x"))
        assert b"\r\nHost: [::1]:9090\r\n" in net.sent()


def test_get_is_a_query():
    with Net(OK) as net:
        emitter = Emitter(
            "host", "http", method="get", event_store=RingStore(4000), headers={"A": "b"}
        )
        t = Tracker("ns", emitter)
        eid = t.track_struct_event("a b&c=d;+%", "ü/漢😀", "-_.~")
        assert t.flush()
        line, _, rest = net.sent().partition(b"\r\n")
        assert line.startswith(b"GET /i?") and line.endswith(b" HTTP/1.1")
        assert rest == b"Host: host\r\nA: b\r\n\r\n"
        pairs = dict([pair.split(b"=") for pair in line[7:-9].split(b"&")])
        assert pairs[b"eid"] == eid.encode()
        assert pairs[b"se_ca"] == b"a%20b%26c%3Dd%3B%2B%25"
        assert pairs[b"se_ac"] == b"%C3%BC%2F%E6%BC%A2%F0%9F%98%80"
        assert pairs[b"se_la"] == b"-_.~"
        assert {b"dtm", b"stm", b"e", b"p", b"tv"} <= set(pairs)


def test_a_transport_that_would_post_is_refused_for_get():
    refused("GET", Emitter, "host", method="get", transport=HttpTransport(URL))
    Emitter("host", method="get", transport=HttpTransport(URL, get=True))


def test_anonymous_requests_have_the_header_and_neither_send_nor_keep_a_cookie():
    answer = b"HTTP/1.1 200 OK\r\nSet-Cookie: sp=%d; Path=/\r\nContent-Length: 0\r\n\r\n"
    with Net(answer % 1, answer % 2, OK) as net:
        transport = HttpTransport(URL)
        drive(transport)
        transport.anonymous = True
        drive(transport)
        assert net.sent().count(b"SP-Anonymous: *\r\n") == 1 and b"Cookie" not in net.sent()
        transport.anonymous = False
        drive(transport)
        assert net.sent().count(b"Cookie: sp=1\r\n") == 1


def test_the_emitter_says_which_requests_are_anonymous():
    with Net(OK, OK) as net:
        emitter = Emitter("host", transport=HttpTransport(URL), event_store=RingStore(1000))
        emitter.put(0, 2, b'{"a":"1"')
        emitter.put(0, 0, b'{"a":"1"')
        assert emitter.flush()
        first, second = net.sent().split(b"POST ")[1:]
        assert b"SP-Anonymous" in first and b"SP-Anonymous" not in second


def test_headers_are_noted_and_forgotten():
    answer = b"HTTP/1.1 503 X\r\nretry-AFTER:  7 \r\nContent-Length: 0\r\n\r\n"
    with Net(answer, OK):
        transport = HttpTransport(URL)
        assert drive(transport) == 503
        assert transport.retry_after == b"7"
        drive(transport)
        assert transport.retry_after is None


def test_the_date_of_an_answer_sets_a_clock_that_was_never_set():
    date = b"HTTP/1.1 200 X\r\nDATE: %s\r\nContent-Length: 0\r\n\r\n"
    with Net(date % b"soon", date % b"Sun, 22 Nov 2026 12:29:06 GMT", OK) as net:
        with Machine(946684800000):  # 2000
            emitter = Emitter(
                "host", transport=HttpTransport(URL), event_store=RingStore(2000), batch_size=1
            )
            for _ in range(3):
                emitter.put(clock.ms(), 0, b'{"a":"1"')
                assert emitter.flush() and clock.known() == (emitter.sent > 1)
            stms = [int(part[:13]) for part in net.sent().split(b'"stm":"')[1:]]
            assert max(stms[:2]) - clock.EARLIEST < 600000
            assert 0 <= stms[2] - 1795350546000 < 600000


def test_a_date_that_is_read_late_does_not_tell_the_time():
    # Whoever drives a request may stop in the middle of it for a while.
    dated = b"HTTP/1.1 200 X\r\nDate: Sun, 22 Nov 2026 12:29:06 GMT\r\nContent-Length: 0\r\n\r\n"
    stopped = 0
    for pause in (0, 60000):
        for stops_at in range(12):
            with Net(dated, step=50) as net, Machine(0) as time:
                answered = None
                request = HttpTransport(URL).send(11, pieces_of(b'{"data":[]}'))
                step = 0
                try:
                    while True:
                        next(request)
                        if answered is None and net.sent().endswith(b'{"data":[]}'):
                            answered = time.mono
                        if step == stops_at:
                            time.pass_ms(pause)
                            stopped += answered == time.mono - 60000
                        step += 1
                except StopIteration:
                    pass
                now = NOW + time.mono - answered
                assert pause or clock.known()
                assert not clock.known() or abs(clock.unix_ms() - now) < 5000, stops_at
    assert stopped


def test_what_could_inject_a_header_is_refused():
    for url in (
        "http://host/a\r\nX: y",
        "http://ho st/",
        "http://host/\x00",
        "http://hösť/",
        "http://user:secret@host/",
        "http://",
        "http://host:port/",
        "ftp://host/",
        "host",
    ):
        refused("url", HttpTransport, url)
    for name, value in (
        ("X", "a\r\nY: b"),
        ("X", "a\nb"),
        ("X\r\nY", "a"),
        ("X:", "a"),
        ("X Y", "a"),
        ("", "a"),
        ("X", "ü"),
        ("Host", "a"),
        ("content-length", "5"),
        ("Transfer-Encoding", "chunked"),
        ("Referer", "a"),
        ("Cookie", "a=b"),
    ):
        refused("headers", HttpTransport, URL, headers={name: value})
    refused("1000", HttpTransport, URL, headers={"X": "x" * 1000})
    try:
        HttpTransport(URL, headers={"X": "secret\n"})
    except ValueError as e:
        assert "secret" not in str(e)


def test_a_body_is_kept_for_who_wants_it():
    head = b"HTTP/1.1 200 OK\r\n"
    chunks = b"5\r\nhello\r\n6;x=1\r\n world\r\n0\r\n\r\n"
    for answer, expected in (
        (head + b"Transfer-Encoding: chunked\r\n\r\n" + chunks, b"hello world"),
        (head + b"Content-Length: 11\r\n\r\nhello world", b"hello world"),
        (head + b"Content-Length: 0\r\n\r\n", b""),
        (head + b"\r\nhello world", None),  # without a length
        (head + b"Content-Length: 4097\r\n\r\n" + b"x" * 4097, None),
        (head + b"Content-Length: 12\r\n\r\nhello world", None),  # cut short
        (head + b"Transfer-Encoding: chunked\r\n\r\n" + chunks[:12], None),
    ):
        for step in (1, 9, 5000):
            with Net(answer, step=step), Time(NOW) as time:
                transport = HttpTransport(URL)
                transport.body = b""
                assert drive(transport, time=time) == 200
                assert transport.body == expected


def test_urls():
    for url, expected in (
        ("http://host", ("http", "host", 80, b"/")),
        ("http://host:9090/", ("http", "host", 9090, b"/")),
        ("http://host:9090//com.acme/t", ("http", "host", 9090, b"/com.acme/t")),
        ("https://host/p/q", ("https", "host", 443, b"/p/q")),
        ("http://10.0.0.1:9090/i", ("http", "10.0.0.1", 9090, b"/i")),
        ("http://[::1]:9090/i", ("http", "::1", 9090, b"/i")),
        ("http://[::1]/i", ("http", "::1", 80, b"/i")),
    ):
        assert split_url(url) == expected
    assert HttpTransport("http://host/x", path="/com.acme/track").path == b"/com.acme/track"
    emitter = Emitter("host", "http", path="/com.acme/track")
    assert emitter.transport.path == b"/com.acme/track"
    for bad in ("path", "/a b", "/a\r\nX: y", "/a?b", "/a#b"):
        refused("path", HttpTransport, "http://host/x", path=bad)


def test_https_wants_roots_or_a_word():
    if sys.implementation.name == "cpython":  # which has roots of its own
        assert HttpTransport("https://host/").tls
    else:
        refused("roots=", HttpTransport, "https://host/")
    refused("verify=False", HttpTransport, "https://host/", roots=b"")
    HttpTransport("https://host/", verify=False)
    for bad in (b"-----BEGIN CERTIFICATE-----\n", b"0\x82\x01\x00short", b"\x00"):
        refused("roots", HttpTransport, "https://host/", roots=bad)
    try:
        HttpTransport("https://host/", roots="no/such.der")
    except OSError:
        pass
    else:
        raise AssertionError


def test_roots_in_a_row_are_taken_apart():
    one = b"\x30\x82\x00\x02ab"
    two = b"\x30\x82\x01\x00" + bytes(256)
    assert list(_certificates(one + two + one)) == [one, two, one]


def test_answers_within_bounds():
    for answer, text in (
        (b"HTTP/2 200\r\n\r\n", "not HTTP"),
        (b"HTTP/1.1 abc\r\n\r\n", "not HTTP"),
        (b"HTTP/1.1\r\n\r\n", "not HTTP"),
        (b"HTTP/1.1 20\r\n\r\n", "not HTTP"),
        (b"HTTP/1.1 099 X\r\n\r\n", "status 99"),
        (b"HTTP/1.1 200 OK\r\nX: " + b"y" * 20000, "without end"),
        (b"HTTP/1.1 100 X\r\n\r\n" * 1000, "without end"),
        (b"", "closed"),
        (b"HTTP/1.1 200 OK\r\nX", "no answer"),
    ):
        with Net(*([answer] if answer else [])) as net, Time(NOW) as time:
            transport = HttpTransport(URL, timeout=1)
            e = failed(transport, time=time)
            assert text in str(e), (answer[:30], e)
            assert all([sock.closed for sock in net.sockets])



def test_a_long_header_line_is_passed_over():
    answer = b"HTTP/1.1 200 OK\r\nX: " + b"y" * 3000 + b"\r\nRetry-After: 5\r\n"
    with Net(answer + b"Content-Length: 0\r\n\r\n", OK) as net:
        transport = HttpTransport(URL)
        assert drive(transport) == 200 and transport.retry_after == b"5"
        assert drive(transport) == 200 and len(net.sockets) == 1


def test_a_generator_that_is_closed_closes_its_connection():
    with Net(OK) as net:
        transport = HttpTransport(URL)
        generator = transport.send(5000, pieces_of(b"x" * 5000))
        next(generator)
        generator.close()
        assert net.sockets[0].closed
        assert drive(transport) == 200 and len(net.sockets) == 2


# --- what is an answer of a collector


HTML = b"<!DOCTYPE html><html><head><title>Guest Wi-Fi: please sign in</title></head></html>"


def page(content_type=b"", length=True, body=HTML):
    head = b"HTTP/1.1 200 OK\r\n"
    if content_type:
        head += b"Content-Type: %s\r\n" % content_type
    if length:
        head += b"Content-Length: %d\r\n" % len(body)
    return head + b"\r\n" + body


def test_a_web_page_is_no_acceptance():
    chunks = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n"
    for answer in (
        page(b"text/html; charset=utf-8"),
        page(b"Text/HTML", body=b"please sign in"),
        page(b"text/html", body=b""),
        page(),  # no type
        page(b"text/plain"),  # the wrong type
        page(length=False),
        page(body=b"\r\n \t" + HTML),
        page(body=b"\xef\xbb\xbf" + HTML),
        page(body=HTML + b"x" * 5000),
        page(body=HTML)[:-20],  # cut short
        page(length=False, body=b" " * 3000 + HTML),
        chunks % (len(HTML), HTML),
        page().replace(b"200 OK", b"201 Created"),
    ):
        for step in (1, 1000):
            with Net(answer, OK, step=step) as net, Time(NOW) as time:
                transport = HttpTransport(URL)
                e = failed(transport, time=time)
                assert "does this network want a login?" in str(e), (answer, e)
                assert e.errno == EACCES and outcome(e) == "bad_response" and not reached(e)
                assert drive(transport) == 200 and len(net.sockets) == 2


def test_what_collectors_answer_is_acceptance():
    gif = b"GIF89a\1\0\1\0"
    for answer in (
        page(b"text/plain", body=b"ok"),
        page(body=b"ok"),
        page(b"application/json", body=b'{"ok":true}'),
        page(b"application/json; charset=utf-8", body=b""),
        page(b"image/gif", body=gif),
        page(body=b""),
        page(b"image/gif", length=False, body=gif),
        page(length=False, body=b""),
        b"HTTP/1.1 204 No Content\r\nContent-Type: text/html\r\n\r\n",
    ):
        with Net(answer), Time(NOW) as time:
            assert 200 <= drive(HttpTransport(URL), time=time) < 300, answer


def test_a_page_with_another_status_is_that_status():
    for status in (302, 404, 502, 511):
        answer = page(b"text/html").replace(b"200 OK", b"%d X" % status)
        with Net(answer):
            assert drive(HttpTransport(URL)) == status


def test_nothing_leaves_the_store_for_a_web_page():
    with Net(*[page(b"text/html")] * 3):
        emitter = Emitter("host", transport=HttpTransport(URL), event_store=RingStore(1000))
        emitter.put(0, 0, b'{"a":"1"')
        for _ in range(3):
            assert not emitter.flush()
        assert len(emitter.event_store) == 1 and not emitter.sent and not emitter.given_up


class BreakingNet(Net):
    """Its first connection takes so many bytes of a request, and then is reset."""

    def __init__(self, taken, *answers):
        super().__init__(*answers)
        self.taken = taken

    def socket(self, family):
        sock = super().socket(family)
        if len(self.sockets) == 1:
            sock.breaks_after = self.taken
        return sock


def test_a_2xx_before_the_request_was_whole_is_no_acceptance():
    for status in (b"200 OK", b"204 No Content"):
        early = b"HTTP/1.1 %s\r\nContent-Length: 0\r\n\r\n" % status
        with BreakingNet(2000, early, OK) as net:
            transport = HttpTransport(URL)
            e = failed(transport, b"x" * 5000)
            assert e.errno == ECONNRESET and not transport.stale
            assert drive(transport) == 200 and len(net.sockets) == 2


def test_a_2xx_that_came_before_the_end_of_the_request_is_none_though_all_could_be_sent():
    # The fake answers as soon as it has a head, and takes the rest all the same.
    for status in (b"200 OK", b"204 No Content"):
        early = b"HTTP/1.1 %s\r\nContent-Length: 0\r\n\r\n" % status
        with Net(early, OK) as net:
            transport = HttpTransport(URL)
            e = failed(transport, b"x" * 5000)
            assert "before the request was sent" in str(e) and not transport.stale
            assert outcome(e) == "bad_response" and net.sockets[0].closed
            assert drive(transport) == 200
    refusal = b"HTTP/1.1 413 X\r\nContent-Length: 0\r\n\r\n"
    with Net(refusal, OK) as net:
        transport = HttpTransport(URL)
        assert drive(transport, b"x" * 5000) == 413 and net.sockets[0].closed
        assert len(net.sockets[0].sent) < 5000  # the rest is spared


def test_an_early_interim_status_is_no_answer_yet():
    for interim in (b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 103 X\r\nLink: </x>\r\n\r\n"):
        with Net(interim, OK) as net:
            transport = HttpTransport(URL)
            net.later = OK  # after the end of the request
            assert drive(transport, b"x" * 5000) == 200 and len(net.sockets) == 1
            assert bytes(net.sockets[0].sent).endswith(b"\r\n\r\n" + b"x" * 5000)


def test_a_refusal_before_the_request_was_whole_counts_and_its_connection_does_not():
    for status in (413, 400, 429, 503):
        early = b"HTTP/1.1 %d X\r\nContent-Length: 0\r\n\r\n" % status
        with BreakingNet(2000, early, OK) as net:
            transport = HttpTransport(URL)
            assert drive(transport, b"x" * 5000) == status
            assert net.sockets[0].closed
            assert drive(transport) == 200 and len(net.sockets) == 2


def test_an_answer_that_says_so_or_has_more_than_it_says_ends_its_connection():
    close = OK.replace(b"\r\n\r\n", b"\r\nConnection: Close\r\n\r\n")
    for answer in OK.replace(b"1.1", b"1.0"), OK + b"more", close:
        with Net(answer, OK) as net:
            transport = HttpTransport(URL)
            assert drive(transport) == 200 and net.sockets[0].closed
            assert drive(transport) == 200 and len(net.sockets) == 2


def test_a_chunked_answer_is_read_to_its_end():
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    for trailers in b"", b"X: y\r\n", b"X: y\r\nZ: z\r\n":
        with Net(head + b"2\r\nok\r\n0\r\n" + trailers + b"\r\n", OK) as net:
            transport = HttpTransport(URL)
            assert drive(transport) == drive(transport) == 200 and len(net.sockets) == 1
    for size in b"zz", b"-1", b"1001", b"ffffffffff":  # not waited for
        with Net(head + size + b"\r\n", OK) as net, Time(NOW) as time:
            assert drive(HttpTransport(URL), time=time) == 200
            assert net.sockets[0].closed and time.mono < 2000


def test_a_connection_that_answered_421_is_not_used_again():
    with Net(b"HTTP/1.1 421 Misdirected Request\r\nContent-Length: 0\r\n\r\n", OK) as net:
        transport = HttpTransport(URL)
        assert drive(transport) == 421 and net.sockets[0].closed
        assert drive(transport) == 200 and len(net.sockets) == 2


def test_a_kept_connection_that_was_closed_is_seen_before_it_is_used():
    def closed(sock):
        sock.ended = True

    def reset(sock):
        sock.was_reset = True

    def talkative(sock):
        sock.incoming = b"HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n"

    for close in (closed, reset, talkative):
        with Net(OK, OK) as net:
            transport = HttpTransport(URL)
            assert drive(transport) == 200
            sent = len(net.sockets[0].sent)
            close(net.sockets[0])
            assert drive(transport) == 200  # at once, and not stale
            assert len(net.sockets) == 2 and len(net.sockets[0].sent) == sent
            assert net.sockets[0].closed


def test_a_kept_connection_that_breaks_in_an_answer_is_a_failure():
    with Net(OK, b"HTTP/1.1 20", OK) as net, Time(NOW) as time:
        transport = HttpTransport(URL)
        assert drive(transport) == 200
        assert failed(transport, time=time) and not transport.stale and len(net.sockets) == 1
        assert drive(transport) == 200 and len(net.sockets) == 2


class SlowSocket(Socket):
    """Each piece of a request takes 3 s, and the answer 7 s."""

    def write(self, data):
        self.net.time.pass_ms(3000)
        return super().write(data)

    def readinto(self, buf):
        self.net.time.pass_ms(1000)
        self.waits = getattr(self, "waits", 0) + 1
        return super().readinto(buf) if self.waits > 6 else None


def test_each_step_of_a_request_has_the_whole_time():
    with Net(OK) as net, Time(NOW) as net.time:
        net.socket = lambda family: SlowSocket(net)
        assert drive(HttpTransport(URL, timeout=10), b"x" * 2500) == 200
        assert net.time.mono > 15000


def test_memory_that_runs_out_is_no_answer():
    with Net(OK):
        transport = HttpTransport(URL)

        def resolve():
            raise MemoryError()

        transport._resolve = resolve
        e = failed(transport)
        assert e.errno == ENOMEM and outcome(e) == "no_connection" and not reached(e)


def test_who_asks_for_rest_says_nothing_of_the_oldest_event():
    # A 503 with Retry-After, however often, neither sends the oldest alone nor others ahead.
    later = b"HTTP/1.1 503 X\r\nRetry-After: 1\r\nContent-Length: 0\r\n\r\n"
    with Net(*[later] * 12) as net, Time(NOW) as time:
        emitter = Emitter("host", transport=HttpTransport(URL), event_store=RingStore(2000))
        for _ in range(3):
            emitter.put(0, 0, b'{"a":"1"')
        for _ in range(12):
            assert not emitter.flush()
            time.pass_ms(1000)
        requests = net.sent().split(b"POST ")[1:]
        assert [request.count(b'"a":"1"') for request in requests] == [3] * 12


def put_of_boot(earlier, emitter, flags=0):
    """Store an event of this boot, or, if `earlier` is 1, of another."""
    clock.boot ^= earlier
    emitter.put(0, flags, b'{"a":"1"')
    clock.boot ^= earlier


def test_the_collector_is_asked_for_the_time_before_an_event_that_needs_it():
    dated = DATED.replace(b"200 OK", b"404 X")
    for earlier, flags, asks in ((1, 0, True), (0, DTM, True), (0, 0, False)):
        with Machine(0), Net(*([dated] * asks + [OK])) as net:
            emitter = Emitter("host", transport=HttpTransport(URL), event_store=RingStore(1000))
            put_of_boot(earlier, emitter, flags)
            assert emitter.flush() and clock.known() == asks
            sent = net.sent()
            lines = [line for line in sent.split(b"\r\n") if line.endswith(b" HTTP/1.1")]
            assert [line[:11] for line in lines] == [b"GET /health"] * asks + [b"POST /com.a"]
            stm = int(sent[sent.find(b'"stm":"') + 7 :][:13])
            assert not asks or abs(stm - NOW) < 2000


class LateSocket(Socket):
    """The first answers are read 20 s after they came."""

    def readinto(self, buf):
        if self.net.late and self.answered < self.sent.count(b" HTTP/1.1\r\n"):
            self.net.late -= 1
            self.net.machine.pass_ms(20000)
        return super().readinto(buf)


def test_the_collector_is_asked_again_if_its_time_was_read_late():
    dated = DATED.replace(b"200 OK", b"404 X")
    for late, asks in ((0, 1), (1, 2), (2, 2)):
        with Machine(0) as machine, Net(*[dated] * asks, OK) as net:
            net.machine = machine
            net.late = late
            net.kind = LateSocket
            emitter = Emitter("host", transport=HttpTransport(URL), event_store=RingStore(1000))
            put_of_boot(1, emitter)
            assert emitter.flush() and clock.known() == (late < 2), late
            lines = [line for line in net.sent().split(b"\r\n") if line.endswith(b" HTTP/1.1")]
            assert [line[:5] for line in lines] == [b"GET /"] * asks + [b"POST "], (late, lines)


def test_without_memory_to_ask_for_the_time_nothing_is_sent_with_a_guess():
    with Machine(0), Net(DATED, OK) as net:
        transport = HttpTransport(URL)
        emitter = Emitter("host", transport=transport, event_store=RingStore(1000))
        put_of_boot(1, emitter)
        send = transport.send

        def no_memory(*_):
            transport.send = send
            raise OSError(12, "MemoryError")

        transport.send = no_memory
        assert not emitter.flush() and emitter.last_result.errno == 12
        assert not net.sent() and len(emitter.event_store) == 1
        assert emitter.flush() and clock.known()


def test_the_endpoint_may_end_in_slashes_and_have_a_path():
    for endpoint in ("http://host:9090", "http://host:9090/", "http://host:9090//"):
        emitter = Emitter(endpoint, event_store=RingStore(100), idle=print)
        assert emitter.transport.path == b"/com.snowplowanalytics.snowplow/tp2"
        assert (emitter.transport.host, emitter.transport.port) == ("host", 9090)
    emitter = Emitter("http://host:9090/a/", event_store=RingStore(100), idle=print)
    assert emitter.transport.path == b"/a/com.snowplowanalytics.snowplow/tp2"
    emitter = Emitter("host/a", "http", method="get", event_store=RingStore(100))
    assert emitter.transport.path == b"/a/i"


def test_a_plain_flush_uses_requests_and_run_idle_or_options_our_own():
    emitter = Emitter("host", protocol="http", event_store=RingStore(1000))
    if sys.implementation.name == "cpython":  # whose `requests` is another
        assert isinstance(emitter.transport, HttpTransport)
        return
    assert emitter.transport is None
    emitter.run().close()
    assert isinstance(emitter.transport, HttpTransport)
    emitter = Emitter("127.0.0.1", "http", 9, event_store=RingStore(1000), request_timeout=1)
    emitter.put(0, 0, b'{"a":"1"')
    assert not emitter.flush() and not isinstance(emitter.transport, HttpTransport)
    emitter.run().close()
    assert isinstance(emitter.transport, HttpTransport)
    for options in ({"cookie_file": "c"}, {"idle": print}):  # idle() is not to wait for `requests`
        emitter = Emitter("host", protocol="http", event_store=RingStore(1000), **options)
        assert isinstance(emitter.transport, HttpTransport)


def test_a_clock_that_was_confirmed_and_is_lost_is_set_by_a_date_again():
    with Machine(NOW) as machine, Net(DATED, DATED, DATED):
        transport = HttpTransport(URL)
        drive(transport)
        assert clock.confirmed
        machine.wall = 0
        assert not clock.known()
        drive(transport)
        assert clock.known() and not clock.confirmed and abs(clock.unix_ms() - NOW) < 5000
        drive(transport)
        assert clock.confirmed


def test_the_time_is_confirmed_by_the_date_of_an_accepted_request_alone():
    dated = b"HTTP/1.1 %s\r\nDate: %s\r\nContent-Length: 0\r\n\r\n"
    now = b"Sun, 22 Nov 2026 12:29:06 GMT"
    far = b"Fri, 01 Jan 2027 00:00:00 GMT"
    ok, bad = b"200 OK", b"502 Bad Gateway"
    for answers, expected in (
        ([(ok, now)], True),
        ([(bad, now)], False),
        ([(ok, far)], False),
        ([(ok, now), (ok, far)], True),  # it is not asked again
        ([(ok, far), (ok, now)], True),
    ):
        with Machine(NOW), Net(*[dated % answer for answer in answers]):
            clock.confirmed = False
            transport = HttpTransport(URL)
            for _ in answers:
                drive(transport)
            assert clock.known() and clock.confirmed == expected, (answers, expected)
    # One Date is one source: it does not confirm the time that it has set.
    with Machine(0), Net(dated % (ok, far), dated % (ok, far)):
        transport = HttpTransport(URL)
        drive(transport)
        assert clock.known() and not clock.confirmed
        drive(transport)
        assert clock.confirmed
