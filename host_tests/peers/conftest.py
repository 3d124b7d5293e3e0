"""What the comparisons with official trackers share: a server that keeps what it is sent."""

import binascii
import http.server
import json
import os
import subprocess
import sys
import threading
from pathlib import Path
from urllib.parse import unquote_to_bytes

import pytest

from host_tests.outside import BROWSER_ARGUMENTS, find_browser
from tools.engine import ROOT, find_vm

HERE = Path(__file__).parent
# New at each event, or of the sender's own; the time of sending is not the tracker's.
OWN = ("eid", "dtm", "stm", "tv")


class Sink:
    """An HTTP server on loopback that answers 200 and keeps the events in the order they came."""

    def __init__(self):
        self.events = []
        self.queries = []
        self.bodies = []
        self.pages = {}  # path to HTML
        sink = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = -1  # an answer in one piece, else each costs a delayed ACK
            disable_nagle_algorithm = True

            def do_GET(self):
                path, _, query = self.path.partition("?")
                if path in sink.pages:
                    self.answer(sink.pages[path], "text/html; charset=utf-8")
                elif path in ("/i", "/r/tp2"):
                    pairs = (pair.split("=") for pair in query.split("&"))
                    event = {key: unquote(value) for key, value in pairs}
                    sink.queries.append(query)
                    sink.events.append(event)
                    self.answer(location=event.get("u"))
                else:
                    self.send_error(404)

            def do_POST(self):
                assert self.path == "/com.snowplowanalytics.snowplow/tp2", self.path
                body = self.rfile.read(int(self.headers["Content-Length"]))
                sink.bodies.append(body)
                sink.events += json.loads(body)["data"]
                self.answer()

            def answer(self, text="ok", kind="text/plain", location=None):
                body = text.encode()
                self.send_response(302 if location else 200)
                if location:
                    self.send_header("Location", location)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.port = self.server.server_port
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    def take(self):
        """The events that came since the last call."""
        events, self.events = self.events, []
        return events

    def close(self):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


def unquote(value):
    """Of a query's value, where a plus is a space."""
    return unquote_to_bytes(value.replace("+", " ")).decode()


def comparable(event):
    """An event without what is new each time, with its JSON read, whichever way it travelled."""
    found = {}
    for key, value in event.items():
        if key in OWN:
            continue
        if key in ("ue_px", "cx"):
            value = value.rstrip("=")
            value = binascii.a2b_base64(value.translate(_STANDARD) + "=" * (-len(value) % 4))
        if key in ("ue_px", "cx", "ue_pr", "co"):
            value = json.loads(value)
        found[key] = value
    return found


_STANDARD = str.maketrans("-_", "+/")


@pytest.fixture
def sink():
    """A running Sink."""
    found = Sink()
    yield found
    found.close()


@pytest.fixture
def browse(tmp_path):
    """Open an address in a headless browser: the page as it is in the end."""
    program = find_browser()
    if not program:
        pytest.skip("no Chromium on this machine")

    def run(url):
        command = [program, "--headless", *BROWSER_ARGUMENTS, "--dump-dom"]
        command += [f"--user-data-dir={tmp_path / 'profile'}", "--virtual-time-budget=3000", url]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stderr[-2000:]
        return done.stdout

    return run


# Each engine: (program and options, its environment).
def engines():
    """Name to (command, environment) of what can run a script with our library."""
    fakes = ROOT / "host_tests" / "fakes"
    path = os.pathsep.join(map(str, (ROOT / "lib", fakes)))
    found = {"cpython": ([sys.executable], dict(os.environ, PYTHONPATH=path))}
    program = find_vm()
    if program:
        command = [program, "-X", "heapsize=512wk"]
        found["vm"] = (command, dict(os.environ, MICROPYPATH=f".frozen:{ROOT / 'lib'}"))
    return found
