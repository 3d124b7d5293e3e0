# A segment is a file of a SegmentStore: runs of records, one appended behind the other. Its name
# is its number in 8 hex digits, and ".s1". All numbers are little-endian.
#
#   run     header of 36 bytes, then its records. They are of one boot, without gaps.
#             u32 RUN_KIND, which is never the begin of a record
#             u16 boot, u16 count of records, u32 first sequence
#             u32 ordinal of the first record: how many were ever stored before it
#             u64 ms of the first record
#             u64 what unix_ms() was when that boot's ms() was 0; 0 if nobody knew
#             u32 CRC of these
#   record  u16 length of the JSON + 1, u8 flags, u32 ms since that of the run, JSON,
#           u32 CRC of these, which starts from the sequence
#   pad     zeros up to the end of a block of flash, where the next run begins
#
# A file that ends with a block is one that littlefs appends to without copying anything.
# What cannot be read is passed over: the ordinals tell how many records it was.
import os
from binascii import crc32
from errno import EEXIST, ENOENT
from struct import pack, unpack_from

from .. import clock
from ..json_file import can_look_up
from ..record import HEADER, HEADER_SIZE

RUN = "<IHHIIQQ"
RUN_KIND = 0x31520000
RUN_SIZE = 36
ITEM = "<HBI"
ITEM_SIZE = 7
ITEM_EXTRA = 11  # what a record takes beside its JSON


def boundary(size):
    """The smallest file size of at least `size` that fills its last block on littlefs."""
    end = 4096  # a block
    n = 1
    while end < size:
        # Block n begins with as many pointers as n has factors of 2, and one more.
        end += 4092
        k = n
        while not k & 1:
            end -= 4
            k >>= 1
        n += 1
    return end


def blocks(size):
    """How many blocks of flash a file of that size takes."""
    return (boundary(size) + 4095) // 4096 if size else 0


def segment_name(path, number):
    return "%s/%08x.s1" % (path, number)


def file_size(name):
    """Its size; 0 if it is not there."""
    try:
        with open(name, "rb") as f:
            return f.seek(0, 2)
    except OSError as e:
        if not is_gone(e):
            raise
        return 0


def is_gone(e):
    """Whether an error says that a file is not there or damaged for good, on every port."""
    # 84 is littlefs' LFS_ERR_CORRUPT: its own checksums tell. errno has no name for it.
    return e.errno in (ENOENT, 84)


def make_folder(path):
    try:
        os.stat(path or "/")
    except OSError as e:
        if e.errno != ENOENT:
            raise
        try:
            os.mkdir(path)
        except OSError as e:
            if e.errno != EEXIST:
                raise
    if not can_look_up(path + "/"):
        raise OSError(5, "flash cannot be read")  # EIO


def remove(name):
    try:
        os.remove(name)
        return True
    except OSError as e:
        if not (is_gone(e) or can_look_up(name)):
            raise
        return False


def write_run(f, ordinal, boot, count, sequence, ms, start):
    head = pack(RUN, RUN_KIND, boot, count, sequence, ordinal, ms, start)
    f.write(head)
    f.write(pack("<I", crc32(head)))
    return RUN_SIZE


def write_record(f, sequence, flags, ms, json):
    head = pack(ITEM, len(json) + 1, flags, ms)
    f.write(head)
    f.write(json)
    f.write(pack("<I", crc32(json, crc32(head, sequence))))
    return ITEM_EXTRA + len(json)


def write_ring(f, ring, ordinal, start):
    """Write all that a ring holds, as runs; -> how many bytes. `start` is that of this boot."""
    size = 0
    # `or -1`: peek(0) would remove a record that is too old.
    first = ring.next_sequence - ring.count
    while first < ring.next_sequence:
        _, _, boot, _, base = unpack_from(HEADER, ring.peek(first - 1 or -1))
        stop = first
        while stop < ring.next_sequence:
            _, _, b, _, ms = unpack_from(HEADER, ring.peek(stop - 1 or -1))
            if b != boot or not 0 <= ms - base < 0x100000000:
                break
            stop += 1
        began = start if boot == clock.boot else 0
        size += write_run(f, ordinal, boot, stop - first, first, base, began)
        ordinal += stop - first
        while first < stop:
            record = ring.peek(first - 1 or -1)
            _, flags, _, _, ms = unpack_from(HEADER, record)
            size += write_record(f, first, flags, ms - base, record[HEADER_SIZE:])
            first += 1
    return size
