# Reads records back from segments (segment.py), through one buffer that grows to the largest.
from binascii import crc32
from errno import ENOENT
from struct import pack_into, unpack_from

from .. import clock
from ..record import HEADER, HEADER_SIZE, UNIX
from .segment_format import (
    ITEM,
    ITEM_EXTRA,
    ITEM_SIZE,
    RUN,
    RUN_KIND,
    RUN_SIZE,
    boundary,
    segment_name,
)


class Reader:
    """A place in the segments, and the records that follow it."""

    def __init__(self, path, max_age):
        self.path = path
        self.max_ms = max_age * 1000
        self.last = 0  # the number of the last segment
        self.known = (0, 0)  # an earlier boot, and when it began
        self.cause = "corruption"  # why what was passed over could not be read
        self._buf = memoryview(bytearray(512))
        self._file = None
        self.goto((0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0))

    def mark(self):
        """The place, for goto()."""
        run = self.number, self.at, self.left, self.end, self.sequence
        return run + (self.boot, self.ms, self.start, self.ordinal, self.good, self.aged)

    def goto(self, mark):
        # `left` records of a run are still to come, the first at byte `at`; those below
        # `sequence` are passed over, since a write that failed may have been done and repeated.
        self.number, self.at, self.left, self.end, self.sequence = mark[:5]
        self.boot, self.ms, self.start = mark[5:8]
        # How many records were before this place; how many were read, or too old.
        self.ordinal, self.good, self.aged = mark[8:]

    def close(self):
        """Let go of the file: needed before it is written to or removed."""
        if self._file:
            f = self._file
            self._file = None
            f.close()

    def next(self):
        """The next record that is whole and not too old, or None at the end."""
        while self.seek():
            try:
                record = self._take()
            except OSError as e:
                if not self.next_segment(e):
                    break
            else:
                if record:
                    return record
        return None

    def seek(self):
        """Go to where a record should be; False at the end."""
        while True:
            e = None
            try:
                self.open_segment()
                while self.at < self.size:
                    if self.left:
                        return True
                    self.read_run()
            except OSError as error:
                e = error
            if not self.next_segment(e):
                return False

    def next_segment(self, e):
        # On to the next file.
        if e and e.errno != ENOENT:
            self.cause = "error"
        self._leave()
        if self.number >= self.last:
            return False
        self.number += 1
        self.at = 0
        return True

    def _leave(self):
        # Pass over what is left of a run, to the next block.
        if self.left:
            self.ordinal += self.left
            self.left = 0
            self.at = boundary(self.at + 1)

    def open_segment(self):
        # -> the file of this place; `size` is its size
        if not self._file or self._opened != self.number:
            self.close()
            self._file = open(segment_name(self.path, self.number), "rb")
            self._opened = self.number
            self.size = self._file.seek(0, 2)
        return self._file

    def _read(self, at, start, stop):
        # Bytes of the file into _buf[start:stop]; it is tried twice.
        for again in (True, False):
            try:
                f = self.open_segment()
                f.seek(at)
                return f.readinto(self._buf[start:stop]) == stop - start
            except OSError:
                self.close()
                if not again:
                    raise

    def read_run(self):
        # Take up the run that begins here; else go to the next block, where one may.
        if self._read(self.at, 0, RUN_SIZE):
            head = self._buf[: RUN_SIZE - 4]
            kind, boot, count, sequence, ordinal, ms, start = unpack_from(RUN, head)
            if (
                kind == RUN_KIND
                and unpack_from("<I", self._buf, RUN_SIZE - 4)[0] == crc32(head)
                and sequence + count > self.sequence
            ):
                self.at += RUN_SIZE
                self.left, self.end, self.ordinal = count, sequence + count, ordinal
                self.boot, self.ms, self.start = boot, ms, start
                return
        self.at = boundary(self.at + 1)

    def _take(self):
        # The record that is here, or None if it cannot be had.
        at = HEADER_SIZE - ITEM_SIZE  # its JSON is to lie behind a full header
        n = 0
        if self._read(self.at, at, HEADER_SIZE):
            n, flags, ms = unpack_from(ITEM, self._buf, at)
        stop = HEADER_SIZE + n - 1
        if not n or self.at + ITEM_EXTRA + n - 1 > self.size or not self._grow(stop + 4):
            self._leave()
            return None
        buf = self._buf
        sequence = self.end - self.left
        whole = self._read(self.at + ITEM_SIZE, HEADER_SIZE, stop + 4)
        whole = whole and unpack_from("<I", buf, stop)[0] == crc32(buf[at:stop], sequence)
        self.at += ITEM_EXTRA + n - 1
        self.ordinal += 1
        self.left -= 1
        if not whole or sequence < self.sequence:
            return None
        self.sequence = sequence + 1
        ms += self.ms
        boot = self.boot
        age = 0
        if boot == clock.boot:
            age = clock.ms() - ms
        else:
            start = self.start or (self.known[1] if boot == self.known[0] else 0)
            if start and not flags & UNIX:
                ms += start
                flags |= UNIX
            if flags & UNIX and clock.known():
                age = clock.unix_ms() - ms
        if age > self.max_ms:
            self.aged += 1
            return None
        self.good += 1
        pack_into(HEADER, buf, 0, n - 1, flags, boot, sequence, ms)
        return buf[:stop]

    def _grow(self, size):
        # Larger than any record of this store is a length that lies.
        if size > len(self._buf):
            try:
                buf = memoryview(bytearray(size))
            except MemoryError:
                return False
            buf[:HEADER_SIZE] = self._buf[:HEADER_SIZE]
            self._buf = buf
        return True
