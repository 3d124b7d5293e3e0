# The state of a SegmentStore, in the files a.s1 and b.s1 of its folder, written in turn, so
# that one is whole whenever the power is cut, and if one is damaged.
#
#   magic, generation
#   u32 number of the newest segment
#   u32 sequence below which all may be in use
#   the place before which all was sent or is lost: Reader.mark without its last two
#   u32 each: how many were lost to overflow, age, corruption, error
#   u16 boot, u64 start: the latest boot whose start is known, and when that was
#   u32 CRC of these
#
# 86 bytes: littlefs keeps them in the folder itself, on ESP32 too.
import os
from binascii import crc32
from errno import ENOENT
from struct import calcsize, pack, unpack, unpack_from

_FORMAT = "<4sIII" + "IIHIIHQQI" + "IIII" + "HQ"
_SIZE = calcsize(_FORMAT)
_MAGIC = b"SPs1"


def state_name(path, generation):
    return path + ("/a.s1" if generation & 1 else "/b.s1")


def save_state(path, generation, *values):
    data = pack(_FORMAT, _MAGIC, generation, *values)
    with open(state_name(path, generation), "wb") as f:
        f.write(data + pack("<I", crc32(data)))


def load_state(path):
    """The newer state that is whole, from the generation on, or None; was one damaged?"""
    best = None
    damaged = False
    for generation in (0, 1):
        try:
            with open(state_name(path, generation), "rb") as f:
                data = f.read(_SIZE + 5)
        except OSError as e:
            damaged = damaged or e.errno != ENOENT
            continue
        if (
            len(data) == _SIZE + 4
            and data[:4] == _MAGIC
            and unpack_from("<I", data, _SIZE)[0] == crc32(data[:_SIZE])
        ):
            state = unpack(_FORMAT, data[:_SIZE])[1:]
            if not best or state[0] > best[0]:
                best = state
        elif data:  # it is empty if the power was cut when it was made
            damaged = True
    return best, damaged


def find_segments(path):
    """The first and the last number of the segments by the names of the files, or None."""
    found = []
    for name in os.listdir(path):
        try:
            number = int(name[:8], 16)
        except ValueError:
            continue
        if name[8:] == ".s1" and 0 <= number < 0x7FFFFFFF:
            found.append(number)
    # They follow one another; what lies far off is not ours.
    best = row = []
    for number in sorted(found):
        if not row or number - row[-1] > 2:
            row = []
        row.append(number)
        if len(row) >= len(best):
            best = row
    return (best[0], best[-1]) if best else None
