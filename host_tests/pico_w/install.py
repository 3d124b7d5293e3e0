"""Putting the firmware on a board behind a port that mpremote opens, and watching it run."""

import subprocess
import sys
import threading
from pathlib import Path

from tools.deploy import stage

CONFIG = {
    "app_id": "pico-w",
    "sample_seconds": 5,
    "send_seconds": 5,
    "health_seconds": 0,
    "wifi": {"ssid": "RP2040PY-GUEST", "password": "any password", "timeout": 60},
}


def build(folder, url):
    """The firmware compiled, as `make deploy` brings it."""
    return stage(folder, {**CONFIG, "collector": url}, mpy=True)


def mpremote(port, *arguments, timeout=120):
    """Run mpremote; its output, or an AssertionError with it."""
    command = [Path(sys.executable).with_name("mpremote"), "connect", port, *arguments]
    run = subprocess.run(command, capture_output=True, text=True, timeout=timeout)
    assert run.returncode == 0, run.stdout + run.stderr
    return run.stdout


def copy(port, board, timeout=120):
    """Copy the tree in `board` to the root of the flash; main.py comes last."""
    last = [str(board / "boot.py"), str(board / "main.py")]
    first = sorted({str(path) for path in board.iterdir()} - set(last))
    mpremote(port, "resume", "fs", "cp", "-r", *first, ":/", timeout=timeout)
    mpremote(port, "resume", "fs", "cp", *last, ":/", timeout=timeout)


class Console:
    """What a board prints from now on, of a file that can be read like a port."""

    def __init__(self, stream):
        self.text = ""
        self._stream = stream
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self):
        try:
            while piece := self._stream.read(1):
                self.text += piece if isinstance(piece, str) else piece.decode(errors="replace")
        except (OSError, ValueError):
            pass  # it was closed

    def close(self):
        """Call when its writer has ended."""
        self._thread.join()
        self._stream.close()
