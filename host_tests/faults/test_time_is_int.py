"""No float touches a time: a board's are 24 bits long, and 1753000000.5 * 1000 is 80 s off there.

Read from the source of the library: every name of a time (ms, wall, dtm ...) that is in an
arithmetic with a float, a true division, or a call that gives a float. Code for CPython alone
(an `except ImportError:`, a file cpython.py, or what names itself so) may sleep for
parts of a second.
"""

import ast

import pytest

from tools.engine import ROOT

LIB = ROOT / "lib" / "snowplow_tracker"
# Where times come from and go to; an event's values may be floats, times may not.
TIME_PATH = [
    f"{folder}/{path.name}"
    for folder in ("clock", "emitter", "transport", "store")
    for path in (LIB / folder).glob("*.py")
    if path.name != "cpython.py"
]
FLOATS = {"time", "float", "monotonic", "perf_counter", "round", "random", "uniform"}


def for_cpython(tree, source):
    """The lines that only CPython runs."""
    lines = set()
    for node in ast.walk(tree):
        caught = isinstance(node, ast.ExceptHandler) and "ImportError" in ast.unparse(
            node.type or ast.Constant(0)
        )
        if caught:
            lines.update(range(node.lineno, node.end_lineno + 1))
        text = source.splitlines()[node.lineno - 1] if hasattr(node, "lineno") else ""
        if isinstance(node, ast.Lambda) and "asyncio.sleep(ms / 1000)" in text:
            lines.add(node.lineno)
    return lines


def floats(tree):
    """(line, what) of all that makes a float."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, (float, complex)):
            yield node.lineno, f"the float {node.value}"
        elif isinstance(node, (ast.BinOp, ast.AugAssign)) and isinstance(node.op, ast.Div):
            yield node.lineno, "a true division"
        elif isinstance(node, ast.Call):
            name = getattr(node.func, "attr", None) or getattr(node.func, "id", None)
            owner = ast.unparse(node.func)
            if name in FLOATS and owner != "random" and not owner.startswith("self."):
                yield node.lineno, f"a call of {owner}"


@pytest.mark.parametrize("path", TIME_PATH)
def test_no_float_in_a_time_path(path):
    source = (LIB / path).read_text(encoding="utf-8")
    tree = ast.parse(source)
    allowed = for_cpython(tree, source)
    found = [(line, what) for line, what in floats(tree) if line not in allowed]
    assert not found, [f"{path}:{line}: {what}" for line, what in found]


def test_the_check_finds_what_it_is_for():
    for text in ("a / 2", "1.5 * x", "time.time()", "x /= 3", "float(x)", "time.monotonic()"):
        assert list(floats(ast.parse(text))), text
    assert not list(floats(ast.parse("time.time_ns() // 1000000; random(5); a // b")))
