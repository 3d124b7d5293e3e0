"""--forward: nothing that was acknowledged is lost on the way to another collector."""

import collections
import email.utils
import http.client
import json
import re
import socket
import ssl
import threading
import time
import uuid

import pytest
import trustme
from collecting import JSON, TP2, Collector, batch, collector, struct, wait_for
from forward_target import FAULTS, Target, answer, says

from tools.collector.forward import forwarder, message
from tools.collector.forward import target as client
from tools.collector.forward.message import Message
from tools.collector.forward.queue import Queue
from tools.collector.forward.target import Refused, Trouble

BOARDS, REQUESTS, BATCH = 4, 100, 50
BEFORE_THE_BODY = ("reset_head", "early")
FAULTY = [name for name in FAULTS if name not in (None, "400", "413")] + [*BEFORE_THE_BODY]


class Site:
    """A collector that passes on, which can be killed and started again on its files."""

    def __init__(self, folder, target):
        self._arguments = [folder / "c.db", "--quiet", "--forward", target.url]
        self.running = Collector(*self._arguments)

    def kill(self):
        self.running.stop(kill=True)
        self.running = Collector(*self._arguments)

    def status(self):
        return self.running.get("/micro/forward")


def board(site, number, bodies, acknowledged):
    """Send bodies in their order, each again until it is acknowledged, as a board does."""
    for body in bodies:
        while True:
            connection = http.client.HTTPConnection("127.0.0.1", site.running.port, timeout=120)
            try:
                connection.request("POST", TP2, body, JSON)
                if connection.getresponse().read() == b"ok":
                    acknowledged[number] += 1
                    break
            except (OSError, http.client.HTTPException):
                time.sleep(0.05)  # It was killed
            finally:
                connection.close()


def test_nothing_is_lost_and_the_order_is_kept(tmp_path, closing_line):
    planned = collections.deque(FAULTY)
    applied, seen, poisoned = collections.Counter(), 0, True

    def decide(received):
        nonlocal seen
        seen += not received.body  # It is asked before and after the body
        is_due = planned and seen % 8 == 0
        if poisoned and b"poison" in received.body:
            name = "400" if len(received.events()) == 1 else "413"
        elif is_due and (planned[0] in BEFORE_THE_BODY) == (not received.body):
            name = planned.popleft()
        else:
            name = None
        applied[name] += 1
        return name

    target = Target(decide)
    site = Site(tmp_path, target)
    sent, acknowledged, threads = {}, collections.Counter(), []
    for number in range(BOARDS):
        bodies = []
        for first in range(0, REQUESTS * BATCH, BATCH):
            events = [
                struct(eid=str(uuid.uuid4()), aid=f"b{number}", se_va=str(i), stm="1700000000000")
                for i in range(first, first + BATCH)
            ]
            if first == 10 * BATCH:
                events[7]["se_la"] = "poison"
            sent |= {event["eid"]: event for event in events}
            bodies.append(batch(*events))
        arguments = (site, number, bodies, acknowledged)
        threads.append(threading.Thread(target=board, args=arguments))
    for thread in threads:
        thread.start()
    for share in (0.2, 0.5, 0.8):
        due = share * BOARDS * REQUESTS
        wait_for(lambda due=due: sum(acknowledged.values()) > due, 300)
        site.kill()
        applied["kill -9"] += 1
    for thread in threads:
        thread.join(300)
    wait_for(lambda: site.status()["waiting"]["requests"] == 0, 300)
    site.kill()  # Also with an empty queue, and with what was set aside
    status = site.status()
    assert status["aside"]["events"] == BOARDS and status["dropped"]["events"] == 0
    aside = site.running.get("/micro/forward/aside")
    assert {one["reason"] for one in aside} == {"400 Bad Request: poison"}

    arrived = [event for one in target.taken for event in one.events()]
    newest, late = collections.Counter(), 0
    first_arrivals = {event["eid"]: event for event in reversed(arrived)}
    for event in arrived:
        if first_arrivals.pop(event["eid"], None):
            late += int(event["se_va"]) < newest[event["aid"]]
            newest[event["aid"]] = int(event["se_va"])
    poisoned = False  # The target is mended
    site.running.post("/micro/forward/again", {})
    wait_for(lambda: site.status()["waiting"]["requests"] == 0, 300)
    arrived = {event["eid"]: event for one in target.taken for event in one.events()}
    lost = len(sent.keys() - arrived.keys())
    changed = [eid for eid in arrived if {**arrived[eid], "stm": ""} != {**sent[eid], "stm": ""}]
    site.running.stop()
    target.stop()
    applied.pop(None)
    faults = sum(applied.values())
    closing_line(
        f"forward: {len(sent)} events through {faults} faults, {lost} lost, {late} out of order"
    )
    assert (lost, late, changed) == (0, 0, [])
    assert set(applied) == {*FAULTY, "400", "413", "kill -9"}
    assert len(sent) >= 20000 and faults >= 15


# --- What is passed on ---


@pytest.fixture
def target():
    running = Target()
    yield running
    running.stop()


@pytest.fixture
def site(tmp_path, target):
    with collector(tmp_path / "c.db", "--quiet", "--forward", target.url + "/base/") as running:
        yield running


def raw(port, request):
    """Send bytes; return the status line of the answer."""
    with socket.create_connection(("127.0.0.1", port), timeout=120) as connection:
        connection.sendall(request)
        with connection.makefile("rb") as file:
            return file.readline()


def taken(target, count=1):
    """Return the requests that the target took since the last call."""
    wait_for(lambda: len(target.taken) >= count)
    found, target.taken = target.taken, []
    assert len(found) == count
    return found


def test_body_and_headers_are_as_they_came(site, target):
    body = b'{"schema":"iglu:a/payload_data/b/1-0-0" , "data":[{"stm":"1700000000000"}]}\n'
    head = (
        b"POST /com.example/a?b=%20c&d=%E9|e HTTP/1.1\r\nHost: gate:9090\r\n"
        b"User-Agent: x\xe9\r\nX-Twice: 1\r\nx-tWice: 2\r\nContent-Type: Application/JSON\r\n"
        b"Authorization: Bearer mine\r\nX-Forwarded-For: 10.1.2.3\r\nAccept: */*\r\n"
        b"Connection: close, X-Hop\r\nX-Hop: 1\r\nTE: trailers\r\n"
        b"Proxy-Authorization: Basic x\r\nTransfer-Encoding: chunked\r\n\r\n"
    )
    request = head + b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body)
    assert raw(site.port, request) == b"HTTP/1.1 200 OK\r\n"
    (received,) = taken(target)
    assert received.line == "POST /base/com.example/a?b=%20c&d=%E9|e HTTP/1.1"
    assert received.body == body
    cookie = received.header("Cookie")[0]
    assert uuid.UUID(cookie.removeprefix("sp="))
    (via,) = received.header("Via")
    assert received.headers == [
        ("Host", f"127.0.0.1:{target.port}"),
        ("User-Agent", "x\xe9"),
        ("X-Twice", "1"),
        ("x-tWice", "2"),
        ("Content-Type", "Application/JSON"),
        ("Authorization", "Bearer mine"),
        ("Accept", "*/*"),
        ("Via", via),
        ("Cookie", cookie),
        ("X-Forwarded-For", "10.1.2.3, 127.0.0.1"),
        ("Content-Length", str(len(body))),
    ]


def test_the_target_knows_a_client_by_the_id_that_the_client_was_told(site, target):
    def cookies(path="/i?e=se", **headers):
        told = site.request("GET", path, headers=headers)[1]["Set-Cookie"].partition(";")[0]
        (received,) = taken(target)
        return told, received.header("Cookie")

    told, passed_on = cookies()
    assert passed_on == [told]
    mine = f"collector_token=secret; {told}; other=1"
    assert cookies(Cookie=mine) == (told, [f"{told}; other=1"])
    told, passed_on = cookies(f"/i?e=se&nuid={uuid.UUID(int=7)}", Cookie="a=b")
    assert (told, passed_on) == (f"sp={uuid.UUID(int=7)}", ["a=b"])


def test_a_request_that_wants_to_be_anonymous_stays_so(site, target):
    headers = {"SP-Anonymous": "*", "Cookie": "sp=x", "X-Forwarded-For": "1.2.3.4",
               "X-Real-IP": "1.2.3.4"}  # fmt: skip
    site.request("POST", TP2, batch(struct()), {**JSON, **headers})
    (received,) = taken(target)
    assert received.header("SP-Anonymous") == ["*"]
    names = {name.lower() for name, _ in received.headers}
    assert not names & {"cookie", "x-forwarded-for", "x-real-ip"}


def test_a_request_that_comes_back_is_refused(site, target):
    """Else two collectors that pass events on to each other would do so for ever."""
    for anonymous in ({}, {"SP-Anonymous": "*"}):
        before = site.get("/micro/all")["total"]
        site.request("POST", TP2, batch(struct()), {**JSON, **anonymous, "Via": "1.1 proxy"})
        (received,) = taken(target)
        assert received.header("Via")[0] == "1.1 proxy"
        own = received.header("Via")[1]
        back = {**JSON, **anonymous, "Via": f"1.1 proxy, {own}, 1.1 other"}
        status, _, body = site.request("POST", TP2, batch(struct()), back)
        assert status == 508 and b"Start one of the collectors without --forward" in body
        assert site.request("GET", "/i?e=se", headers={"Via": own})[0] == 508
        assert site.get("/micro/all")["total"] == before + 1
    wait_for(lambda: site.get("/micro/forward")["sent"]["requests"] == 2)


def test_a_loop_is_told_and_loses_nothing(tmp_path):
    target = Target(lambda received: answer("508 Loop Detected"))
    with collector(tmp_path / "c.db", "--quiet", "--forward", target.url) as site:
        site.send(struct())
        wait_for(lambda: site.get("/micro/forward")["failing"])
        status = site.get("/micro/forward")
        assert "start one of them without --forward" in status["last_error"]["advice"]
        assert (status["waiting"]["requests"], status["aside"]["requests"]) == (1, 0)
    target.stop()


def test_what_is_passed_on_and_what_is_not(site, target):
    for method, path in (("HEAD", "/i?e=se"), ("GET", "/ice.png?e=se"), ("GET", "/com.a/b?e=se"),
                         ("POST", "/com.a/b")):  # fmt: skip
        assert site.request(method, path)[0] == 200
        (received,) = taken(target)
        assert received.line == f"{method} /base{path} HTTP/1.1"
        assert received.header("Content-Length") == (["0"] if method == "POST" else [])
    for method, path in (("OPTIONS", TP2), ("GET", "/health"), ("GET", "/one"), ("POST", "/i")):
        site.request(method, path)
    site.send(struct(eid="no uuid"))  # What is bad here is passed on, too
    (received,) = taken(target)
    assert received.events() == [struct(eid="no uuid")]
    assert site.get("/micro/all")["total"] == 5
    wait_for(lambda: site.get("/micro/forward")["sent"] == {"requests": 5, "events": 5})
    assert not site.get("/micro/forward")["failing"]


def test_what_waited_is_sent_with_a_later_stm(tmp_path, target):
    """So that collector_tstamp - (stm - dtm) is the same as without the wait."""
    inner = '{\\"stm\\":\\"1600000000000\\"}'
    text = (
        '{"schema":"iglu:a/payload_data/b/1-0-4","data":[{"stm" : "%d","ue_pr":"%s"},{"stm":"5"}]}'
    )
    body = (text % (1600000000000, inner)).encode()
    target.stop()
    with collector(tmp_path / "c.db", "--quiet", "--forward", target.url) as site:
        begin = time.time()
        site.request("POST", TP2, body, JSON)
        site.request("GET", "/i?e=se&stm=1600000000000&a=1")
        came = time.time()
        assert site.get("/micro/forward")["waiting"]["requests"] == 2
    with collector(tmp_path / "c.db", "--quiet") as site:
        line = site.process.stdout.readline()
        assert line.startswith("3 events of an earlier --forward still wait")
    wait_for(lambda: time.time() > came + 1.2)
    target.start()
    with collector(tmp_path / "c.db", "--quiet", "--forward", target.url):
        post, get = taken(target, 2)
        most = 1000 * (time.time() - begin + 1)
    moved = post.events()[0]["stm"]
    assert 1000 < int(moved) - 1600000000000 < most
    assert post.body.decode() == text % (int(moved), inner)
    assert 1000 < int(get.line.partition("stm=")[2][:13]) - 1600000000000 < most


# --- Trouble ---


def attempt(server, scheme="http"):
    """Send a request to a target once, as the thread that sends does."""
    sender = client.Target(server.url.replace("http", scheme))
    try:
        sender.send(Message("POST", TP2, [], b"{}"))
    finally:
        sender.close()
        server.stop()


def contexts():
    """Return the contexts of a server at 127.0.0.1, and of a client that trusts it alone."""
    ca = trustme.CA()
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ca.issue_cert("127.0.0.1").configure_cert(server)
    client_side = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    ca.configure_trust(client_side)
    return server, client_side


def test_the_certificate_is_verified(tmp_path, monkeypatch):
    context, trusting = contexts()
    roots = map(ssl.DER_cert_to_PEM_cert, trusting.get_ca_certs(binary_form=True))
    (tmp_path / "ca.pem").write_text("".join(roots))
    target = Target(context=context)
    address = target.url.replace("http:", "https:")
    with collector(tmp_path / "c.db", "--quiet", "--forward", address) as site:
        site.send(struct())

        def error():  # A slow machine may need more time for a handshake than there is
            found = site.get("/micro/forward")["last_error"]
            return found and found["error"].startswith("its certificate is not trusted") and found

        assert "SSL_CERT_FILE" in wait_for(error)["advice"]
    assert target.taken == []
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    with collector(tmp_path / "c.db", "--quiet", "--forward", address):
        assert taken(target)[0].events() == [struct()]
    target.stop()


@pytest.mark.parametrize(
    "fault, error, advice",
    [
        ("down", "nothing listens at 127.0.0.1", "Does the collector run?"),
        ("nonsense", "it does not answer in HTTP", "Does it want https?"),
        ("cut_head", "the connection was closed without a whole answer", "mend it"),
        ("login", "a web page answered, not a collector", "a captive portal"),
        ("redirect", "it answered 302 Found, to http://127.0.0.1:1/login", "Start with --forward"),
        ("404", "it answered 404 Not Found", "check --forward"),
        ("429", "it answered 429 Too Many Requests", "asked less often"),
        ("500", "it answered 500 Internal Server Error", "Whoever runs it has to mend it."),
    ],
)
def test_trouble_is_explained(fault, error, advice):
    server = Target(lambda received: fault if received.body else None)
    if fault == "down":
        server.stop()
    with pytest.raises(Trouble, match=re.escape(error)) as trouble:
        attempt(server)
    assert advice in trouble.value.advice
    assert trouble.value.retry_after == (1 if fault == "429" else 0)


def test_how_far_behind_it_is(tmp_path, target):
    faults, looked = ["500", "404"], threading.Event()

    def decide(received):
        if not (received.body and faults):
            return None
        if faults[0] == "404":
            looked.wait(600)
        return faults.pop(0)

    target.decide = decide
    with collector(tmp_path / "c.db", "--quiet", "--forward", target.url) as site:
        site.send(struct(), struct())
        status = wait_for(
            lambda: site.get("/micro/forward")["failing"] and site.get("/micro/forward")
        )
        assert status["target"] == target.url and status["room_bytes"] == 1e9
        waiting = status["waiting"]
        assert (waiting["requests"], waiting["events"]) == (1, 2)
        assert 0 < waiting["bytes"] < 2000 and 0 <= waiting["oldest_seconds"] < 120
        assert status["last_error"]["error"] == "it answered 500 Internal Server Error"
        assert 0 <= status["next_try_seconds"] <= 1
        site.post("/micro/reset", {})  # It is no way to lose what was acknowledged
        looked.set()
        taken(target)
        status = wait_for(
            lambda: not site.get("/micro/forward")["failing"] and site.get("/micro/forward")
        )
        assert status["sent"] == {"requests": 1, "events": 2}
        assert status["last_error"]["tries"] == 2
        assert "check --forward" in status["last_error"]["advice"]
        _, out, _ = site.stop()
    lines = [line for line in out.splitlines() if line.startswith("forward: ")]
    assert [line.partition(f"{target.url}")[2] for line in lines] == [
        ": it answered 500 Internal Server Error. Whoever runs it has to mend it. Until then"
        " everything waits here. 2 events in 1 requests wait",
        ": it answered 404 Not Found. There is no collector at this address: check --forward. A"
        " collector answers /health. 2 events in 1 requests wait",
        " takes events again; 0 events in 0 requests wait",
    ]


def test_many_refusals_in_a_row_are_taken_for_a_wrong_address(tmp_path, target):
    refuses = True
    target.decide = lambda received: "400" if received.body and refuses else None
    with collector(tmp_path / "c.db", "--quiet", "--forward", target.url) as site:
        for number in range(15):
            site.send(struct(se_va=str(number)))
        status = wait_for(
            lambda: site.get("/micro/forward")["failing"] and site.get("/micro/forward")
        )
        assert status["last_error"]["error"].startswith(
            "it refuses one request after the other: 400"
        )
        assert "check --forward" in status["last_error"]["advice"].lower()
        refuses = False
        shown = site.get("/micro/forward/aside")[-1]
        assert (shown["method"], shown["path"], shown["events"]) == ("POST", TP2, 1)
        assert shown["body"].encode() == batch(struct(se_va="0"))
        wait_for(lambda: not site.get("/micro/forward")["waiting"]["requests"])
        assert site.post("/micro/forward/again", {})["aside"]["requests"] == 0
        found = [one.events()[0]["se_va"] for one in taken(target, 15)]
    assert sorted(found, key=int) == [str(number) for number in range(15)]


def test_what_there_is_no_room_for_is_counted_and_said(tmp_path, target):
    target.stop()
    arguments = ("--quiet", "--forward", target.url, "--forward-mb", "0.01")
    with collector(tmp_path / "c.db", *arguments) as site:
        site.send(struct(se_va="0"))
        wait_for(lambda: site.get("/micro/forward")["failing"])
        for number in range(1, 40):
            site.send(struct(se_va=str(number)))
        status = site.get("/micro/forward")
        assert status["waiting"]["bytes"] <= 10000
        kept = status["waiting"]["events"]
        assert kept > 10 and kept + status["dropped"]["events"] == 40
        target.start()
        found = [one.events()[0]["se_va"] for one in taken(target, kept)]
        _, out, _ = site.stop()
    # The first one was being sent when there was no room any more.
    assert found == ["0", *map(str, range(41 - kept, 40))]
    assert "no room for what waits: the oldest" in out and "--forward-mb" in out


def test_without_forward(running):
    assert running.get("/micro/forward") == {"target": None}
    assert running.request("POST", "/micro/forward/again")[0] == 404
    assert running.request("GET", "/micro/forward/aside")[0] == 404


# --- Parts ---


def test_retry_after():
    def asked(text):
        fault = answer("503 Busy", f"Retry-After: {text}")
        server = Target(lambda received: fault)
        with pytest.raises(Trouble) as trouble:
            attempt(server)
        return trouble.value.retry_after

    assert [asked(text) for text in ("7", "-1", "soon", "9" * 30)] == [7, 0, 0, 3600]
    assert 1000 < asked(email.utils.formatdate(time.time() + 3000, usegmt=True)) <= 3000
    assert asked("Fri, 01 Jan 2021 00:00:00 GMT") == 0


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_an_answer_that_never_ends(monkeypatch, scheme):
    monkeypatch.setattr(client, "_ANSWER_SECONDS", 0.3)
    server_side, client_side = contexts()
    drip = b"HTTP/1.1 200 OK\r\n" + b"X-Slow: 1\r\n" * 80
    server = Target(lambda received: "drip_on", server_side if scheme == "https" else None)
    monkeypatch.setitem(
        FAULTS, "drip_on", says(*[drip[i : i + 1] for i in range(900)], pause=0.05)
    )
    monkeypatch.setattr(ssl, "create_default_context", lambda: client_side)
    with pytest.raises(Trouble):
        attempt(server, scheme)


@pytest.mark.parametrize("status", [400, 401, 403, 410, 422, 413, 414, 431])
def test_what_the_target_will_never_take(status):
    server = Target(lambda received: answer(f"{status} No", text=b"why \x1b[2J\n not"))
    with pytest.raises(Refused, match=re.escape(f"{status} No: why [2J not")) as refused:
        attempt(server)
    assert refused.value.too_large == (status == 413)


def test_backoff_grows_and_is_bounded(tmp_path, monkeypatch):
    waits = []
    monkeypatch.setattr(client.Target, "send", lambda self, one: fail())
    monkeypatch.setattr(forwarder.Forwarder, "_pause", lambda self, seconds: waits.append(seconds))

    def fail():
        if len(waits) > 30:
            running._stopping = True
        raise Trouble("down", "wait", 600 if len(waits) == 20 else 0)

    running = forwarder.Forwarder("http://x.test", tmp_path / "q", 10**6, lambda line: None)
    running.put(Message("GET", "/i", [], None), 0).result(120)
    wait_for(lambda: len(waits) > 30)
    running.close()
    for number, seconds in enumerate(waits[:20]):
        most = min(60, 2**number)
        assert most / 2 <= seconds <= most
    assert 600 <= waits[20] <= 660 and waits[21] <= 60
    assert len(set(waits)) > 20  # Several sites must not come back at the same moment


def test_data_of_any_depth_stops_nothing(tmp_path, monkeypatch):
    """At one depth, JSON can be read but not written."""

    def refuse(self, one):
        raise Refused("413", too_large=True)

    monkeypatch.setattr(client.Target, "send", refuse)
    monkeypatch.setattr(forwarder, "_REFUSALS", 1000)
    running = forwarder.Forwarder("http://x.test", tmp_path / "q", 10**6, lambda line: None)
    depths = range(940, 1000)
    puts = [
        running.put(Message("POST", TP2, [], b'{"data":[1,%s%s]}' % (b"[" * n, b"]" * n)), 0)
        for n in depths
    ]
    for put in puts:
        put.result(120)
    wait_for(lambda: not running.status()["waiting"]["requests"])
    assert running.status()["aside"]["requests"] >= len(depths)
    running.close()


@pytest.fixture
def waiting(tmp_path):
    """waiting(room): a queue, without a thread that sends; ``put(queue, n)`` fills it."""
    opened = []

    def open_queue(room=10**6):
        opened.append(Queue(tmp_path / "q", room, lambda: None))
        return opened[-1]

    yield open_queue
    for one in opened:
        one.close()


def post(*numbers):
    return Message("POST", TP2, [("A", "\xe9")], batch(*[struct(se_va=str(n)) for n in numbers]))


def numbers(queue):
    """Take everything from a queue; return the numbers of its events."""
    found = []
    while row := queue.first():
        events = message.load(row.data).body
        found += [int(event["se_va"]) for event in json.loads(events)["data"]]
        queue.sent(row)
    return found


def test_parts_stay_in_the_place_of_the_whole(waiting):
    queue = waiting()
    for one in (post(*range(1000)), post(1000)):
        queue.put(one, 0).result(120)
    for _ in range(9):
        row = queue.first()
        queue.divide(row, message.load(row.data).halves())
    assert queue.totals["waiting"][:2] == [11, 1001]
    assert message.load(queue.first().data).halves() == []
    queue.set_aside(queue.first(), "413")
    queue.wait_again()
    assert numbers(queue) == list(range(1001))
    assert queue.totals == {"waiting": [0, 0, 0], "aside": [0, 0, 0], "sent": [11, 1001, 0],
                            "dropped": [0, 0, 0]}  # fmt: skip


def test_what_was_refused_makes_room_first_and_what_is_being_sent_never(waiting):
    queue = waiting(1)  # Room for nothing
    queue.put(post(1), 0).result(120)
    assert queue.first() is None and queue.totals["dropped"] == [1, 1, 0]
    queue.room = 10**6
    for number in range(4):
        queue.put(post(number), 0).result(120)
    queue.set_aside(queue.first(), "400")
    assert message.load(queue.first().data) == post(1)
    queue.room = sum(queue.totals["waiting"][2:])
    queue.put(post(4), 0).result(120)  # In place of the one that was refused, and of 2
    assert queue.totals["aside"] == [0, 0, 0]
    assert numbers(queue) == [1, 3, 4]
    assert queue.totals["dropped"] == [3, 3, 0]


def test_how_long_a_message_waited_is_not_taken_from_a_clock_that_was_not_set(waiting):
    now = time.time_ns() // 1000000
    queue = waiting()
    queue.put(post(1), 5000).result(120)  # 1970, before a network had set the clock
    row = queue.first()
    waited = queue.waited(row)
    assert queue.waited(row._replace(life=1)) == 0
    of_another_life = queue.waited(row._replace(life=1, received=now - 5000))
    most = time.time_ns() // 1000000 - now + 1000  # The clocks are read one after the other
    assert 0 <= waited <= most
    assert 5000 <= of_another_life <= most + 5000


def test_totals_outlive_the_program(tmp_path):
    first = Queue(tmp_path / "q", 10**6, lambda: None)
    for number in range(4):
        first.put(post(number), 0).result(120)
    first.sent(first.first())
    first.set_aside(first.first(), "400")
    first.close()
    second = Queue(tmp_path / "q", 10**6, lambda: None)
    assert second.totals == first.totals
    second.put(post(4), 0).result(120)
    second.wait_again()
    assert numbers(second) == [1, 2, 3, 4]
    second.close()


def test_what_is_shown_is_bounded():
    assert len(Message("POST", TP2, [], b"x" * 10**6).shown()["body"]) == 65536


@pytest.mark.parametrize("body", [b"", b"{}", b"[1]", b'{"data":3}', b"[" * 100000, b"\xff"])
def test_a_body_that_is_none(body):
    one = Message("POST", TP2, [], body)
    assert one.count_events() == 1 and one.halves() == []
    assert message.load(one.dump()) == one.sent_later(5000) == one
