"""The urequests transport over real sockets, on CPython and on the VM."""

import os
import subprocess
import sys
import threading
from http.server import ThreadingHTTPServer

import pytest

from host_tests.outside import Handler, serving
from tools.engine import ROOT

SCRIPT = """
import sys
from snowplow_tracker import UrequestsTransport
port, path, size = sys.argv[1:]
def body(buf, head=b""):
    if head:
        yield memoryview(head)
    for _ in range(int(size)):
        yield memoryview(b"0123456789")
def driven(answer):
    while True:
        try:
            next(answer)
        except StopIteration as e:
            return e.value
t = UrequestsTransport("http://127.0.0.1:" + port + path, timeout=1 if path == "/silent" else 60)
for _ in range(2):
    try:
        answer = t.send(10 * int(size), body)
        print(answer if isinstance(answer, int) else driven(answer))
    except OSError as e:
        print("OSError", e)
t.close()
loaded = [name for name in sys.modules if name.endswith("transport.http")]
print("HttpTransport took over" if loaded else "all by requests")
"""

OUTCOMES = """
import sys
from snowplow_tracker import Emitter, HttpTransport, Tracker, UrequestsTransport
from snowplow_tracker.emitter.outcome import outcome, reached
port, path, _ = sys.argv[1:]
for kind in (UrequestsTransport, HttpTransport):
    limit = 1 if path == "/silent" else 60
    emitter = Emitter("host", transport=kind("http://127.0.0.1:" + port + path, timeout=limit))
    tracker = Tracker("ns", emitter)
    tracker.track_struct_event("c", "a")
    tracker.flush()
    print(outcome(emitter.last_result), reached(emitter.last_result), len(emitter.event_store))
"""


class Collector(Handler):
    """Answers as its path says, and keeps what it was sent."""

    def do_POST(self):
        self.server.seen.append(("POST", self.headers, self._body()))
        kind = self.path.strip("/")
        if kind == "redirect":
            self.send_response(302)
            self.send_header("Location", "/200")
        elif kind == "garbage":
            self.wfile.write(b"this is not http\r\n\r\n")
            self.close_connection = True
            return
        elif kind == "close":
            self.close_connection = True
            return
        elif kind == "silent":
            self.server.done.wait(600)
            self.close_connection = True
            return
        elif kind == "chunked":
            self.send_response(200)
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            self.wfile.write(b"2\r\nok\r\n0\r\n\r\n")
            return
        elif kind == "chunked_503":
            self.send_response(503)
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            self.wfile.write(b"0\r\n\r\n")
            return
        elif kind == "interim":
            self.wfile.write(b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n")
            self.send_response(200)
        elif kind in ("portal", "page"):
            body = b"<!DOCTYPE html><html><form>Please sign in</form></html>"
            self.send_response(200)
            if kind == "portal":
                self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
            return
        elif kind == "empty":
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        else:
            self.send_response(int(kind))
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    def do_GET(self):
        self.server.seen.append(("GET", self.headers, b""))
        self.send_response(200)
        self.end_headers()

    def _body(self):
        return self.rfile.read(int(self.headers.get("Content-Length", 0)))


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_):
        pass


@pytest.fixture
def server():
    with serving(Collector, Server) as server:
        server.seen = []
        server.done = threading.Event()
        yield server
        server.done.set()


@pytest.fixture(params=["cpython", "vm"])
def send(request, server):
    """send(path, pieces) -> what the script prints: for two requests a line each, and a third."""

    def run(path, pieces=3, port=None, script=SCRIPT):
        arguments = [str(port or server.server_address[1]), path, str(pieces)]
        if request.param == "vm":
            done = request.getfixturevalue("vm").run("-c", script, *arguments)
        else:
            path = os.pathsep.join((str(ROOT / "lib"), str(ROOT / "host_tests" / "fakes")))
            done = subprocess.run(
                [sys.executable, "-W", "error", "-c", script, *arguments],
                env=dict(os.environ, PYTHONPATH=path),
                capture_output=True,
                text=True,
                timeout=120,
            )
        assert done.returncode == 0 and not done.stderr, done.stdout + done.stderr
        return done.stdout.splitlines()

    return run


ALONE = "all by requests"
TOOK_OVER = "HttpTransport took over"


@pytest.mark.parametrize("status", [200, 204, 400, 404, 413, 429, 500, 503])
def test_status_is_returned(send, status):
    assert send(f"/{status}") == [str(status)] * 2 + [ALONE]


def test_an_empty_answer_is_acceptance(send):
    assert send("/empty") == ["200"] * 2 + [ALONE]


def test_body_streams_with_its_length_and_type(send, server):
    send("/200", 20000)
    assert [len(body) for _, _, body in server.seen] == [200000] * 2
    for method, headers, _ in server.seen:
        assert method == "POST"
        assert headers["Content-Type"] == "application/json"
        assert headers["Content-Length"] == "200000"
        assert "Transfer-Encoding" not in headers and "Referer" not in headers


def test_a_redirect_is_not_followed(send, server):
    assert send("/redirect") == ["302"] * 2 + [TOOK_OVER]
    assert {method for method, _, _ in server.seen} == {"POST"}


@pytest.mark.parametrize("kind", ["chunked", "interim"])
def test_what_requests_cannot_read_is_sent_once_more_and_then_never_twice(send, server, kind):
    # micropython #17721: the first request was accepted, and `requests` cannot tell.
    assert send("/" + kind) == ["200"] * 2 + [TOOK_OVER]
    assert len(server.seen) == 3
    assert len({bytes(body) for _, _, body in server.seen}) == 1


def test_a_chunked_refusal_keeps_its_status(send):
    assert send("/chunked_503") == ["503"] * 2 + [TOOK_OVER]


@pytest.mark.parametrize("kind", ["portal", "page"])
def test_a_web_page_is_no_acceptance(send, kind):
    lines = send("/" + kind)
    assert lines[2] == TOOK_OVER
    for line in lines[:2]:
        assert line.startswith("OSError") and "does this network want a login?" in line
    assert send("/" + kind, script=OUTCOMES) == ["bad_response False 1"] * 2


@pytest.mark.parametrize("kind", ["garbage", "close", "silent"])
def test_no_proper_answer_is_an_oserror(send, kind):
    lines = send("/" + kind)
    assert all(line.startswith("OSError") for line in lines[:2]) and len(lines) == 3


def test_nobody_there_is_an_oserror(send, server):
    port = server.server_address[1]
    server.shutdown()
    server.server_close()
    lines = send("/200", port=port)
    assert all(line.startswith("OSError") for line in lines[:2]) and lines[2] == ALONE
    assert send("/200", port=port, script=OUTCOMES) == ["no_connection True 1"] * 2


@pytest.mark.parametrize(
    ("kind", "line"),
    [
        ("204", "success True 0"),
        ("404", "http_error True 1"),
        ("redirect", "http_error False 1"),
        ("garbage", "bad_response True 1"),
        ("silent", "timeout False 1"),
    ],
)
def test_arduino_outcomes_by_both_transports(send, kind, line):
    assert send("/" + kind, script=OUTCOMES) == [line] * 2
