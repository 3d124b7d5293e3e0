# A file system that imports modules from an image: one file in which all of them lie, one behind
# the other. tools/release/image.py makes it, and has the format:
#
#   4 bytes   SPI1
#   4         CRC-32 of all that follows
#   4         length of the image
#   2, 2      number of folders, of folders and files
#   4 * n     CRC-32 of each path, such as /firmware/app.mpy; folders first
#   2 * n     length of each file, and
#             the files
#
# A .mpy says itself where it ends, so that open() gives the image's own file, at the module's
# place: nothing is copied, and no file stays open. stat() needs 4 bytes of RAM for each path. Two
# paths with the same CRC are refused when the image is made; of a million paths that are not in
# it, a few hundredths are taken for one that is.
#
# This module itself is what vfs.mount() gets: a class would take 200 bytes more. It stays in RAM.
# What is needed once is in loader.py, which sets the first three names.
import builtins
from array import array
from binascii import crc32

image_name = ""  # "a" or "b"
paths = b""  # their CRCs
folders = 0  # how many of these bytes are those of folders
at = 0  # 4 for each file before the one that was found; below 0: it is a folder


def mount(readonly, mkfs):
    pass


# What an import asks for; the mode is all that it reads.
def stat(path):
    global at
    wanted = crc32(path).to_bytes(4, "little")
    at = paths.find(wanted)
    while at % 4:  # a miss is -1
        if at < 0:
            raise OSError(2)
        at = paths.find(wanted, at + 1)
    at -= folders
    # Constants, since to make one searches the heap for a place of that size.
    return (0x4000, 0, 0, 0, 0, 0, 0, 0, 0, 0) if at < 0 else (0x8000, 0, 0, 0, 0, 0, 0, 0, 0, 0)


def open(path, mode):
    stat(path)
    file = builtins.open("/releases/%s.img" % image_name, "rb")
    file.seek(16 + len(paths))
    skip = sum(array("H", file.read(at // 2)))
    file.seek(16 + len(paths) + (len(paths) - folders) // 2 + skip)
    return file
