"""What the store does on real littlefs when flash fails, and in a small heap."""

import ast
from pathlib import Path

import pytest

SCENARIOS = [
    name.id
    for node in ast.parse(Path(__file__).with_name("trouble.py").read_text()).body
    if isinstance(node, ast.Assign) and node.targets[0].id == "SCENARIOS"
    for name in node.value.elts
]


@pytest.fixture(scope="module")
def trouble(on_vm):
    # So much that nothing is collected: a file that failed to close is closed once more by its
    # finaliser, and a flash written in Python cannot be called from there. One in C can.
    return on_vm("trouble.py", heap="800m")


@pytest.mark.parametrize("name", SCENARIOS)
def test_trouble_is_counted_and_no_wedge(trouble, name):
    assert trouble[name] == ""


# Which allocation fails first depends on the heap's size.
@pytest.mark.parametrize("heap", ["91wk", "93wk", "94wk", "96wk", "99wk"])
@pytest.mark.parametrize("kind", ["segments", "retained"])
def test_lack_of_memory_loses_nothing(on_vm, tmp_path, kind, heap):
    found = on_vm("pressure.py", kind, tmp_path, heap=heap)
    assert not found["wrong"], "\n".join(found["wrong"])
    # Enough of them were short of memory, and the largest were not.
    assert found["heaps"] >= 200 and found["failures"] >= 100


def test_a_small_heap_does_for_any_backlog(on_vm, tmp_path):
    found = on_vm("heap.py", tmp_path / "flash", heap="64wk")
    assert found["held"] > 3000
    assert max(found["filling"], found["draining"]) - found["few"] <= 1024, found
