from struct import unpack_from

import expect
from expect import refused, tracker
from fake_time import NOW, Time
from snowplow_tracker import RingStore, clock
from snowplow_tracker.record import HEADER, HEADER_SIZE, MAX_JSON

try:
    from micropython import heap_lock, heap_unlock
except ImportError:  # CPython

    def heap_lock():
        pass

    heap_unlock = heap_lock


def records(store):
    found = expect.records(store)
    assert all([boot == clock.boot for _, _, boot, _, _ in found])
    return [(sequence, flags, ms, json) for sequence, flags, _, ms, json in found]


def test_keeps_order_and_content():
    store = RingStore(1000)
    for i in range(5):
        assert store.put(1000 + i, i & 1, b"x" * i) == i + 1
    assert len(store) == 5
    assert records(store) == [(i + 1, i & 1, 1000 + i, b"x" * i) for i in range(5)]
    assert records(store) == records(store)


def test_drop_is_by_sequence():
    store = RingStore(1000)
    for i in range(5):
        store.put(i, 0, b"x")
    store.drop(2)
    assert [r[0] for r in records(store)] == [3, 4, 5]
    store.drop(2)
    assert len(store) == 3
    store.drop(99)
    assert len(store) == 0 and store.peek() is None
    assert store.put(0, 0, b"y") == 6
    assert store.dropped == 0


def test_the_oldest_makes_room_and_is_counted():
    store = RingStore(3 * (HEADER_SIZE + 10))
    for i in range(10):
        assert store.put(i, 0, b"0123456789") == i + 1
    assert [r[0] for r in records(store)] == [8, 9, 10]
    assert store.dropped == 7


def test_dropping_a_batch_that_was_evicted_takes_no_younger_record():
    store = RingStore(2 * (HEADER_SIZE + 10))
    store.put(0, 0, b"0123456789")
    batch = 1
    for i in range(3):
        store.put(i, 0, b"0123456789")
    store.drop(batch)
    assert [r[0] for r in records(store)] == [3, 4]


def test_what_does_not_fit_at_all_is_dropped_and_evicts_nothing():
    store = RingStore(100)
    store.put(0, 0, b"x" * 50)
    assert store.put(0, 0, b"x" * (101 - HEADER_SIZE)) is None
    assert store.dropped == 1 and len(store) == 1
    assert store.put(0, 0, b"x" * (100 - HEADER_SIZE)) == 2
    assert [r[0] for r in records(store)] == [2]
    big = RingStore(70000)
    assert big.put(0, 0, bytes(MAX_JSON + 1)) is None
    assert big.put(0, 0, bytes(MAX_JSON)) == 1


def test_times_beyond_32_bits():
    store = RingStore(100)
    store.put(1795350546723, 0, b"x")
    assert records(store)[0][2] == 1795350546723


def test_against_a_plain_list_with_every_length():
    # A pseudo-random walk over a small buffer, so that it wraps at every possible place.
    seed = 1
    for nbytes in (60, 97, 128, 333):
        store = RingStore(nbytes)
        model = []
        sequence = 0
        for _ in range(600):
            seed = seed * 1103515245 + 12345 & 0x7FFFFFFF
            choice = seed >> 8 & 7
            if choice < 6:
                json = bytes([seed >> 16 & 255]) * (seed >> 11 & 31)
                sequence = store.put(7, 0, json)
                model.append((sequence, json))
            else:
                drop = sequence - (seed >> 11 & 3)
                store.drop(drop)
                model = [m for m in model if m[0] > drop]
            # What the store evicted must be the oldest, and no more than it had to.
            evicted = len(model) - len(store)
            assert evicted >= 0
            if evicted:
                used = sum([HEADER_SIZE + len(m[1]) for m in model[evicted - 1 :]])
                assert used + HEADER_SIZE + 31 > nbytes
            model = model[evicted:]
            assert [(r[0], r[3]) for r in records(store)] == model
            if len(model) > 1:  # from the middle, without having read what is before it
                middle = model[len(model) // 2][0]
                assert unpack_from(HEADER, store.peek(middle - 1))[3] == middle
                store.peek()


def test_put_and_drop_allocate_nothing():
    store = RingStore(500)
    data = b"x" * 100
    for _ in range(9):  # wraps and evicts
        store.put(1, 0, data)
    heap_lock()
    try:
        for _ in range(9):
            store.put(1, 0, data)
        store.drop(16)
    finally:
        heap_unlock()
    assert [r[0] for r in records(store)] == [17, 18] and store.dropped == 14


def test_a_full_buffer_holds_what_its_bytes_allow():
    t, _ = tracker(nbytes=4096)
    for _ in range(100):
        t.track_struct_event("category", "action")
    store = t.emitters[0].event_store
    assert 4096 // 180 - 2 < len(store) < 4096 // 100
    assert len(store) + store.dropped == 100


def test_with_overflow_newest_the_newest_is_refused():
    store = RingStore(3 * (HEADER_SIZE + 10), overflow="newest")
    for i in range(5):
        assert store.put(i, 0, b"0123456789") == (i + 1 if i < 3 else None)
    assert [r[0] for r in records(store)] == [1, 2, 3]
    assert store.lost == {"overflow": 2, "age": 0} and store.dropped == 2
    store.drop(1)
    assert store.put(0, 0, b"0123456789") == 4
    refused("overflow", RingStore, 100, "latest")


def test_peek_behind_the_end_is_none():
    store = RingStore(100)
    for i in range(3):
        store.put(i, 0, b"x" * 16)
    for after in (3, 4, 99, 1 << 40):
        assert store.peek(after) is None
    assert not store.sync() and store.error is None
    store.drop(3)
    assert store.sync()


def test_what_is_older_than_max_age_is_given_up_when_its_turn_comes():
    with Time(NOW) as time:
        for max_age in (60, None):
            store = RingStore(1000) if max_age is None else RingStore(1000, max_age=max_age)
            day = 1000 * (max_age or 30 * 86400)
            for _ in range(3):
                store.put(clock.ms(), 0, b"x")
                time.pass_ms(day // 3)
            assert [r[0] for r in records(store)] == [1, 2, 3] and not store.dropped
            time.pass_ms(day // 3 + 1)
            assert store.peek(1)[HEADER_SIZE:] == b"x" and len(store) == 3  # in a batch
            assert [r[0] for r in records(store)] == [3]
            assert store.lost == {"overflow": 0, "age": 2} and store.dropped == 2
            time.pass_ms(day)
            assert store.peek() is None and store.sync() and store.dropped == 3
            assert store.put(clock.ms(), 0, b"y") == 4
            assert bytes(store.peek()[HEADER_SIZE:]) == b"y"


def test_what_was_accepted_is_not_lost_if_it_makes_room():
    # The oldest is never taken, those behind it were: then all of them make room.
    store = RingStore(10 * (HEADER_SIZE + 10))
    for i in range(10):
        store.put(i, 0, b"0123456789")
    store.settled = (1, 6)
    for i in range(8):
        store.put(i, 0, b"0123456789")
    assert [r[0] for r in records(store)] == list(range(9, 19))
    assert store.lost == {"overflow": 3, "age": 0}  # 1, 7 and 8
    with Time(NOW) as time:
        store = RingStore(1000, max_age=60)
        for _ in range(5):
            store.put(clock.ms(), 0, b"x")
        store.settled = (1, 4)
        time.pass_ms(61000)
        assert store.peek() is None and store.lost == {"overflow": 0, "age": 2}
