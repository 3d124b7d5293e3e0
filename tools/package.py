"""`python -m tools.package`: write lib/package.json, from which mip installs the library."""

import json
import re

from tools.engine import ROOT

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


if __name__ == "__main__":
    (LIB / "package.json").write_text(text(), encoding="utf-8")
