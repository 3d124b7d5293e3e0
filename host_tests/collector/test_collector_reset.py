"""What a reset removes, and what one transaction of the writer takes."""

import http.client
import socket
import threading
import time
import types
import uuid
from concurrent.futures import Future

import pytest
from collecting import JSON, TP2, batch, payload, struct, wait_for
from test_collector_second_judge import Load, children

from tools.collector.enrich.iglu import Schemas
from tools.collector.enrich.judge import judge
from tools.collector.storage.compression import DICTIONARY, Compression
from tools.collector.storage.requests import MAX_BYTES
from tools.collector.storage.store import Store

SCHEMAS = Schemas([])
EIDS = [str(uuid.UUID(int=number)) for number in range(9)]
EVENTS = [payload(batch(struct(eid=eid))) for eid in EIDS]


def judge_it(one, final):
    return judge(one, SCHEMAS)


@pytest.fixture
def opened(tmp_path):
    """A function that opens a database; it is closed at the end."""
    stores = []

    def open_store(judge_it=judge_it, on_commit=lambda rows: None, second_judge=None):
        stores.append(Store(tmp_path / "c.db", judge_it, on_commit, None, second_judge))
        return stores[0]

    yield open_store
    stores[0].close()


def eids(store):
    def query(connection):
        return [eid for (eid,) in connection.execute("SELECT eid FROM events ORDER BY id")]

    found = store.read(query).result(120)
    assert store.counts()["total"] == len(found)
    return found


def test_a_reset_removes_what_is_still_being_judged(opened):
    waiting = []
    second = types.SimpleNamespace(start=lambda _: None, close=lambda: None)
    second.submit = lambda one, done: not waiting.append((one, done))
    store = opened(second_judge=second)
    before = [store.submit(one) for one in EVENTS[:3]]
    reset = store.reset()
    after = [store.submit(one) for one in EVENTS[3:5]]
    reset.result(120)
    pack = Compression(DICTIONARY).pack_rows
    for one, done in (waiting[0], waiting[3], waiting[1], waiting[4]):
        done(pack(judge(one, SCHEMAS)))
    waiting[2][1](None)  # The first process has to judge it
    for future in before + after:
        future.result(120)
    assert eids(store) == EIDS[3:5]


def test_a_reset_removes_what_waits_for_a_schema(opened):
    found = Future()

    def look_up(one, final):
        return judge(one, SCHEMAS) if final or one not in EVENTS[:2] else found

    store = opened(look_up)
    waits = [store.submit(one) for one in EVENTS[:2]]
    store.submit(EVENTS[2]).result(120)
    store.reset().result(120)
    later = store.submit(EVENTS[3])
    later.result(120)
    assert not any(future.done() for future in waits)
    found.set_result(None)
    for future in waits:
        future.result(120)
    store.submit(EVENTS[4]).result(120)
    assert eids(store) == EIDS[3:5]


def test_the_last_byte_of_a_request_is_its_arrival(opened):
    store = opened()
    first, second = store.arrival(), store.arrival()
    store.submit(EVENTS[0], second).result(120)
    store.reset().result(120)
    late = store.arrival()
    store.submit(EVENTS[1], first).result(120)
    store.submit(EVENTS[2], late).result(120)
    assert eids(store) == EIDS[2:3]


def test_a_reset_that_fails_removes_nothing(opened):
    def fail(one, final):
        if one is EVENTS[1]:
            go_on.wait(600)
        if one is EVENTS[2]:
            raise OSError("disk full")
        return judge(one, SCHEMAS)

    go_on = threading.Event()
    store = opened(fail)
    store.submit(EVENTS[0]).result(120)
    number = store.arrival()
    futures = [store.submit(EVENTS[1]), store.reset(), store.submit(EVENTS[2])]
    go_on.set()
    for future in futures:  # They share a transaction
        with pytest.raises(OSError):
            future.result(120)
    store.submit(EVENTS[3], number).result(120)
    assert eids(store) == [EIDS[0], EIDS[3]]


def request_bytes(eid):
    body = batch(struct(eid=eid))
    head = f"POST {TP2} HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


def answer(connection):
    response = http.client.HTTPResponse(connection)
    response.begin()
    return response.status, response.read()


def test_after_a_reset_only_what_is_sent_then(empty):
    """As in a test of a page: it sends and does not wait, the next test resets, sends, counts."""
    load = Load(empty.port)  # So that a second process judges
    wait_for(lambda: children(empty.process.pid))
    wait_for(lambda: len(load.answered) > 40)
    load.stop()
    connections = [socket.create_connection(("127.0.0.1", empty.port)) for _ in range(20)]
    for connection in connections:  # It was accepted
        connection.sendall(b"GET /health HTTP/1.1\r\nHost: a\r\n\r\n")
        assert answer(connection) == (200, b"ok")
    for _ in range(30):
        for connection in connections:
            connection.sendall(request_bytes(str(uuid.uuid4())))
        assert empty.request("POST", "/micro/reset", b"{}", JSON)[0] == 200
        mine = str(uuid.uuid4())
        empty.send(struct(eid=mine))
        (event,) = empty.get("/micro/good")
        assert event["event"]["event_id"] == mine
        for connection in connections:
            assert answer(connection) == (200, b"ok")  # Taken, and then removed
        assert empty.get("/micro/all") == {"total": 1, "good": 1, "bad": 0}
    for connection in connections:
        connection.close()


def test_a_reset_under_load(empty):
    """What was answered before it is gone; what was sent after its answer is there."""
    load, counts = Load(empty.port), [0]

    def sends_on():
        wait_for(lambda: len(load.answered) > counts[-1] + 10)

    for _ in range(10):
        sends_on()
        before = list(load.answered)
        assert empty.request("POST", "/micro/reset", b"{}", JSON)[0] == 200
        was_reset = time.monotonic()
        counts.append(len(load.answered))
    sends_on()
    load.stop()
    found = {event["event"]["event_id"] for event in empty.get("/micro/good")}
    assert not found & {eid for eids in before for eid in eids}
    # Each of the four threads may have sent its next batch before the reset was answered.
    sent_after = [eids for eids in load.answered if load.begun[eids[0]] > was_reset]
    assert sent_after and found >= {eid for eids in sent_after for eid in eids}


@pytest.mark.parametrize("size, most", [(100, 64), (MAX_BYTES // 10, 10), (MAX_BYTES, 1)])
def test_a_transaction_takes_few_requests_or_bytes(opened, size, most):
    """Judged events need up to 100 times the memory of their request."""
    transactions, is_busy, go_on = [], threading.Event(), threading.Event()

    def wait_and_judge(one, final):
        is_busy.set()
        go_on.wait(600)
        return judge(one, SCHEMAS)

    store = opened(wait_and_judge, lambda rows: transactions.append(len(rows)))
    futures = [store.submit(payload(b"x"))]
    assert is_busy.wait(600)
    futures += [store.submit(payload(b"x" * size)) for _ in range(150)]
    go_on.set()
    for future in futures:
        future.result(120)
    wait_for(lambda: sum(transactions) == 151)
    assert max(transactions) == most
