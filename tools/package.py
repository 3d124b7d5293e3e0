"""What mip needs to install the library: from lib/ as it is, or compiled, for small boards.

    python -m tools.package             writes lib/package.json and the version in lib/manifest.py
    python -m tools.package build/mpy   writes the compiled library and its package.json there
"""

import json
import re
import sys
from pathlib import Path

from tools.engine import NO_COMPILER, ROOT, compile_mpy, find_compiler

LIB = ROOT / "lib"
MANIFEST = LIB / "manifest.py"


def version(lib=LIB):
    """The version of the project: `__version__` of the library, the one place that has it."""
    path = lib / "snowplow_tracker" / "__init__.py"
    found = re.search(r'^__version__ = "(.*)"', path.read_text(encoding="utf-8"), re.M)
    if not found:
        raise ValueError(f"{path}: no __version__")
    return found[1]


def manifest_text(lib=LIB):
    """lib/manifest.py's text, with this version."""
    text = (lib / MANIFEST.name).read_text(encoding="utf-8")
    return re.sub(r'(?<=version=")[^"]*', version(lib), text)


def package(lib=LIB):
    """What mip needs to know of lib/: a dict as package.json holds it.

    Source: https://docs.micropython.org/en/latest/reference/packages.html
    """
    paths = sorted(path.relative_to(lib).as_posix() for path in lib.rglob("*.py"))
    # What only CPython loads stays here.
    boards = [path for path in paths if not path.endswith("/cpython.py")]
    urls = [[path, path] for path in boards if path.startswith("snowplow_tracker/")]
    return {"urls": urls, "version": version(lib)}


def text(lib=LIB):
    """package.json's text, a file a line."""
    found = package(lib)
    urls = ",\n    ".join(json.dumps(url) for url in found["urls"])
    return f'{{\n  "urls": [\n    {urls}\n  ],\n  "version": "{found["version"]}"\n}}\n'


def copy_library(target, lib=LIB):
    """Write the library as .py, with its package.json, into the folder `target`; returns it."""
    for path, _ in package(lib)["urls"]:
        (target / path).parent.mkdir(parents=True, exist_ok=True)
        (target / path).write_bytes((lib / path).read_bytes())
    (target / "package.json").write_text(text(lib), encoding="utf-8")
    return target


def compile_library(target, lib=LIB):
    """Write the library as .mpy, with its package.json, into the folder `target`; returns it."""
    for path, _ in package(lib)["urls"]:
        compile_mpy(lib / path, (target / path).with_suffix(".mpy"))
    compiled = text(lib).replace('.py"', '.mpy"')
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
        MANIFEST.write_text(manifest_text(), encoding="utf-8")
