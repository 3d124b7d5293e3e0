"""The name server's part of HttpTransport, over UDP that is played; time is fake."""

import os

import snowplow_tracker.transport.dns as dns
import snowplow_tracker.transport.http as http
from fake_time import NOW, Time
from snowplow_tracker.transport.http import HttpTransport

HOST = "Collector.Test"
NAME = b"\x09collector\x04test\x00"
A = b"\xc0\x0c\0\1\0\1\0\0\0\x3c\0\4"  # a pointer to the name, A, IN, a minute, four bytes
REFUSED = "refused here"


def answered(*records, code=0):
    """A function that makes a reply to a query, of these records."""

    def reply(query):
        head = query[:2] + bytes((0x81, 0x80 | code)) + b"\0\1" + bytes((0, len(records)))
        return head + bytes(4) + query[12:] + b"".join(records)

    return reply


GOOD = answered(A + bytes((10, 0, 0, 7)))


class Net:
    """A socket module: each name server answers with a list of (after ms, reply, sender)."""

    AF_INET = 2
    SOCK_DGRAM = 2
    SOCK_STREAM = 1

    def __init__(self, time, **servers):
        self.time = time
        self.servers = servers  # s10_0_0_1 for the server 10.0.0.1
        self.queries = []  # (ms, server, query)
        self.connects = []
        self.blocking = []  # what getaddrinfo was asked for
        self.open = 0

    def __enter__(self):
        self._real = (http.socket, dns.socket, http._CPYTHON)
        http.socket = dns.socket = self
        http._CPYTHON = False
        return self

    def __exit__(self, *_):
        http.socket, dns.socket, http._CPYTHON = self._real

    def getaddrinfo(self, host, port, *_):
        self.blocking.append(host)
        return [(2, 1, 6, "", (host, port))]

    def socket(self, family=2, kind=1):
        self.open += 1
        return Udp(self) if kind == 2 else Tcp(self)


class Udp:
    def __init__(self, net):
        self.net = net
        self.coming = []

    def setblocking(self, blocking):
        assert not blocking

    def sendto(self, query, address):
        net = self.net
        net.queries.append((net.time.mono, address[0], query))
        assert address[1] == 53
        plan = net.servers["s" + address[0].replace(".", "_")]
        for after, reply, sender in plan.pop(0) if plan else ():
            if reply is REFUSED:
                raise OSError(101)
            self.coming.append((net.time.mono + after, reply(query), sender or address))

    def recvfrom(self, size):
        for i, (at, reply, sender) in enumerate(self.coming):
            if at <= self.net.time.mono:
                self.coming.pop(i)
                return reply[:size], sender
        raise OSError(11)

    def close(self):
        self.net.open -= 1


class Tcp:
    def __init__(self, net):
        self.net = net

    def setblocking(self, blocking):
        assert not blocking

    def setsockopt(self, *_):
        pass

    def connect(self, address):
        self.net.connects.append(address[0])
        raise OSError(111)

    def close(self):
        self.net.open -= 1


def ask(net, transport=None, servers=("10.0.0.1",), limit=10):
    """Send once, which ends at the connect; -> (addresses tried, text of the error, ms)."""
    transport = transport or HttpTransport("http://%s:80/x" % HOST, limit, dns=servers)
    start = net.time.mono
    net.connects = []
    fed = start
    try:
        for wait in transport.send(0, (part for part in ())):
            assert 0 <= wait <= 32 and net.time.mono - fed < 1000
            fed = net.time.mono
            net.time.pass_ms(wait or 1)
    except OSError as e:
        return net.connects, str(e), net.time.mono - start
    finally:
        assert not net.open


def found(*replies, after=5):
    """What is made of these replies, which come one after another."""
    with Time(NOW) as time:
        plan = [[(after * (i + 1), reply, None) for i, reply in enumerate(replies)]]
        with Net(time, s10_0_0_1=plan) as net:
            return ask(net)[:2]


def test_a_query_is_exactly_this():
    with Time(NOW) as time, Net(time, s10_0_0_1=[[(5, GOOD, None)]] * 2) as net:
        assert ask(net)[0] == ["10.0.0.7"]
        ((_, server, query),) = net.queries
        assert server == "10.0.0.1" and HOST not in net.blocking
        assert query[2:] == b"\1\0\0\1\0\0\0\0\0\0" + NAME + b"\0\1\0\1"
        ask(net)
        ask(net)
        assert len({query[:2] for _, _, query in net.queries}) > 1


def test_all_addresses_are_tried_and_only_those_of_the_answer():
    alias = b"\xc0\x0c\0\5\0\1\0\0\0\x3c\0\6\3www\xc0\x16"
    mine = A + bytes((10, 0, 0, 7))
    other = b"\3www\xc0\x16" + A[2:] + bytes((10, 0, 0, 8))
    six = b"\xc0\x0c\0\x1c\0\1\0\0\0\x3c\0\x10" + bytes(16)
    chaos = b"\xc0\x0c\0\1\0\3\0\0\0\x3c\0\4" + bytes(4)
    assert found(answered(alias, six, other, chaos, mine))[0] == ["10.0.0.8", "10.0.0.7"]

    def with_additional(query):
        return answered(mine)(query) + A + bytes((6, 6, 6, 6))

    assert found(with_additional)[0] == ["10.0.0.7"]


def test_upper_case_in_the_answer_does_no_harm():
    assert found(lambda q: GOOD(q).replace(b"collector", b"COLLECTOR"))[0] == ["10.0.0.7"]


def test_no_such_name_is_an_error_at_once():
    nothing = answered()
    for reply in (answered(code=3), answered(code=2), nothing, answered(A + b"\1\2\3\4", code=5)):
        tried, text = found(reply)
        assert tried == [] and "no address for collector.test" in text.lower(), text


def test_what_is_no_answer_is_passed_over():
    good = A + bytes((10, 0, 0, 7))
    evil = A + bytes((6, 6, 6, 6))
    for reply in (
        lambda q: b"",
        lambda q: b"\0",
        lambda q: os.urandom(500),
        lambda q: answered(evil)(bytes((q[0] ^ 1,)) + q[1:]),  # another id
        lambda q: answered(evil)(q.replace(b"collector", b"collectos")),
        lambda q: answered(evil)(q)[:2] + b"\1" + answered(evil)(q)[3:],  # a query
        lambda q: answered(evil)(q)[:5] + b"\2" + answered(evil)(q)[6:],  # two questions
        lambda q: answered(evil)(q)[: len(q) - 1],
    ):
        assert found(reply, answered(good)) == found(answered(good))


def test_a_stranger_is_not_believed():
    with Time(NOW) as time:
        evil = answered(A + bytes((6, 6, 6, 6)))
        strangers = [(1, evil, ("10.0.0.9", 53)), (2, evil, ("10.0.0.1", 54))]
        with Net(time, s10_0_0_1=[strangers + [(9, GOOD, None)]]) as net:
            assert ask(net)[0] == ["10.0.0.7"]


def test_an_answer_that_is_cut_short_or_lies_ends_within_bounds():
    whole = answered(A + bytes((10, 0, 0, 7)), A + bytes((10, 0, 0, 8)))
    query = bytes(2) + b"\1\0\0\1\0\0\0\0\0\0" + NAME + b"\0\1\0\1"
    for cut in range(len(query), len(whole(query)) + 1):
        tried, text = found(lambda q, cut=cut: whole(q)[:cut])
        complete = (cut - len(query)) // 16
        assert tried == ["10.0.0.7", "10.0.0.8"][:complete]
        assert complete or "no address" in text.lower()
    for lie in (
        b"\xc0",
        b"\x3f" * 400,  # labels without end
        b"\1a" * 240,
        b"\xc0\x0c" * 240,  # pointers
        b"\xff" * 480,
        A[:10] + b"\xff\xff" + bytes(4),
        A[:10] + b"\0\3" + bytes(4),
    ):
        assert found(answered(lie))[0] == []
        assert found(lambda q, lie=lie: GOOD(q)[:6] + b"\xff\xff" + GOOD(q)[8:] + lie)[0][:1] == [
            "10.0.0.7"
        ]


def test_it_is_asked_again_each_second_all_servers_in_turn():
    with Time(NOW) as time:
        late = [[], [(300, GOOD, None)]]
        with Net(time, s10_0_0_1=[[]] * 9, s10_0_0_2=late) as net:
            tried, _, took = ask(net, servers=("10.0.0.1", "10.0.0.2"))
            assert tried == ["10.0.0.7"] and 3300 <= took < 3500
            times = [ms - net.queries[0][0] for ms, _, _ in net.queries]
            assert [server[-1] for _, server, _ in net.queries] == ["1", "2", "1", "2"]
            assert all([0 <= times[i] - 1000 * i < 100 for i in range(4)])
            assert len({query for _, _, query in net.queries}) == 1


def test_a_server_that_knows_nothing_does_not_speak_for_the_next():
    with Time(NOW) as time:
        broken = [[(5, answered(code=2), None)]]
        with Net(time, s10_0_0_1=broken, s10_0_0_2=[[(5, GOOD, None)]]) as net:
            assert ask(net, servers=("10.0.0.1", "10.0.0.2"))[0] == ["10.0.0.7"]


def test_a_server_that_is_slower_than_that_is_heard_too():
    with Time(NOW) as time:
        with Net(time, s10_0_0_1=[[(2500, GOOD, None)]], s10_0_0_2=[]) as net:
            assert ask(net, servers=("10.0.0.1", "10.0.0.2"))[0] == ["10.0.0.7"]


def test_it_ends_with_the_limit():
    with Time(NOW) as time, Net(time, s10_0_0_1=[]) as net:
        for limit in (1, 4):
            net.queries = []
            tried, text, took = ask(net, limit=limit)
            assert tried == [] and limit * 1000 <= took < limit * 1000 + 100
            assert "no address for" in text and "no answer" in text
            assert limit <= len(net.queries) <= limit + 1


def test_no_way_to_the_server_is_no_end():
    with Time(NOW) as time:
        plan = [[(0, REFUSED, None)], [(5, GOOD, None)]]
        with Net(time, s10_0_0_1=plan) as net:
            tried, _, took = ask(net)
            assert tried == ["10.0.0.7"] and took > 1000


def test_a_kept_address_serves_on_when_the_name_server_fails():
    with Time(NOW) as time:
        moved = answered(A + bytes((10, 0, 0, 9)))
        plan = [[(5, GOOD, None)], [(5, answered(code=2), None)], [(5, moved, None)]]
        with Net(time, s10_0_0_1=plan) as net:
            transport = HttpTransport("http://%s/x" % HOST, dns=("10.0.0.1",))
            assert ask(net, transport)[0] == ["10.0.0.7"]
            assert ask(net, transport)[0] == ["10.0.0.7"]  # the server failed
            assert ask(net, transport)[0] == ["10.0.0.9"]


def test_servers_may_change_and_be_unknown():
    with Time(NOW) as time, Net(time, s10_0_0_1=[[(5, GOOD, None)]]) as net:
        for unknown in (None, (), ("0.0.0.0",), ("",), lambda: ("0.0.0.0",)):
            assert ask(net, servers=unknown)[0] == [HOST] and not net.queries
        assert ask(net, servers=lambda: ("0.0.0.0", "10.0.0.1"))[0] == ["10.0.0.7"]


def test_some_hosts_are_never_asked_for():
    with Time(NOW) as time, Net(time) as net:
        for host, plain in (
            ("192.168.1.10", "192.168.1.10"),
            ("[fe80::1]", "fe80::1"),
            ("box.local", "box.local"),  # mDNS, which getaddrinfo() of the ports knows
        ):
            transport = HttpTransport("http://%s/x" % host, dns=("10.0.0.1",))
            assert ask(net, transport)[0] == [plain] and not net.queries


def test_what_is_no_name_is_no_address():
    with Time(NOW) as time, Net(time) as net:
        for host in ("a..b", ".a", "a." + "b" * 64):
            transport = HttpTransport("http://%s/x" % host, dns=("10.0.0.1",))
            assert "no address for" in ask(net, transport)[1] and not net.queries
