"""How HttpTransport finds and opens a connection: sockets as each port has them, and names.

The sockets do what the sources do: PicoW follows MicroPython's extmod/modlwip.c (states, and
error_lookup_table), Esp32 follows lwIP's api_msg.c and sockets.c behind ports/esp32/modsocket.c,
Linux the system's.
"""

import errno

from fake_time import NOW, Time
from snowplow_tracker.emitter.outcome import outcome, reached
from snowplow_tracker.transport.http import HttpTransport
from test_http import HTML, OK, Net, Socket, failed, page, pieces_of

HOUR = 3600000


def failure(code):
    """CPython's OSError has an errno only beside a text."""
    return OSError(code, "as the port says")


def driven(time, transport, body=b"{}"):
    """Send in fake time; -> (the status or the OSError, ms that it took)."""
    start = time.mono
    try:
        generator = transport.send(len(body), pieces_of(body))
        while True:
            time.pass_ms(next(generator) or 1)
    except StopIteration as e:
        return e.value, time.mono - start
    except OSError as e:
        return e, time.mono - start


class Port(Socket):
    """A non-blocking socket; what `net.fate` says happens a while after the first connect()."""

    CONNECTED = 106
    state = "new"

    def happen(self):
        if self.state == "connecting":
            self.calls += 1
            if self.calls > 3 and self.net.fate != "silent":
                self.state = self.net.fate

    def connect(self, address):
        self.happen()
        if self.state == "new":
            self.state = "connecting"
            self.calls = 0
            raise failure(errno.EINPROGRESS)
        if self.state == "connecting":
            raise failure(errno.EALREADY)
        self.connect_again()

    def write(self, data):
        if self.state == "closed":
            raise failure(errno.ECONNRESET)
        assert self.state == "open", "nothing is to be written before it is open"
        return super().write(data)


class PicoW(Port):
    ERRORS = {"refused": errno.ECONNRESET, "aborted": errno.ECONNABORTED, "freed": errno.EBADF}

    def connect_again(self):
        if self.state in self.ERRORS:
            raise failure(errno.EBADF)  # the pcb is gone
        if self.state == "closed":
            raise failure(errno.EALREADY)
        raise failure(106)

    def recv(self, size):
        self.happen()
        if self.state in self.ERRORS:
            code = self.ERRORS[self.state]
            self.state = "freed"  # the reason is told once
            raise failure(code)
        if self.state == "closed":
            return b""
        raise failure(errno.EAGAIN)

    def write(self, data):
        if self.state == "closed":  # lwIP takes it: the other side may still read
            return Socket.write(self, data)
        return super().write(data)


class Esp32(Port):
    ERRORS = {"refused": errno.ECONNRESET, "aborted": errno.ECONNABORTED, "told": errno.ENOTCONN}

    def connect_again(self):
        if self.state in self.ERRORS:
            raise failure(errno.ENOTCONN)
        raise failure(127)

    def recv(self, size):
        self.happen()
        if self.state in self.ERRORS:
            code = self.ERRORS[self.state]
            self.state = "told"
            raise failure(code)
        if self.state == "closed":
            return b""
        raise failure(errno.EAGAIN)


class Linux(Port):
    ERRORS = {"refused": errno.ECONNREFUSED, "aborted": errno.ETIMEDOUT}

    def connect_again(self):
        if self.state in self.ERRORS:
            raise failure(self.ERRORS[self.state])
        raise failure(106)

    def recv(self, size):
        self.happen()
        if self.state == "closed":
            return b""
        raise failure(errno.EAGAIN)


class PortNet(Net):
    def __init__(self, port, fate, *answers):
        super().__init__(*answers)
        self.port = port
        self.fate = fate

    def socket(self, family):
        self.sockets.append(self.port(self))
        return self.sockets[-1]


PORTS = (PicoW, Esp32, Linux)


def tried(port, fate, *answers):
    """(the status or the OSError, ms that it took, the transport) of one request."""
    with PortNet(port, fate, *answers) as net, Time(NOW) as time:
        transport = HttpTransport("http://192.168.1.9:9090/x")
        result, took = driven(time, transport)
        assert isinstance(result, int) or all([sock.closed for sock in net.sockets])
        return result, took, transport


def test_a_connection_opens_on_every_port():
    for port in PORTS:
        result, took, transport = tried(port, "open", OK)
        assert result == 200 and took < 100 and transport.wrote, port


def test_a_refusal_is_one_on_every_port_and_never_a_connection():
    for port in PORTS:
        result, took, transport = tried(port, "refused")
        assert reached(result) and outcome(result) == "no_connection", (port, result)
        assert took < 200 and not transport.wrote


def test_nobody_there_is_no_refusal():
    for port in PORTS:
        for fate, limit in (("silent", 10200), ("aborted", 200)):
            result, took, transport = tried(port, fate)
            assert not reached(result) and took < limit, (port, fate, result)
            assert not transport.wrote


def test_a_connection_that_is_closed_as_soon_as_it_is_open_is_no_silence():
    for port in PORTS:
        result, took, transport = tried(port, "closed")
        assert reached(result) and took < 200, (port, result)
        assert port is not PicoW or not transport.wrote


# --- a name that moves


class World(Net):
    """Addresses with an answer each; `where` is what the name server knows, or an OSError."""

    def __init__(self, **answers):
        super().__init__()
        self.by_address = {name.replace("_", "."): answers[name] for name in answers}
        self.where = ["old"]
        self.connected = []

    def getaddrinfo(self, host, port, *_):
        self.asked.append(host)
        if isinstance(self.where, OSError):
            raise self.where
        return [(2, 1, 6, "", (address, port)) for address in self.where]

    def socket(self, family):
        self.sockets.append(Located(self))
        return self.sockets[-1]


class Located(Socket):
    address = None

    def connect(self, address):
        self.net.connected.append(address[0])
        self.address = address[0]
        if self.net.by_address[self.address] is None:
            raise failure(errno.ECONNREFUSED)

    def readinto(self, buf):
        if self.sent.count(b" HTTP/1.1\r\n") > self.answered and not self.net.answers:
            self.net.answers.append(self.net.by_address[self.address])
        return super().readinto(buf)


def answer(status):
    return b"HTTP/1.1 %s\r\nContent-Length: 0\r\n\r\n" % status


FAILURES = (
    None,  # refused
    b"",  # closed without an answer
    b"not HTTP\r\n\r\n",
    page(b"text/html"),
    answer(b"301 Moved Permanently"),
    answer(b"404 Not Found"),
    answer(b"421 Misdirected Request"),
    answer(b"503 Service Unavailable"),
)


def test_the_name_is_asked_for_again_after_failures_of_any_kind():
    for its_answer in FAILURES:
        with World(old=OK, new=OK) as world, Time(NOW) as time:
            transport = HttpTransport("http://collector.test/x")
            assert driven(time, transport)[0] == 200
            world.where = ["new"]
            world.by_address["old"] = its_answer
            if its_answer is None:
                transport.close()
            first = driven(time, transport)[0]
            while transport.stale:
                first = driven(time, transport)[0]
            assert first != 200
            assert driven(time, transport)[0] == 200, (its_answer, first)
            assert world.connected[-1] == "new" and len(world.asked) == 2
            # It is not asked for again while all is well.
            assert driven(time, transport)[0] == 200 and len(world.asked) == 2


def test_a_connection_stays_if_the_name_did_not_move():
    with World(old=OK) as world, Time(NOW) as time:
        transport = HttpTransport("http://collector.test/x")
        for status in (b"200 OK", b"503 X", b"413 X", b"429 X", b"200 OK", b"200 OK"):
            world.by_address["old"] = answer(status)
            assert driven(time, transport)[0] == int(status[:3])
        assert world.connected == ["old"] and len(world.asked) == 4


def test_one_of_many_addresses_stays():
    with World(old=OK, new=OK) as world, Time(NOW) as time:
        transport = HttpTransport("http://collector.test/x")
        assert driven(time, transport)[0] == 200
        world.where = ["new", "old"]
        for _ in range(3):
            world.by_address["old"] = answer(b"503 X")
            assert driven(time, transport)[0] == 503
        assert world.connected == ["old"]
        world.where = ["new"]
        assert driven(time, transport)[0] == 200 and world.connected == ["old", "new"]
    with World(dead=None, old=OK) as world, Time(NOW) as time:
        world.where = ["dead", "old"]
        transport = HttpTransport("http://collector.test/x")
        for _ in range(2):
            assert driven(time, transport)[0] == 200
            transport.close()
        assert world.connected == ["dead", "old", "old"] and len(world.asked) == 1


def test_the_old_address_serves_on_when_the_name_server_fails():
    with World(old=OK) as world, Time(NOW) as time:
        transport = HttpTransport("http://collector.test/x")
        assert driven(time, transport)[0] == 200
        world.where = failure(-2)
        for down in (True, False, True, False):
            world.by_address["old"] = answer(b"503 X") if down else OK
            assert driven(time, transport)[0] == (503 if down else 200)
            transport.close()
        world.by_address["old"] = None
        for _ in range(2):
            assert driven(time, transport)[0].errno == errno.ECONNREFUSED
        world.by_address["old"] = OK
        assert driven(time, transport)[0] == 200


def test_the_name_is_asked_for_again_after_an_hour_by_a_new_connection():
    with World(old=OK, new=OK) as world, Time(NOW) as time:
        transport = HttpTransport("http://collector.test/x")
        assert driven(time, transport)[0] == 200
        world.where = ["new"]
        time.pass_ms(HOUR // 2)
        transport.close()
        assert driven(time, transport)[0] == 200 and world.connected == ["old", "old"]
        time.pass_ms(HOUR)
        assert driven(time, transport)[0] == 200 and len(world.asked) == 1  # it is kept
        transport.close()
        assert driven(time, transport)[0] == 200 and world.connected[-1] == "new"
        # The name server is gone: it is not asked by each connection, since that can block.
        world.where = failure(-2)
        time.pass_ms(HOUR)
        for _ in range(5):
            transport.close()
            assert driven(time, transport)[0] == 200
        assert len(world.asked) == 3 and world.connected[-1] == "new"


def test_a_portal_that_hijacks_names_is_left_when_it_lets_go():
    with World(old=OK, portal=page(b"text/html", body=HTML)) as world, Time(NOW) as time:
        world.where = ["portal"]
        transport = HttpTransport("http://collector.test/x")
        assert not reached(driven(time, transport)[0])
        world.where = ["old"]
        assert driven(time, transport)[0] == 200 and world.connected == ["portal", "old"]


def test_no_address_is_known_yet():
    with World() as world:
        world.where = failure(-2)
        e = failed(HttpTransport("http://collector.test/x"))
        assert e.errno == errno.EHOSTUNREACH and not reached(e) and not world.connected
