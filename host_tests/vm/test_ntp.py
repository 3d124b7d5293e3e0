"""The board's question to NTP over real UDP sockets, on CPython and on the VM."""

import os
import socket
import subprocess
import sys
import threading
import time

import pytest

import ntp_server
from tools.engine import ROOT

# Asks once for each line of standard input, which is the limit in ms; prints to what ms the clock
# was set, or None.
SCRIPT = """
import json, sys, time
sys.path[:0] = sys.argv[2:]
import simulation
simulation.start("rp2")
sys.modules.pop("socket", None)  # the real one
from boards import chip, ntp
if not hasattr(time, "ticks_ms"):
    class Time:
        ticks_ms = staticmethod(lambda: int(time.monotonic() * 1000))
        ticks_diff = staticmethod(lambda end, start: end - start)
        sleep_ms = staticmethod(lambda ms: time.sleep(ms / 1000))
    chip.time = Time
ntp._PORT = int(sys.argv[1])
class Board:
    online = staticmethod(lambda: True)
    idle = staticmethod(lambda: None)
    def set_time(self, ms):
        self.ms = ms
for line in sys.stdin:
    ntp._LIMIT_MS = int(line)
    board = Board()
    board.ms = None
    told = ntp.ask(board, lambda host: "127.0.0.1")
    assert told == (board.ms is not None)
    print(board.ms)
"""
# Datagrams that are no answer to the question: the right one comes behind them.
IGNORED = ("of_another_question", "without_origin", "short", "empty", "from_elsewhere", "large")


class Server:
    """Sends what a case says to each query, and a right answer behind it."""

    def __init__(self, cases):
        self.queries = []
        self._cases = cases
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._other = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self._socket.settimeout(120)
        self.port = self._socket.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self):
        for case in self._cases:
            try:
                query, sender = self._socket.recvfrom(512)
            except TimeoutError:
                return
            self.queries.append(query)
            now = time.time_ns() // 1000000
            right = ntp_server.reply(query, now)
            if case == "silence":
                continue
            if case == "from_elsewhere":
                self._other.sendto(ntp_server.reply(query, now, 2099), sender)
            elif case == "large":
                self._socket.sendto(bytes(9000), sender)
            elif case != "right":
                self._socket.sendto(ntp_server.reply(query, now, case), sender)
            self._socket.sendto(right, sender)

    def close(self):
        self._thread.join(120)
        self._socket.close()
        self._other.close()


@pytest.mark.parametrize("engine", ["cpython", "vm"])
def test_each_field_of_the_answer_is_checked(engine, request):
    told = ("right", *IGNORED, 2040)
    cases = [*told, "silence", 1999, *(name for name in ntp_server.WRONG if name not in IGNORED)]
    program = [sys.executable]
    if engine == "vm":
        program = [request.getfixturevalue("vm_program"), "-X", "heapsize=200wk"]
    server = Server(cases)
    try:
        found = subprocess.run(
            [*program, "-c", SCRIPT, str(server.port), ROOT / "host_tests" / "fakes", ROOT],
            input="".join(["%d\n" % (60000 if case in told else 100) for case in cases]),
            env=dict(os.environ, PYTHONPATH="", MICROPYPATH=".frozen"),
            capture_output=True, text=True, timeout=120,
        )  # fmt: skip
    finally:
        server.close()
    assert found.returncode == 0 and not found.stderr, found.stderr
    lines = [None if line == "None" else int(line) for line in found.stdout.split()]
    times = dict(zip(cases, lines, strict=True))
    for case in ("right", *IGNORED):
        assert abs(times.pop(case) - time.time() * 1000 - 500) < 600000, case
    assert times.pop(2040) // 1000 == 2208988800  # 2040-01-01, in the era after 2036
    assert set(times.values()) == {None}, times
    # What it asks with tells nobody anything.
    assert {query[:40] for query in server.queries} == {b"\x23" + bytes(39)}
    assert len({query[40:] for query in server.queries}) == len(cases)
