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
from .reader import FIELDS

FORMAT = "<4sIII" + "IIHIIHQQI" + "IIII" + "HQ"
SIZE = calcsize(FORMAT)
MAGIC = b"SPs1"
CAUSES = ("overflow", "age", "corruption", "error")
# So many sequences are set aside at a time, and skipped at a reboot; more if nobody knows.
LEASE = 256


def state_name(path, generation):
    return path + ("/a.s1" if generation & 1 else "/b.s1")


def save_state(log):
    """Write the next state of a SegmentLog."""
    start = clock.boot_start()
    known = [clock.boot, start] if start else list(log.known_start)
    lease = max(log.lease, min(log.ring.next_sequence + LEASE, 0xFFFFFFFF))
    newest = log.number
    generation = log.generation + 1
    lost = [log.ring.lost[cause] for cause in CAUSES]
    total = sum(lost)
    head = [getattr(log.reader.head, name) for name in FIELDS]
    data = pack(FORMAT, MAGIC, generation, newest, lease, *(head + lost + known))
    data += pack("<I", crc32(data))
    with open(state_name(log.path, generation), "wb") as f:
        f.write(data)
    log.generation = generation
    log.saved_newest = newest
    log.lease = lease
    log.saved_lost = total
    log.known_start = known
    log.moved = False
    for i in range(3):
        log.unsaved_lost[i] = 0
