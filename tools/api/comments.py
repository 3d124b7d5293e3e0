"""A plugin of griffe: the comments of the code become part of the reference.

What runs on a board has docstrings of one line, since they cost memory where a board compiles;
contracts stand in comments. So each function also gets the comment right above it, and a class
that at the head of its file where that says how it is used. A .pyi has whole docstrings, which
take the place of those in the code.
"""

import re
from pathlib import Path

import griffe

# Names without an underscore that are no part of the library's interface: other files use them.
_OF_EVENTS = {"FIELDS", "TYPE", "added", "dict_", "pairs", "schema", "subject"}
INTERNAL = {
    "Emitter": {"active", "abandon", "batch_limit", "blocking", "get", "in_callback", "new_bytes",
                "retry", "retry_at", "step"},
    "Event": _OF_EVENTS,
    "StructuredEvent": _OF_EVENTS,
    "SelfDescribing": _OF_EVENTS,
    "PageView": _OF_EVENTS,
    "PagePing": _OF_EVENTS,
    "ScreenView": _OF_EVENTS,
    "Tracker": {"refuse", "store_event"},
    "RingStore": {"buf", "cause", "count", "end", "evict", "head", "make_room", "max_ms",
                  "next_sequence", "settled", "tail"},
    "SegmentStore": {"settled"},
    "HttpTransport": {"cookies", "get", "receive", "wait_for", "connect_ms", "limit_ms"},
    "ScreenTracking": {"enter", "sum_up"},
    "UrequestsTransport": {"http", "parse_headers"},
    "MediaTracking": {"interval", "max_paused_pings"},
    "AsyncEmitter": {"worker", "put"},
    "EmitterConfiguration": {"options"},
}  # fmt: skip


def is_public(name, owner=""):
    """Whether a member of that name (str) of the class `owner` is part of the reference."""
    return (name[0] != "_" or name == "__init__") and name not in INTERNAL.get(owner, ())


# The head of a file in these tells how its class is used; elsewhere, how it works inside.
HEADS = ("plugins", "media", "subject", "official")


class Comments(griffe.Extension):
    """Called by griffe for each package that it has read; without `comments` it adds none."""

    def __init__(self, comments=True):
        super().__init__()
        self._comments = comments

    def on_package(self, *, pkg, **_):
        """Work on a package once its .pyi files are merged into it."""
        for module in _modules(pkg):
            source = Path(module.filepath).with_suffix(".py")
            stub = source.with_suffix(".pyi")
            if stub.exists():
                _take_stub(module, stub)
            if source.exists() and self._comments:
                self._document(module, source, stub.exists())

    def _document(self, module, source, stubbed):
        lines = source.read_text(encoding="utf-8").splitlines()
        head = ""
        if (module.path + ".").startswith(tuple(f"snowplow_tracker.{name}." for name in HEADS)):
            head = _markdown(lines, len(_comment_at_head(lines)))
        for found in list(module.members.values()):
            if found.is_alias:
                continue
            if found.is_class:
                _add(found, head)
                _hide(found)
            if not stubbed and found.is_class:
                for member in found.members.values():
                    if not member.is_alias and member.is_function:
                        _add(member, _above(lines, member))
            if not stubbed and found.is_function:
                _add(found, _above(lines, found))


def _modules(module):
    yield module
    for member in module.members.values():
        if not member.is_alias and member.is_module:
            yield from _modules(member)


# Griffe itself takes from a .pyi the types of arguments that the code names, which those of tables
# are not, and docstrings where the code has none.
def _take_stub(found, stub):
    if isinstance(stub, Path):
        stub = griffe.visit(found.name, stub, stub.read_text(encoding="utf-8"))
    for name, its in stub.members.items():
        if its.is_alias or name not in found.members:
            continue
        target = found.members[name]
        if its.is_class and target.is_class:
            _take_stub(target, its)
        elif its.is_function and target.is_function:
            target.parameters, target.returns = its.parameters, its.returns
        if its.docstring:
            target.docstring = _docstring(its.docstring.value, target)


def _hide(found):
    for name in list(found.members):
        if not is_public(name, found.name):
            del found.members[name]


def _add(found, text):
    if not text:
        return
    if found.docstring:
        found.docstring.value = found.docstring.value.rstrip() + "\n\n" + text
    else:
        found.docstring = _docstring(text, found)


def _docstring(text, parent):
    # Its sections (Args, Returns, Raises) are as Google writes them.
    return griffe.Docstring(text, parent=parent, parser="google")


def _comment_at_head(lines):
    found = []
    for line in lines:
        if not line.startswith("#"):
            break
        found.append(line)
    return found


def _above(lines, found):
    # The comment right above a function, or its decorators.
    end = (found.lineno or 1) - 1
    start = end
    while start and lines[start - 1].strip().startswith("#"):
        start -= 1
    return _markdown(lines[start:end], end - start)


def _markdown(lines, count):
    """The first `count` lines, comments, as Markdown: what is indented becomes a block of code."""
    text = [re.sub(r"^\s*# ?", "", line) for line in lines[:count]]
    found, code = [], False
    for line in text:
        indented = line.startswith("  ") and not (found and _in_list(found) and not code)
        if indented and not code:
            found += ["", "```python"]
            code = True
        elif code and not indented and line:
            found += ["```", ""]
            code = False
        if line.startswith("- ") and found and found[-1] and not _in_list(found):
            found.append("")
        found.append(line[2:] if code else _escaped(line))
    return "\n".join(found + ["```"] if code else found).strip()


def _escaped(line):
    # Outside of `code` nothing is Markdown but the dash of a list.
    parts = line.split("`")
    return "`".join(
        re.sub(r"([*_<])", r"\\\1", part) if i % 2 == 0 else part for i, part in enumerate(parts)
    )


def _in_list(found):
    # Whether the last paragraph is a list, whose items go on in indented lines.
    for line in reversed(found):
        if not line:
            return False
        if line.startswith("- "):
            return True
    return False
