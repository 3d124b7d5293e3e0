"""The reference of the library (docs/api): that it has every public name, with what it needs."""

import importlib.util


def reference_gaps(root):
    """One line for each public name that is on no page, or lacks a docstring or a type."""
    if not importlib.util.find_spec("griffe"):
        return ["griffe is not installed for this Python; `make check` installs it"]
    from tools.api.names import gaps

    return gaps(root)
