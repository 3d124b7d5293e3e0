"""The library's own tests on a second engine: MicroPython in WebAssembly, with 32-bit objects.

As on a board, small ints have 31 bits there and ticks wrap after 2**30 ms, which the VM hides.
It is the oldest version that the library runs on. What it lacks is in shims/.
"""

import json
import subprocess
from functools import lru_cache
from pathlib import Path

import pytest

from host_tests.outside import node_package
from host_tests.vm.test_library import by_test, check, listed
from tools.engine import ROOT

HERE = Path(__file__).parent
[(NAME, VERSION)] = json.loads((HERE / "package.json").read_text())["dependencies"].items()


@pytest.fixture(scope="session")
def engine():
    """The folder of the engine's package, installed once into build/; or a skip that says why."""
    return node_package(ROOT / "build" / "wasm", NAME, VERSION)


@lru_cache
def results(engine, module):
    """What the engine printed for each test of a file: name to its lines."""
    command = ["node", HERE / "run.mjs", engine, module]
    try:
        run = subprocess.run(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=120
        )
        output = run.stdout
    except subprocess.TimeoutExpired as e:  # kept as a result, so that it is waited for once
        output = (e.stdout or b"") + b"\nno end after 120 s"
    return by_test(output.decode().splitlines())


@pytest.mark.parametrize(("module", "name"), list(listed()))
def test_on_32_bits(engine, module, name):
    check(results(engine, module), name)
