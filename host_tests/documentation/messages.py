"""What firmware, collector and the commands of `make` can print, collected from their code.

A message is the text with `…` for each value in it.
"""

import ast
import re

from tools.engine import ROOT

# Of the library only what it prints; its errors are for those who write programs.
PRINTED = ("lib/snowplow_tracker",)
FOLDERS = (
    "firmware", "boards", "tools/deploy", "tools/collector", "tools/flash", "tools/provision",
    "tools/scan", "tools/monitor.py", "tools/setup", "tools/release", "tools/dist", "tools/report",
    "tools/package.py", "tools/labels",
)
# Read by programs: answers of the APIs, examples, what a driver says to other code.
OTHERS = (
    "firmware/examples", "tools/collector/http/micro", "tools/collector/http/page",
    "tools/collector/http/export", "tools/collector/http/request_body", "tools/collector/http/fi",
    "tools/collector/enrich/event_", "tools/collector/enrich/enrichments",
    "tools/collector/enrich/columns", "tools/deploy/scripts.py",
)  # fmt: skip
# Functions that only make texts which others print, and names of variables that hold one.
WORDS = ("explain", "_advice", "_searched", "_load")
NAMES = ("rule", "why", "hint", "words", "advice", "text", "problem", "message")


_CODE = re.compile(r"iglu:|listed[.]|\w+\(|[^ ]+$")  # a schema, a script for a board, a name


def messages():
    """{message: where it comes from}, for all files."""
    found = {}
    for folder in (*PRINTED, *FOLDERS):
        for path in _files(folder):
            name = path.relative_to(ROOT).as_posix()
            if name.startswith(OTHERS):
                continue
            tree = ast.parse(path.read_text(encoding="utf-8"))
            for node, line in _printed(tree, folder in PRINTED):
                for text in _texts(node):
                    text = " ".join(re.sub("…+", "…", text).split())
                    if len(re.findall("[A-Za-z]", text)) > 2 and not _CODE.match(text):
                        found.setdefault(text, f"{name}:{line}")
    return found


def all_texts():
    """Every text in the code of these folders, for what a page says of it."""
    found = []
    for folder in (*PRINTED, *FOLDERS):
        for path in _files(folder):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    found.append(re.sub(r"%[-0-9.]*[a-zA-Z]", "…", node.value))
    return found


def _files(name):
    path = ROOT / name
    return [path] if path.is_file() else sorted(path.rglob("*.py"))


def _printed(tree, only_prints):
    for node in ast.walk(tree):
        line = getattr(node, "lineno", 0)
        if isinstance(node, ast.Call) and isinstance(node.func, (ast.Name, ast.Attribute)):
            name = getattr(node.func, "id", None) or node.func.attr
            if name == "print":
                yield ast.Tuple(node.args, ast.Load()), line
            elif only_prints:
                continue
            elif name in ("write", "_fail", "say") and node.args:
                yield node.args[0], line
            elif name == "append" and isinstance(node.args[0], ast.JoinedStr):
                yield node.args[0], line
            elif name == "failure":
                yield from ((text, line) for text in node.args[2:])  # its rule, a hint
            elif name == "_refuse":
                yield node.args[-1], line
        elif only_prints:
            continue
        elif isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
            yield from ((text, line) for text in node.exc.args)
        elif isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") in NAMES:
            yield node.value, line
        elif isinstance(node, ast.AugAssign) and getattr(node.target, "id", "") in NAMES:
            yield ast.BinOp(ast.Name("_"), ast.Add(), node.value), line
        elif isinstance(node, ast.Yield) and isinstance(node.value, (ast.JoinedStr, ast.Constant)):
            yield node.value, line
        elif isinstance(node, ast.FunctionDef) and node.name in WORDS:
            whole = [it for it in ast.walk(node) if isinstance(it, ast.JoinedStr)]
            parts = [part for it in whole for part in it.values]
            for inner in ast.walk(node):
                if isinstance(inner, ast.JoinedStr) or _is_text(inner) and inner not in parts:
                    if inner is not node.body[0].__dict__.get("value"):  # its docstring
                        yield inner, inner.lineno


def _is_text(node):
    return isinstance(node, ast.Constant) and isinstance(node.value, str) and (
        node.value.count(" ") > 3 and "\n" not in node.value
    )


def _texts(node):
    """The texts that an expression can be, each with `…` for what only the run knows."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return [node.value]
    if isinstance(node, ast.JoinedStr):
        return ["".join(it.value if isinstance(it, ast.Constant) else "…" for it in node.values)]
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod):
        return [re.sub(r"%[-0-9.]*[a-zA-Z]", "…", text) for text in _texts(node.left)]
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return [a + b for a in _texts(node.left) for b in _texts(node.right)]
    if isinstance(node, ast.BoolOp):
        return [text for value in node.values for text in _texts(value)]
    if isinstance(node, ast.IfExp):
        return _texts(node.body) + _texts(node.orelse)
    if isinstance(node, ast.Tuple):
        found = [""]
        for part in node.elts:
            found = [(a + " " + b).strip() for a in found for b in _texts(part)]
        return found
    return ["…"]
