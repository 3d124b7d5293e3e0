"""Make what the page of a release needs, in build/dist. See tools/dist/__init__.py."""

import argparse
import shutil
import sys
from pathlib import Path

from tools.dist import archive, bundle, entries_of, released, seconds_of, sources, sums
from tools.engine import NO_COMPILER, ROOT, find_compiler
from tools.package import compile_library, copy_library, version
from tools.release.manifest import MICROPYTHON, next_version

FOLDER = ROOT / "build" / "dist"


def make(folder, root=ROOT):
    """Write all of it into the folder, a Path, which is replaced at once when all is whole.

    Returns notes, a list of str, for whoever makes a release. Raises ValueError, which says what
    to do first.
    """
    if folder.exists() and any(folder.iterdir()) and not (folder / "SHA256SUMS").exists():
        raise ValueError(f"{folder}: it has other files: give a new folder")
    number, date = released(root)
    if number != version(root / "lib"):
        raise ValueError(
            f"CHANGELOG.md is at {number}, and lib/snowplow_tracker/__init__.py at "
            f"{version(root / 'lib')}: `make check` shows all versions"
        )
    seconds = seconds_of(date)
    if not find_compiler():
        raise ValueError(NO_COMPILER)
    files, notes = sources.sources(root)
    new = folder.with_name(folder.name + ".new")
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir(parents=True)
    copy_library(new / "mip" / "py", root / "lib")
    compile_library(new / "mip" / "mpy", root / "lib")
    (new / "mip" / "SHA256SUMS").write_text(sums(new / "mip"), encoding="utf-8")
    oldest = ".".join(map(str, MICROPYTHON))
    deployed = next_version(0, seconds)
    for name, entries in (
        ("snowplow-micropython", files),
        ("snowplow-tracker-mip", entries_of(new / "mip")),
        ("snowplow-firmware", bundle.bundle(number, oldest, deployed, root)),
    ):
        data = archive(f"{name}-{number}", entries, seconds)
        (new / f"{name}-{number}.tar.gz").write_bytes(data)
    (new / "SHA256SUMS").write_text(sums(new, "*.tar.gz"), encoding="utf-8")
    shutil.rmtree(folder, ignore_errors=True)
    new.rename(folder)
    return notes


def main(argv=None):
    """The command line; returns the exit code."""
    parser = argparse.ArgumentParser(prog="make dist", description=__doc__)
    parser.add_argument("--folder", type=Path, default=FOLDER, help="instead of build/dist")
    folder = parser.parse_args(argv).folder
    try:
        notes = make(folder)
    except (ValueError, OSError, SyntaxError) as error:
        print(f"dist: {error}", file=sys.stderr)
        return 1
    for note in notes:
        print(f"Note     {note}")
    for path in sorted(folder.iterdir()):
        size = f"{path.stat().st_size} bytes" if path.is_file() else "the library for mip"
        print(f"Made     {path}: {size}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
