"""What `make check` requires beyond ruff's style.

    python -m tools.check

    boundaries.py   which folder imports what; names with an underscore stay in their file
    sizes.py        lines of a file, files of a folder
    typecheck.py    types by mypy on each port, and whether the library's stubs are true
    spelling.py     spelling by codespell
    examples.py     the programs in the documentation, by mypy against the library's types
    versions.py     one version everywhere
    reference.py    that the reference has every public name, documented and with types

Each function takes the project's root (pathlib.Path) and returns its violations, one line each:
`file:line: rule`, or `file: rule`.
"""

import concurrent.futures
from pathlib import Path

from tools.check.boundaries import forbidden_imports, private_names
from tools.check.examples import example_errors
from tools.check.reference import reference_gaps
from tools.check.sizes import too_large
from tools.check.spelling import misspelled
from tools.check.typecheck import stub_errors, type_errors
from tools.check.versions import other_versions

ROOT = Path(__file__).resolve().parents[2]
CHECKS = (
    forbidden_imports, private_names, too_large, misspelled, other_versions, reference_gaps,
    example_errors, stub_errors, type_errors,
)  # fmt: skip


def main(root=ROOT):
    """Print each violation; 0 if there was none, else 1."""
    with concurrent.futures.ThreadPoolExecutor() as pool:
        results = list(pool.map(lambda check: check(root), CHECKS))
    problems = [line for result in results for line in result]
    for line in problems:
        print(line)
    return 1 if problems else 0
