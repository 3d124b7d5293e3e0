"""The reference of the library, as `make docs` builds it."""

import html
import importlib.util
import os
import re
import subprocess
import sys

import pytest

from tools.engine import ROOT


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    """{page: its article as HTML}"""
    if not importlib.util.find_spec("mkdocstrings_handlers"):
        pytest.skip("no mkdocstrings; `make docs` installs it")
    folder = tmp_path_factory.mktemp("reference")
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "-q", "--strict", "-f", "tools/api/mkdocs.yml",
         "-d", str(folder)],
        cwd=ROOT, env={**os.environ, "NO_MKDOCS_2_WARNING": "1"}, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    built = (folder / "api").glob("*.html")
    found = {path.stem: path.read_text(encoding="utf-8") for path in built}
    return {name: text.partition("<article")[2] for name, text in found.items()}


def words(page):
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", "", page)))


def test_each_name_is_there_with_its_members_and_what_is_internal_is_not(pages):
    from tools.api.comments import is_public
    from tools.api.names import load, on_pages

    ids = set(re.findall(r'id="snowplow_tracker\.([^"]+)"', "".join(pages.values())))
    package = load(ROOT)
    for name in on_pages(ROOT):
        assert name in ids
        its = package[name]
        its = its.final_target if its.is_alias else its
        for member, found in its.members.items() if its.is_class else ():
            if member == "__init__" and len(found.parameters) == 1:
                continue  # there is nothing to say
            if found.is_function and member not in ("__call__", "__getattr__", "__len__"):
                assert (f"{name}.{member}" in ids) == is_public(member, its.name), (name, member)


def test_shapes_units_and_errors_are_shown(pages):
    assert not any("Args:" in words(page) for page in pages.values())
    tracker, entities = words(pages["tracker"]), words(pages["entities"])
    assert "1,000 characters at most." in tracker
    # The arguments of a table, with what each of them is.
    assert "gdpr( basis_for_processing: str, document_id: str | None = None," in entities
    assert "Degrees, -90 to 90." in entities


def test_comments_of_the_code_are_part_of_it(pages):
    plugins = words(pages["plugins"])
    assert "A session ends when nothing is tracked for foreground_timeout seconds" in plugins
    assert "iglu:com.acme.*/*/jsonschema/*-*-*" in plugins
    # What is indented is a program.
    assert re.search(r"<code>(<[^>]+>)*session</span>", pages["plugins"])
