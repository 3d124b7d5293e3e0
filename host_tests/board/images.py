"""Images of MicroPython in miniature, whole in the formats of Espressif and of UF2."""

import hashlib
import struct

IDS = {"ESP32": 0, "ESP32S2": 2, "ESP32C3": 5, "ESP32S3": 9}
STARTS = {"ESP32": 0x1000, "ESP32S2": 0x1000}
BANNER = b"MicroPython v%s on 2026-04-06; Generic board\0"
FAMILIES = {"RP2040": 0xE48BFF56, "RP2350": 0xE48BFF59}


def esp(chip="ESP32", version=b"1.28.0", files=(0x200000, 0x200000), filling=20000):
    """A .bin for an ESP32: bootloader, partition table and application."""
    start = STARTS.get(chip, 0)
    data = _segments(chip, b"the bootloader" * 100)
    data += b"\xff" * (0x8000 - start - len(data)) + table(files)
    data += b"\xff" * (0x10000 - start - len(data))
    return data + _segments(chip, BANNER % version + bytes(n * 7 % 251 for n in range(filling)))


def table(files=(0x200000, 0x200000)):
    """A partition table: nvs, phy_init, factory, vfs."""
    rows = b""
    for kind, subtype, offset, size, label in (
        (1, 2, 0x9000, 0x6000, b"nvs"), (1, 1, 0xF000, 0x1000, b"phy_init"),
        (0, 0, 0x10000, 0x1F0000, b"factory"), (1, 0x81, *files, b"vfs"),
    ):  # fmt: skip
        rows += struct.pack("<HBBII16sI", 0x50AA, kind, subtype, offset, size, label, 0)
    rows += b"\xeb\xeb" + b"\xff" * 14 + hashlib.md5(rows).digest()
    return rows + b"\xff" * (0xC00 - len(rows))


def _segments(chip, code):
    code += bytes(-len(code) % 4)
    data = struct.pack("<BBBBI", 0xE9, 1, 2, 0x20, 0x40080400)
    data += struct.pack("<B3xHBHH4xB", 0xEE, IDS[chip], 0, 0, 0xFFFF, 1)
    data += struct.pack("<II", 0x3F400020, len(code)) + code
    check = 0xEF
    for byte in code:
        check ^= byte
    data += bytes(15 - len(data) % 16) + bytes([check])
    return data + hashlib.sha256(data).digest()


def uf2(chip="RP2040", version=b"1.28.0", blocks=300, family=None):
    """A .uf2 for a Pico."""
    code = (BANNER % version).ljust(blocks * 256, b"\x5a")
    data = b""
    for n in range(blocks):
        head = struct.pack(
            "<8I", 0x0A324655, 0x9E5D5157, 0x2000, 0x10000000 + n * 256, 256, n, blocks,
            family or FAMILIES[chip],
        )  # fmt: skip
        part = code[n * 256 : n * 256 + 256].ljust(476, b"\0")
        data += head + part + struct.pack("<I", 0x0AB16F30)
    return data
