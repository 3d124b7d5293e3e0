"""One script, written for the official Python tracker, sends the same with it and with ours."""

import http.server
import json
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from peers.conftest import HERE, comparable, engines
from snowplow_tracker import Emitter, Tracker
from tools.engine import ROOT

OFFICIAL = Path(sys.prefix) / "official"
SCRIPT = HERE / "official_script.py"
EVENTS = 16  # in each of the script's runs
RUNS = 4 * 5


def run(sink, command, env, method):
    done = subprocess.run(
        [*command, str(SCRIPT), str(sink.port), method],
        env=env,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return [comparable(event) for event in sink.take()]


@pytest.mark.parametrize("method", ("post", "get"))
@pytest.mark.parametrize("engine", ("cpython", "vm"))
def test_payloads_equal_the_official_trackers(sink, engine, method):
    if not OFFICIAL.is_dir():
        pytest.skip("the official tracker is not installed: see the Makefile")
    if engine not in engines():
        pytest.skip("no MicroPython VM here: it has no wheel for this machine")
    official = run(
        sink,
        [sys.executable, "-W", "ignore"],
        dict(os.environ, PYTHONPATH=str(OFFICIAL)),
        method,
    )
    ours = run(sink, *engines()[engine], method)
    assert len(official) == len(ours) == EVENTS * RUNS
    for i, (theirs, mine) in enumerate(zip(official, ours, strict=True)):
        # It gives the items of a transaction the time of the call as their true one.
        if theirs["e"] == "ti" and "ttm" not in mine:
            assert theirs.pop("ttm")
        assert mine == theirs, f"event {i} of a run, of type {mine['e']}"


@pytest.mark.parametrize("engine", ("cpython", "vm"))
def test_queries_are_percent_encoded_to_the_byte_with_entities_last(sink, engine):
    if engine not in engines():
        pytest.skip("no MicroPython VM here: it has no wheel for this machine")
    run(sink, *engines()[engine], "get")
    plain = set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~%=&")
    assert len(sink.queries) == EVENTS * RUNS
    for query in sink.queries:
        assert set(query) <= plain, query
        keys = [pair.split("=")[0] for pair in query.split("&")]
        for key in {"co", "cx"} & set(keys):
            assert keys[-1] == key, keys


@pytest.mark.parametrize("engine", ("cpython", "vm"))
def test_full_batches_are_sent_without_a_flush_as_by_the_official_tracker(sink, engine):
    if not OFFICIAL.is_dir():
        pytest.skip("the official tracker is not installed: see the Makefile")
    if engine not in engines():
        pytest.skip("no MicroPython VM here: it has no wheel for this machine")
    official = [sys.executable, "-W", "ignore"], dict(os.environ, PYTHONPATH=str(OFFICIAL))
    found = []
    for command, env in (official, engines()[engine]):
        script = [*command, str(HERE / "official_sending.py"), str(sink.port)]
        done = subprocess.run(script, env=env, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stderr[-2000:]
        found.append((done.stdout, [event["se_ac"] for event in sink.take()]))
    assert found[0][0] == "Emitter 6\nAsyncEmitter 6\nflush 7\n"
    # Its AsyncEmitter sends what is there when its thread comes to it.
    assert found[1][0].startswith("Emitter 6\n") and found[1][0].endswith("flush 7\n")
    assert found[1][1] == [*map(str, range(6)), *map(str, range(7))]


# Another thread may run between any two steps of Python's.
def test_threads_that_track_while_full_batches_are_sent(sink):
    t = Tracker("ns", Emitter("127.0.0.1", "http", sink.port, request_timeout=600))

    def track(name):
        for n in range(100):
            t.track_struct_event("c", f"{name}-{n}")

    threads = [threading.Thread(target=track, args=(name,)) for name in "abcd"]
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(interval)
    assert t.flush()
    found = sorted(event["se_ac"] for event in sink.take())
    assert found == sorted(f"{name}-{n}" for name in "abcd" for n in range(100))
    assert t.emitters[0].sent == 400
    t.emitters[0].close()


class Moved(http.server.BaseHTTPRequestHandler):
    """A collector behind a redirect: POST /308/... is answered with 308."""

    protocol_version = "HTTP/1.1"
    events: list = []

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        first, _, rest = self.path[1:].partition("/")
        if first.isdigit():
            self.answer(int(first), "/" + rest)
        else:
            self.events.extend(json.loads(body)["data"])
            self.answer(200)

    def do_GET(self):
        self.answer(200)

    def answer(self, status, location=None):
        self.send_response(status)
        if location:
            self.send_header("Location", location)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, *_):
        pass


BEHIND_A_REDIRECT = """
import sys
import requests
from snowplow_tracker import Emitter, Tracker
session = requests.Session()
for status in sys.argv[2:]:
    url = "http://127.0.0.1:%s/%s" % (sys.argv[1], status)
    emitter = Emitter(url, session=session, request_timeout=600)
    Tracker("ns", emitter).track_struct_event("c", status)
    print(status, emitter.flush())
"""


def test_a_session_of_requests_behind_a_redirect():
    if not OFFICIAL.is_dir():
        pytest.skip("requests is not installed, which comes with the official tracker: Makefile")
    Moved.events = []
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Moved) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        statuses = ["301", "302", "303", "307", "308"]
        done = subprocess.run(
            [sys.executable, "-c", BEHIND_A_REDIRECT, str(server.server_port), *statuses],
            env=dict(os.environ, PYTHONPATH=f"{ROOT / 'lib'}{os.pathsep}{OFFICIAL}"),
            capture_output=True,
            text=True,
            timeout=120,
        )
        server.shutdown()
    assert done.returncode == 0, done.stderr[-2000:]
    came = [event["se_ac"] for event in Moved.events]
    assert came == ["307", "308"]
    assert done.stdout.split("\n")[:5] == [f"{its} {its in came}" for its in statuses]
