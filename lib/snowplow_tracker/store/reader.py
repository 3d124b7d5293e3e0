# Reads records back from segments (segment_format.py), through one buffer that grows to the
# largest. What is damaged or missing is passed over. Where flash cannot be read, reading stops:
# nothing is passed that might be readable later.
#
# A MemoryError may come out of any method here; it leaves the reader where it was, or between
# two other records.
import os
from binascii import crc32
from struct import pack_into, unpack_from

from .. import clock
from ..json_file import can_look_up
from ..record import HEADER, HEADER_SIZE, UNIX
from .segment_format import (
    ITEM,
    ITEM_EXTRA,
    ITEM_SIZE,
    RUN,
    RUN_KIND,
    RUN_SIZE,
    boundary,
    is_gone,
    segment_name,
)

FIELDS = ("number", "at", "left", "end", "sequence", "boot", "ms", "start", "ordinal")


class Place:
    """A place before a record on flash."""

    number: int  # of the segment
    at: int  # the byte in it
    left: int  # so many records of a run are still to come
    end: int  # the sequence behind its last
    sequence: int  # those below were passed: a write that failed may have been done and repeated
    boot: int  # of the run, as are ms and start
    ms: int
    start: int
    ordinal: int  # how many records were ever stored before this place
    good: int  # how many of them were read, and how many too old
    aged: int

    def __init__(self):
        self.set(0, 0, 0, 1, 1, 0, 0, 0, 0)

    def set(self, *fields):
        for i in range(9):
            setattr(self, FIELDS[i], fields[i])
        self.good = self.aged = 0

    def copy(self, other):
        # It allocates nothing, so it is done as a whole.
        for name in FIELDS:
            setattr(self, name, getattr(other, name))
        self.good = other.good
        self.aged = other.aged


class Reader(Place):
    """A place that goes on from record to record."""

    def __init__(self, log, max_age):
        super().__init__()
        self.log = log
        self.max_ms = max_age * 1000
        self.error = None  # why flash could not be read, the last time
        self.head = Place()  # of the oldest record
        self.back = Place()  # where find() last went back to
        # The record that was read last, its sequence and place.
        self.record = None
        self.record_sequence = self.record_at = 0
        self._buf = memoryview(bytearray(512))
        self._run = memoryview(bytearray(RUN_SIZE))
        self._file = None

    def close(self):
        """Close the file: needed before it is written to or removed."""
        if self._file:
            f = self._file
            self._file = None
            f.close()

    def find(self, after):
        """The first record above sequence `after`; None at the end, or with an `error`."""
        kept = self.record_sequence
        if self.record and kept - 1 == after and kept >= self.head.sequence:
            return self.record
        went_back = after < self.sequence - 1
        if went_back:
            self.copy(self.head if self.back.sequence - 1 > after else self.back)
        while True:
            if went_back:
                self.back.copy(self)
            if not self.seek(True):
                return None
            if self.record_sequence > after:
                return self.record

    def seek(self, read=False):
        """Go to where a record should be, and read it if `read`; -> whether there is one."""
        failed = False
        if self.error:
            if not self.has_folder():
                return False
            self.error = None
        while True:
            try:
                self.open_segment()
                while self.at < self.size:
                    if not self.left:
                        self.read_run()
                    elif not read or self._take():
                        return True
                    failed = False
            except OSError as e:
                self.close()
                there = self.has_folder()
                if there and not failed:
                    failed = True
                    continue
                # What is gone for good is passed over. But not with its folder: that may lie on
                # a card.
                if not (there and is_gone(e)):
                    self.error = e
                    self.record = None  # what was dropped is not to be given again
                    return False
            failed = False
            if not self.next_segment():
                return False

    def has_folder(self):
        """Whether the store's folder is there and can be read; see can_look_up()."""
        try:
            os.stat(self.log.path or "/")
        except OSError:
            return False
        return can_look_up(self.log.path + "/")

    def next_segment(self):
        """Go on to the next file; False if there is none."""
        self._leave_run()
        if self.number >= self.log.number:
            return False
        self.number += 1
        self.at = 0
        return True

    def _leave_run(self):
        # Pass over what is left of a run, to the next block.
        if self.left:
            self.ordinal += self.left
            self.left = 0
            self.at = boundary(self.at + 1)

    def go_to_end(self):
        # There is nothing more to read.
        self.close()
        self.ordinal = self.log.ordinal
        self.sequence = self.log.last + 1

    def open_segment(self):
        # The file of this place; `size` is its size
        if not self._file or self._opened != self.number:
            self.close()
            f = open(segment_name(self.log.path, self.number), "rb")
            self.size = f.seek(0, 2)
            self._file = f
            self._opened = self.number

    def _read(self, at, buf):
        # Bytes of the file from `at` on; -> whether there were enough.
        f = self._file
        f.seek(at)  # type: ignore[union-attr]
        return f.readinto(buf) == len(buf)  # type: ignore[union-attr]

    def read_run(self):
        # Take up the run that begins here; else go to the next block, where one may.
        head = self._run
        if self._read(self.at, head):
            kind, boot, count, sequence, ordinal, ms, start = unpack_from(RUN, head)
            end = sequence + count
            if (
                kind == RUN_KIND
                and unpack_from("<I", head, RUN_SIZE - 4)[0] == crc32(head[: RUN_SIZE - 4])
                and end > self.sequence
            ):
                self.at += RUN_SIZE
                self.left = count
                self.end = end
                self.ordinal = ordinal
                self.boot = boot
                self.ms = ms
                self.start = start
                return
        self.at = boundary(self.at + 1)

    def _take(self):
        # Read the record that is here; -> whether it is one to be sent.
        self.record = None
        buf = self._buf
        place = self.at
        at = HEADER_SIZE - ITEM_SIZE  # its JSON is to lie behind a full header
        n = 0
        if self._read(place, buf[at:HEADER_SIZE]):
            n, flags, ms = unpack_from(ITEM, buf, at)
        stop = HEADER_SIZE + n - 1
        behind = place + ITEM_EXTRA + n - 1
        if not n or behind > self.size:
            self._leave_run()
            return False
        sequence = self.end - self.left
        following = sequence + 1
        ordinal = self.ordinal + 1
        # A length that lies is no reason to look for so much memory.
        whole = stop + 4 <= len(buf) or self._is_whole(place, behind - 4, sequence)
        if whole:
            if stop + 4 > len(buf):
                self._buf = buf = memoryview(bytearray(stop + 4))
            whole = self._read(place, buf[at : stop + 4])
            whole = whole and unpack_from("<I", buf, stop)[0] == crc32(buf[at:stop], sequence)
        good = aged = 0
        record = None
        if whole and sequence >= self.sequence:
            boot = self.boot
            ms += self.ms
            known, start = self.log.known_start
            if boot != clock.boot and not flags & UNIX and (self.start or boot == known):
                ms += self.start or start
                flags |= UNIX
            age = 0
            if flags & UNIX:
                if clock.confirmed:
                    age = clock.unix_ms() - ms
            elif boot == clock.boot:
                age = clock.ms() - ms
            # What was accepted is never too old. Nor is what lies behind a record that is to be
            # sent: it may be passed over once that was accepted.
            after, last = self.log.ring.settled
            aged = age > self.max_ms and not after < sequence <= last
            aged = aged and self.good == self.head.good
            good = not aged
            pack_into(HEADER, buf, 0, n - 1, flags, boot, sequence, ms)
            record = buf[:stop]
        # From here on nothing is allocated.
        if record:
            self.sequence = following
        self.at = behind
        self.left -= 1
        self.ordinal = ordinal
        self.good += good
        self.aged += aged
        if good:
            self.record = record
            self.record_sequence = sequence
            self.record_at = place
        return good

    def _is_whole(self, at, stop, crc):
        # Does the CRC behind `stop` fit? It is read in pieces.
        buf = self._buf
        while at < stop:
            piece = buf[: min(stop - at, len(buf))]
            if not self._read(at, piece):
                return False
            crc = crc32(piece, crc)
            at += len(piece)
        return self._read(stop, buf[:4]) and unpack_from("<I", buf)[0] == crc
