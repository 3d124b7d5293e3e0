"""--forward: nothing that was acknowledged is lost on the way to another collector."""

import collections
import http.client
import json
import os
import threading
import time
import uuid

import pytest
from collecting import JSON, TP2, Collector, batch, collector, struct, wait_for
from forward_target import FAULTS, Target

from tools.collector.forward import target as target_module
from tools.collector.forward.message import Message

BOARDS, REQUESTS, BATCH = 4, 100, 50
BEFORE_THE_BODY = ("reset_head", "early")
FAULTY = [name for name in FAULTS if name not in (None, "400", "413")] + [*BEFORE_THE_BODY]


class Site:
    """A collector that passes on, which can be killed and started again on its files."""

    def __init__(self, folder, target, *arguments):
        self._arguments = [folder / "c.db", "--quiet", "--forward", f"http://127.0.0.1:{target.port}"]
        self._arguments += arguments
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
            connection = http.client.HTTPConnection("127.0.0.1", site.running.port, timeout=20)
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
        wait_for(lambda: sum(acknowledged.values()) > share * BOARDS * REQUESTS, 60)
        site.kill()
        applied["kill -9"] += 1
    for thread in threads:
        thread.join(60)
    wait_for(lambda: site.status()["waiting"]["requests"] == 0, 60)
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
    wait_for(lambda: site.status()["waiting"]["requests"] == 0, 60)
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


def one(target):
    """Return the one request that the target took since the last call."""
    wait_for(lambda: target.taken)
    (received,) = target.taken
    target.taken.clear()
    return received


def test_body_and_headers_are_as_they_came(tmp_path, target):
    body = b'{"schema":"iglu:a/payload_data/b/1-0-0" , "data":[{"stm":"1700000000000"}]}\n'
    head = (
        b"POST /com.example/a?b=%20c&d=\xc3\xa9|\xe9 HTTP/1.1\r\nHost: gate:9090\r\n"
        b"User-Agent: caf\xe9\r\nX-Twice: 1\r\nx-tWice: 2\r\nContent-Type: Application/JSON\r\n"
        b"Authorization: Bearer mine\r\nX-Forwarded-For: 10.1.2.3\r\nAccept: */*\r\n"
        b"Connection: close, X-Hop\r\nX-Hop: 1\r\nTE: trailers\r\nExpect: 100-continue\r\n"
        b"Proxy-Authorization: Basic x\r\nTransfer-Encoding: chunked\r\n\r\n"
    )
    with collector(tmp_path / "c.db", "--quiet", "--forward", url(target) + "/base/") as running:
        answer = raw(running.port, head + b"5\r\n" + body[:5] + b"\r\n")
        assert answer.startswith(b"HTTP/1.1 100")
        assert raw(running.port, head + b"%x\r\n" % len(body) + body + b"\r\n0\r\n\r\n") == ""
    received = one(target)
    assert received.line == "POST /base/com.example/a?b=%20c&d=%C3%A9|%E9 HTTP/1.1"
    assert received.body == body
    cookie = received.header("Cookie")[0]
    assert uuid.UUID(cookie.removeprefix("sp="))
    assert received.headers == [
        ("Host", f"127.0.0.1:{target.port}"),
        ("User-Agent", "caf\xe9"),
        ("X-Twice", "1"),
        ("x-tWice", "2"),
        ("Content-Type", "Application/JSON"),
        ("Authorization", "Bearer mine"),
        ("Accept", "*/*"),
        ("Cookie", cookie),
        ("X-Forwarded-For", "10.1.2.3, 127.0.0.1"),
        ("Content-Length", str(len(body))),
    ]
