"""Which MicroPython runs the firmware on this machine, and how."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# As much as a small board leaves to a program; `w` counts in the words of a 32-bit board.
HEAP = "96wk"
# What a board does after a reset. boot.py prepares a MicroPython heap, which CPython has not.
BOOT = "for name in (%s):\n    exec(open(name).read())\n"


def find_engine():
    """The best engine on this machine: (path of the program: str, what it is: str).

    The VM from PyPI beside this Python, else a `micropython` on PATH, else CPython itself.
    """
    beside = Path(sys.executable).parent / "micropython"
    if beside.exists():
        return str(beside), "the MicroPython VM from PyPI"
    on_path = shutil.which("micropython")
    if on_path:
        return on_path, f"the MicroPython at {on_path}, since the VM has no wheel for this machine"
    return sys.executable, "CPython, NOT MicroPython: the VM has no wheel for this machine"


def start_board(directory, engine=None, heap=HEAP):
    """Boot the firmware that lies in `directory`, as a board boots from its flash.

    Returns a subprocess.Popen whose stdout gives the board's console as text. Closing its
    stdin is the order to stop: the firmware then sends what it holds and ends.
    """
    engine = engine or find_engine()[0]
    env = dict(os.environ)
    if engine == sys.executable:
        fakes = ROOT / "host_tests" / "fakes"  # MicroPython's requests for CPython
        env["PYTHONPATH"] = os.pathsep.join(("lib", str(fakes)))
        command = [engine, "-u", "-c", BOOT % "'main.py',"]
    else:
        env["MICROPYPATH"] = ".frozen:lib"
        command = [engine, "-X", f"heapsize={heap}", "-c", BOOT % "'boot.py', 'main.py'"]
    return subprocess.Popen(
        command,
        cwd=directory,
        env=env,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        errors="replace",
        start_new_session=True,  # Ctrl-C is for the demo, which then stops the board in order
    )
