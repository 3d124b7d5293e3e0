"""Put MicroPython on a board: `make flash`.

An ESP32 is written over its serial port by the package `esptool`, a Pico by copying a UF2 file to
the drive that it becomes. esp_image.py and uf2.py judge images before anything is changed: whether
they are whole, which chip they are for, and which MicroPython is in them.
"""

import re
from typing import NamedTuple

from tools.deploy import Stop
from tools.deploy.one_board import OLDEST

_BANNER = re.compile(rb"MicroPython v(\d+)\.(\d+)[.\w-]*( on [0-9-]{10})?")


class Image(NamedTuple):
    """An image of MicroPython. chip: as CHIPS of tools/deploy has it. version: what it says of
    itself, or None. data: what is to be written, as bytes. files: for an ESP32, (offset, size) of
    the partition with the board's files."""

    chip: str
    version: "str | None"
    data: bytes
    files: "tuple | None" = None


def version_in(name, data):
    """The version of MicroPython that the bytes of an image tell of, or None; Stop if too old."""
    found = _BANNER.search(data)
    if not found:
        return None
    if (int(found[1]), int(found[2])) < OLDEST:
        raise Stop(
            f"{name} has {found[0].decode()}, and the firmware needs {OLDEST[0]}.{OLDEST[1]} or "
            "newer: take a newer image from https://micropython.org/download/"
        )
    return found[0].decode()
