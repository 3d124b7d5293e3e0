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
from binascii import crc32
from struct import calcsize, pack

FORMAT = "<4sIII" + "IIHIIHQQI" + "IIII" + "HQ"
SIZE = calcsize(FORMAT)
MAGIC = b"SPs1"
CAUSES = ("overflow", "age", "corruption", "error")
# So many sequences are set aside at a time, and skipped at a reboot; more if nobody knows.
LEASE = 256


def state_name(path, generation):
    return path + ("/a.s1" if generation & 1 else "/b.s1")


def save_state(path, generation, *values):
    data = pack(FORMAT, MAGIC, generation, *values)
    with open(state_name(path, generation), "wb") as f:
        f.write(data + pack("<I", crc32(data)))
