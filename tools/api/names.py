"""The library's public names: that the reference has each of them, documented and with types."""

import re

import griffe

from tools.api.comments import Comments, is_public

PACKAGE = "snowplow_tracker"
# Modules of which a program imports the functions and classes; of entities/ it is that of the
# file's name. The package's own names are in its __init__.pyi.
MODULES = ("media", "plugins.cross_navigation")


def load(root):
    """The package as griffe reads it from the code and its .pyi, without importing it."""
    return griffe.load(
        PACKAGE,
        search_paths=[str(root / "lib")],
        extensions=griffe.load_extensions(Comments(comments=False)),
        allow_inspection=False,
    )


def on_pages(root):
    """The names that the pages in docs/api document: a list of str, without the package's."""
    found = []
    for page in sorted((root / "docs" / "api").glob("*.md")):
        found += re.findall(rf"^::: {PACKAGE}\.(\S+)$", page.read_text(encoding="utf-8"), re.M)
    return found


def public_names(package):
    """The names that belong on a page: a set of str, without the package's."""
    found = set()
    for name, member in package.members.items():
        if member.is_alias and not name.startswith("_") and name not in ("clock", "logger"):
            found.add(name)
    for module in package["entities"].modules.values():
        if module.name in module.functions:
            found.add(f"entities.{module.name}.{module.name}")
    for path in MODULES:
        for name, member in package[path].members.items():
            if not member.is_alias and not name.startswith("_"):
                if member.is_function or member.is_class:
                    found.add(f"{path}.{name}")
    return found


def gaps(root):
    """What the reference lacks, one line each: names on no page, docstrings, annotations."""
    if not (root / "docs" / "api").exists():
        return []
    package = load(root)
    documented = on_pages(root)
    found = [
        f"docs/api: {name} is public, and on no page"
        for name in sorted(public_names(package) - set(documented))
    ]
    for name in documented:
        try:
            its = package[name]
            its = its.final_target if its.is_alias else its
        except (KeyError, griffe.AliasResolutionError):
            found.append(f"docs/api: there is no {name}")
            continue
        found += [f"{_place(root, at)}: {at.path}: {what}" for at, what in _lacks(its)]
    return found


def _lacks(its):
    # (object of griffe, what it lacks), of a function or a class and its public members.
    if not its.docstring and its.name not in ("__init__", "__call__"):
        yield its, "no docstring"
    if its.is_class:
        for name, member in its.members.items():
            if member.is_alias or not is_public(name, its.name):
                continue
            if member.is_function or member.has_labels("property"):
                yield from _lacks(member)
    if its.is_function:
        for parameter in its.parameters:
            if parameter.annotation is None and parameter.name not in ("self", "cls"):
                yield its, f"{parameter.name} has no type"
        if its.returns is None:
            yield its, "no type of what it returns"


def _place(root, its):
    return f"{its.filepath.relative_to(root.resolve())}:{its.lineno}"
