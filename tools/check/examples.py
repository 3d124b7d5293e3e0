"""The programs in the documentation, by mypy against the library's types."""

import os
import re
import subprocess
import sys


def example_errors(root):
    """mypy's errors in the blocks of Python in README.md and docs/: `file:line: error`.

    The blocks of a file are one program: each goes on with the names of those before it.
    """
    pages = [root / "README.md", *sorted((root / "docs").rglob("*.md"))]
    found = []
    for page in pages:
        program = page.exists() and python_blocks(page.read_text(encoding="utf-8"))
        if program:
            found += _mypy(root, page.relative_to(root).as_posix(), program)
    return found


def python_blocks(text):
    """The text with everything blank but its blocks of Python, so that the lines keep their
    numbers; "" if it has none."""
    lines, block = [], None
    for line in text.splitlines():
        fence = re.match(r"( *)```(\w*)", line)
        if fence:
            block = fence[1] if fence[2] == "python" and block is None else None
            line = ""
        lines.append("" if block is None else line.removeprefix(block))
    return "\n".join(lines) + "\n" if any(lines) else ""


def _mypy(root, name, program):
    folder = root / "build" / "examples"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / (re.sub(r"\W", "_", name) + ".py")
    path.write_text(program, encoding="utf-8")
    run = subprocess.run(
        [
            sys.executable, "-m", "mypy", "--config-file=", "--follow-imports=silent",
            "--no-site-packages", "--check-untyped-defs", "--no-error-summary",
            "--hide-error-context",
            "--disable-error-code=assignment",  # of clock.hook, which is None before
            "--cache-dir", str(root / "build" / "mypy" / "examples"),
            str(path),
        ],
        cwd=root, capture_output=True, text=True,
        env={**os.environ, "MYPYPATH": str(root / "lib")},
    )  # fmt: skip
    if run.returncode == 0:
        return []
    errors = re.findall(r"\.py:(\d+): error: (.*)", run.stdout)
    if not errors:  # mypy itself failed
        return [f"{name}: {line}" for line in (run.stdout + run.stderr).splitlines() if line]
    return [f"{name}:{line}: {error}" for line, error in errors]
