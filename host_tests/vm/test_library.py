"""The library's own tests, on the real MicroPython VM: each appears here under its name."""

import ast
import subprocess
from functools import lru_cache
from pathlib import Path

import pytest

LIBRARY = Path(__file__).parent.parent / "library"


def listed():
    """(file, function) of every test in host_tests/library."""
    for path in sorted(LIBRARY.glob("test_*.py")):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                yield path.stem, node.name


@lru_cache
def results(vm, module):
    """What the VM printed for each test of a file: name to its lines."""
    run = subprocess.run(
        [vm.program, "-X", "heapsize=256wk", "run.py", module],
        cwd=LIBRARY,
        env=vm.env,
        capture_output=True,
        text=True,
        timeout=120,
    )
    return by_test(run.stdout.splitlines() + run.stderr.splitlines())


def by_test(printed):
    """The lines that run.py printed for each test: name to its lines; "" to the last of all."""
    found = {"": printed[-20:]}
    lines = []
    for line in printed:
        if line.startswith(("ok ", "FAIL ")):
            lines = found.setdefault(line.split()[1], [])
        lines.append(line)
    return found


def check(found, name):
    """Assert that the test of that name passed."""
    lines = found.get(name, ["did not run"] + found[""])
    assert lines[0].startswith("ok "), "\n".join(lines)


@pytest.mark.parametrize(("module", "name"), list(listed()))
def test_on_the_vm(vm, module, name):
    check(results(vm, module), name)
