"""`make dist`: what the page of a release needs, in build/dist. The same sources give the same bytes.

    snowplow-micropython-VERSION.tar.gz   the sources (sources.py)
    mip/                                  the library for mip: py/ and mpy/ (compiled), with
                                          SHA256SUMS of all its files; to put on a web server
    snowplow-tracker-mip-VERSION.tar.gz   the same in one file, for pages that take no folders
    snowplow-firmware-VERSION.tar.gz      the firmware, for those who have mpremote (bundle.py)
    SHA256SUMS                            of the three archives

The version is that of the library (tools/package.py); the date of all files in the archives is the
one that CHANGELOG.md gives to this version.
"""

import datetime
import gzip
import hashlib
import io
import re
import tarfile
from typing import NamedTuple

_HEADING = re.compile(r"^## \[?([0-9][^\s\]]*)\]? - (.*)$", re.M)


class Entry(NamedTuple):
    """A file of an archive: its path there (str), its bytes, and whether it is a program."""

    path: str
    data: bytes
    program: bool = False


def released(root):
    """(version, date or another word) of the newest release in CHANGELOG.md; ValueError if none."""
    found = _HEADING.search((root / "CHANGELOG.md").read_text(encoding="utf-8"))
    if not found:
        raise ValueError("CHANGELOG.md: expected a heading such as ## 0.2.0 - 2026-11-27")
    return found[1], found[2].strip()


def seconds_of(date):
    """A date such as 2026-11-27 in seconds since 1970, at midnight UTC; ValueError if it is none."""
    try:
        day = datetime.date.fromisoformat(date)
    except ValueError:
        raise ValueError(f"CHANGELOG.md: write the day of the release for {date!r}: 2026-11-27")
    return int(datetime.datetime(day.year, day.month, day.day, tzinfo=datetime.timezone.utc)
               .timestamp())  # fmt: skip


def archive(folder, entries, seconds):
    """A .tar.gz with these entries in the folder of this name: bytes, the same for the same.

    All of it belongs to nobody, and is of the time `seconds` (since 1970).
    """
    plain = io.BytesIO()
    with tarfile.open(fileobj=plain, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for entry in sorted(entries):
            info = tarfile.TarInfo(f"{folder}/{entry.path}")
            info.size, info.mtime = len(entry.data), seconds
            info.mode = 0o755 if entry.program else 0o644
            tar.addfile(info, io.BytesIO(entry.data))
    packed = io.BytesIO()
    # Without a name and a time of its own.
    with gzip.GzipFile("", "wb", 9, packed, mtime=0) as file:
        file.write(plain.getvalue())
    return packed.getvalue()


def entries_of(folder, prefix=""):
    """The files in a folder (a Path), as a list of Entry with `prefix` before their paths."""
    return [
        Entry(prefix + path.relative_to(folder).as_posix(), path.read_bytes())
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    ]


def sums(folder, pattern="**/*"):
    """The text of SHA256SUMS for the files in a folder (a Path), as `sha256sum -c` reads it."""
    return "".join(
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(folder).as_posix()}\n"
        for path in sorted(folder.glob(pattern))
        if path.is_file()
    )
