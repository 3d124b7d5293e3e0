"""A USB board made of the real MicroPython VM: its REPL on a pty, its flash a littlefs image.

The VM has the REPL and littlefs of a board, but no reset: it ends where a board starts again.
The supervisor here starts it again, and carries the bytes between the port that mpremote opens
and a terminal of the VM's own, because that VM loses what is typed while a program runs.
"""

import contextlib
import json
import os
import pty
import select
import signal
import subprocess
import termios
import threading
import time
import tty
from pathlib import Path

from tools.engine import find_vm

FLASH = Path(__file__).with_name("flash.py")
CAUGHT = 1  # seconds after which a program that still runs has caught its interrupt
DEAF = 60  # seconds after which whoever does not read has left; it may only stand still
RAW, FRIENDLY = b"raw REPL; CTRL-B to exit", b'Type "help()"'


class VmBoard:
    """A board on `port`, a path that mpremote can open, until close().

    `directory` holds its flash, of `blocks` blocks of 4096 bytes. `output` is all that the board
    ever printed. After a hard reset the port is away for `usb_gap` seconds, as on a Pico W.
    """

    def __init__(self, directory, blocks=256, usb_gap=0.0, name="ttyBOARD", unique_id=b"\xe6\x61",
                 hardware=None):  # fmt: skip
        self.port = str(Path(directory) / name)
        self.unique_id = unique_id
        self._hardware = Path(directory) / "hardware.json"
        self.wire(hardware or {})
        self.output = b""
        self.hard_boots = self.soft_boots = 0
        self._image = Path(directory) / "flash.img"
        self._image.write_bytes(b"\xff" * 4096 * blocks)
        self._usb_gap = usb_gap
        self._printed = threading.Condition()
        self._host, self._host_end = pty.openpty()
        tty.setraw(self._host_end)
        os.set_blocking(self._host, False)
        self._wake, self._waker = os.pipe()
        self._closing = threading.Event()
        self._listening = True
        self._typed = b""
        self._boot("hard")
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.close()

    def close(self):
        """Cut the power and take the board from its port."""
        self._closing.set()
        os.write(self._waker, b"!")
        self._thread.join()
        for fd in (self._host, self._host_end, self._wake, self._waker):
            os.close(fd)

    def reset(self):
        """Press the reset button, in the middle of whatever the board does."""
        os.write(self._waker, b"R")

    def unplug(self):
        """Pull the cable, and with it the power."""
        os.write(self._waker, b"U")
        while os.path.lexists(self.port):
            self._closing.wait(0.01)

    def plug(self):
        """Put the cable in again: the board boots."""
        os.write(self._waker, b"P")
        while not os.path.lexists(self.port):
            self._closing.wait(0.01)

    def wire(self, hardware):
        """What is wired to the board from its next boot on: see flash.py."""
        self._hardware.write_text(json.dumps(hardware))

    def wait_for(self, text, since=0, seconds=120):
        """Wait until the bytes `text` are in `output[since:]`; AssertionError when too late."""
        with self._printed:
            if not self._printed.wait_for(lambda: text in self.output[since:], seconds):
                raise AssertionError(f"no {text!r} in {self.output[since:]!r}")

    def files(self):
        """What is on the flash now: {path: bytes}."""
        command = [find_vm(), "-X", "heapsize=16M", str(FLASH), str(self._image), "-", "dump"]
        lines = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        pairs = (line.rsplit(" ", 1) for line in lines.splitlines())
        return {path: bytes.fromhex(data) for path, data in pairs}

    # The rest runs in the supervisor's thread.

    def _boot(self, mode):
        self._vm, terminal = pty.openpty()
        tty.setraw(terminal)
        # The VM takes ISIG away at its prompt and gives it back while a program runs: a flag
        # that tells the two apart. The terminal controls no process, so it sends no signals.
        settings = termios.tcgetattr(terminal)
        settings[3] |= termios.ISIG
        termios.tcsetattr(terminal, termios.TCSANOW, settings)
        self._control, control = os.pipe()
        self._process = subprocess.Popen(
            [find_vm(), "-X", "heapsize=96wk", "-i", str(FLASH), str(self._image), str(control)]
            + [mode, self.unique_id.hex(), str(self._hardware)],
            stdin=terminal, stdout=terminal, stderr=terminal, pass_fds=[control],
            start_new_session=True,
        )  # fmt: skip
        os.close(terminal)
        os.close(control)
        self._raw = mode == "soft-raw"
        self._booted_at = len(self.output)
        self._booting, self._interrupted, self._to_raw = True, 0, mode == "soft-raw"
        if mode == "hard":
            self.hard_boots += 1
            os.symlink(os.ttyname(self._host_end), self.port)
        else:
            self.soft_boots += 1

    def _power_off(self):
        self._process.kill()
        self._process.wait()
        os.close(self._vm)
        os.close(self._control)

    def _pull(self):
        """Without the cable until it is put in again, or the board is taken away."""
        self._power_off()
        os.unlink(self.port)
        os.close(self._host)  # for whoever has the port open
        os.close(self._host_end)
        self._host, self._host_end = pty.openpty()
        tty.setraw(self._host_end)
        os.set_blocking(self._host, False)
        self._typed = b""
        os.read(self._wake, 1)
        self._boot("hard")

    def _hard_reset(self):
        self._power_off()
        os.unlink(self.port)
        self._closing.wait(self._usb_gap)
        self._forget_typed()
        self._boot("hard")

    def _forget_typed(self):
        """A reset empties the chip's buffer, and a port of USB that goes takes its own along."""
        self._typed = b""
        with contextlib.suppress(BlockingIOError):
            while os.read(self._host, 4096):
                pass

    def _run(self):
        while not self._closing.is_set():
            self._type()
            waiting = self._typed or self._to_raw
            ready, _, _ = select.select(
                [self._wake, self._control, self._host, self._vm], [], [],
                0.005 if waiting and not self._booting else None,
            )  # fmt: skip
            if self._wake in ready:
                order = os.read(self._wake, 1)
                if order == b"R":
                    self._hard_reset()
                elif order == b"U":
                    self._pull()
            elif self._control in ready:
                self._hear(os.read(self._control, 1))
            elif self._vm in ready:
                self._show()
            elif self._host in ready:
                self._typed += os.read(self._host, 4096)
                self._listening = True
        self._power_off()
        os.unlink(self.port)

    def _hear(self, said):
        if said == b"B":
            self._booting = False
        elif said == b"R":
            self._show()
            self._hard_reset()
        else:  # "S", or the VM has ended its REPL
            if self._interrupted:  # what falls into a restart waits in the serial port
                self._typed = b"\x03" + self._typed
            self._show()
            self._power_off()
            self._boot("soft-raw" if self._raw else "soft")

    def _busy(self):
        return bool(termios.tcgetattr(self._vm)[3] & termios.ISIG)

    def _type(self):
        """Pass on what the host sent, at moments when the VM does not lose it."""
        if self._booting:
            return
        if self._to_raw and not self._busy():
            os.write(self._vm, b"\x01")
            self._to_raw = False
        while self._typed and not self._to_raw:
            if not self._busy():
                self._interrupted = 0
            elif self._interrupted:
                # Unless the program has caught it, when the next one interrupts it again.
                late = time.monotonic() > self._interrupted + CAUGHT
                if not late or b"\x03" not in self._typed:
                    return
                self._typed = self._typed[self._typed.index(b"\x03") :]
            key, self._typed = self._typed[:1], self._typed[1:]
            if key == b"\x03" and self._busy():
                self._interrupted = time.monotonic()
                self._process.send_signal(signal.SIGINT)
            else:
                os.write(self._vm, key)

    def _show(self):
        """Take what the VM printed. A serial line loses it where nobody listens."""
        try:
            text = os.read(self._vm, 4096) if select.select([self._vm], [], [], 0)[0] else b""
        except OSError:  # EIO: the VM has ended
            text = b""
        with self._printed:
            self.output += text
            self._printed.notify_all()
        here = self.output[self._booted_at :]
        if RAW in here or FRIENDLY in here:
            self._raw = here.rfind(RAW) > here.rfind(FRIENDLY)
        while text and self._listening:
            ordered, ready, _ = select.select([self._wake], [self._host], [], DEAF)
            if ready:
                text = text[os.write(self._host, text) :]
            else:
                self._listening = bool(ordered)  # the order comes first
                break
