# The records of a SegmentStore on flash: pages are appended to the newest segment, and the oldest
# segment is deleted when all of it was sent, or to make room.
#
# What is sent, or lost, is in the state (checkpoint.py) before its file is deleted, so that a
# cut of the power in between does no harm. An OSError or MemoryError may come out of any method
# that reads or writes; the call can be repeated.
from .. import clock
from .checkpoint import Checkpoint
from .reader import Reader
from .segment_format import blocks, file_size, remove, segment_name
from .segment_writer import SegmentWriter

# Path: clock.boot of the store that writes there. Two would overwrite each other's records.
open_folders = {}
_EBUSY = 16  # errno has no name for it on every port


class SegmentLog:
    def __init__(self, path, ring, max_bytes, page_bytes, max_age, refuse):
        # Some 16 segments, so that the oldest is a small part of all.
        segment_bytes = max(page_bytes + 4095 & -4096, max_bytes // 16 & -4096)
        if max_bytes < 2 * segment_bytes:
            raise ValueError("max_bytes: expected at least %d" % (2 * segment_bytes))
        self.path = path
        self.max_blocks = max_bytes // 4096
        self.refuse = refuse  # the newest, when it is full; else the oldest make room
        self.ring = ring
        self.writer = SegmentWriter(path, ring, segment_bytes, page_bytes)
        self.reader = Reader(path, max_age, self.writer, ring)
        self.checkpoint = Checkpoint(path)
        self.oldest = 0  # the number of the oldest file
        self.moved = False  # the head moved since the state was written
        self.opened_in = None  # clock.boot, while it is open

    def open(self):
        """Find the records; -> how many were lost before, by cause."""
        if self.path in open_folders and open_folders[self.path] == clock.boot:
            raise OSError(_EBUSY, "another store has this folder")
        from .recovery import recover

        lost = recover(self)
        self.opened_in = open_folders[self.path] = clock.boot
        return lost

    def close(self):
        self.reader.close()
        if self.opened_in is not None and open_folders.get(self.path) == self.opened_in:
            del open_folders[self.path]
        self.opened_in = None

    def __len__(self):
        if self.opened_in is None:
            return 0
        return max(0, self.writer.ordinal - self.reader.head.ordinal)

    def find(self, after):
        """The first record above sequence `after` that can be read, or None."""
        if not len(self) or after >= self.writer.last:
            return None
        r = self.reader
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
            if not r.next():
                if not r.error:
                    r.go_to_end()
                break
            if r.record_sequence > sequence:
                r.step_back()
                break
        self._move_head()

    def append(self, pad, ms, flags, json):
        """Append what is in RAM, or one large `json`; -> False if there is no room."""
        w = self.writer
        self.reader.close()
        if w.in_doubt:
            make_folder(self.path)
            w.check()
        if self.moved:
            self.commit()
        if not self._make_room(w.needed(json)):
            return False
        if not w.size:
            w.check()
        if self.checkpoint.newest != w.number:
            self.checkpoint.save(self)
        w.append(pad, ms, flags, json)
        return True

    def _make_room(self, size):
        # Segments are deleted until so many bytes more are within max_bytes, in whole blocks.
        w = self.writer
        if w.older_blocks is None:
            older = 0
            for number in range(self.oldest, w.number):
                older += blocks(file_size(segment_name(self.path, number)))
            w.older_blocks = older
        while True:
            begins = w.size and w.size + size > w.max_size
            need = blocks(w.size) + blocks(size) if begins else blocks(w.size + size)
            if not w.size and not self.refuse:
                need = max(need, blocks(w.max_size))  # so that it is evicted once a segment
            fits = w.older_blocks + need <= self.max_blocks or not len(self)
            if self.refuse and not fits:
                return False
            if begins:
                w.begin()  # first: the state that evict() writes knows it then
            elif fits:
                return True
            else:
                self.evict()

    def evict(self):
        """Delete the oldest segment, to make room."""
        r = self.reader
        accepted = self._count_settled()
        r.copy(r.head)
        more = r.next_segment()
        if more and not r.seek():
            if r.error:
                raise r.error
            more = False
        if more:
            r.sequence = max(r.sequence, r.end - r.left)
        else:
            r.go_to_end()
        self._move_head("overflow", accepted)
        try:
            self.checkpoint.save(self)
        except OSError as e:
            if e.errno != 28:  # ENOSPC: if there is no room for the state, this makes some
                raise
        self._delete_passed()

    def _count_settled(self):
        # How many records of the oldest segment were accepted.
        r = self.reader
        head = r.head
        after, last = self.ring.settled
        count = 0
        if head.sequence <= last:
            r.copy(head)
            while r.sequence <= last and r.next() and r.number == head.number:
                count += after < r.record_sequence <= last
        return count

    def _move_head(self, cause=None, accepted=0):
        # All before the reader's place was sent, or is lost.
        r = self.reader
        head = r.head
        w = self.writer
        if r.number == head.number and r.at == head.at and r.ordinal == head.ordinal:
            return
        if r.number != head.number:
            r.close()  # its file may be deleted
        passed = max(0, r.ordinal - head.ordinal)
        aged = r.aged - head.aged
        damaged = max(0, passed - (r.good - head.good) - aged)
        if r.ordinal >= w.ordinal:
            # Nothing is left: the next record begins a new segment.
            w.begin()
            r.set(w.number, 0, 0, 1, w.last + 1, 0, 0, 0, w.ordinal)
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
        self.checkpoint.save(self)
        self._delete_passed()

    def _delete_passed(self):
        w = self.writer
        while self.oldest < self.reader.head.number:
            name = segment_name(self.path, self.oldest)
            freed = blocks(file_size(name))
            remove(name)
            self.oldest += 1
            if w.older_blocks is not None:
                w.older_blocks -= freed


def make_folder(path):
    import os
    from errno import EEXIST

    try:
        os.mkdir(path)
    except OSError as e:
        if e.errno != EEXIST:
            os.stat(path or "/")
