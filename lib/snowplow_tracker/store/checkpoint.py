# The state of a SegmentStore, in the files a.s1 and b.s1 of its folder, written in turn, so
# that one is whole whenever the power is cut, and if one is damaged. All little-endian:
#
#   "SPs1", u32 generation: one more with each state
#   u32 number of the newest segment
#   u32 sequence below which all may be in use
#   the place before which all was sent or is lost (reader.Place):
#     u32 segment, u32 byte in it
#     u16 records of the run that follow there, u32 sequence behind its last
#     u32 sequence below which all was passed
#     u16 boot, u64 ms, u64 start: of the run
#     u32 ordinal
#   u32 each: how many were lost to overflow, age, corruption, error
#   u16 boot, u64 start: the latest boot whose start is known, and when that was
#   u32 CRC of these
#
# 86 bytes: littlefs keeps them in the folder itself, on ESP32 too.
from binascii import crc32
from struct import calcsize, pack

from .. import clock

FORMAT = "<4sIII" + "IIHIIHQQI" + "IIII" + "HQ"
SIZE = calcsize(FORMAT)
MAGIC = b"SPs1"
CAUSES = ("overflow", "age", "corruption", "error")
# So many sequences are set aside at a time, and skipped at a reboot; more if nobody knows.
LEASE = 256
MAX_SEQUENCE = 0xFFFFFFFF
# Where RAM's begin if flash cannot be read at boot, so that those on flash are lower. Above this
# they begin again at 1 when nothing is stored at a boot: ints above 2^30 are objects on a board,
# and 2^32 is the end.
RAM_FIRST = 1 << 28


def state_name(path, generation):
    return path + ("/a.s1" if generation & 1 else "/b.s1")


class Checkpoint:
    """What the newer state says."""

    def __init__(self, path):
        self.path = path
        self.reset()

    def reset(self):
        self.generation = 0
        self.newest = -1  # the newest segment
        self.lease = 0  # sequences below this may be in use
        self.lost = 0  # losses of all causes
        self.known_start = (0, 0)  # a boot, and when it began

    def save(self, log):
        """Write the next state, of a SegmentLog."""
        start = clock.boot_start()
        known = (clock.boot, start) if start else self.known_start
        lease = max(self.lease, min(log.ring.next_sequence + LEASE, MAX_SEQUENCE))
        newest = log.writer.number
        generation = self.generation + 1
        lost = [log.ring.lost[cause] for cause in CAUSES]
        total = sum(lost)
        fields = log.reader.head.fields() + tuple(lost) + known
        data = pack(FORMAT, MAGIC, generation, newest, lease, *fields)
        data += pack("<I", crc32(data))
        with open(state_name(self.path, generation), "wb") as f:
            f.write(data)
        self.generation = generation
        self.newest = newest
        self.lease = lease
        self.lost = total
        self.known_start = known
        log.moved = False
