"""Which files are the project's: what git tracks, or without git, what belongs in a clone.

A source archive must never have a config with its passwords, or a key. So without git only these
names at the top are taken, and of them nothing that .gitignore excludes: what it excludes at the
top (config.json) is excluded in all folders, and so are names that begin with a dot (.env).
"""

import fnmatch
import os
import subprocess

from tools.dist import Entry

TOP = (
    ".ci", ".github", ".gitignore", "CHANGELOG.md", "CONTRIBUTING.md", "DESIGN.md", "LICENSE",
    "Makefile", "README.md", "boards", "docs", "firmware", "host_tests", "lib", "pyproject.toml",
    "tools",
)  # fmt: skip
# What the library for mip and the firmware are made of, whether git tracks it or not.
BUILT = ("boards/", "firmware/", "lib/")


def sources(root):
    """(entries, notes): the files of the project at `root` as a list of Entry, and what whoever
    makes a release has to know of them, as texts.

    Raises ValueError if git tracks a file that is not there, or not one that is compiled.
    """
    notes = []
    if (root / ".git").exists():
        paths = _git(root, "ls-files", "-z")
        changed = _git(root, "diff", "--name-only", "-z", "HEAD")
        others = _git(root, "ls-files", "--others", "--exclude-standard", "-z")
        built = [
            path for path in others if path.startswith(BUILT) and path.endswith((".py", ".json"))
        ]
        if built:
            raise ValueError(f"{_few(built)}: it would be public: commit it, or move it away")
        if changed:
            notes.append(f"not committed, and in the archive as they are: {_few(changed)}")
        if others:
            notes.append(f"not in the archive, since git does not track them: {_few(others)}")
    else:
        paths = _walk(root)
    found = []
    for path in paths:
        if not (root / path).is_file():
            raise ValueError(f"{path}: git tracks it, and it is not there: restore or remove it")
        program = bool(os.stat(root / path).st_mode & 0o100)
        found.append(Entry(path, (root / path).read_bytes(), program))
    return found, notes


def _git(root, *arguments):
    done = subprocess.run(["git", *arguments], cwd=root, capture_output=True)
    if done.returncode:
        words = done.stderr.decode("utf-8", "replace").strip() or "no reason given"
        raise ValueError(f"git {arguments[0]}: {words}")
    return sorted(path for path in done.stdout.decode().split("\0") if path)


def _few(paths):
    more = f" and {len(paths) - 5} more" if len(paths) > 5 else ""
    return ", ".join(paths[:5]) + more


def _walk(root):
    ignored = [
        line.strip().strip("/")
        for line in (root / ".gitignore").read_text(encoding="utf-8").splitlines()
        if line.strip() and line[0] != "#"
    ]

    def belongs(name):
        return name[0] != "." and not any(
            fnmatch.fnmatchcase(name, pattern) for pattern in ignored
        )

    found = [name for name in TOP if (root / name).is_file()]
    for top in TOP:
        for folder, folders, files in os.walk(root / top):
            folders[:] = filter(belongs, folders)
            place = os.path.relpath(folder, root).replace(os.sep, "/")
            found += [f"{place}/{name}" for name in files if belongs(name)]
    return sorted(found)
