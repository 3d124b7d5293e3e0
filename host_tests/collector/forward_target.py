"""A collector that misbehaves: the target of the tests of ``--forward``, over real sockets."""

import email.utils
import json
import socket
import struct
import threading
import time
from typing import NamedTuple

SECONDS_DOWN = 1
OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\nok"


def answer(status, *fields, text=b"no"):
    """Return an answer as bytes."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(text)}", *fields, "", ""]
    return "\r\n".join(lines).encode() + text


class Received(NamedTuple):
    """A request that the target took: head lines, and the body as it came."""

    line: str
    headers: list  # (name, value), each byte one character
    body: bytes

    def header(self, name):
        return [value for key, value in self.headers if key.lower() == name.lower()]

    def events(self):
        return json.loads(self.body)["data"]


class Target:
    """Listens on a port. ``decide(received)`` returns the name of a fault, an answer, or None.

    ``taken`` has what was answered 200, or taken without an answer, in its order.
    """

    def __init__(self, decide=lambda received: None, context=None):
        self.decide, self.taken, self._context = decide, [], context
        self._lock = threading.Lock()
        self._open = set()
        self.port = 0
        self.start()

    def start(self):
        self._listener = socket.create_server(("127.0.0.1", self.port), reuse_port=False)
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, args=(self._listener,), daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def stop(self):
        """Refuse connections, and cut those that there are."""
        if self._listener.fileno() < 0:
            return
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        with self._lock:
            for one in self._open:
                _cut(one)

    def _accept(self, listener):
        while True:
            try:
                connection = listener.accept()[0]
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        try:
            if self._context:
                connection = self._context.wrap_socket(connection, server_side=True)
            with self._lock:
                self._open.add(connection)
            with connection, connection.makefile("rb") as file:
                while self._serve_one(connection, file):
                    pass
        except OSError:
            pass
        finally:
            with self._lock:
                self._open.discard(connection)

    def _serve_one(self, connection, file):
        """Take a request; return whether the connection stays."""
        line = file.readline().decode("latin-1").strip()
        if not line:
            return False
        headers = []
        while (text := file.readline().decode("latin-1").strip("\r\n")) != "":
            name, _, value = text.partition(":")
            headers.append((name, value.strip()))
        received = Received(line, headers, b"")
        length = int((received.header("Content-Length") or [0])[0])
        fault = self.decide(received)
        if fault == "reset_head":
            _cut(connection)
            return False
        if fault == "early":
            connection.sendall(answer("503 Busy"))
            return False
        received = received._replace(body=file.read(length))
        if len(received.body) < length:
            return False
        fault = fault or self.decide(received)
        if fault is None or fault in TAKEN:
            with self._lock:
                self.taken.append(received)
        act = says(fault) if isinstance(fault, bytes) else FAULTS[fault]
        return act(connection, self)


def _cut(connection):
    """Close by a reset."""
    try:
        linger = struct.pack("ii", 1, 0)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass


def says(*pieces, stays=True, pause=0.0):
    def act(connection, target):
        for piece in pieces:
            connection.sendall(piece() if callable(piece) else piece)
            time.sleep(pause)
        return stays

    return act


def _reset(connection, target):
    _cut(connection)
    return False


def _down(connection, target):
    target.stop()
    threading.Timer(SECONDS_DOWN, target.start).start()
    return False


def _in_a_second():
    when = email.utils.formatdate(time.time() + 1, usegmt=True)
    return answer("503 Busy", f"Retry-After: {when}")


TAKEN = ("lost", "lost_end", "drip", "stale", "chunked", "empty")
FAULTS = {
    None: says(OK),
    # Taken, and answered in an unusual way or not at all
    "lost": _reset,
    "lost_end": says(stays=False),
    "drip": says(*[OK[i : i + 4] for i in range(0, len(OK), 4)], pause=0.04),
    "stale": says(OK, stays=False),
    "chunked": says(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n"),
    "empty": says(b"HTTP/1.1 204 No Content\r\n\r\n"),
    # Not taken
    "reset": _reset,
    "down": _down,
    "nonsense": says(b"220 mail.example.com ESMTP\r\n", stays=False),
    "cut_head": says(b"HTTP/1.1 200 OK\r\nContent-Le", stays=False),
    "login": says(answer("200 OK", "Content-Type: text/html", text=b"<h1>Wi-Fi</h1>")),
    "redirect": says(answer("302 Found", "Location: http://127.0.0.1:1/login")),
    "404": says(answer("404 Not Found")),
    "408": says(answer("408 Request Timeout"), stays=False),
    "429": says(answer("429 Too Many Requests", "Retry-After: 1")),
    "500": says(answer("500 Internal Server Error", text=b"<html>" * 20000)),
    "502": says(answer("502 Bad Gateway", "Content-Type: text/html")),
    "503": says(_in_a_second),
    "400": says(answer("400 Bad Request", text=b"poison")),
    "413": says(answer("413 Payload Too Large", "Connection: close"), stays=False),
}
