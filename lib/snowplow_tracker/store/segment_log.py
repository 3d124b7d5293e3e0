# The records of a SegmentStore on flash: pages are appended to the newest segment, and the oldest
# segment is deleted when all of it was sent, or to make room.
#
# What is sent, or lost, is in the state (checkpoint.py) before its file is deleted, so that a
# cut of the power in between does no harm. An OSError or MemoryError may come out of any method
# that reads or writes; the call can be repeated.
import os

from .. import clock
from ..record import HEADER_SIZE
from .checkpoint import CAUSES, save_state
from .reader import Reader
from .segment_format import (
    ITEM_EXTRA,
    RUN_SIZE,
    blocks,
    boundary,
    file_size,
    make_folder,
    remove,
    segment_name,
    write_record,
    write_ring,
    write_run,
)

# Path: clock.boot of the store that writes there. Two would overwrite each other's records.
open_folders = {}


class SegmentLog:
    boot: "int | None" = None  # clock.boot, while it is open
    # recovery.py sets these, and what the newest segment has.
    oldest = 0  # the number of the oldest file
    moved = False  # the head moved since the state was written
    generation = 0  # of the state, and what is in it:
    saved_newest = -1  # the newest segment
    saved_lost = 0  # losses of all causes
    lease = 0  # sequences below this may be in use
    known_start = (0, 0)  # a boot, and when it began

    def __init__(self, path, ring, max_bytes, page_bytes, max_age, refuse):
        # Some 16 segments, so that the oldest is a small part of all.
        segment_bytes = max(page_bytes + 4095 & -4096, max_bytes // 16 & -4096)
        if max_bytes < 2 * segment_bytes:
            raise ValueError("max_bytes: expected at least %d" % (2 * segment_bytes))
        self.path = path
        self.ring = ring
        # A segment ends with a block.
        self.max_size = boundary(segment_bytes - 4095)
        self.page_bytes = page_bytes
        self.erases = 0  # of blocks, since this object was made, as well as we know
        self.number = 0  # of the newest segment
        self.older_blocks = None  # of all others; None: they are not counted yet
        self.in_doubt = False  # a write failed: is the file as it should be?
        self.set_size(0)
        self.ordinal = 0  # how many records were ever stored
        self.last = 0  # the sequence of the last of them
        self.max_bytes = max_bytes
        self.refuse = refuse  # the newest, when it is full; else the oldest make room
        self.reader = Reader(self, max_age)
        # How many records were lost since the state was written: to overflow, age, corruption.
        self.unsaved_lost = [0, 0, 0]

    def open(self):
        """Find the records; -> how many were lost before, by cause."""
        if open_folders.get(self.path) == clock.boot:
            raise OSError(16, "another store has this folder")  # EBUSY
        from .recovery import recover

        lost = recover(self)
        self.boot = open_folders[self.path] = clock.boot
        return lost

    def close(self):
        self.reader.close()
        if self.boot is not None and open_folders.get(self.path) == self.boot:
            del open_folders[self.path]
        self.boot = None

    def __len__(self):
        if self.boot is None:
            return 0
        # A write that failed may have been done, and others have its ordinals now.
        head = self.reader.head
        return max(int(head.sequence <= self.last), self.ordinal - head.ordinal)

    def find(self, after):
        """The first record above sequence `after` that can be read, or None."""
        r = self.reader
        if not len(self) or after >= self.last:
            return None
        record = r.find(after)
        if not record:
            if r.error:
                raise r.error
            r.go_to_end()
            if r.good == r.head.good:
                self.move_head()  # nothing of it can be read
        return record

    def drop(self, sequence):
        """Forget the records up to `sequence`, as far as they can be read past."""
        r = self.reader
        if not len(self) or sequence < r.head.sequence:
            return
        if r.sequence > sequence + 1:
            r.copy(r.head)
        while r.sequence <= sequence:
            if not r.seek(True):
                if not r.error:
                    r.go_to_end()
                break
            if r.record_sequence > sequence:
                # Back to before it.
                r.at = r.record_at
                r.left += 1
                r.ordinal -= 1
                r.good -= 1
                r.sequence -= 1
                break
        self.move_head()

    def append(self, pad, ms, flags, json):
        """Append what is in RAM, or one large `json`; -> False if there is no room."""
        self.reader.close()
        if self.in_doubt:
            make_folder(self.path)
            self.check()
        if self.moved:
            self.commit()
        size = self.needed(json)
        if self.refuse and not self.fits(size):
            return False
        if self.begins(size):
            self.begin()  # first: the state that evict() writes knows it then
        while not self.fits(size):
            from .eviction import evict

            evict(self)
        if not self.size:
            self.check()
        if self.saved_newest != self.number:
            save_state(self)
        self.write(pad, ms, flags, json)
        return True

    def begins(self, size):
        """Whether so many bytes more begin a new segment."""
        return self.size and self.size + size > self.max_size

    def fits(self, size):
        """Whether so many bytes more are within max_bytes, in whole blocks."""
        used = self.older_blocks
        if used is None:
            used = 0
            for number in range(self.oldest, self.number):
                used += blocks(file_size(segment_name(self.path, number)))
            self.older_blocks = used
        if self.begins(size):
            used += blocks(self.size) + blocks(size)
        elif self.size or self.refuse:
            used += blocks(self.size + size)
        else:
            used += max(blocks(size), blocks(self.max_size))  # to evict once a segment
        return used * 4096 <= self.max_bytes or not len(self)

    def move_head(self, accepted=None):
        """All before the reader's place was sent, or makes room: then so many were accepted."""
        r = self.reader
        head = r.head
        if r.number == head.number and r.at == head.at and r.ordinal == head.ordinal:
            return
        if r.number != head.number:
            r.close()  # its file may be deleted
        passed = max(0, r.ordinal - head.ordinal)
        aged = r.aged - head.aged
        damaged = max(0, passed - (r.good - head.good) - aged)
        more = (0, aged, damaged) if accepted is None else (passed - accepted, 0, 0)
        if r.ordinal >= self.ordinal and r.sequence > self.last:
            # Nothing is left: the next record begins a new segment.
            self.begin()
            r.set(self.number, 0, 0, 1, self.last + 1, 0, 0, 0, self.ordinal)
        # From here on nothing is allocated.
        for i in range(3):
            self.ring.lost[CAUSES[i]] += more[i]
            self.unsaved_lost[i] += more[i]
        head.copy(r)
        r.back.copy(r)
        self.moved = True

    def commit(self):
        """Write the state, and delete what it says is no longer needed."""
        save_state(self)
        self.delete_passed()

    def delete_passed(self):
        """Delete the segments before the head; the state has to say so."""
        while self.oldest < self.reader.head.number:
            name = segment_name(self.path, self.oldest)
            freed = blocks(file_size(name))
            remove(name)
            self.oldest += 1
            if self.older_blocks is not None:
                self.older_blocks -= freed

    # --- the newest segment ---

    def set_size(self, size):
        self.size = size  # of the newest segment; 0 before it is made
        # The page that is being collected ends with a block, of this segment or of the next.
        page = self.page_bytes * 3 // 4
        if size + page > self.max_size:
            size = 0
        self.page_room = boundary(size + page) - size

    def needed(self, json=None):
        """How many bytes an append() writes: all of RAM's records, or one large `json`."""
        if json:
            return RUN_SIZE + ITEM_EXTRA + len(json)
        # A record's header is longer in RAM than on flash.
        ring = self.ring
        used = ring.end - ring.head + ring.tail
        return RUN_SIZE + used - ring.count * (HEADER_SIZE - ITEM_EXTRA)

    def begin(self):
        """Go on with a new segment."""
        if self.older_blocks is not None:
            self.older_blocks += blocks(self.size)
        self.number += 1
        self.set_size(0)

    def check(self):
        """After a failure, or before a segment is made: never append to what is not ours."""
        name = segment_name(self.path, self.number)
        size = file_size(name)
        if size != self.size:
            if self.size:
                self.begin()
                self.older_blocks = None
            else:
                os.remove(name)
        self.in_doubt = False

    def write(self, pad, ms, flags, json):
        """Append what is in RAM, as one commit, or one large `json`."""
        ring = self.ring
        first = last = ring.next_sequence
        count = 1
        start = clock.boot_start()
        self.in_doubt = True
        zeros = bytes(64)
        name = segment_name(self.path, self.number)
        with open(name, "r+b" if self.size else "wb") as f:
            f.seek(self.size)
            try:
                if json:
                    size = write_run(f, self.ordinal, clock.boot, 1, first, ms, start)
                    size += write_record(f, first, flags, 0, json)
                else:
                    count = ring.count
                    last -= 1
                    size = write_ring(f, ring, self.ordinal, start)
                size += self.size
                end = boundary(size)
                # At most so many bytes are spent to end a page with its block.
                if pad and end - size <= 1024:
                    while size < end:
                        size += f.write(zeros if end - size >= 64 else b"\0")
            except OSError:
                raise  # littlefs forgets what was written
            except BaseException:
                # close() keeps it: what is missing of the run would count as lost.
                f.seek(self.size)
                f.write(zeros)
                raise
        ordinal = self.ordinal + count
        following = last + 1
        # Of a block that is not full littlefs makes a copy.
        self.erases += (size + 4095) // 4096 - self.size // 4088
        self.set_size(size)
        # From here on nothing is allocated.
        self.in_doubt = False
        self.ordinal = ordinal
        self.last = last
        ring.next_sequence = following
        ring.head = ring.tail = ring.end = ring.count = 0
