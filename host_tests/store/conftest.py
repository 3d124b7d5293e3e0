"""The real MicroPython VM, with the library and what is in this folder."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from tools.engine import ROOT

HERE = Path(__file__).parent


@pytest.fixture(scope="session")
def on_vm(vm_program):
    """on_vm(script, *arguments, heap="4m") -> the JSON line that the script prints last."""
    def run(script, *arguments, heap="4m"):
        done = subprocess.run(
            [vm_program, "-X", f"heapsize={heap}", HERE / script, *map(str, arguments)],
            env=dict(os.environ, MICROPYPATH=os.pathsep.join((".frozen", str(ROOT / "lib")))),
            capture_output=True,
            text=True,
            timeout=300,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return json.loads(done.stdout.splitlines()[-1])

    return run
