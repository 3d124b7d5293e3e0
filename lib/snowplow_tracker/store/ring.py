# Records in one preallocated buffer. When it is full, the oldest makes room for the newest;
# with overflow="newest" the newest is refused.
#
# A record always lies in one piece, so that it can be read in place. The buffer `buf` is
#   [head:tail]               while `end` is 0, or
#   [head:end] then [:tail]   after a record that did not fit behind `tail` began anew at 0.
# So the records take end - head + tail bytes in either case.
# put() and drop() allocate nothing and are O(1) for each record they touch. (Where ints above
# 2^30 are objects, a sequence above that is one; put() makes it before it changes anything.)
# The sequences of what it holds have no gaps: they are the last `count` below `next_sequence`.
#
# The stores on flash keep their newest page in a RingStore. They use buf, head, tail, end, count,
# next_sequence, cause, refuse, settled, make_room() and evict(), and may set the values.
from struct import pack_into, unpack_from

from .. import clock
from ..record import HEADER, HEADER_SIZE, MAX_JSON


class RingStore:
    error = None
    settled = (0, 0)

    def __init__(self, nbytes: int = 16384, overflow: str = "oldest", max_age: int = 30 * 86400):
        if overflow not in ("oldest", "newest"):
            raise ValueError("overflow: expected oldest or newest")
        self.lost = {"overflow": 0, "age": 0}
        self.max_ms = max_age * 1000
        self.cause = "overflow"  # what a record that makes room counts as
        self.refuse = overflow == "newest"
        self.buf = memoryview(bytearray(nbytes))
        self.head = self.tail = self.end = self.count = 0
        self.next_sequence = 1
        # The last record of peek() and its place, so that a batch is not read from the start
        # for each record.
        self._peeked = self._peeked_at = 0

    def __len__(self):
        return self.count

    @property
    def dropped(self) -> int:
        return sum(self.lost.values())

    def put(self, ms: int, flags: int, json) -> "int | None":
        n = len(json)
        size = HEADER_SIZE + n
        buf = self.buf
        if n > MAX_JSON or size > len(buf):
            self.lost["overflow"] += 1
            return None
        at = self.tail
        if self.end or len(buf) - at < size:
            while not self.make_room(size):
                if self.refuse:
                    self.lost[self.cause] += 1
                    return None
                self.evict(self.cause)
            at = self.tail
        end = at + size
        sequence = self.next_sequence
        pack_into(HEADER, buf, at, n, flags, clock.boot, sequence, ms)
        buf[at + HEADER_SIZE : end] = json
        self.next_sequence = sequence + 1
        self.tail = end
        self.count += 1
        return sequence

    def peek(self, after: int = 0):
        while not after and self.count:
            # Is the oldest record too old? Only of this boot's the age is known here.
            _, _, boot, _, ms = unpack_from(HEADER, self.buf, self.head)
            if boot != clock.boot or clock.ms() - ms <= self.max_ms:
                break
            self.evict("age")
        first = self.next_sequence - self.count
        want = max(after + 1, first)
        if want >= self.next_sequence:
            return None
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

    def drop(self, sequence: int):
        while self.count and self.next_sequence - self.count <= sequence:
            self.evict()

    def sync(self) -> bool:
        return not self.count

    def _size(self, at):
        return HEADER_SIZE + (self.buf[at] | self.buf[at + 1] << 8)

    def make_room(self, size):
        # Whether `size` bytes fit behind `tail`, or at the start: then `tail` moves there.
        tail = self.tail
        if self.end:
            return self.head - tail >= size
        if len(self.buf) - tail >= size:
            return True
        if size > self.head:
            return False
        self.end = tail
        self.tail = 0
        return True

    def evict(self, cause=None):
        # The oldest goes; with a `cause`, it is lost, unless it was accepted.
        after, last = self.settled
        if cause and not after < self.next_sequence - self.count <= last:
            self.lost[cause] += 1
        self.count -= 1
        head = self.head
        head += self._size(head)
        if head == self.end:
            head = self.end = 0
        self.head = head
        if not self.count:
            self.head = self.tail = self.end = 0
