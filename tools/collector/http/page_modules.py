"""Joins the modules of the page: a browser takes longer to ask for 30 files than to run them.

Each module becomes a function that is called once, after those that it imports, and returns what
it exports. So a module keeps names of its own. The joined module exports all modules by name.
"""

import re

_IMPORT = re.compile(r'^import (?:(.+) from )?"\./(\w+)\.js";$', re.MULTILINE)
_ALL = re.compile(r"\* as (\w+)")
_EXPORT = re.compile(r"^export (?=(?:const|class|(?:async )?function) (\w+))", re.MULTILINE)
_OTHER = re.compile(r"^(?:import|export)\b.*", re.MULTILINE)


def joined(folder, first):
    """Return the JavaScript of the module ``first`` in ``folder`` and of all that it imports.

    ``first`` is a name without ".js". Raises ``ValueError`` where modules import each other in a
    circle, or where an import or export has a form that the page does not use.
    """
    done, parts = {}, []

    def add(name):
        if name in done:
            if not done[name]:
                raise ValueError(f"{name}.js imports itself, by other modules")
            return
        done[name] = False
        text = (folder / f"{name}.js").read_text("utf-8")
        for _, needed in _IMPORT.findall(text):
            add(needed)
        parts.append(_as_function(name, text))
        done[name] = True

    add(first)
    return "".join(parts) + f"export {{ {', '.join(f'${name} as {name}' for name in done)} }};\n"


def _as_function(name, text):
    exported = _EXPORT.findall(text)
    text = _EXPORT.sub("", _IMPORT.sub(_constant, text))
    other = _OTHER.search(text)
    if other:
        raise ValueError(f"{name}.js: cannot join {other[0]!r}")
    return f"const ${name} = (() => {{\n{text}return {{ {', '.join(exported)} }};\n}})();\n"


def _constant(found):
    names, module = found.groups()
    if names is None:
        return ""
    whole = _ALL.fullmatch(names)
    return f"const {whole[1] if whole else names.replace(' as ', ': ')} = ${module};"
