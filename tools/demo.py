"""`make demo`: the firmware on the real MicroPython VM, sending to a collector here.

It deploys the firmware into a folder as it would onto a board, boots it there, shows what
arrives, and at the end compares what the board tracked with what the collector has.
"""

import argparse
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing
from pathlib import Path

from tools.deploy import stage
from tools.engine import ROOT, find_engine, start_board

BUILD = ROOT / "build" / "demo"
STOPPED = re.compile(r"stopped: tracked (\d+), sent (\d+), unsent (\d+), dropped (\d+)")
# The firmware gives itself 10 s to send what is left.
STOP_SECONDS = 60


class Collector:
    """The development collector as a child process; `url` is where boards send to.

    `arguments` are added to its command line, such as ("--iglu", "none").
    """

    def __init__(self, database, port, arguments=()):
        self.database = Path(database)
        self._arguments = list(arguments)
        self.url = None
        self.starts = 0
        self._start(port)

    def _start(self, port):
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tools.collector", "--port", str(port)]
            + ["--db", str(self.database), *self._arguments],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            errors="replace",
            start_new_session=True,
        )
        line = self._process.stdout.readline()
        print(line, end="", flush=True)
        found = re.search(r"http://[^/\s]+", line)
        if not found:
            rest = self._process.communicate()[0]
            raise SystemExit("the collector did not start:\n" + line + rest)
        self.url = found.group()
        self.starts += 1
        self._echo = threading.Thread(target=_echo, args=(self._process.stdout, ""), daemon=True)
        self._echo.start()

    @property
    def pid(self):
        """Process id of the collector that runs now."""
        return self._process.pid

    def keep_running(self):
        """Start it again, on the same port and database, if it has ended."""
        if self._process.poll() is not None:
            self._close()
            print("the collector has ended; starting it again on its database", flush=True)
            self._start(self.url.rsplit(":", 1)[1])

    def stop(self):
        """End it in order."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
        self._close()

    def _close(self):
        self._process.wait()
        self._echo.join()
        self._process.stdout.close()

    def holds(self):
        """What its database holds: (good, bad, duplicates), each a number of events."""
        with closing(sqlite3.connect(f"file:{self.database}?mode=ro", uri=True)) as database:
            return database.execute(
                "SELECT count(*) FILTER (WHERE good), count(*) FILTER (WHERE NOT good),"
                " count(*) FILTER (WHERE good) - count(DISTINCT eid) FILTER (WHERE good)"
                " FROM events"
            ).fetchone()


class Board:
    """The firmware, staged into `directory` and booted there; its console goes to ours.

    Without a config it boots what lies there, as after a power cut.
    """

    def __init__(self, directory, config=None):
        if config:
            shutil.rmtree(directory, ignore_errors=True)
            stage(directory, config)
        self.lines = []
        self._process = start_board(directory)
        self._echo = threading.Thread(target=self._listen, daemon=True)
        self._echo.start()

    def _listen(self):
        _echo(self._process.stdout, "board | ", self.lines)

    def ended(self):
        """Whether it has ended by itself, which a board never should."""
        return self._process.poll() is not None

    def cut_power(self):
        """End it at once, in the middle of whatever it does."""
        self._process.kill()
        self._process.stdin.close()
        self._close()

    def stop(self):
        """End it in order: (tracked, dropped) as its last words say, or None without any."""
        try:
            self._process.stdin.close()
            self._process.wait(STOP_SECONDS)
        except (subprocess.TimeoutExpired, BrokenPipeError):
            self._process.kill()
        self._close()
        for line in reversed(self.lines):
            found = STOPPED.search(line)
            if found:
                return int(found.group(1)), int(found.group(4))
        return None

    def _close(self):
        self._process.wait()
        self._echo.join()
        self._process.stdout.close()


def _echo(stream, prefix, keep=None):
    for line in stream:
        print(prefix + line, end="", flush=True)
        if keep is not None:
            keep.append(line)
            del keep[:-100]


def free_port(wanted):
    """`wanted` if nobody listens there, else 0, which lets the system choose."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", wanted))
        except OSError:
            print(f"port {wanted} is taken: using another")
            return 0
    return wanted


def summary(said, held):
    """Compare what the board said with what the collector holds: (line, all is well)."""
    good, bad, duplicates = held
    if said is None:
        return f"tracked unknown, good {good}, bad {bad}, duplicates {duplicates}", False
    tracked = said[0]
    lost = tracked - (good - duplicates) - bad
    line = f"tracked {tracked}, good {good}, bad {bad}, lost {lost}, duplicates {duplicates}"
    return line, tracked > 0 and not (bad or lost or duplicates)


def run(seconds, port, build=BUILD):
    """The demo, for `seconds` or until Ctrl-C; returns the exit status."""
    build = Path(build)
    build.mkdir(parents=True, exist_ok=True)
    for old in build.glob("events.db*"):
        old.unlink()
    print("firmware runs on", find_engine()[1])
    collector = Collector(build / "events.db", free_port(port))
    try:
        board = Board(build / "board", demo_config(collector.url))
        try:
            end = time.monotonic() + seconds if seconds else float("inf")
            while time.monotonic() < end and not board.ended():
                collector.keep_running()
                time.sleep(0.2)
        except KeyboardInterrupt:
            print()
        if board.ended():
            print("the board ended by itself, which it should not")
        said = board.stop()
        held = collector.holds()
    finally:
        collector.stop()
    line, well = summary(said, held)
    print(line)
    return 0 if well else 1


def demo_config(url):
    """The firmware's settings for a demo: quick, so that there is something to see."""
    return {
        "collector": url,
        "app_id": "demo",
        "sample_seconds": 2,
        "send_seconds": 2,
        "batch_size": 10,
        "store_path": "events",
        "store_bytes": 262144,
    }


def main():
    """Command line of `make demo`."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--seconds", type=float, help="end by itself after so many seconds")
    parser.add_argument("--port", type=int, default=9090, help="the collector's port")
    options = parser.parse_args()
    # `kill` and CI's time limit end it as cleanly as Ctrl-C does.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    return run(options.seconds, options.port)


if __name__ == "__main__":
    sys.exit(main())
