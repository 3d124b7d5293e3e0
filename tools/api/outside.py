"""A hook of MkDocs: what pages link to outside of docs/ becomes part of the site.

DESIGN.md becomes a page; other files are copied, to source/; a folder's link becomes plain text.
"""

import os
import re

from mkdocs.structure.files import File

from tools.engine import ROOT

PAGE = ROOT / "DESIGN.md"
_LINK = re.compile(r"\[([^\]]+)\]\(((?:\.\./)+[^)#]+)(#[^)]*)?\)")


def on_files(files, config):
    """Add what pages link to."""
    files.append(File.generated(config, PAGE.name, abs_src_path=str(PAGE)))
    for page in list(files.documentation_pages()):
        for _, target, _ in _LINK.findall(page.content_string):
            source, name = _source(page, target)
            if source.is_file() and name and not files.get_file_from_path(name):
                files.append(File.generated(config, name, abs_src_path=str(source)))
    return files


def on_page_markdown(markdown, page, config, files):
    """Point the links there."""

    def link(found):
        words, target, anchor = found.groups()
        source, name = _source(page.file, target)
        if name is None:
            return found[0]
        if not source.is_file():
            return words
        to = os.path.relpath(name, os.path.dirname(page.file.src_uri) or ".")
        return f"[{words}]({to}{anchor or ''})"

    return _LINK.sub(link, markdown)


def _source(file, target):
    # The file that a link means, and its name in the site: None for one in docs/.
    path = (ROOT / "docs" / file.src_uri).parent / target
    path = path.resolve()
    if path.is_relative_to(ROOT / "docs"):
        return path, None
    if path == PAGE:
        return path, PAGE.name
    # .txt, so that a browser shows it
    return path, f"source/{path.relative_to(ROOT).as_posix()}.txt"
