"""What `make bench` has measured, as the documentation shows it: docs/figures.json.

{name: {"value": number, "unit": str, "what": str, "on": "2026-11-27", "machine": str}}
"""

import json
import platform
import time

from tools.engine import ROOT

PATH = ROOT / "docs" / "figures.json"


def load(path=PATH):
    """The dict in the file; empty if there is none."""
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def note(measured, path=PATH, now=None):
    """Put what was measured here and now into the file: {name: (value, unit, what)}."""
    found = load(path)
    day = time.strftime("%Y-%m-%d", time.gmtime(now))
    for name, (value, unit, what) in measured.items():
        about = {"value": value, "unit": unit, "what": what, "on": day, "machine": machine()}
        # Another day without another value is no news.
        if found.get(name, {}).get("value") != value or found[name]["what"] != what:
            found[name] = about
    text = json.dumps(found, indent=1, sort_keys=True, ensure_ascii=False)
    path.write_text(text + "\n", encoding="utf-8")


def machine():
    """This computer in some words: processor, system, Python."""
    return f"{platform.machine()}, {platform.system()}, CPython {platform.python_version()}"
