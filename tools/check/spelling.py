"""Spelling of code, messages and documentation, by codespell."""

import importlib.util
import subprocess
import sys

FOLDERS = ("lib", "boards", "firmware", "tools", "host_tests", "docs", ".ci")
IGNORED = (
    "ue",  # the protocol's name for a self-describing event
    "te",  # the name of an HTTP header
    "pasword", "sesion",  # wrong on purpose, in tests of a config file's mistakes
)  # fmt: skip
# codespell's own takes 'quoted' with its quotes, and a_name as one word.
WORD = r"(?<![0-9A-Za-z])[A-Za-z]+(?:['’][a-z]{1,2}\b)?"


def misspelled(root):
    """One line for each word that codespell knows as a misspelling: `file:line: word ==> word`."""
    if not importlib.util.find_spec("codespell_lib"):
        return ["codespell is not installed for this Python; `make check` installs it"]
    paths = [*(name for name in FOLDERS if (root / name).exists()), "Makefile", "pyproject.toml"]
    paths += sorted(path.name for path in root.glob("*.md"))
    run = subprocess.run(
        [sys.executable, "-m", "codespell_lib", "-r", WORD, "-L", ",".join(IGNORED), *paths],
        cwd=root, capture_output=True, text=True,
    )  # fmt: skip
    return run.stdout.splitlines() + run.stderr.splitlines()
