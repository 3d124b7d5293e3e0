"""The console of a board: its lines as they come, over resets and pulled cables."""

import re
import time

import serial

from tools.deploy import Stop, ports

FOLLOW = 180  # seconds in which the first event of a new deploy is to be accepted, at least
PERMIT = 3  # seconds in which a port that comes may get its permissions
IDLE = 1.5  # seconds at the REPL's prompt after which no firmware is coming
PROMPT = b">>> "
# What the firmware prints when the collector has taken events, and when it cannot send.
ACCEPTED = re.compile(r"first event accepted|sending works again")
TROUBLE = re.compile(
    r"offline:|not sent|not kept|crash:|safe mode|the link is dead|no image|"
    r"back to what ran before|flash:|config\.json: |Error:"
)


def text_of(port, until=None, on_change=None):
    """Yield what the board at `port` prints, as bytes, and b"" at least four times a second.

    It ends at `until`, a time.monotonic(). A port that goes away is opened again when it is back;
    on_change(there: bool) is called at each change. A port that another program has, or that the
    user may not open, is Stop.
    """
    line, there, denied_since = None, True, None
    while until is None or time.monotonic() < until:
        try:
            if line is None:
                line = serial.Serial(port, 115200, timeout=0.1, exclusive=True)
                if not there and on_change:
                    on_change(True)
                there, denied_since = True, None
            yield line.read(max(1, min(line.in_waiting, 4096)))
        except (OSError, serial.SerialException) as e:
            if "exclusively lock" in str(e):
                raise Stop(f"cannot open {port}: close the program that has it open")
            denied = ports.denied(port)
            denied_since = (denied_since or time.monotonic()) if denied else None
            if denied and time.monotonic() - denied_since > PERMIT:
                raise Stop(denied)
            if line is not None:
                line.close()
            if there and on_change:
                on_change(False)
            line, there = None, False
            time.sleep(0.05)
            yield b""
        except GeneratorExit:
            if line is not None:
                line.close()
            raise
    if line is not None:
        line.close()


def at_repl(port, seconds):
    """Whether the board at `port` comes to its REPL within so many seconds, being asked to stop
    ten times each.

    A board that sleeps listens only for the few seconds after a send; mpremote asks it once.
    """
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            with serial.Serial(port, 115200, timeout=0.1, exclusive=True) as line:
                said = b""
                while time.monotonic() < until:
                    # And to its prompt: what was killed may have left it at the raw REPL.
                    line.write(b"\r\x03\x02")
                    said = (said + line.read(256))[-256:]
                    if said.rstrip().endswith(b">>>"):
                        return True
        except (OSError, serial.SerialException):
            time.sleep(0.1)  # it is not there, or went while it was asked
    return False


def wait_for(port, seconds):
    """Wait until the board at `port` is at its REPL; Stop if that takes too long."""
    print(f"Wait     for {port}, at most {seconds:g} seconds", flush=True)
    if not at_repl(port, seconds):
        if ports.denied(port):
            raise Stop(ports.denied(port))
        if ports.missing(port):
            raise Stop(
                f"no port {port} came within {seconds:g} seconds: is the board plugged in, and "
                "awake that often?"
            )
        raise Stop(
            f"no MicroPython answered at {port} within {seconds:g} seconds: is the board awake "
            "that often? A board that sleeps listens after power-on and after each send"
        )


def follow(port, seconds):
    """Print the board's console until its collector has accepted an event; Stop with the reason
    if that does not happen within `seconds`, or the firmware does not run.
    """
    print(f"Follow   the board's console until its first event is accepted, {seconds:g} s at most")
    rest, quiet_since, trouble, last = b"", None, "", ""
    for text in text_of(port, time.monotonic() + seconds):
        rest += text
        if text:
            quiet_since = time.monotonic()
        *lines, rest = rest.split(b"\n")
        rest = rest[-1000:]
        for line in lines:
            line = line.decode("utf-8", "replace").strip()
            print(f"       | {line}", flush=True)
            if ACCEPTED.search(line):
                return
            last = line or last
            trouble = line if TROUBLE.search(line) else trouble
        if rest == PROMPT and time.monotonic() - quiet_since > IDLE:
            raise Stop(
                f"the firmware is on the board, and does not run: {trouble or last or 'no reason'}"
            )
    if trouble:
        raise Stop(f"no event was accepted within {seconds:g} s: {trouble}")
    if last:
        raise Stop(
            f"no event was accepted within {seconds:g} s, and no reason was printed; the last "
            f"line is: {last}. Watch it with: make monitor PORT={port}"
        )
    raise Stop(
        f"the board at {port} printed nothing within {seconds:g} s: press its reset button, and "
        f"watch it with: make monitor PORT={port}"
    )
