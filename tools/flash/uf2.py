"""Judge a UF2 file for a Pico, and copy it to the drive that a Pico is in its boot mode.

The format is that of https://github.com/microsoft/uf2; the chips' numbers are those of its
utils/uf2families.json and of Raspberry Pi's data sheets.
"""

import os
import struct
import sys
import time
from pathlib import Path

from tools.deploy import Stop
from tools.flash import Image, version_in

FAMILIES = {0xE48BFF56: "RP2040", 0xE48BFF59: "RP2350"}
_ABSOLUTE = 0xE48BFF57  # a family
# What INFO_UF2.TXT of the drive says.
BOARDS = {"RPI-RP2": "RP2040", "RP2350": "RP2350"}
INFO = "INFO_UF2.TXT"
AWAY = 30  # seconds in which the drive goes away, once the file is there


def read(path):
    """The Image in the UF2 file at `path`; Stop, with the reason, if it cannot be flashed."""
    try:
        data = path.read_bytes()
    except OSError as e:
        raise Stop(f"cannot read {path}: {e.strerror}")
    if data[:8] != b"UF2\n" + struct.pack("<I", 0x9E5D5157):
        raise Stop(f"{path} is no UF2 file: expected a .uf2 of micropython.org")
    seen, chips, payload = {}, set(), []
    for at in range(0, len(data), 512):
        block = data[at : at + 512]
        if len(block) < 512 or block[-4:] != struct.pack("<I", 0x0AB16F30):
            raise Stop(f"{path} is damaged or was not downloaded to its end: download it again")
        flags, _, size, number, count, family = struct.unpack("<8x6I", block[:32])
        if family == _ABSOLUTE:  # one block for a fault of the RP2350, counted by itself
            continue
        chips.add(FAMILIES.get(family, hex(family)) if flags & 0x2000 else None)
        seen.setdefault(count, set()).add(number)
        payload.append(block[32 : 32 + min(size, 476)])
    if any(numbers != set(range(count)) for count, numbers in seen.items()) or not seen:
        raise Stop(f"{path} is damaged or was not downloaded to its end: download it again")
    if len(chips) != 1 or not chips <= set(BOARDS.values()):
        raise Stop(f"{path} is not for a Pico W or a Pico 2 W: take the .uf2 file of that board")
    return Image(chips.pop(), version_in(path, b"".join(payload)), data)


def places():
    """Folders of this machine under which drives appear."""
    if sys.platform == "win32":
        return [Path(f"{letter}:\\") for letter in "DEFGHIJKLMNOPQRSTUVWXYZ"]
    user = os.environ.get("USER", "*")
    found = [Path("/Volumes")] if sys.platform == "darwin" else [
        Path("/media"), Path("/media", user), Path("/run/media", user), Path("/mnt"),
    ]  # fmt: skip
    return [drive for place in found if place.is_dir() for drive in sorted(place.iterdir())]


def drives(among=None):
    """[(Path of a drive, its chip or None)] of the Picos in boot mode, of the folders `among`."""
    found = []
    for folder in places() if among is None else among:
        try:
            text = (folder / INFO).read_text(encoding="ascii", errors="replace")
        except OSError:
            continue
        lines = dict(line.partition(":")[::2] for line in text.splitlines())
        found.append((folder, BOARDS.get(lines.get("Board-ID", "").strip())))
    return found


def find(among=None, wait=0):
    """The one drive of a Pico in boot mode, and its chip, within `wait` seconds; else Stop."""
    until = time.monotonic() + wait
    while True:
        found = drives(among)
        if len(found) == 1:
            return found[0]
        if len(found) > 1:
            names = ", ".join(str(drive) for drive, _ in found)
            raise Stop(f"several Picos are in boot mode, choose one with DRIVE=...: {names}")
        if time.monotonic() > until:
            raise Stop(
                "no drive of a Pico is there: hold its BOOTSEL button while you plug it in; if no "
                "drive appears, mount it, and name it by DRIVE=folder"
            )
        time.sleep(0.2)


def write(drive, image, name="firmware.uf2"):
    """Copy an Image to the drive of a Pico, which restarts when it has all of it.

    Stop if the drive goes before, or stays.
    """
    path = drive / name
    written = 0
    try:
        with open(path, "wb", buffering=0) as file:
            for at in range(0, len(image.data), 65536):
                written += file.write(image.data[at : at + 65536])
            os.fsync(file.fileno())
    except OSError as e:
        # It restarts at the last block, which may be before the system has closed the file.
        if written < len(image.data):
            raise Stop(
                f"the drive {drive} went away after {written} of {len(image.data)} bytes "
                f"({e.strerror}): hold BOOTSEL, plug the board in again, and run it again"
            )
    until = time.monotonic() + AWAY
    while (drive / INFO).exists():
        if time.monotonic() > until:
            raise Stop(
                f"the board has {path} and did not restart: plug it in again; if it is a drive "
                "again then, the image was not for it"
            )
        time.sleep(0.1)
