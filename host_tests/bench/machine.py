"""What the benches run on: the VM, the official tracker, and the compiled library."""

import json
import os
import subprocess
import sys
from pathlib import Path

from tools.engine import HEAP, NO_COMPILER, ROOT, find_compiler, find_vm
from tools.package import compile_library

BUILD = ROOT / "build"
LIB = ROOT / "lib"
SCRIPTS = Path(__file__).parent / "scripts"


class Machine:
    """Runs bench scripts, which print one JSON value, and compiles the library once."""

    def __init__(self):
        BUILD.mkdir(exist_ok=True)
        self.program = find_vm()
        if not self.program:
            raise SystemExit("these figures need the MicroPython VM; it has no wheel here")
        if not find_compiler():
            raise SystemExit(NO_COMPILER)
        self._mpy = None

    def vm(self, script, *arguments, heap=HEAP, lib=LIB):
        """What a script prints on the VM, as JSON; None if the VM fails."""
        run = subprocess.run(
            [self.program, "-X", f"heapsize={heap}", SCRIPTS / script, *map(str, arguments)],
            env=dict(os.environ, MICROPYPATH=f".frozen:{lib}"),
            capture_output=True,
            text=True,
        )
        return json.loads(run.stdout.splitlines()[-1]) if run.returncode == 0 else None

    @staticmethod
    def cpython(script, *paths, arguments=()):
        """What a script prints on CPython, with `paths` to import from, as JSON."""
        run = subprocess.run(
            [sys.executable, SCRIPTS / script, *map(str, arguments)],
            env=dict(os.environ, PYTHONPATH=os.pathsep.join(map(str, paths))),
            check=True,
            capture_output=True,
            text=True,
        )
        return json.loads(run.stdout.splitlines()[-1])

    @property
    def official(self):
        """Where the official Python tracker is installed, apart from everything else."""
        return Path(sys.prefix) / "official"

    @property
    def mpy(self):
        """The library compiled, as mip installs it from here."""
        if self._mpy is None:
            self._mpy = compile_library(BUILD / "mpy")
        return self._mpy
