"""Which folder imports what, and which names stay in their file. Nothing is imported for it.

A name with an underscore belongs to the file that defines it. Another file may use it if the
header of the defining file (its first comment or its docstring) has a line with both:

    # `_seek`: reader.py moves it after a torn record.
"""

import ast
import re

from tools.check.sources import BOARD_FOLDERS, fallbacks, parsed, python_files

HARDWARE = {"machine", "network", "esp32", "rp2"}
NETWORK = {"requests", "urequests", "socket", "ssl", "tls"}
TRANSPORT = "lib/snowplow_tracker/transport/"
CLOCK = "boards/ntp.py"
SERVER = "firmware/on_demand/portal.py"  # it only answers
# All that the library may use, so that it runs on any board and on CPython.
LIB_MAY_IMPORT = {
    "asyncio", "binascii", "collections", "errno", "gc", "hashlib", "io", "json", "math",
    "micropython", "os", "random", "re", "snowplow_tracker", "struct", "sys", "time", "uasyncio",
}  # fmt: skip
NOT_ON_BOARDS = {
    "abc", "base64", "contextlib", "dataclasses", "datetime", "enum", "functools", "itertools",
    "logging", "pathlib", "subprocess", "threading", "typing", "urllib", "uuid",
}  # fmt: skip
# CPython and MicroPython document these, so they are public in spite of the underscore:
# os._exit, namedtuple's methods, sys.implementation's fields.
DOCUMENTED = {"_exit", "_asdict", "_fields", "_make", "_replace", "_build", "_machine", "_mpy"}


# --- imports ----------------------------------------------------------------------------------
def forbidden_imports(root):
    """One line for each import that its folder must not have."""
    found = []
    for path in python_files(root):
        tree = parsed(root / path)[1]
        tried, caught = fallbacks(tree)
        for line, name in _imports(tree):
            rule = _broken_rule(path, name, line in tried | caught)
            if rule:
                found.append(f"{path}:{line}: {rule}")
    return found


def _imports(tree):
    """(line, name of the top-level module) for each import that is not a relative one."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, alias.name.split(".")[0]
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield node.lineno, node.module.split(".")[0]


def _broken_rule(path, name, has_fallback):
    """What is wrong with importing `name` in the file at `path`, or None."""
    folder = path.split("/")[0]
    if folder == "lib" and name in ("boards", "firmware"):
        return f"lib/ imports neither boards nor firmware: {name}"
    if folder == "boards" and name in ("snowplow_tracker", "firmware"):
        return f"boards/ imports neither the library nor firmware: {name}"
    if name in HARDWARE and folder != "boards":
        return f"only boards/ uses the hardware: {name}"
    if name in NETWORK and not path.startswith(TRANSPORT) and path not in (CLOCK, SERVER):
        return f"only {TRANSPORT} and {CLOCK} open connections: {name}"
    if has_fallback:
        return None
    if name in NOT_ON_BOARDS:
        return f"MicroPython has no {name}"
    if folder == "lib" and name not in LIB_MAY_IMPORT | NETWORK:
        return f"lib/ does not import {name}; see LIB_MAY_IMPORT in tools/check/boundaries.py"
    return None


# --- names with an underscore -----------------------------------------------------------------
def private_names(root):
    """One line for each use of another file's name with an underscore."""
    paths = python_files(root, (*BOARD_FOLDERS, "tools"))
    files = [(path, *parsed(root / path)) for path in paths]
    headers = {}  # {name: lines of the headers of the files that define it}
    for _, source, tree in files:
        lines = _header(source, tree)
        for name in _defined(tree):
            headers.setdefault(name, []).extend(lines)
    found = []
    for path, _, tree in files:
        own = _defined(tree)
        for line, name, imported in sorted(set(_private_uses(tree))):
            if not imported and name in own or _permitted(headers.get(name, ()), name, path):
                continue
            found.append(
                f"{path}:{line}: {name} belongs to another file: make it public there, or have "
                f"that file's header say that {path.split('/')[-1]} uses `{name}`"
            )
    return found


def _header(source, tree):
    comment = re.match(r"(?:#.*\n|\n)*", source)[0]
    return (comment + (ast.get_docstring(tree) or "")).splitlines()


def _permitted(header, name, path):
    file = path.split("/")
    # All packages have an __init__.py, so its folder is named too.
    file = "/".join(file[-2:]) if file[-1] == "__init__.py" else file[-1]
    pattern = rf"(?<!\w){re.escape(file)}\b"
    return any(f"`{name}`" in line and re.search(pattern, line) for line in header)


def _is_private(name):
    dunder = name.startswith("__") and name.endswith("__")
    return name.startswith("_") and name != "_" and not dunder and name not in DOCUMENTED


def _defined(tree):
    """The private names that a file defines: functions, classes, variables, attributes of self."""
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            if _is_own(node.value):
                names.add(node.attr)
    for body in (node for node in ast.walk(tree) if isinstance(node, ast.Module | ast.ClassDef)):
        names.update(_assigned(body.body))
    return {name for name in names if _is_private(name)}


def _assigned(statements):
    """Names that these statements assign, without what is inside functions and classes."""
    scopes = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)
    todo = list(statements)
    while todo:
        node = todo.pop()
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif not isinstance(node, scopes):
            todo.extend(ast.iter_child_nodes(node))


def _is_own(node):
    """Whether it is self, cls or super()."""
    if isinstance(node, ast.Call):
        return isinstance(node.func, ast.Name) and node.func.id == "super"
    return isinstance(node, ast.Name) and node.id in ("self", "cls")


def _private_uses(tree):
    """(line, name, whether it is imported) for each private name that is not asked of self."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and not _is_own(node.value):
            if _is_private(node.attr):
                yield node.lineno, node.attr, False
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                if _is_private(alias.name):
                    yield node.lineno, alias.name, True
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            if node.func.id in ("getattr", "setattr", "hasattr", "delattr") and node.args[1:]:
                name = getattr(node.args[1], "value", None)
                if isinstance(name, str) and _is_private(name) and not _is_own(node.args[0]):
                    yield node.lineno, name, False
