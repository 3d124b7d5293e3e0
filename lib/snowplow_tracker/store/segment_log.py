# The records of a SegmentStore on flash: pages are appended to the newest segment, and the oldest
# segment is deleted when all of it was sent, or to make room.
#
# What is sent, or lost, is in the state (checkpoint.py) before its file is deleted, so that a
# cut of the power in between does no harm. An OSError or MemoryError may come out of any method
# that reads or writes; the call can be repeated.
import os
from errno import EEXIST

from .. import clock
from .checkpoint import save_state
from .reader import Reader
from .segment_format import blocks, file_size, remove, segment_name
from .segment_writer import SegmentWriter

# Path: clock.boot of the store that writes there. Two would overwrite each other's records.
open_folders = {}


class SegmentLog(SegmentWriter):
    boot = None  # clock.boot, while it is open
    # recovery.py sets these, and all that a SegmentWriter counts.
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
        super().__init__(path, ring, segment_bytes, page_bytes)
        self.max_blocks = max_bytes // 4096
        self.refuse = refuse  # the newest, when it is full; else the oldest make room
        self.reader = Reader(self, max_age)

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
        return max(0, self.ordinal - self.reader.head.ordinal)

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
                self._move_head()  # nothing of it can be read
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
        self._move_head()

    def append(self, pad, ms, flags, json):
        """Append what is in RAM, or one large `json`; -> False if there is no room."""
        self.reader.close()
        if self.in_doubt:
            make_folder(self.path)
            self.check()
        if self.moved:
            self.commit()
        if not self.make_room(self.needed(json)):
            return False
        if not self.size:
            self.check()
        if self.saved_newest != self.number:
            save_state(self)
        self.write(pad, ms, flags, json)
        return True

    def make_room(self, size):
        # Segments are deleted until so many bytes more are within max_bytes, in whole blocks.
        while True:
            older = self.older_blocks
            if older is None:
                older = 0
                for number in range(self.oldest, self.number):
                    older += blocks(file_size(segment_name(self.path, number)))
                self.older_blocks = older
            begins = self.size and self.size + size > self.max_size
            if begins:
                older += blocks(self.size) + blocks(size)
            elif self.size or self.refuse:
                older += blocks(self.size + size)
            else:
                older += max(blocks(size), blocks(self.max_size))  # to evict once a segment
            fits = older <= self.max_blocks or not len(self)
            if self.refuse and not fits:
                return False
            if begins:
                self.begin()  # first: the state that evict() writes knows it then
            elif fits:
                return True
            else:
                self.evict()

    def evict(self):
        """Delete the oldest segment, to make room."""
        r = self.reader
        head = r.head
        # How many of its records were accepted?
        accepted = 0
        after, last = self.ring.settled
        r.copy(head)
        while r.sequence <= last and r.seek(True) and r.number == head.number:
            accepted += after < r.record_sequence <= last
        r.copy(head)
        if r.next_segment() and r.seek():
            r.sequence = max(r.sequence, r.end - r.left)
        elif r.error:
            raise r.error
        else:
            r.go_to_end()
        self._move_head("overflow", accepted)
        try:
            save_state(self)
        except OSError as e:
            if e.errno != 28:  # ENOSPC: if there is no room for the state, this makes some
                raise
        self._delete_passed()

    def _move_head(self, cause=None, accepted=0):
        # All before the reader's place was sent, or is lost.
        r = self.reader
        head = r.head
        if r.number == head.number and r.at == head.at and r.ordinal == head.ordinal:
            return
        if r.number != head.number:
            r.close()  # its file may be deleted
        passed = max(0, r.ordinal - head.ordinal)
        aged = r.aged - head.aged
        damaged = max(0, passed - (r.good - head.good) - aged)
        if r.ordinal >= self.ordinal:
            # Nothing is left: the next record begins a new segment.
            self.begin()
            r.set(self.number, 0, 0, 1, self.last + 1, 0, 0, 0, self.ordinal)
        # From here on nothing is allocated.
        lost = self.ring.lost
        if cause:
            lost[cause] += passed - accepted
        else:
            lost["age"] += aged
            lost["corruption"] += damaged
        head.copy(r)
        r.back.copy(r)
        self.moved = True

    def commit(self):
        """Write the state, and delete what it says is no longer needed."""
        save_state(self)
        self._delete_passed()

    def _delete_passed(self):
        while self.oldest < self.reader.head.number:
            name = segment_name(self.path, self.oldest)
            freed = blocks(file_size(name))
            remove(name)
            self.oldest += 1
            if self.older_blocks is not None:
                self.older_blocks -= freed


def make_folder(path):
    try:
        os.mkdir(path)
    except OSError as e:
        if e.errno != EEXIST:
            os.stat(path or "/")
