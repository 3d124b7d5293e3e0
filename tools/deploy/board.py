"""A board behind mpremote: look at its flash, prepare it, copy to it, reset it."""

import hashlib
import json
import os
import subprocess
import sys
import threading
import time
from pathlib import PurePosixPath
from typing import NamedTuple

from tools.deploy import FORMER, OWNED, RELEASES, Stop, ports
from tools.deploy.console import at_repl
from tools.deploy.scripts import LIST, PREPARE, RESET

SILENCE = 20  # seconds without a word from mpremote, after which the board is given up: --timeout
SETTLE = 2  # seconds from reset to REPL; an ESP32 loses what is sent to it before
RETURN = 20  # seconds for the port to come back after a reset
AGAIN = 5  # seconds in which a board that did not answer mpremote is interrupted again and again


def find_port(wait=0, several=False):
    """The port of the one board that is plugged in, within `wait` seconds.

    Stop when there is none, or a choice. several: whether the command takes several boards.
    """
    found = find_ports(wait)
    if len(found) > 1:
        names = ", ".join(f"{port} ({name})" for port, name in found)
        if several:
            raise Stop(f"several boards found, choose by PORT=..., or all by PORT=all: {names}")
        raise Stop(f"several boards found, choose one by PORT=...: {names}")
    return found[0][0]


def chosen_ports(text, wait=0):
    """The ports that PORT=`text` names: several with commas, or "all"; without it, that of the
    one board. Stop as find_port()."""
    if text == "all":
        return [port for port, _ in find_ports(wait)]
    return text.split(",") if text else [find_port(wait, several=True)]


def find_ports(wait=0):
    """[(port, what it calls itself)] of all boards on USB.

    It waits for one, for `wait` seconds; Stop when there is none.
    """
    until = time.monotonic() + wait
    while True:
        ok, lines = mpremote("connect", "list")
        if not ok:
            raise Stop(explain("", lines))
        # A port that is not on USB has no vendor and product.
        rows = [line.split() for line in lines if " 0000:0000 " not in line]
        if rows:
            return [(row[0], " ".join(row[3:])) for row in rows]
        if time.monotonic() > until:
            raise Stop(
                "no board found: connect it with a USB cable that carries data, or name its port: "
                "PORT=/dev/ttyACM0 (Pico W), PORT=/dev/ttyUSB0 (ESP32), PORT=COM3 (Windows)"
            )
        time.sleep(0.2)


def mpremote(*args, each_line=None):
    """Run mpremote; returns (succeeded: bool, the lines that it printed: list of str)."""
    return run_module("mpremote", *args, each_line=each_line)


def run_module(name, *args, each_line=None):
    """Run a Python module as a program, as mpremote() does."""
    command = [sys.executable, "-u", "-m", name, *args]
    streams = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    lines = []
    with subprocess.Popen(command, encoding="utf-8", errors="replace", **streams) as process:
        watch = _give_up_later(process, lines)
        try:
            for line in process.stdout:
                watch.cancel()
                watch = _give_up_later(process, lines)
                if line.strip():
                    lines.append(line.rstrip())
                if each_line:
                    each_line(line.rstrip())
        except BaseException:
            process.kill()
            raise
        finally:
            watch.cancel()
    return process.returncode == 0, lines


def _give_up_later(process, lines):
    def give_up():
        process.kill()
        lines.append("timeout")

    timer = threading.Timer(SILENCE, give_up)
    timer.daemon = True
    timer.start()
    return timer


def call(port, *commands, within=0, each_line=None):
    """Run mpremote commands (joined by "+") on the board at `port`; returns what it printed.

    The board may take `within` seconds to answer. Stop when it does not, or a command fails.
    """
    until = time.monotonic() + within
    asked_again = False
    while True:
        ok, lines = mpremote("connect", port, *commands, each_line=each_line)
        if ok:
            return lines
        silent = lines and "enter raw repl" in lines[-1]
        # mpremote interrupts once, which a board that is booting does not hear.
        if silent and not asked_again:
            asked_again = True
            if at_repl(port, AGAIN):
                continue
        absent = silent or (lines and "failed to access" in lines[-1])
        if not absent or time.monotonic() > until:
            raise Stop(explain(port, lines))
        time.sleep(0.2)


def explain(port, lines):
    """What the user can do, in one line, about the `lines` with which mpremote gave up."""
    said = "\n".join(lines)
    if "failed to access" in said:
        why = ports.missing(port) or ports.denied(port)
        if why:
            return why
        return f"cannot open {port}: close the program that has it open (a serial monitor?)"
    for words, advice in (
        ("No module named mpremote", "mpremote is missing: `make deploy` installs it"),
        ("@damaged", f"a file did not arrive whole at {port}: check the cable and try again"),
        ("No space left", "no space left on the board: remove files of yours (mpremote fs rm)"),
        ("ENOSPC", "no space left on the board: remove files of yours (mpremote fs rm)"),
        ("Read-only file", "the board's flash is read-only: eject its USB drive"),
        ("SerialException", f"the board at {port} went away: check the cable and try again"),
        ("Input/output error", f"the board at {port} went away: check the cable and try again"),
    ):
        if words in said:
            return advice
    if not lines or "enter raw repl" in said or "timeout" in lines[-1]:
        return (
            f"no MicroPython answers at {port}: press the board's reset button and try again; "
            "if that does not help, `make flash` puts MicroPython on it"
        )
    if lines[-1].startswith("@"):  # an answer, cut short; it may be of passwords
        return f"mpremote ended before {port} had answered: check the cable and try again"
    return f"mpremote failed: {lines[-1].removeprefix('mpremote: ')}"


class Found(NamedTuple):
    """What look() finds on a board. files: {path: (sha256 in hex, bytes)}. facts: [free bytes,
    sys.platform, version, version of the .mpy that it loads or 0, machine and chip]. state: a
    dict, that of its images. theirs: paths that a deploy writes, of files that are not ours.
    """

    files: dict
    facts: list
    state: dict
    theirs: list


def look(port, paths, *before, words=(), within=0, each_line=None):
    """What the board has, as Found, after `before`, which are commands of mpremote.

    Its files are those at `paths`, all in OWNED and RELEASES, and those of FORMER, without a hash.
    words: (path, words) of files, each of which is ours if it has one of its words.
    """
    folders = (*OWNED, RELEASES)
    named = [path for path in paths if not path.startswith(tuple(o + "/" for o in folders))]
    script = LIST % (folders, named, FORMER, words)
    has, state, theirs = {}, {}, []
    for line in call(port, *before, "exec", script, within=within, each_line=each_line):
        tag, *told = line.split(" ", 3)
        if tag == "@file":
            has[told[2]] = (told[0], int(told[1]))
        elif tag == "@state":
            state = _state(line.partition(" ")[2])
        elif tag == "@theirs":
            theirs.append(line.partition(" ")[2])
        elif tag == "@board":
            return Found(has, line.split(" ", 5)[1:], state, theirs)
    raise Stop(explain(port, []))


def _state(text):
    try:
        state = json.loads(text)
    except ValueError:
        state = None
    return state if isinstance(state, dict) else {}


def sha256(source):
    """The digest of a file here, in hex."""
    return hashlib.sha256(source.read_bytes()).hexdigest()


def prepare(port, copy, remove):
    """Remove main.py and the paths in `remove`, and make the folders that `copy` needs."""
    folders = {str(folder) for _, path in copy for folder in PurePosixPath(path).parents}
    # main.py goes first: from here on the board stops at its REPL.
    script = PREPARE % (["/main.py"] + remove, (*OWNED, RELEASES), sorted(folders - {"/"}))
    call(port, "resume", "exec", script)


def copy_files(port, some):
    """Copy `some` (source, path) and read them back; Stop when the board has another hash."""
    count = iter(range(1, len(some) + 1))

    def progress(line):
        if line.startswith("cp "):
            print(f"Copy     {next(count)}/{len(some)} {line.rpartition(':')[2]}", flush=True)

    commands = ["resume"]
    for source, path in some:
        commands += ["fs", "--force", "cp", str(source), ":" + path, "+"]
    paths = [path for _, path in some]
    has = look(port, paths, *commands, within=max(RETURN, SILENCE), each_line=progress).files
    for source, path in some:
        if path not in has or has[path][0] != sha256(source):
            raise Stop(f"{path} did not arrive whole: check the cable and try again")


def restart(port):
    """Restart the board as its reset button does: boot.py and main.py run, Wi-Fi is off.

    A soft reset would not do: mpremote makes it from the raw REPL, where main.py is not run.
    """
    call(port, "resume", "exec", "--no-follow", RESET)


def reset(port):
    """Restart the board, and wait until its REPL can be asked again."""
    restart(port)
    time.sleep(SETTLE)
    # A USB port of the board's own, as on Pico W, went with the reset.
    until = time.monotonic() + RETURN
    while port.startswith("/") and not os.path.exists(port) and time.monotonic() < until:
        time.sleep(0.1)
