"""What `make check` asks beyond style: the arrows between the rooms, and types on each port.

    python -m tools.check

The arrows are read from the imports (`ast`; nothing is imported). The types are mypy's, once
against the stubs of each port in `<venv>/stubs/<port>`, since the ports' modules have the
same names and not the same content; the files of other ports are left out. Code in an
`except ImportError:` is CPython's side of a fallback: there both look away.

Prints one line for each violation, `file:line: rule`, and exits with 1 if there was any.
"""
import ast
import concurrent.futures
import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
ROOMS = ("lib", "boards", "firmware")
HARDWARE = {"machine", "network", "esp32", "rp2"}
WIRE = {"requests", "urequests", "socket", "ssl", "tls"}
TRANSPORT = "lib/snowplow_tracker/transport/"
# All that the library may use, so that it runs on any board and on CPython.
LIB_MAY = {
    "asyncio", "binascii", "collections", "errno", "gc", "hashlib", "io", "json", "math",
    "micropython", "os", "random", "re", "snowplow_tracker", "struct", "sys", "time", "uasyncio",
}  # fmt: skip
NOT_ON_BOARDS = {
    "abc", "base64", "contextlib", "dataclasses", "datetime", "enum", "functools", "itertools",
    "logging", "pathlib", "subprocess", "threading", "typing", "urllib", "uuid",
}  # fmt: skip
# Each port is checked without the files of the others.
PORTS = {"esp32": {"rp2.py", "unix.py"}, "rp2": {"esp32.py", "unix.py"}}


# --- arrows -----------------------------------------------------------------------------------
def fallbacks(tree):
    """(lines in a `try` that catches ImportError, lines in that `except`), as two sets."""
    tried, caught = set(), set()
    for node in ast.walk(tree):
        if not isinstance(node, ast.Try):
            continue
        for handler in node.handlers:
            if handler.type is None or "ImportError" not in ast.unparse(handler.type):
                continue
            for block, lines in ((node.body, tried), (handler.body, caught)):
                lines.update(range(block[0].lineno, block[-1].end_lineno + 1))
    return tried, caught


def imports(tree):
    """(line, name of the top-level module) for each import that is not a relative one."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, alias.name.split(".")[0]
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield node.lineno, node.module.split(".")[0]


def broken_rule(path, name, guarded):
    """What is wrong with importing `name` in the file at `path`, or None."""
    room = path.split("/")[0]
    if room == "lib" and (name in ("boards", "firmware")):
        return "lib/ imports neither boards nor firmware: %s" % name
    if room == "boards" and (name in ("snowplow_tracker", "firmware")):
        return "boards/ imports neither the library nor firmware: %s" % name
    if name in HARDWARE and room != "boards":
        return "only boards/ touches the hardware: %s" % name
    if name in WIRE and not path.startswith(TRANSPORT):
        return "only %s opens connections: %s" % (TRANSPORT, name)
    if guarded:
        return None
    if name in NOT_ON_BOARDS:
        return "MicroPython has no %s" % name
    if room == "lib" and name not in LIB_MAY | WIRE:
        return "lib/ does not import %s; see LIB_MAY in tools/check.py" % name
    return None


def sources(root):
    """Paths, relative to root, of all Python files that go to a board."""
    for room in ROOMS:
        for path in sorted((root / room).rglob("*.py")):
            yield path.relative_to(root).as_posix()


def arrows(root):
    """One line for each import that a room must not have."""
    found = []
    for path in sources(root):
        tree = ast.parse((root / path).read_text(encoding="utf-8"), path)
        tried, caught = fallbacks(tree)
        for line, name in imports(tree):
            rule = broken_rule(path, name, line in tried | caught)
            if rule:
                found.append("%s:%d: %s" % (path, line, rule))
    return found


# --- types ------------------------------------------------------------------------------------
def mypy(root, port, stubs):
    """mypy's errors about our own files against one port's stubs, in `stubs`/<port>."""
    typeshed = stubs / port
    if not (typeshed / "stdlib" / "VERSIONS").exists():
        return ["%s: no type stubs there; `make check` installs them" % typeshed]
    files = [
        path
        for path in sources(root)
        if not (path.startswith("boards/") and path.split("/")[-1] in PORTS[port])
    ]
    if not files:
        return []
    path = [str(typeshed), *(str(root / room) for room in ("lib", "."))]
    run = subprocess.run(
        [
            sys.executable, "-m", "mypy", "--config-file=", "--no-site-packages",
            "--custom-typeshed-dir", str(typeshed), "--platform", port,
            "--follow-imports=silent", "--check-untyped-defs",
            # Neither says that something is wrong, only that mypy wants an annotation.
            "--disable-error-code=var-annotated", "--disable-error-code=has-type",
            "--namespace-packages", "--explicit-package-bases",
            "--no-error-summary", "--hide-error-context",
            "--cache-dir", str(root / "build" / "mypy" / port), *files,
        ],
        cwd=root, env={**os.environ, "MYPYPATH": os.pathsep.join(path)},
        capture_output=True, text=True,
    )  # fmt: skip
    if run.returncode not in (0, 1):  # it could not even begin
        return [line for line in (run.stdout + run.stderr).splitlines() if line]
    # The stubs have errors of their own, which are not ours to mend.
    ours = [line for line in run.stdout.splitlines() if line.startswith(tuple(files))]
    return [line for line in ours if ": error:" in line and not in_fallback(root, line)]


def in_fallback(root, message):
    path, line = re.match(r"(.*?):(\d+):", message).groups()
    return int(line) in fallbacks(ast.parse((root / path).read_text(encoding="utf-8")))[1]


def types(root, stubs=Path(sys.prefix) / "stubs"):
    """mypy's errors on all ports, each once, with the ports that it was found on."""
    with concurrent.futures.ThreadPoolExecutor() as pool:
        runs = [(port, pool.submit(mypy, root, port, stubs)) for port in PORTS]
    ports = {}
    for port, run in runs:
        for line in run.result():
            ports.setdefault(line.replace(": error:", ":"), []).append(port)
    return ["%s (%s)" % (line, ", ".join(where)) for line, where in ports.items()]


def main(root=ROOT):
    """0 if all is well, 1 after having printed what is not."""
    problems = arrows(root) + types(root)
    for problem in problems:
        print(problem)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
