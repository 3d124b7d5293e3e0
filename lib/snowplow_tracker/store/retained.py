# A SegmentStore whose page lies in memory that survives deep sleep, such as the 2,048 bytes of
# ESP32's RTC().memory(): a board that sleeps between samples writes flash when it is full.
# A loss of power takes the page with it; sync() writes it to flash.
#
# `memory()` gives what was kept, `memory(buffer)` keeps it:
#   u32 magic, u32 CRC of what follows; while flash cannot be read, the magic plus 1, plus how
#   many of the oldest records may be there too,
#   u32 next sequence, u16 each: head, tail, end and count of the ring (ring.py),
#   u16 boot, u48 its start if that is known, u16 losses since flash cannot be read,
#   u32 each: losses by cause before,
#   the ring's buffer as it is
from binascii import crc32
from struct import pack_into, unpack_from

from .. import clock
from ..record import HEADER, UNIX
from .checkpoint import CAUSES
from .ring import RingStore
from .segments import SegmentStore

_HEAD = "<IIIHHHHHQIIII"
_SIZE = 46
_MAGIC = 0x32725053


class RetainedStore(SegmentStore):
    _restored = 0  # the sequence behind the last record that was in the memory at the boot

    def __init__(
        self,
        memory,
        nbytes: int = 2048,
        path: str = "/events",
        sync_seconds: "int | None" = None,
        **options,
    ):
        self._memory = memory
        self._image = bytearray(nbytes)
        super().__init__(path, sync_seconds=sync_seconds, page_bytes=nbytes, **options)
        self._restore()

    def put(self, ms: int, flags: int, json) -> "int | None":
        # To make room would count as lost what may be on flash.
        self._ring.refuse = self._log.refuse or self._may_be_on_flash()
        sequence = super().put(ms, flags, json)
        self.retain()
        return sequence

    def peek(self, after: int = 0):
        ring = self._ring
        if self._may_be_on_flash():
            return super().peek(after or -1)  # peek(0) would remove what is too old
        count = ring.count
        # Records of an earlier boot, whose age the ring does not know.
        while not after and ring.count and clock.confirmed:
            _, flags, _, _, ms = unpack_from(HEADER, ring.buf, ring.head)
            if not flags & UNIX or clock.unix_ms() - ms <= ring.max_ms:
                break
            ring.evict("age")
        record = super().peek(after)
        if ring.count != count:
            self.retain()  # before flash has what comes behind those
        return record

    def drop(self, sequence: int):
        super().drop(sequence)
        self.retain()

    def sync(self) -> bool:
        done = super().sync()
        self.retain()
        return done

    def _may_be_on_flash(self):
        # A reset may have come between the flash and this memory: while flash cannot be read,
        # what was restored may lie there too.
        ring = self._ring
        return not self._opened and ring.next_sequence - ring.count < self._restored

    def _new_ring(self, page_bytes, overflow, max_age):
        ring = RingStore(0, overflow, max_age)
        ring.buf = memoryview(self._image)[_SIZE:]
        return ring

    def retain(self) -> None:
        """Write to this memory what a call before may have had no RAM for."""
        image = self._image
        ring = self._ring
        try:
            place = ring.next_sequence, ring.head, ring.tail, ring.end, ring.count
            magic = _MAGIC
            start = clock.boot_start()
            if self._opened:
                # No comprehension with `self`: that allocates before the try.
                lost = list(map(self.lost.get, CAUSES))
                for i in range(3):
                    lost[i] -= self._log.unsaved_lost[i]  # flash counts them again after a reset
            else:
                magic += 1 + max(0, self._restored - ring.next_sequence + ring.count)
                lost = self._known_losses  # flash may have been told of some of these, or more
                start += min(self.dropped - sum(lost), 0xFFFF) << 48
            pack_into(_HEAD, image, 0, magic, 0, *place, clock.boot, start, *lost)
            pack_into("<I", image, 4, crc32(memoryview(image)[8:]))
            self._memory(image)
        except MemoryError:
            pass  # the next call retains this too; ahead of a sleep it is retain()

    def _restore(self):
        kept = self._memory()
        if len(kept) != len(self._image):
            return
        state = unpack_from(_HEAD, kept)
        magic, crc, following, head, tail, end, n, boot, start = state[:9]
        unseen = start >> 48
        start &= 0xFFFFFFFFFFFF
        doubtful = magic - _MAGIC - 1
        if not -1 <= doubtful <= n or crc != crc32(memoryview(kept)[8:]):
            return
        # What flash could not be told.
        self._known_losses = losses = state[9:]
        for i in range(4):
            self.lost[CAUSES[i]] = max(self.lost[CAUSES[i]], losses[i])
        self.lost["error"] += unseen
        self._image[:] = kept
        ring = self._ring
        fresh = ring.next_sequence
        ring.next_sequence = following
        ring.head, ring.tail, ring.end, ring.count = head, tail, end, n
        # A reset may have come between the flash and this memory: then flash has these too, and
        # large records may follow them there. If these were numbered while flash could not be
        # read, a large record may follow, and what lies above it is of other numbers.
        self._restored = behind = following if doubtful < 0 else following - n + doubtful
        last = self._log.last
        if doubtful < 0 or last <= behind:
            ring.drop(min(last, behind - 1))
        if self._opened and (doubtful >= 0 or last > behind):
            # They were numbered while flash could not be read.
            ring.next_sequence = fresh + ring.count
        else:
            ring.next_sequence = max(following, last + 1)
        i = ring.next_sequence - ring.count
        while i < ring.next_sequence:
            record = ring.peek(i - 1 or -1)  # peek(0) would remove one that is too old
            n, flags, b, _, ms = unpack_from(HEADER, record)
            if b == boot and start and b != clock.boot and not flags & UNIX:
                flags |= UNIX
                ms += start
            pack_into(HEADER, record, 0, n, flags, b, i, ms)
            i += 1
        if ring:
            self._unsynced_since = clock.ms()
