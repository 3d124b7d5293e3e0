"""An image: all modules of the firmware in one file, which a board imports from as they lie.

boards/boot/image.py has the format. There are no names and no padding, so an image is as large as
its modules and 6 bytes for each. A module that changed leaves all other bytes as they were but
its own length and the head, which makes a patch small.
"""

import struct
from binascii import crc32

MAGIC = b"SPI1"
HEAD = struct.Struct("<4sIIHH")


def make(modules):
    """The image of `modules`, {path such as "firmware/app.mpy": bytes}; the same for the same.

    Raises ValueError if two paths have one CRC-32, or a path is no .mpy, which a board could not
    tell the end of.
    """
    folders = sorted({parent for path in modules for parent in _parents(path)})
    paths = [*folders, *sorted(modules)]
    table = [crc32(b"/" + path.encode()) for path in paths]
    # What an import asks for before it finds a module must not be taken for another one.
    asked = [path.removesuffix("mpy") + "py" for path in modules]
    asked += [path.removesuffix(".mpy") for path in modules]
    for path in modules:
        if not path.endswith(".mpy"):
            raise ValueError(f"{path}: an image has compiled modules only")
    if len({*table, *(crc32(b"/" + path.encode()) for path in asked)}) < len({*paths, *asked}):
        raise ValueError("two paths have the same CRC-32: rename the module that is new")
    data = [modules[path] for path in sorted(modules)]
    table = struct.pack(f"<{len(paths)}I{len(data)}H", *table, *map(len, data))
    rest = b"".join([struct.pack("<HH", len(folders), len(paths)), table, *data])
    rest = struct.pack("<I", 8 + 4 + len(rest)) + rest
    return MAGIC + struct.pack("<I", crc32(rest)) + rest


def modules_of(image):
    """The modules of an image in their order, as a list of bytes.

    Raises ValueError if it is no whole image.
    """
    if len(image) < HEAD.size or image[:4] != MAGIC:
        raise ValueError("this is no image")
    _, check, length, folders, count = HEAD.unpack_from(image)
    if length != len(image) or check != crc32(image[8:]):
        raise ValueError("this image is damaged")
    sizes = struct.unpack_from(f"<{count - folders}H", image, HEAD.size + 4 * count)
    found, end = [], HEAD.size + 4 * count + 2 * len(sizes)
    for size in sizes:
        found.append(image[end : end + size])
        end += size
    return found


def _parents(path):
    parts = path.split("/")[:-1]
    return ["/".join(parts[: n + 1]) for n in range(len(parts))]
