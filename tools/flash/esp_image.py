"""Judge an image for an ESP32: bootloader, partition table and application in one .bin file.

The formats are in Espressif's documentation: "Firmware Image Format", "Partition Tables". The
bootloader and the application end with a SHA-256, the table with an MD5: a download that was cut
short or damaged is found, wherever it is from.
"""

import hashlib
import struct

from tools.deploy import Stop
from tools.flash import Image, version_in

# chip_id in the header: (the chip, the place of the bootloader in its flash)
CHIPS = {
    0: ("ESP32", 0x1000), 2: ("ESP32S2", 0x1000), 5: ("ESP32C3", 0), 9: ("ESP32S3", 0),
    13: ("ESP32C6", 0),
}  # fmt: skip
TABLE = 0x8000  # place of the partition table in the flash
TABLE_BYTES = 0xC00
OFFSETS = dict(CHIPS.values())


def read(path):
    """The Image in the .bin file at `path`; Stop, with the reason, if it cannot be flashed."""
    try:
        data = path.read_bytes()
    except OSError as e:
        raise Stop(f"cannot read {path}: {e.strerror}")
    if data[:1] != b"\xe9" or len(data) < 24:
        raise Stop(f"{path} is no image for an ESP32: expected a .bin of micropython.org")
    chip_id = int.from_bytes(data[12:14], "little")
    if chip_id not in CHIPS:
        raise Stop(f"{path} is for a chip with the number {chip_id}, which the firmware has not")
    chip, start = CHIPS[chip_id]
    table = data[TABLE - start :][:TABLE_BYTES]
    rows = partitions(table)
    if not rows:
        raise Stop(
            f"{path} has no partition table, so it is not all that a board needs: take the .bin "
            "file of micropython.org, not the .app-bin"
        )
    application = min((row["offset"] for row in rows if row["type"] == 0), default=0)
    _check(path, data, 0)
    _check(path, data, application - start)
    return Image(chip, version_in(path, data), data, files_of(table))


def partitions(table):
    """The rows of a partition table: [{"type", "subtype", "offset", "size", "label"}].

    Empty for what is no table, or one whose MD5 is wrong.
    """
    rows = []
    for at in range(0, len(table) - 31, 32):
        row = table[at : at + 32]
        if row[:2] == b"\xeb\xeb":
            return rows if hashlib.md5(table[:at]).digest() == row[16:] else []
        if row[:2] != b"\xaa\x50":
            return rows
        kind, subtype, offset, size, label = struct.unpack("<2xBBII16s", row[:28])
        label = label.rstrip(b"\0").decode("ascii", "replace")
        rows.append(
            {"type": kind, "subtype": subtype, "offset": offset, "size": size, "label": label}
        )
    return rows


def files_of(table):
    """(offset, size) of the partition where MicroPython keeps its files, or None."""
    for row in partitions(table):
        if row["type"] == 1 and row["label"] == "vfs":
            return row["offset"], row["size"]
    return None


def _check(path, data, start):
    # An image: a header, segments, a checksum of one byte, and a SHA-256 if the header says so.
    damaged = Stop(f"{path} is damaged or was not downloaded to its end: download it again")
    if data[start : start + 1] != b"\xe9" or start + 24 > len(data):
        raise damaged
    at, check = start + 24, 0xEF
    for _ in range(data[start + 1]):
        if at + 8 > len(data):
            raise damaged
        size = int.from_bytes(data[at + 4 : at + 8], "little")
        for byte in data[at + 8 : at + 8 + size]:
            check ^= byte
        at += 8 + size
    end = start + (at - start) // 16 * 16 + 16
    if end > len(data) or data[end - 1] != check:
        raise damaged
    if data[start + 23] == 1:
        if hashlib.sha256(data[start:end]).digest() != data[end : end + 32]:
            raise damaged
