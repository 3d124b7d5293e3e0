"""The project's Python files, and their syntax trees."""

import ast

# What goes to a board.
BOARD_FOLDERS = ("lib", "boards", "firmware")


def python_files(root, folders=BOARD_FOLDERS):
    """Paths of the .py files of these folders, as str relative to `root`, sorted by folder."""
    return [
        path.relative_to(root).as_posix()
        for folder in folders
        for path in sorted((root / folder).rglob("*.py"))
    ]


def parsed(path):
    """(source text, ast.Module) of the file at `path`, a pathlib.Path."""
    source = path.read_text(encoding="utf-8")
    return source, ast.parse(source, str(path))


def fallbacks(tree):
    """(lines in a `try` that catches ImportError, lines in that `except`), as two sets of int.

    Such an `except` is CPython's side of a fallback.
    """
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
