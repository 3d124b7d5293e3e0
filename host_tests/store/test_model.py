"""All stores against a plain list (Hypothesis)."""

import shutil
import tempfile

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from stored import Memory, reboot, stored

from snowplow_tracker import RingStore, clock
from snowplow_tracker.store.retained import RetainedStore
from snowplow_tracker.store.segments import SegmentStore

OPERATIONS = st.lists(
    st.one_of(
        st.tuples(st.just("put"), st.integers(0, 900)),
        st.tuples(st.just("put"), st.integers(100, 300)),
        st.tuples(st.just("many"), st.integers(1, 40)),
        st.tuples(st.just("large"), st.integers(1000, 6000)),
        st.tuples(st.just("drop"), st.integers(0, 12)),
        st.tuples(st.just("peek"), st.integers(0, 60)),
        st.tuples(st.just("stream"), st.integers(0, 40)),
        st.tuples(st.just("sync"), st.just(0)),
        st.tuples(st.just("sleep"), st.just(0)),
        st.tuples(st.just("cut"), st.just(0)),
    ),
    max_size=60,
)


class Ring:
    """A ring has no reboots."""

    persistent = retained = False

    def __init__(self, overflow):
        self.overflow = overflow

    def open(self):
        return RingStore(3000, self.overflow)


class Segments:
    persistent = True
    retained = False

    def __init__(self, overflow):
        self.overflow = overflow
        self.path = tempfile.mkdtemp()

    def open(self):
        return SegmentStore(self.path, 16384, self.overflow, page_bytes=1024)

    def close(self):
        shutil.rmtree(self.path)


class Retained(Segments):
    retained = True

    def __init__(self, overflow):
        super().__init__(overflow)
        self.memory = Memory()

    def open(self):
        return RetainedStore(self.memory, path=self.path, max_bytes=16384, overflow=self.overflow)


class Model:
    """The store beside the list that it must look like."""

    def __init__(self, kind, overflow):
        self.kind = kind
        self.store = kind.open()
        self.refuses = overflow == "newest"
        self.list = []
        self.safe = 0  # sequences up to this are not only in RAM
        self.highest = 0
        self.count = 0

    def put(self, size):
        self.add(size)
        self.compare()

    def add(self, size):
        json = (b"%07d" % self.count + b"x" * size)[: max(7, size)]
        self.count += 1
        lost = self.store.dropped
        sequence = self.store.put(clock.ms(), 0, json)
        gone = self.store.dropped - lost
        if sequence is None:
            # It was too large, or refused; making room for it may have cost others.
            assert gone >= 1
            gone -= 1
        else:
            assert sequence > self.highest
            self.highest = sequence
            self.list.append((sequence, json))
        assert not (gone and self.refuses)
        self.list = self.list[gone:]

    def many(self, n):
        for i in range(n):
            self.add(50 + i * 7)
        self.compare()

    large = put

    def drop(self, n):
        if n < len(self.list):
            self.store.drop(self.list[n][0])
            self.list = self.list[n + 1 :]
        else:
            self.store.drop(self.highest)
            self.list = []
        self.compare()

    def peek(self, n):
        after = self.list[n][0] if n < len(self.list) else self.highest + n
        assert stored(self.store, after) == [r for r in self.list if r[0] > after]

    def stream(self, n):
        # A record is sent piece by piece while others are put, and asked for after each.
        if not self.list:
            return
        sequence, json = self.list[n % len(self.list)]
        assert bytes(self.store.peek(sequence - 1)[17:]) == json
        for i in range(12):
            self.add(100 + i * 31)
            record = self.store.peek(sequence - 1)
            held = (sequence, json) in self.list
            assert (record and bytes(record[17:]) == json) == held
            if not held:
                break
        self.compare()

    def sync(self, _=0):
        lost = self.store.dropped
        done = self.store.sync()
        self.list = self.list[self.store.dropped - lost :]  # it made room
        assert done or self.refuses or not self.kind.persistent
        if done:
            self.safe = self.highest
        else:
            assert len(self.store)
        self.compare()

    def sleep(self, _):
        if self.kind.retained:
            self.boot()
        elif self.kind.persistent:
            self.sync()
            self.cut()

    def cut(self, _=0):
        if self.kind.retained:
            self.kind.memory.kept = b""
        if self.kind.persistent:
            self.boot()

    def boot(self):
        reboot(self.store)
        self.store = self.kind.open()
        # Of what was only in RAM, the youngest may be gone, and nothing else.
        kept = len(self.store)
        assert all(sequence > self.safe for sequence, _ in self.list[kept:])
        assert not (self.kind.retained and self.kind.memory.kept and kept < len(self.list))
        self.list = self.list[:kept]
        self.compare()

    def compare(self):
        assert len(self.store) == len(self.list)
        assert stored(self.store) == self.list
        assert self.store.error is None
        lost = dict(self.store.lost)
        lost.pop("overflow")
        assert not sum(lost.values())


@pytest.mark.parametrize("overflow", ["oldest", "newest"])
@pytest.mark.parametrize("kind", [Ring, Segments, Retained])
def test_against_a_plain_list(kind, overflow):
    @settings(
        max_examples=400,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],  # to shrink a failure takes minutes
        suppress_health_check=[HealthCheck.too_slow],
    )
    @given(OPERATIONS)
    def run(operations):
        made = kind(overflow)
        model = Model(made, overflow)
        try:
            for name, argument in operations:
                getattr(model, name)(argument)
        finally:
            reboot(model.store)
            if made.persistent:
                made.close()

    run()
