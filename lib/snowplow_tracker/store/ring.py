# Records in one preallocated buffer. When it is full, the oldest makes room for the newest;
# with overflow="newest" the newest is refused.
#
# A record always lies in one piece, so that it can be read in place. The buffer `buf` is
#   [head:tail]               while `end` is 0, or
#   [head:end] then [:tail]   after a record that did not fit behind `tail` began anew at 0.
# put() and drop() allocate nothing and are O(1) for each record they touch. The sequences of
# what it holds have no gaps: they are the last `count` below `next_sequence`.
#
# The stores on flash keep their newest page in a RingStore. They use buf, head, tail, end, count,
# used (the bytes of all records), next_sequence, cause and make_room(), and may set them.
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
        self.buf = memoryview(bytearray(nbytes))
        self.head = self.tail = self.end = 0
        self.count = 0
        self.used = 0
        self.next_sequence = 1
        # The last record of peek() and its place, so that a batch is not read from the start
        # for each record.
        self._peeked = self._peeked_at = 0

    def __len__(self):
        return self.count

    @property
    def dropped(self):
        return sum(self.lost.values())

    def put(self, ms, flags, json):
        n = len(json)
        size = HEADER_SIZE + n
        if n > MAX_JSON or size > len(self.buf):
            self.lost["overflow"] += 1
            return None
        while not self.make_room(size):
            self.lost[self.cause] += 1
            if self._refuse:
                return None
            self._evict()
        at = self.tail
        sequence = self.next_sequence
        pack_into(HEADER, self.buf, at, n, flags, clock.boot, sequence, ms)
        self.tail = at + size
        self.buf[at + HEADER_SIZE : at + size] = json
        self.used += size
        self.count += 1
        self.next_sequence = sequence + 1
        return sequence

    def peek(self, after=0):
        while not after and self._old():
            self.lost["age"] += 1
            self._evict()
        first = self.next_sequence - self.count
        want = after + 1
        if want < first:
            want = first
        if want >= self.next_sequence:
            return None
        if want == first:
            at = self.head
        else:
            at = self.head
            if first < self._peeked <= want:
                first = self._peeked
                at = self._peeked_at
            while first < want:
                first += 1
                at += self._size(at)
                if at == self.end:
                    at = 0
        self._peeked = want
        self._peeked_at = at
        return self.buf[at : at + self._size(at)]

    def drop(self, sequence):
        while self.count and self.next_sequence - self.count <= sequence:
            self._evict()

    def sync(self):
        return not self.count

    def _size(self, at):
        return HEADER_SIZE + (self.buf[at] | self.buf[at + 1] << 8)

    def make_room(self, size):
        # Whether `size` bytes fit behind `tail`, or at the start: then `tail` moves there.
        if self.end:
            return self.head - self.tail >= size
        if len(self.buf) - self.tail >= size:
            return True
        if self.head < size:
            return False
        self.end = self.tail
        self.tail = 0
        return True

    def _old(self):
        # Is the oldest record older than max_age, as far as its age is known?
        if self:
            _, flags, boot, _, ms = unpack_from(HEADER, self.buf, self.head)
            if flags & UNIX:
                now = clock.known() and clock.unix_ms()
            else:
                now = boot == clock.boot and clock.ms()
            return now - ms > self.max_ms

    def _evict(self):
        size = self._size(self.head)
        self.count -= 1
        self.used -= size
        if not self.count:
            self.head = self.tail = self.end = 0
            return
        self.head += size
        if self.head == self.end:
            self.head = self.end = 0
