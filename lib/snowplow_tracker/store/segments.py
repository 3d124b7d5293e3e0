# Records in files, which reboots do not end. A page of them is collected in a RingStore and
# then appended to the newest segment at once; the oldest segment makes room at max_bytes.
# What is only in RAM goes with the power: sync() writes it, and so does a put() or a peek()
# that finds it older than sync_seconds. Reading takes one buffer, of the largest record.
#
# A change is in the state (state.py) before it is done, so that a cut in between does no harm.
# Files in `path` that are not ours stay; those of another format have another ending.
import os

from .. import clock
from ..record import HEADER_SIZE, MAX_JSON
from .checkpoint import CAUSES, LEASE, save_state
from .reader import Reader
from .ring import RingStore
from .segment_format import (
    ITEM_EXTRA,
    RUN_SIZE,
    boundary,
    file_size,
    remove,
    segment_name,
    write_record,
    write_ring,
    write_run,
)


class SegmentStore:
    _known_losses = (0, 0, 0, 0)  # which `lost` has before flash is read

    def __init__(
        self,
        path="/events",
        max_bytes=262144,
        overflow="oldest",
        max_age=30 * 86400,
        sync_seconds=3600,
        page_bytes=8192,
    ):
        # Some 16 segments, so that the oldest is a small part of all.
        self._segment = max(page_bytes + 4095 & -4096, max_bytes // 16 & -4096)
        self._max_segments = max_bytes // self._segment
        if self._max_segments < 2:
            raise ValueError("max_bytes: expected at least %d" % (2 * self._segment))
        self.path = path
        self._page = page_bytes
        self._sync_ms = sync_seconds and sync_seconds * 1000
        self._refuse = overflow == "newest"
        self._ring = self._new_ring(page_bytes, overflow, max_age)
        self.lost = self._ring.lost
        for cause in CAUSES:
            self.lost[cause] = 0
        self.error = None
        self.erases = 0  # of blocks of flash, since this object was made, as well as we know
        self._since = None  # ms of the oldest record that is only in RAM
        self._retry_from = 0  # the sequence below which put() does not try to write
        self._retry_step = 0
        self._reader = Reader(path, max_age)
        self._open()

    def _new_ring(self, page_bytes, overflow, max_age):
        # A record's header is longer in RAM than on flash.
        return RingStore(page_bytes + page_bytes // 16, overflow, max_age)

    def __len__(self):
        return self._count + len(self._ring)

    @property
    def dropped(self):
        return sum(self.lost.values())

    def put(self, ms, flags, json):
        ring = self._ring
        n = len(json)
        large = HEADER_SIZE + n > len(ring.buf)
        if self._opened and ring.next_sequence >= self._retry_from:
            if ring.next_sequence >= self._lease:
                self._attempt(self._save)
            full = self._bytes() + ITEM_EXTRA + n > self._page_room
            if large or full or not ring.make_room(HEADER_SIZE + n):
                # One failure is no reason to lose anything.
                self._write(True) or self._write(True)
        if large:
            return self._put_large(ms, flags, json)
        sequence = ring.put(ms, flags, json)
        if self._since is None:
            self._since = ms
        else:
            self._sync_late(ms)
        return sequence

    def peek(self, after=0):
        self._sync_late(clock.ms())
        if self._count and after < self._last:
            r = self._reader
            if after < r.sequence - 1:
                r.goto(self._head)
                r.cause = "corruption"
            while True:
                record = r.next()
                if not record:
                    break
                if r.sequence > after + 1:
                    return record
            self._at_end()
            if r.good == self._head[9] and r.cause == "corruption":
                self._advance()  # nothing of it can be read
        return self._ring.peek(after)

    def drop(self, sequence):
        r = self._reader
        if self._count and sequence >= self._head[4]:
            if r.sequence > sequence + 1:
                r.goto(self._head)
            while r.sequence <= sequence:
                mark = r.mark()
                if not r.next():
                    self._at_end()
                    break
                if r.sequence > sequence + 1:
                    r.goto(mark)
                    break
            self._advance()
        self._ring.drop(sequence)
        if not self._ring:
            self._since = None
        self._reopen()

    def _reopen(self):
        # Flash that could not be read at boot is tried again when RAM holds nothing.
        if not self._opened and not self._ring:
            self._open()

    def sync(self):
        self._reader.close()
        self._reopen()
        if self._opened:
            self._write(False)
            if self._saved_losses != self.dropped:
                self._attempt(self._save)
        return not self._ring

    def _sync_late(self, ms):
        if self._since is not None and self._sync_ms and ms - self._since >= self._sync_ms:
            if self._opened and self._ring.next_sequence >= self._retry_from:
                self._write(False)

    def _bytes(self):
        # What the ring holds takes so much on flash.
        ring = self._ring
        return ring.used - ring.count * (HEADER_SIZE - ITEM_EXTRA) + RUN_SIZE

    def _put_large(self, ms, flags, json):
        # A record that is larger than a page goes to flash by itself.
        ring = self._ring
        n = len(json)
        if n > MAX_JSON or RUN_SIZE + ITEM_EXTRA + n > self._segment:
            self.lost["overflow"] += 1
        elif self._opened and not ring and self._write(True, (ms, flags, json)):
            return self._last
        else:
            self.lost[ring.cause] += 1
        return None

    # --- writing ---

    def _attempt(self, change):
        # Flash may refuse, at any time and for any reason.
        try:
            change()
        except OSError as e:
            self._fail(e)
        else:
            return True

    def _fail(self, e):
        self.error = e
        self._check_needed = True
        self._ring.cause = "error"
        self._retry_from = self._ring.next_sequence + self._retry_step
        # At most so many records come between two attempts.
        self._retry_step = min(2 * self._retry_step + 1, 32)

    def _recovered(self):
        self.error = None
        self._ring.cause = "overflow"
        self._retry_from = 0
        self._retry_step = 0

    def _write(self, pad, large=None):
        # Append what is in the ring, or one large record; -> whether that was done.
        if not large and not self._ring:
            return True
        while True:
            try:
                if not self._append(pad, large):
                    return False
                break
            except OSError as e:
                # Others may fill the flash: then there is less room than max_bytes.
                # 28 is ENOSPC: errno lacks it, littlefs and FAT have it on every port.
                if e.errno != 28 or self._refuse or not self._count:
                    self._fail(e)
                    return False
                self._check_needed = True
            self._evict()
        self._recovered()
        return True

    def _append(self, pad, large):
        ring = self._ring
        r = self._reader
        r.close()
        if self._check_needed:
            self._check()
            self._check_needed = False
        size = RUN_SIZE + ITEM_EXTRA + len(large[2]) if large else self._bytes()
        if self._size and self._size + size > self._segment:
            if self._refuse and r.last - self._head[0] + 1 >= self._max_segments:
                return False
            self._roll()
        while self._count and r.last - self._head[0] >= self._max_segments:
            self._evict()
        if not self._size:
            self._check()
        if self._saved_newest != r.last:
            self._save()
        with open(segment_name(self.path, r.last), "ab") as f:
            if large:
                ms, flags, json = large
                count = 1
                first = ring.next_sequence
                size = write_run(f, self._total, clock.boot, 1, first, ms, clock.boot_start())
                size += write_record(f, first, flags, 0, json)
            else:
                count = len(ring)
                size = write_ring(f, ring, self._total)
            size += self._size
            end = boundary(size)
            # At most so many bytes are spent to end a page with its block.
            if pad and end - size <= 1024:
                f.write(bytes(end - size))
                size = end
        if large:
            ring.next_sequence += 1
        self._last = ring.next_sequence - 1
        ring.drop(self._last)
        self._since = None
        self._total += count
        self._count += count
        # Of a block that is not full littlefs makes a copy.
        self.erases += (size + 4095) // 4096 - self._size // 4088
        self._set_size(size)
        return True

    def _set_size(self, size):
        self._size = size
        # The page that is being collected ends with a block.
        self._page_room = boundary(size + self._page * 3 // 4) - size

    def _check(self):
        # Is the newest segment as it should be, after a failure or before it is made?
        name = segment_name(self.path, self._reader.last)
        size = file_size(name)
        if size != self._size:
            if self._size:
                self._roll()
            else:
                os.remove(name)

    def _roll(self):
        self._reader.last += 1
        self._set_size(0)

    def _losses(self):
        return tuple([self.lost[cause] for cause in CAUSES])

    def _save(self):
        start = clock.boot_start()
        if start:
            self._known_start = (clock.boot, start)
        lease = max(self._lease, self._ring.next_sequence + LEASE)
        newest = self._reader.last
        lost = self._losses()
        generation = self._generation + 1
        rest = self._head[:9] + lost + self._known_start
        save_state(self.path, generation, newest, lease, *rest)
        self._generation = generation
        self._lease = lease
        self._saved_newest = newest
        self._saved_losses = self.dropped

    # --- giving up what was sent, or what there is no room for ---

    def _at_end(self):
        # The reader found nothing more.
        r = self._reader
        r.close()
        r.ordinal = self._total
        r.sequence = self._last + 1

    def _evict(self):
        r = self._reader
        r.goto(self._head)
        if not r.next_segment(None) or not r.seek():
            self._at_end()
        self._advance("overflow")

    def _advance(self, cause=None):
        # All before the reader's place was sent, or is lost.
        r = self._reader
        head = self._head
        if (r.number, r.at) == head[:2]:
            return
        passed = max(0, r.ordinal - head[8])
        if cause:
            self.lost[cause] += passed
        else:
            aged = r.aged - head[10]
            self.lost["age"] += aged
            self.lost[r.cause] += max(0, passed - (r.good - head[9]) - aged)
        self._count -= passed
        r.close()
        if self._count <= 0:
            self._count = 0
            self._roll()
            r.goto((r.last, 0, 0, 0, self._last + 1, 0, 0, 0, self._total, 0, 0))
        self._head = r.mark()
        # Without a state that says so they would come again, or count as something else;
        # but if there is no room for it, that is how to make some.
        try:
            self._save()
        except OSError as e:
            self._fail(e)
            if not cause:
                return
        while self._oldest < self._head[0]:
            remove(segment_name(self.path, self._oldest))
            self._oldest += 1

    # --- after a reboot ---

    def _open(self):
        self._oldest = self._count = self._total = self._last = 0
        self._generation = self._lease = self._saved_losses = 0
        self._check_needed = False
        self._saved_newest = -1  # the newest segment that the state knows of
        self._known_start = (0, 0)
        self._set_size(0)
        self._head = self._reader.mark()
        try:
            from .recovery import recover

            recover(self)
            self._opened = True
            self._recovered()
        except (OSError, ImportError) as e:  # the library may lie on the same flash
            self._opened = False
            self._fail(e)
