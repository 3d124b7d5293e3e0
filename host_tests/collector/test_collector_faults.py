"""``--fault``: statuses, delays, cut connections and lost answers, to simulate outages with."""

import http.client
import time

import pytest
from collecting import JSON, TP2, batch, collector, struct

from tools.collector.http.faults import Fault, parse


@pytest.mark.parametrize(
    "text, fault",
    [
        ("503", Fault("503", 503)),
        ("reset", Fault("reset", "reset")),
        ("lost,10%", Fault("lost,10%", "lost", share=0.1)),
        ("delay=2.5s", Fault("delay=2.5s", "delay", delay=2.5)),
        ("429,50%,10s/60s", Fault("429,50%,10s/60s", 429, share=0.5, duration=10, period=60)),
    ],
)
def test_what_can_be_given(text, fault):
    assert parse(text) == fault


@pytest.mark.parametrize(
    "text",
    ["", "200", "999", "delay", "delay=2", "x", "503,", "503,101%", "503,2s/1s", "503,0s/1s"],
)
def test_what_cannot_be_given(text):
    with pytest.raises(ValueError):
        parse(text)


def test_a_share_and_a_period(monkeypatch):
    monkeypatch.setattr("random.random", lambda: 0.4)
    assert parse("503,41%").applies_now() and not parse("503,40%").applies_now()
    for now, applies in ((0, True), (9.9, True), (10, False), (59, False), (61, True)):
        monkeypatch.setattr("time.monotonic", lambda now=now: now)
        assert parse("503,10s/60s").applies_now() == applies


def send(running):
    """Return the status, or the exception of a connection that was cut."""
    connection = http.client.HTTPConnection("127.0.0.1", running.port, timeout=120)
    try:
        connection.request("POST", TP2, batch(struct()), JSON)
        return connection.getresponse().status
    except (http.client.HTTPException, OSError) as error:
        return type(error)
    finally:
        connection.close()


CUT = (http.client.RemoteDisconnected, ConnectionResetError)


@pytest.mark.parametrize(
    "fault, answers, stored",
    [("503", (503,), 0), ("301", (301,), 0), ("reset", CUT, 0), ("lost", CUT, 1)],
)
def test_what_a_tracker_meets(tmp_path, fault, answers, stored):
    with collector(tmp_path / "c.db", "--fault", fault) as running:
        assert running.process.stdout.readline() == f"simulating an outage: --fault {fault}\n"
        assert send(running) in answers
        assert running.get("/micro/all")["total"] == stored
        assert running.request("GET", "/health")[0] == 200
        found = running.get("/micro/overview")
        assert (found["faults"], found["faulted"]) == ([fault], 1)
        assert (running.request("GET", "/i?e=pv")[0] if fault == "301" else 301) == 301


def test_a_delay(tmp_path):
    with collector(tmp_path / "c.db", "--fault", "delay=0.4s", "--fault", "500,0%") as running:
        begin = time.monotonic()
        assert send(running) == 200
        assert time.monotonic() - begin >= 0.4
