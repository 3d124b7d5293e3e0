"""The pages: README.md and those in docs/, with their blocks of code, links and headings."""

import re
from typing import NamedTuple

from tools.engine import ROOT

PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
OTHERS = [ROOT / name for name in ("DESIGN.md", "CONTRIBUTING.md", "CHANGELOG.md")]
OWN_FILE = re.compile(r"# (\w+[.]py)\n")  # the first line of a block that is a whole file
_FENCE = re.compile(r"^( *)```(\w*)\n(.*?)^ *```$", re.S | re.M)
_LINK = re.compile(r"(?<!!)\[(?:[^\[\]]|\[[^\]]*\])*\]\(([^)\s]+)\)|!\[[^\]]*\]\(([^)\s]+)\)")


class Block(NamedTuple):
    """A block of code: its page (a name relative to the root), line, language and text."""

    page: str
    line: int
    language: str
    text: str

    @property
    def place(self):
        return f"{self.page}:{self.line}"


def name(path):
    """How messages call a page."""
    return path.relative_to(ROOT).as_posix()


def blocks(*languages):
    """All blocks in these languages, in order."""
    found = []
    for path in PAGES:
        text = path.read_text(encoding="utf-8")
        for fence in _FENCE.finditer(text):
            line = text.count("\n", 0, fence.start()) + 1
            if fence[2] in languages:
                body = re.sub("^" + fence[1], "", fence[3], flags=re.M)
                found.append(Block(name(path), line, fence[2], body))
    return found


def whole_files():
    """{name: text} of the blocks that are files, as config.json has them beside it."""
    found = {}
    for block in blocks("python"):
        if OWN_FILE.match(block.text):
            found[OWN_FILE.match(block.text)[1]] = block.text
    return found


def prose(path):
    """A page without its blocks of code."""
    return _FENCE.sub("", path.read_text(encoding="utf-8"))


def links(path):
    """The targets of the links and pictures of a page."""
    return [a or b for a, b in _LINK.findall(prose(path))]


def anchors(path):
    """The anchors that GitHub gives the headings of a page."""
    found = set()
    for heading in re.findall(r"^#+ (.+)$", prose(path), re.M):
        words = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).lower()
        anchor = re.sub(r"[^\w\- ]", "", words.strip()).replace(" ", "-")
        while anchor in found:
            anchor += "-1"
        found.add(anchor)
    return found


def code_spans(text):
    """What stands between backticks, single or double."""
    found = re.findall(r"(?<!`)``(?!`)(.+?)``(?!`)|`([^`]+)`", text)
    return [(a or b).strip() for a, b in found]
