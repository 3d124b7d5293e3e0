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
def body():
    for _ in range(int(size)):
        yield memoryview(b"0123456789")
for _ in range(2):
    t = UrequestsTransport("http://127.0.0.1:" + port + path, timeout=1)
    try:
        print(t.send(10 * int(size), body()))
    except OSError as e:
        print("OSError", e)
"""

OUTCOMES = """
import sys
from snowplow_tracker import Emitter, HttpTransport, Tracker, UrequestsTransport
from snowplow_tracker.outcome import outcome
port, path, _ = sys.argv[1:]
for kind in (UrequestsTransport, HttpTransport):
    emitter = Emitter("host", transport=kind("http://127.0.0.1:" + port + path, timeout=1))
    tracker = Tracker("ns", emitter)
    tracker.track_struct_event("c", "a")
    tracker.flush()
    print(outcome(emitter.last_result))
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
            self.server.done.wait(20)
            self.close_connection = True
            return
        elif kind == "chunked":
            self.send_response(200)
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            self.wfile.write(b"2\r\nok\r\n0\r\n\r\n")
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
    """send(path, pieces) -> the two lines that the script prints for its two requests."""

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
                timeout=60,
            )
        assert done.returncode == 0 and not done.stderr, done.stdout + done.stderr
        return done.stdout.splitlines()

    return run


@pytest.mark.parametrize("status", [200, 204, 400, 404, 413, 429, 500, 503])
def test_status_is_returned(send, status):
    assert send(f"/{status}") == [str(status)] * 2


def test_body_streams_with_its_length_and_type(send, server):
    send("/200", 20000)
    assert [len(body) for _, _, body in server.seen] == [200000] * 2
    for method, headers, _ in server.seen:
        assert method == "POST"
        assert headers["Content-Type"] == "application/json"
        assert headers["Content-Length"] == "200000"
        assert "Transfer-Encoding" not in headers and "Referer" not in headers


def test_a_redirect_is_refused_and_not_followed(send, server):
    lines = send("/redirect")
    assert all(line.startswith("OSError redirected") for line in lines) and len(lines) == 2
    assert [method for method, _, _ in server.seen] == ["POST", "POST"]


@pytest.mark.parametrize("kind", ["garbage", "close", "silent"])
def test_no_proper_answer_is_an_oserror(send, kind):
    lines = send("/" + kind)
    assert all(line.startswith("OSError") for line in lines) and len(lines) == 2


def test_nobody_there_is_an_oserror(send, server):
    port = server.server_address[1]
    server.shutdown()
    server.server_close()
    lines = send("/200", port=port)
    assert all(line.startswith("OSError") for line in lines) and len(lines) == 2
    assert send("/200", port=port, script=OUTCOMES) == ["no_connection"] * 2


@pytest.mark.parametrize(
    ("kind", "word"),
    [
        ("204", "success"),
        ("404", "http_error"),
        ("garbage", "bad_response"),
        ("silent", "timeout"),
    ],
)
def test_arduino_outcomes_by_both_transports(send, kind, word):
    assert send("/" + kind, script=OUTCOMES) == [word] * 2


def test_a_chunked_answer_is_success_or_an_error_but_never_a_hang(send):
    # Firmware before 1.29 cannot read one, and says so.
    for line in send("/chunked"):
        assert line == "200" or line.startswith("OSError")
