"""The manifest: what a folder of releases offers. A dict, signed as signing.py does:

    kind          "release"
    version       int, YYYYMMDDHHMM in UTC, and higher than that of the release before: a board
                  takes none that is not above its own
    firmware      the version of the firmware: str
    micropython   the lowest version that runs it: [major, minor]
    mpy           the version of .mpy that its modules have: int, as sys.implementation._mpy & 255
    ports         the boards' sys.platform: list of str
    bytes, sha256 of the image; the first 16 digits are its ID
    patches       [{"from": ID, "bytes": int}], the newest image first
    signed        when, in seconds since 1970, and later than the manifest before: a board that has
                  seen it takes no earlier one
    rollout       {"percent": 0 to 100, "groups": [str] or absent, "start": seconds since 1970,
                  "halt": bool, "halt_after": boards that may roll back before the collector
                  stops offering it}; all of them optional
"""

import hashlib
import time
from pathlib import Path

from tools.package import version
from tools.release import patch, signing

NAME = "manifest.json"
MOST_BYTES = 4096  # what a board takes as an answer
MICROPYTHON = [1, 26]
MPY = 6
# The ports that an image has the code of, as boards/__init__.py finds them.
PORTS = {"esp32": ["esp32"], "rp2": ["rp2"], "unix": ["darwin", "linux"]}
KEEP = 4  # earlier images that a patch is made from


def id_of(image):
    """The ID of an image, bytes: 16 hex digits."""
    return hashlib.sha256(image).hexdigest()[:16]


def next_version(last, now=None):
    """The version of a release that is made at `now` (seconds since 1970) after the int `last`."""
    return max(int(time.strftime("%Y%m%d%H%M", time.gmtime(now))), last + 1)


def is_in_future(version):
    """Whether it is of a time more than a day after that of this computer's clock."""
    return version > next_version(0, time.time() + 86400)


def publish(folder, image, key, ports=("esp32", "rp2", "unix"), rollout=None, now=None):
    """Add a release to the folder, and return its manifest as a dict.

    `image`: bytes. `ports`: keys of PORTS that the image has the code of. The manifest is
    replaced last, and at once, so that a board that asks meanwhile finds what it names. Raises
    ValueError if the folder's manifest was signed by another key: its boards would refuse it.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    last = current(folder, key)
    found = {
        "kind": "release",
        "version": next_version(last.get("version", 0), now),
        "firmware": version(),
        "micropython": MICROPYTHON,
        "mpy": MPY,
        "ports": sorted(name for port in ports for name in PORTS[port]),
        "bytes": len(image),
        "sha256": hashlib.sha256(image).hexdigest(),
    }
    found["signed"] = _signed(last, now)
    if rollout:
        found["rollout"] = rollout
    new = id_of(image)
    write(folder / f"{new}.img", image)
    found["patches"] = []
    for path in _earlier(folder, new):
        old = path.read_bytes()
        made = patch.make(old, image)
        if len(made) < len(image) // 2:  # a board needs room for both of them
            write(folder / f"{path.stem}-{new}.patch", made)
            found["patches"].append({"from": path.stem, "bytes": len(made)})
    signed = signing.sign(found, key)
    assert len(signed) <= MOST_BYTES, len(signed)
    write(folder / NAME, signed)
    return found


def change_rollout(folder, key, rollout):
    """Sign the folder's manifest again with this rollout, and return it as a dict."""
    found = current(folder, key)
    if not found:
        raise ValueError(f"{folder}: no release is here. `make release KEY=…` makes one")
    found["rollout"] = {**found.get("rollout", {}), **rollout}
    found["signed"] = _signed(found)
    write(Path(folder) / NAME, signing.sign(found, key))
    return found


def current(folder, key):
    """The folder's manifest as a dict; empty if there is none."""
    path = Path(folder) / NAME
    if not path.exists():
        return {}
    try:
        return signing.read(path.read_bytes(), key)
    except ValueError as error:
        raise ValueError(f"{path}: {error}. Give that KEY, or another folder")


def _signed(last, now=None):
    return max(int(time.time() if now is None else now), last.get("signed", 0) + 1)


def _earlier(folder, new):
    """The images before, the newest first; those beyond KEEP are deleted with their patches."""
    images = [path for path in folder.glob("*.img") if path.stem != new]
    images.sort(key=lambda path: (path.stat().st_mtime_ns, path.stem), reverse=True)
    for path in images[KEEP:]:
        path.unlink()
    kept = {path.stem for path in images[:KEEP]} | {new}
    for path in folder.glob("*-*.patch"):
        if not kept.issuperset(path.stem.split("-")):
            path.unlink()
    return images[:KEEP]


def write(path, data):
    """Write the file at once, so that whoever reads it gets the old bytes or the new ones."""
    part = path.with_name(path.name + ".part")
    part.write_bytes(data)
    part.replace(path)
