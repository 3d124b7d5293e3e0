"""What 32 bits could break: ints above 2**30 are objects there, and ticks wrap.

host_tests/wasm runs this on an engine with 32-bit objects; the others have nothing to wrap.
"""

from expect import Folder, records, tracker
from snowplow_tracker import Deferred, RingStore, StructuredEvent, clock
from snowplow_tracker.plugins import deferred as deferred_module
from snowplow_tracker.store.retained import RetainedStore
from snowplow_tracker.store.segment_log import open_folders
from snowplow_tracker.store.segments import SegmentStore

try:
    from time import ticks_add

    PERIOD = ticks_add(0, -1) + 1
except ImportError:  # CPython
    PERIOD = 1 << 62

LIMITS = (1 << 30, 1 << 31, 1 << 32, 1 << 53)


class Ticks:
    """Ticks that pass when they are told to; the difference of two is the engine's own."""

    def __init__(self, start):
        self.now = start

    def __call__(self):
        return self.now % PERIOD

    def __enter__(self):
        self._real = clock.ticks_ms, clock.ticks, clock.elapsed
        clock.ticks_ms = deferred_module.ticks_ms = self
        clock.ticks = self()
        clock.elapsed = 0
        return self

    def __exit__(self, *_):
        clock.ticks_ms, clock.ticks, clock.elapsed = self._real
        deferred_module.ticks_ms = self._real[0]


def test_ms_goes_on_for_months():
    start = (1 << 30) - 5000
    with Ticks(start) as ticks:
        for step in [1, 4998, 1, 1, 5 * 86400000] + 100 * [86400000]:
            ticks.now += step
            assert clock.ms() == ticks.now - start


def test_what_an_interrupt_noted_before_the_ticks_wrapped_has_its_time():
    with Ticks((1 << 30) - 5000) as ticks:
        t, _ = tracker()
        later = Deferred(t)
        for _ in range(3):
            later.track(StructuredEvent("button", "pressed"))
            ticks.now += 4000
        later.drain()
        assert [r[3] for r in records(t.emitters[0].event_store)] == [0, 4000, 8000]


def walk(store, again, sequence):
    """Put, read, drop, open again: sequences from `sequence` on, and times around each limit."""
    times = [0] + [limit + i for limit in LIMITS for i in (-1, 0)]
    getattr(store, "_ring", store).next_sequence = sequence
    expected = []
    for i, ms in enumerate(times):
        assert store.put(ms, 0, b"%d" % i) == sequence + i
        expected.append((sequence + i, ms, b"%d" % i))
    for _ in range(2):
        assert [(r[0], r[3], r[4]) for r in records(store)] == expected
        store.drop(expected[1][0])
        expected = expected[2:]
        store.sync()
        store = again() if again else store
    assert store.put(1, 0, b"new") > expected[-1][0]
    assert [(r[0], r[3], r[4]) for r in records(store)][:-1] == expected
    assert not store.dropped and store.error is None
    store.drop(1 << 33)
    assert not len(store)


def test_stores_at_the_limits_of_small_ints():
    kept = [b""]

    def memory(data=None):
        if data is None:
            return kept[0]
        kept[0] = bytes(data)

    for limit in (1 << 30, 1 << 31, (1 << 32) - 2000):
        walk(RingStore(4000), None, limit - 5)
        for make in (
            lambda path: SegmentStore(path, max_bytes=65536, page_bytes=4096),
            lambda path: RetainedStore(memory, path=path, max_bytes=65536),
        ):
            with Folder() as path:
                kept[0] = b""

                def again(make=make, path=path):
                    open_folders.clear()  # a reset forgets what a module knows
                    return make(path)

                walk(again(), again, limit - 5)
