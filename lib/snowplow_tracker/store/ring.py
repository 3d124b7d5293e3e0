# Records in one preallocated buffer. The oldest makes room for the newest.
#
# A record always lies in one piece, so that it can be read in place. The buffer is
#   [head:tail]               while `end` is 0, or
#   [head:end] then [:tail]   after a record that did not fit behind `tail` began anew at 0.
# put() and drop() allocate nothing and are O(1) for each record they touch.
from struct import pack_into

from .. import clock
from ..record import HEADER, HEADER_SIZE, MAX_JSON


class RingStore:
    def __init__(self, nbytes=16384):
        self._buf = bytearray(nbytes)
        self._view = memoryview(self._buf)
        self._head = self._tail = self._end = 0
        self._len = 0
        self._next = 1  # the sequence that put() gives next
        # Where peek() went on to, so that reading a batch does not start over each time.
        self._peek_at = self._peek_next = 0
        self.dropped = 0

    def __len__(self):
        return self._len

    def put(self, ms, flags, json):
        n = len(json)
        size = HEADER_SIZE + n
        if n > MAX_JSON or size > len(self._buf):
            self.dropped += 1
            return None
        while not self._room(size):
            self._evict()
            self.dropped += 1
        at = self._tail
        sequence = self._next
        pack_into(HEADER, self._buf, at, n, flags, clock.boot, sequence, ms)
        self._tail = at + size
        self._buf[at + HEADER_SIZE : at + size] = json
        self._len += 1
        self._next = sequence + 1
        return sequence

    def peek(self, after=0):
        first = self._next - self._len
        want = after + 1
        if want <= first:
            want = first
            at = self._head
        elif want == self._peek_next:
            at = self._peek_at
        else:
            at = self._head
            for _ in range(want - first):
                at = self._after(at)
        if want >= self._next:
            return None
        if at == self._end:  # it wrapped since that place was noted
            at = 0
        stop = at + self._size(at)
        self._peek_at = stop
        self._peek_next = want + 1
        return self._view[at:stop]

    def drop(self, sequence):
        while self._len and self._next - self._len <= sequence:
            self._evict()

    def _size(self, at):
        return HEADER_SIZE + (self._buf[at] | self._buf[at + 1] << 8)

    def _after(self, at):
        at += self._size(at)
        return 0 if at == self._end else at

    def _room(self, size):
        # Is there room for `size` bytes at _tail, or at the start, where _tail then moves?
        if self._end:
            return self._head - self._tail >= size
        if len(self._buf) - self._tail >= size:
            return True
        if self._head < size:
            return False
        self._end = self._tail
        self._tail = 0
        return True

    def _evict(self):
        self._len -= 1
        if not self._len:
            self._head = self._tail = self._end = 0
            return
        self._head += self._size(self._head)
        if self._head == self._end:
            self._head = self._end = 0
