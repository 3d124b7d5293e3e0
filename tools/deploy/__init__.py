"""What a board gets, and the same tree in a directory for tests and demos on this machine."""

import json
from pathlib import Path

from tools.engine import compile_mpy

ROOT = Path(__file__).resolve().parent.parent.parent
# What a deploy owns on the board, whole; elsewhere it only writes the files that it brings.
OWNED = ("/lib/snowplow_tracker", "/boards")
# The board runs these by itself, so they arrive when all that they import is there.
LAST = ("/boot.py", "/main.py")


class Stop(Exception):
    """The deploy cannot go on; its text is one line for the user that says what to do."""


def files(root=ROOT):
    """What a board gets: a list of (source: Path, path on the board: str), in copying order.

    `/boot.py` and `/main.py` come last. The config is not among them: it is the user's own.
    """
    root = Path(root)
    found = []
    for folder in OWNED:
        for source in sorted((root / folder[1:]).rglob("*.py")):
            found.append((source, "/" + source.relative_to(root).as_posix()))
    firmware = [(source, "/" + source.name) for source in sorted(root.glob("firmware/*.py"))]
    # Stable: all others keep their order, index -1 stands for them.
    return found + sorted(firmware, key=lambda f: LAST.index(f[1]) if f[1] in LAST else -1)


def compiled(found, folder):
    """`found`, a list as files() returns it, with .mpy (in `folder`) for what a board imports.

    It would compile a .py at each boot, for which it has little heap.
    """
    result = []
    for source, path in found:
        if path.endswith(".py") and path not in LAST:
            mpy = path.removesuffix("py") + "mpy"
            source, path = compile_mpy(source, folder / mpy[1:]), mpy
        result.append((source, path))
    return result


def stage(directory, config, root=ROOT, mpy=False):
    """Write the tree that a board gets into `directory`, with the dict `config` as config.json.

    `mpy`: compiled. What else is in the directory stays. Returns the directory as a Path.
    """
    directory = Path(directory)
    found = files(root)
    for source, path in compiled(found, directory) if mpy else found:
        target = directory / path[1:]
        if source != target:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(source.read_bytes())
    (directory / "config.json").write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")
    return directory
