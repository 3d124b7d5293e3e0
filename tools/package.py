"""What mip needs to install the library: from lib/ as it is, or compiled, for small boards.

    python -m tools.package             writes lib/package.json
    python -m tools.package build/mpy   writes the compiled library and its package.json there
"""

import json
import re
import sys
from pathlib import Path

from tools.engine import NO_COMPILER, ROOT, compile_mpy, find_compiler

LIB = ROOT / "lib"


def package():
    """What mip needs to know of lib/: a dict as package.json holds it.

    Source: https://docs.micropython.org/en/latest/reference/packages.html
    """
    paths = sorted(path.relative_to(LIB).as_posix() for path in LIB.rglob("*.py"))
    # What only CPython loads stays here.
    boards = [path for path in paths if not path.endswith("/cpython.py")]
    urls = [[path, path] for path in boards if path.startswith("snowplow_tracker/")]
    init = (LIB / "snowplow_tracker" / "__init__.py").read_text(encoding="utf-8")
    return {"urls": urls, "version": re.search(r'__version__ = "(.*)"', init)[1]}


def text():
    """package.json's text, a file a line."""
    found = package()
    urls = ",\n    ".join(json.dumps(url) for url in found["urls"])
    return f'{{\n  "urls": [\n    {urls}\n  ],\n  "version": "{found["version"]}"\n}}\n'


def compile_library(target):
    """Write the library as .mpy, with its package.json, into the folder `target`; returns it."""
    for path, _ in package()["urls"]:
        compile_mpy(LIB / path, (target / path).with_suffix(".mpy"))
    compiled = text().replace('.py"', '.mpy"')
    (target / "package.json").write_text(compiled, encoding="utf-8")
    return target


if __name__ == "__main__":
    if sys.argv[1:]:
        if not find_compiler():
            sys.exit(NO_COMPILER)
        folder = compile_library(Path(sys.argv[1]))
        size = sum(path.stat().st_size for path in folder.rglob("*.mpy"))
        print(f"{folder}: {size} bytes. To install it on the board that is plugged in:")
        print(f"  mpremote mip install --target /lib {folder}/package.json")
    else:
        (LIB / "package.json").write_text(text(), encoding="utf-8")
