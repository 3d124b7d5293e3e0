# Appends to the newest segment of a SegmentStore, and says where that is. An OSError or
# MemoryError may come out of append() and check(); then what is counted has not changed, and
# check() comes before the next append().
import os

from .. import clock
from ..record import HEADER_SIZE
from .segment_format import (
    ITEM_EXTRA,
    RUN_SIZE,
    blocks,
    boundary,
    file_size,
    segment_name,
    write_record,
    write_ring,
    write_run,
)


class SegmentWriter:
    def __init__(self, path, ring, segment_bytes, page_bytes):
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
        with open(segment_name(self.path, self.number), "ab") as f:
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
                zeros = bytes(64)
                while size < end:
                    size += f.write(zeros[: end - size])
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
