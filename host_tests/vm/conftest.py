"""The real MicroPython VM for tests."""

import os
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent


class VM:
    """The VM's program, and an environment in which it finds the library."""

    def __init__(self, program):
        self.program = program
        self.env = dict(os.environ, MICROPYPATH=f".frozen:{ROOT / 'lib'}")

    def run(self, *arguments, heap="96wk", timeout=300, **options):
        """Run it to its end: a CompletedProcess with text output."""
        return subprocess.run(
            [self.program, "-X", f"heapsize={heap}", *map(str, arguments)],
            env=self.env,
            capture_output=True,
            text=True,
            timeout=timeout,
            **options,
        )


@pytest.fixture(scope="session")
def vm(vm_program):
    """The VM, or a skip that says why there is none."""
    return VM(vm_program)
