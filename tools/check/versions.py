"""One version everywhere: that of the library's `__init__.py`."""

import json
import re

from tools.dist import released
from tools.package import version

INIT = "lib/snowplow_tracker/__init__.py"


def other_versions(root):
    """One line for each file that says another version, with what mends it."""
    if not (root / INIT).exists():
        return []
    try:
        wanted = version(root / "lib")
    except ValueError:
        return [f"{INIT}: expected __version__, which all other files follow"]
    package = "run python -m tools.package"
    found = []
    changelog = "add a section for this version, or correct __version__"
    for name, said, mend in (
        ("lib/package.json", _of_package, package),
        ("lib/manifest.py", _of_manifest, package),
        ("CHANGELOG.md", lambda path: released(path.parent)[0], changelog),
    ):
        if (root / name).exists():
            try:
                number = said(root / name)
            except ValueError as error:
                number = f"no version ({error})"
            if number != wanted:
                found.append(f"{name}: {number}, and {INIT} has {wanted}: {mend}")
    return found


def _of_package(path):
    return json.loads(path.read_text(encoding="utf-8")).get("version")


def _of_manifest(path):
    said = re.search(r'version="([^"]*)"', path.read_text(encoding="utf-8"))
    return said and said[1]
