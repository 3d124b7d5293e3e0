# Records in one preallocated buffer. When it is full, the oldest makes room for the newest;
# with overflow="newest" it is the newest that is refused.
#
# A record always lies in one piece, so that it can be read in place. The buffer is
#   [head:tail]               while `end` is 0, or
#   [head:end] then [:tail]   after a record that did not fit behind `tail` began anew at 0.
# put() and drop() allocate nothing and are O(1) for each record they touch. The sequences of
# what it holds have no gaps.
from struct import pack_into, unpack_from

from .. import clock
from ..record import HEADER, HEADER_SIZE, MAX_JSON, UNIX


class RingStore:
    error = None

    def __init__(self, nbytes=16384, overflow="oldest", max_age=30 * 86400):
        if overflow not in ("oldest", "newest"):
            raise ValueError("overflow: expected oldest or newest")
        self.lost = {"overflow": 0, "age": 0}
        self.max_ms = max_age * 1000
        self.cause = "overflow"  # what a record that makes room counts as
        self._refuse = overflow == "newest"
        self._buf = memoryview(bytearray(nbytes))
        self._head = self._tail = self._end = 0
        self._len = 0
        self._used = 0  # bytes of all records
        self._next = 1  # the sequence that put() gives next
        # Where peek() went on to, so that reading a batch does not start over each time.
        self._peek_at = self._peek_next = 0

    def __len__(self):
        return self._len

    @property
    def dropped(self):
        return sum(self.lost.values())

    def put(self, ms, flags, json):
        n = len(json)
        size = HEADER_SIZE + n
        if n > MAX_JSON or size > len(self._buf):
            self.lost["overflow"] += 1
            return None
        while not self._room(size):
            self.lost[self.cause] += 1
            if self._refuse:
                return None
            self._evict()
        at = self._tail
        sequence = self._next
        pack_into(HEADER, self._buf, at, n, flags, clock.boot, sequence, ms)
        self._tail = at + size
        self._buf[at + HEADER_SIZE : at + size] = json
        self._used += size
        self._len += 1
        self._next = sequence + 1
        return sequence

    def peek(self, after=0):
        while not after and self._old():
            self.lost["age"] += 1
            self._evict()
        first = self._next - self._len
        want = after + 1
        if want < first:
            want = first
        if want >= self._next:
            return None
        if want == first:
            at = self._head
        elif want == self._peek_next:
            at = self._peek_at
            if at == self._end:  # it wrapped since that place was noted
                at = 0
        else:
            at = self._head
            for _ in range(want - first):
                at += self._size(at)
                if at == self._end:
                    at = 0
        stop = at + self._size(at)
        self._peek_at = stop
        self._peek_next = want + 1
        return self._buf[at:stop]

    def drop(self, sequence):
        while self._len and self._next - self._len <= sequence:
            self._evict()

    def sync(self):
        return not self._len

    def _size(self, at):
        return HEADER_SIZE + (self._buf[at] | self._buf[at + 1] << 8)

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

    def _old(self):
        # Is the oldest record older than max_age, as far as its age is known?
        if self:
            _, flags, boot, _, ms = unpack_from(HEADER, self._buf, self._head)
            if flags & UNIX:
                now = clock.known() and clock.unix_ms()
            else:
                now = boot == clock.boot and clock.ms()
            return now - ms > self.max_ms

    def _evict(self):
        size = self._size(self._head)
        self._len -= 1
        self._used -= size
        if not self._len:
            self._head = self._tail = self._end = 0
            return
        self._head += size
        if self._head == self._end:
            self._head = self._end = 0
