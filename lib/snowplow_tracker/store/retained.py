# A SegmentStore whose page lies in memory that survives deep sleep, such as the 2,048 bytes of
# ESP32's RTC().memory(): a board that sleeps between samples writes flash when it is full.
# A loss of power takes the page with it; sync() writes it to flash.
#
# `memory()` gives what was kept, `memory(buffer)` keeps it:
#   magic, CRC of what follows, next sequence, head, tail, end and length of the ring,
#   boot and its start if that is known, 2 unused, the ring's buffer as it is
from binascii import crc32
from struct import pack_into, unpack_from

from .. import clock
from ..record import HEADER, UNIX
from .ring import RingStore
from .segments import SegmentStore

_HEAD = "<IIIHHHHHQ"
_SIZE = 32
_MAGIC = 0x31725053


class RetainedStore(SegmentStore):
    def __init__(self, memory, nbytes=2048, path="/events", sync_seconds=None, **options):
        self._memory = memory
        self._image = bytearray(nbytes)
        super().__init__(path, sync_seconds=sync_seconds, page_bytes=nbytes, **options)
        self._restore()

    def put(self, ms, flags, json):
        sequence = super().put(ms, flags, json)
        self._retain()
        return sequence

    def drop(self, sequence):
        super().drop(sequence)
        self._retain()

    def sync(self):
        done = super().sync()
        self._retain()
        return done

    def _new_ring(self, page_bytes, overflow):
        ring = RingStore(0, overflow)
        ring._buf = memoryview(self._image)[_SIZE:]
        return ring

    def _retain(self):
        image = self._image
        ring = self._ring
        place = ring._next, ring._head, ring._tail, ring._end, ring._len
        pack_into(_HEAD, image, 0, _MAGIC, 0, *(place + (clock.boot, clock.origin())))
        pack_into("<I", image, 4, crc32(memoryview(image)[8:]))
        self._memory(image)

    def _restore(self):
        kept = self._memory()
        if len(kept) != len(self._image):
            return
        magic, crc, following, head, tail, end, n, boot, start = unpack_from(_HEAD, kept)
        if magic != _MAGIC or crc != crc32(memoryview(kept)[8:]):
            return
        self._image[:] = kept
        ring = self._ring
        ring._next = following
        ring._head, ring._tail, ring._end, ring._len = head, tail, end, n
        ring._used = end - head + tail
        record = ring.peek()
        while record:
            n, flags, b, sequence, ms = unpack_from(HEADER, record)
            if b == boot and start and b != clock.boot and not flags & UNIX:
                pack_into(HEADER, record, 0, n, flags | UNIX, b, sequence, ms + start)
            record = ring.peek(sequence)
        # A reset may have come between the flash and this memory.
        ring.drop(self._last)
        ring._next = max(ring._next, self._last + 1)
        if ring:
            self._since = clock.ms()
