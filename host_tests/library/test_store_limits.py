import os
from binascii import unhexlify
from errno import ENOMEM
from struct import unpack_from
from sys import implementation

from expect import records, refused
from snowplow_tracker import clock
from snowplow_tracker.record import HEADER, UNIX
from snowplow_tracker.store import checkpoint, reader, recovery, segment_format, segment_log
from snowplow_tracker.store.retained import RetainedStore
from snowplow_tracker.store.segments import SegmentStore
from store_board import DAY, Board, NoOpen, bodies, numbered, numbers, put


def test_a_second_store_on_one_path_is_refused():
    with Board() as board:
        store = board.boot()
        put(store, b"a")
        refused("close()", SegmentStore, board.path)
        refused("close()", SegmentStore, board.path + "/", max_bytes=65536, page_bytes=4096)
        refused("close()", RetainedStore, board.memory, path=board.path)
        cwd = os.getcwd()
        os.chdir(board.path.rsplit("/", 1)[0])
        refused("close()", SegmentStore, board.path.rsplit("/", 1)[1])
        os.chdir(cwd)
        assert store.close()
        other = SegmentStore(board.path, 65536, page_bytes=4096)
        assert bodies(other) == [b"a"]
        # The one that was closed goes on in RAM, and touches the folder no more.
        put(store, b"b")
        assert bodies(store) == [b"b"] and not store.sync()
        put(other, b"c")
        assert other.sync()
        assert bodies(board.boot()) == [b"a", b"c"]  # a restart forgets who was there
        if implementation.name == "cpython":  # MicroPython calls no __del__
            other = store = board.store = None
            clock_was = clock.boot
            assert bodies(SegmentStore(board.path, 65536, page_bytes=4096)) == [b"a", b"c"]
            assert clock.boot == clock_was


def test_two_that_wait_for_one_folder_do_not_both_get_it():
    with Board() as board:
        board.boot().close()
        path, board.path = board.path, "/nowhere/at/all"
        first = board.boot()
        second = SegmentStore(board.path, 65536, page_bytes=4096)
        for store in second, first:
            board.store = store
            board.find(path)
        put(first, b"a")
        assert first.sync() and first.error is None
        put(second, b"b")
        assert not second.sync() and second.error and bodies(second) == [b"b"]
        assert bodies(first) == [b"a"]
        board.store = first


def test_a_folder_that_was_deleted_is_made_again():
    with Board() as board:
        store = board.boot()
        put(store, *[b"%03d" % i + b"x" * 197 for i in range(50)])
        assert store.sync()
        store._log.reader.close()
        for name in os.listdir(board.path):
            os.remove(board.path + "/" + name)
        os.rmdir(board.path)
        names = [b"%03d" % i + b"x" * 197 for i in range(50, 150)]
        put(store, *names)
        assert store.sync() and store.error is None
        assert bodies(store) == names
        store.drop(records(store)[0][0])
        assert store.dropped == store.lost["corruption"] == 50
        assert bodies(board.boot()) == names[1:] and board.store.dropped == 50


def test_bytes_are_bounded_whatever_the_page():
    with Board() as board:
        expected = []
        n = 0
        for page_bytes in (8192, 4096, 32768, 1024, 16384):
            store = None
            store = board.boot(max_bytes=100000, page_bytes=page_bytes)
            assert not store.dropped or len(store) > 300
            assert numbers(store) == expected
            for _ in range(120):
                put(store, numbered(n))
                expected.append(n)
                n += 1
                store._log.reader.close()
                used = 0
                for name in os.listdir(board.path):
                    size = os.stat(board.path + "/" + name)[6]
                    used += (size + 4095) // 4096 * 4096 if name[0] == "0" else 0
                assert used <= 100000, (page_bytes, n, used)
            assert store.sync()
            expected = expected[store.dropped - (n - len(expected)) :]
            assert numbers(store) == expected
            # At most a segment of the largest page makes room.
            assert store.dropped == 0 or len(store) * 215 > 100000 - 2 * max(page_bytes, 8192)


def test_another_page_size_deletes_nothing():
    with Board() as board:
        board.boot(max_bytes=262144, page_bytes=8192)
        for n in range(1000):
            put(board.store, numbered(n))
        board.store.sync()
        store = board.boot(max_bytes=262144, page_bytes=65536)
        put(store, numbered(1000))
        assert store.sync() and store.dropped == 0 and numbers(store) == list(range(1001))
        store = None
        store = board.boot(max_bytes=65536)  # a smaller bound does, oldest first
        put(store, numbered(1001))
        assert store.sync()
        left = numbers(store)
        assert left == list(range(1002 - len(left), 1002)) and 150 < len(left) < 320
        assert store.lost["overflow"] == 1002 - len(left)


def test_sequences_beyond_what_a_small_int_holds():
    with Board() as board:
        for start in (1 << 28, 1 << 30, (1 << 32) - 300):
            store = board.boot()
            store._ring.next_sequence = start - 2
            sequences = put(store, *[b"%02d" % i for i in range(40)])
            # A 32-bit range() has no numbers so large.
            assert sequences == [start - 2 + i for i in range(40)]
            store.drop(sequences[9])
            store.sync()
            store.drop(sequences[19])
            store = board.boot()
            assert [r[0] for r in records(store)] == sequences[20:]
            assert bodies(store) == [b"%02d" % i for i in range(20, 40)]
            last = put(store, b"new")[0]
            assert last > sequences[-1]
            store.sync()
            assert bodies(board.boot())[-1] == b"new"
            # With nothing stored a boot begins anew.
            board.store.drop(last)
            sequences = put(board.boot(), b"a", b"b")
            assert sequences == [1, 2] and board.store.sync()
            assert bodies(board.boot()) == [b"a", b"b"]
            board.store.drop(2)
        assert board.store.dropped == 0


def test_at_the_end_of_all_sequences_nothing_is_given_twice():
    with Board() as board:
        store = board.boot()
        store._ring.next_sequence = 0xFFFFFFFF - 3
        sequences = put(store, *[b"%02d" % i for i in range(6)])
        assert sequences == [0xFFFFFFFC, 0xFFFFFFFD, 0xFFFFFFFE, None, None, None]
        assert store.lost["error"] == 3 and store.sync()
        store = board.boot()
        assert bodies(store) == [b"00", b"01", b"02"] and put(store, b"x") == [None]
        store.drop(0xFFFFFFFF)
        assert put(board.boot(), b"y") == [1]


def test_ordinals_and_losses_near_their_end():
    with Board() as board:
        store = board.boot()
        store._log.ordinal = store._log.reader.head.ordinal = (1 << 32) - 100
        store._log.reader.ordinal = (1 << 32) - 100
        sequences = put(store, *[b"%02d" % i for i in range(60)])
        store.sync()
        store.drop(sequences[9])
        store = board.boot()
        assert bodies(store) == [b"%02d" % i for i in range(10, 60)] and len(store) == 50


# What the code at ed2007e wrote: two boots, six events that only retained memory has.
STATE = "53507331%s" + (
    "000000460000000400070000000300000007008813000000000000c8323b03a20100000200000001000000"
    "000000000000000000000000"
)
OLD = {
    "00000000.s1": "000052310700060001000000000000008813000000000000c8323b03a20100002a03c8a3"
    "070000000000007b226e223a3052e43596070000010000007b226e223a3134d33ab307000002000000"
    "7b226e223a3208e0921c070000030000007b226e223a33f8bd24f9070000040000007b226e223a34a7ea0a"
    "58070000050000007b226e223a35c1dd057d00005231080003000700000006000000761700000000000008"
    "754a03a2010000dcf8e841070002000000007b226e223a367b27df87070002010000007b226e223a37e6a9"
    "6a38070002020000007b226e223a38f1d6749e",
    "a.s1": STATE % "03000000000000000701000000" + "0700c8323b03a20100005327d9de",
    "b.s1": STATE % "04000000000000000a01000000" + "080008754a03a20100005fd071c8",
}
OLD_KEPT = (
    "53507232f58cbed20c00000000002f0000000200080008754a03a2010000010000000000000000000000000000"
    "0006000108000a000000611b0000000000007b226e223a3907000108000b000000621b0000000000007b226e22"
    "3a3130000208000900000078170000000000007b226e223a380600000700040000008b130000000000007b226e"
    "223a330600000700050000008c130000000000007b226e223a340600000700060000008d130000000000007b22"
    "6e223a3500000000000000000000000000000000"
)


def test_a_store_of_the_version_before_is_read():
    with Board() as board:
        os.mkdir(board.path)
        for name in OLD:
            with open(board.path + "/" + name, "wb") as f:
                f.write(unhexlify(OLD[name]))
        board.kept = unhexlify(OLD_KEPT)
        clock.boot = 8
        for _ in range(2):
            store = board.boot(RetainedStore, nbytes=200)
            found = records(store)
            assert [r[4] for r in found] == [b'{"n":%d' % n for n in range(2, 11)]
            assert [r[0] for r in found] == list(range(3, 12))
            first, second = 1795350541000, 1795351541000
            ms = [5002, 5003, 5004, 5005, 6006, 6007, 6008, 7009, 7010]
            starts = [first] * 4 + [second] * 5
            assert [r[3] for r in found] == [ms[i] + starts[i] for i in range(9)]
            assert [r[1] for r in found] == [UNIX] * 4 + [UNIX | 2] * 3 + [UNIX | 1] * 2
            assert store.lost == {"overflow": 1, "age": 0, "corruption": 0, "error": 0}
        assert put(store, b"new")[0] > 11 and store.sync()
        board.kept = b""
        store = board.boot(RetainedStore, nbytes=200)
        assert bodies(store) == [b'{"n":%d' % n for n in range(2, 11)] + [b"new"]


def test_what_is_read_twice_hides_no_damage():
    write = segment_log.write_ring
    with Board() as board:
        store = board.boot()
        put(store, b"first")
        assert store.sync()
        put(store, *[b"%02d" % i + b"x" * 100 for i in range(20)])
        segment_log.write_ring = torn_at(11, OSError(5))
        assert not store.sync()
        segment_log.write_ring = write
        assert store.close()  # written anew, in the next segment
        name = board.path + "/00000001.s1"
        with open(name, "r+b") as f:
            f.seek(36 + 15 * 113 + 50)
            f.write(b"!")
        store = board.boot()
        assert len(store) == 21 and len(bodies(store)) == 20
        store.drop(records(store)[-1][0])
        assert store.lost["corruption"] == 1 and len(store) == 0


def torn_at(at, error):
    """A write_ring() that fails at the at-th record. As on FAT, what comes before it stays."""
    write = segment_format.write_ring

    def torn(*page):
        real = segment_format.write_record
        left = at

        def short(*args):
            nonlocal left
            left -= 1
            if not left:
                raise error
            return real(*args)

        segment_format.write_record = short
        try:
            return write(*page)
        finally:
            segment_format.write_record = real

    return torn


def test_a_page_that_was_partly_written_is_read_once():
    # Writing fails at each record of the page in turn; then it is written as a whole.
    write = segment_log.write_ring
    for error, code in (MemoryError(), ENOMEM), (OSError(5), 5):
        with Board() as board:
            for at in range(1, 40):
                store = board.boot()
                store.drop(1 << 31)
                put(store, b"first")
                assert store.sync()
                names = [b"%02d" % i + b"x" * 100 for i in range(30)]
                put(store, *names[:20])
                segment_log.write_ring = torn_at(at, error)
                done = store.sync()
                segment_log.write_ring = write
                assert done == (at > 20) and (done or store.error.args[0] == code)
                put(store, *names[20:])
                assert store.sync() and store.error is None
                for _ in range(2):
                    assert bodies(store) == [b"first"] + names and len(store) == 31, at
                    assert not store.dropped
                    store = board.boot()
                store.drop(records(store)[-1][0])
                assert len(store) == 0 and not store.dropped, (at, store.lost)


def test_a_length_that_lies_asks_for_no_memory():
    with Board() as board:
        store = board.boot(page_bytes=8192)
        put(store, *[b"%02d" % i + b"x" * 300 for i in range(20)])
        store.sync()
        store.close()
        with open(board.path + "/00000000.s1", "r+b") as f:
            f.seek(36 + 313 * 3)
            f.write(b"\0\x10")  # 4,095 bytes, which the file has

        def short(size):
            if size > 1000:
                raise MemoryError
            return bytearray(size)

        reader.bytearray = short
        try:
            store = board.boot(page_bytes=8192)
            found = bodies(store)
        finally:
            reader.bytearray = bytearray
        assert found[:3] == [b"%02d" % i + b"x" * 300 for i in range(3)] and len(found) < 10
        store.drop(1 << 31)
        assert store.lost["corruption"] == 20 - len(found)


def test_a_record_that_memory_is_short_for_is_not_lost():
    with Board() as board:
        store = board.boot()
        sequences = put(store, b"a", b"x" * 1500, b"b")
        store.sync()
        store = board.boot()
        store._log.reader._buf = memoryview(bytearray(512))  # the boot had memory

        def no_memory(*_):
            raise MemoryError

        reader.bytearray = no_memory
        try:
            after = unpack_from(HEADER, store.peek())[3]
            for call in (lambda: store.peek(after), lambda: store.drop(sequences[2])):
                try:
                    call()
                    raise AssertionError("no MemoryError")
                except MemoryError:
                    pass
        finally:
            reader.bytearray = bytearray
        assert bodies(store) == [b"a", b"x" * 1500, b"b"] and len(store) == 3
        store.drop(sequences[2])
        assert len(store) == 0 and not store.dropped


def test_an_eviction_that_fails_half_way_counts_nothing_as_damaged():
    for error in MemoryError(), OSError(5, ""):
        with Board() as board:
            store = board.boot(max_bytes=16384)
            put(store, *[b"%03d" % i + b"x" * 500 for i in range(28)])
            for i in range(28, 60):
                oldest = store.peek(0)  # it is sent and accepted meanwhile
                sequence = unpack_from(HEADER, oldest)[3]
                with NoOpen(error, reader):
                    put(store, b"%03d" % i + b"x" * 500)
                if store.lost["error"]:  # the page in RAM is full, too
                    before = len(store), store.dropped
                    store.drop(sequence)
                    assert (len(store), store.dropped) == (before[0] - 1, before[1]), i
            assert store.lost["error"] and not store.lost["corruption"], store.lost


def test_a_loss_that_flash_was_not_told_is_not_in_retained_memory():
    """The same records count as lost when flash is told, or are there after a reset."""
    with Board() as board:
        store = board.boot(RetainedStore, max_bytes=16384)
        put(store, *[b"%03d" % i + b"x" * 500 for i in range(26)])
        lost = store.dropped
        with NoOpen(OSError(5, ""), checkpoint):
            put(store, *[b"%03d" % i + b"x" * 500 for i in range(26, 32)])
            assert store.lost["overflow"] > lost and store.lost["error"], store.lost
        store = board.boot(RetainedStore, max_bytes=16384)
        assert len(bodies(store)) + store.dropped == 32, store.lost

    with Board() as board:
        store = board.boot(RetainedStore, max_age=DAY)
        put(store, *[b"%d" % i for i in range(5)])
        assert store.sync()
        board.pass_time(2 * DAY)
        (sequence,) = put(store, b"new")
        assert store.sync()
        with NoOpen(OSError(5, ""), checkpoint):
            assert store.peek()
            store.drop(sequence)
            assert store.lost["age"] == 5, store.lost
        store = board.boot(RetainedStore, max_age=DAY)
        assert bodies(store) == [b"new"]
        store.drop(sequence)
        assert store.lost["age"] == store.dropped == 5 and not len(store), store.lost


def test_a_loss_that_flash_was_told_is_known_while_flash_cannot_be_read():
    with Board() as board:
        store = board.boot(RetainedStore, max_bytes=16384)
        put(store, *[b"%03d" % i + b"x" * 500 for i in range(40)])
        lost = dict(store.lost)
        assert lost["overflow"] and store.error is None
        with NoOpen(OSError(5, ""), reader, recovery):
            store = board.boot(RetainedStore, max_bytes=16384)
            assert store.error and store.lost == lost
        assert store.sync() and store.lost == lost


def test_losses_while_flash_cannot_be_read_add_to_those_that_only_flash_knows():
    with Board() as board:
        store = board.boot(RetainedStore)
        put(store, b"a")
        kept = board.kept
        put(store, b"x" * 70000)
        assert store.sync() and store.dropped == 1
        board.kept = kept  # the reset came between flash and this memory
        with NoOpen(OSError(5, ""), recovery):
            for boot in range(2):
                store = board.boot(RetainedStore)
                put(store, b"x" * 70000)
                assert store.error and store.dropped == 1 + boot, store.lost
        store = board.boot(RetainedStore)
        assert store.dropped == 3 and store.error is None, store.lost
        assert store.sync() and board.boot(RetainedStore).dropped == 3


def test_retained_memory_that_cannot_be_written_for_lack_of_memory():
    with Board() as board:
        store = board.boot(RetainedStore)
        put(store, b"a")
        memory = store._memory

        def no_memory(*_):
            raise MemoryError

        store._memory = no_memory
        assert put(store, b"b")[0]
        store._memory = memory
        put(store, b"c")
        store = board.boot(RetainedStore)
        assert bodies(store) == [b"a", b"b", b"c"]
        store._memory = no_memory
        put(store, b"d")
        store._memory = memory
        store.retain()  # as ahead of a sleep, where there is no next call
        assert bodies(board.boot(RetainedStore)) == [b"a", b"b", b"c", b"d"]


def test_what_was_dropped_is_not_given_again_while_flash_cannot_be_read():
    with Board() as board:
        (sequence,) = put(board.boot(), b"a")
        assert board.store.sync()
        store = board.boot()  # which reads the newest record
        with NoOpen(OSError(5, ""), reader):
            assert store.peek() and store.error is None
            store.drop(sequence)
            assert store.error and len(store) == 1
            assert store.peek() is None and store.error
        store.sync()
        assert bodies(store) == [b"a"]
        store.drop(sequence)
        assert len(store) == 0 and not store.dropped


def test_losses_are_saved_by_sync():
    with Board() as board:
        store = board.boot(sync_seconds=None)
        put(store, b"x" * 70000)
        assert store.lost["overflow"] == 1 and store.sync()
        assert board.boot().lost["overflow"] == 1


def test_each_run_carries_when_its_boot_began():
    with Board() as board:
        walls = []
        for name in b"a", b"b", b"c":
            board.wall += 100000
            walls.append(board.wall)
            put(board.boot(), name)
            assert board.store.sync()
        board.wall += 100000
        found = records(board.boot())
        assert [r[3] for r in found] == [wall * 1000 for wall in walls]
        assert [r[1] for r in found] == [UNIX] * 3


def test_without_any_state_no_sequence_is_given_again():
    with Board() as board:
        store = board.boot()
        put(store, b"a")
        store.sync()
        store._ring.next_sequence += 5000  # given to events that were sent from RAM
        last = put(store, b"b")[0]
        for name in ("a.s1", "b.s1"):
            os.remove(board.path + "/" + name)
        put(board.boot(), b"b")
        assert put(board.store, b"c")[0] > last


def test_what_is_read_again_is_not_read_from_flash():
    with Board() as board:
        store = board.boot(max_bytes=16384)
        put(store, *[b"%03d" % i + b"x" * 197 for i in range(40)])
        store.sync()
        sequences = [r[0] for r in records(store)]
        after = 0
        for sequence in sequences:
            record = bytes(store.peek(after))
            real, reader.Reader._read = reader.Reader._read, None  # there is no flash
            for _ in range(3):
                assert bytes(store.peek(sequence - 1)) == record
            reader.Reader._read = real
            # What is put meanwhile may evict others, but does not touch the buffer.
            put(store, b"n" * 200)
            if records_first(store) <= sequence:
                assert bytes(store.peek(sequence - 1)) == record
            after = sequence


def test_what_was_read_last_and_dropped_is_gone():
    with Board() as board:
        store = board.boot()
        first, second = put(store, b"a", b"b")
        store.sync()
        assert bytes(store.peek())[-1:] == b"a"
        store.drop(first)
        assert bytes(store.peek())[-1:] == b"b" and bytes(store.peek(first - 1))[-1:] == b"b"
        store.drop(second)
        assert store.peek() is None and store.peek(first - 1) is None


def records_first(store):
    return unpack_from(HEADER, store.peek())[3]


def failing(times):
    """A write_ring() that fails so often."""
    left = [times]

    def write(*page):
        if left[0]:
            left[0] -= 1
            raise OSError(5, "")
        return segment_format.write_ring(*page)

    return write


def test_a_large_record_takes_none_of_those_in_ram_along():
    with Board() as board:
        try:
            for times, kept in ((1, True), (1000, False)):  # one failure costs nothing
                store = board.boot(page_bytes=1024)
                store.drop(1 << 31)
                put(store, b"a")
                segment_log.write_ring = failing(times)
                assert (put(store, b"x" * 3000)[0] is not None) == kept
                assert store.lost["error"] == (not kept)
                segment_log.write_ring = segment_format.write_ring
                put(store, b"b")
                assert store.sync()
                expected = [b"a"] + [b"x" * 3000] * kept + [b"b"]
                assert bodies(store) == expected and bodies(board.boot()) == expected
        finally:
            segment_log.write_ring = segment_format.write_ring


def test_losses_have_the_cause_of_their_time():
    with Board() as board:
        store = board.boot(max_bytes=16384, overflow="newest")
        put(store, numbered(0))
        try:
            segment_log.write_ring = failing(1000)
            put(store, *[numbered(n) for n in range(1, 100)])
        finally:
            segment_log.write_ring = segment_format.write_ring
        errors = store.lost["error"]
        assert errors == 100 - len(store) > 50 and not store.lost["overflow"]
        assert store.sync() and store.error is None
        put(store, *[numbered(n) for n in range(100, 200)])
        assert store.lost["error"] == errors and store.dropped == 200 - len(store) > errors


def test_flash_that_comes_back_takes_what_is_in_ram():
    with Board() as board:
        put(board.boot(), b"a", b"b")
        assert board.store.close()
        path, board.path = board.path, "/nowhere/at/all"
        store = board.boot()
        put(store, b"c")
        board.find(path)
        assert store.sync()
        assert bodies(board.boot()) == [b"a", b"b", b"c"]


def test_the_age_of_what_no_clock_has_dated_is_not_known():
    for make in (SegmentStore, RetainedStore):
        with Board() as board:
            board.wall = None
            put(board.boot(make), b"a")
            if make is SegmentStore:
                assert board.store.sync()
            store = board.boot(make)
            board.pass_time(31 * DAY)
            assert bodies(store) == [b"a"] and not store.dropped


def test_the_sequence_of_a_large_record_that_failed_is_not_given_again():
    def write(*record):
        segment_format.write_record(*record)
        raise OSError(5, "")  # it is on flash all the same

    with Board() as board:
        store = board.boot(page_bytes=1024)
        put(store, b"0")
        assert store.sync()
        try:
            segment_log.write_record = write
            assert put(store, b"x" * 3000) == [None] and store.lost["error"] == 1
        finally:
            segment_log.write_record = segment_format.write_record
        put(store, b"a")
        assert store.sync() and b"a" in bodies(store) and b"a" in bodies(board.boot())


def test_a_record_larger_than_a_segment_makes_no_room():
    with Board() as board:
        store = board.boot(max_bytes=16384, page_bytes=1024)
        put(store, b"a")
        assert put(store, b"x" * 10000) == [None] and store.lost["overflow"] == 1
        assert bodies(store) == [b"a"]


def damage(board, *numbers):
    """Change a byte in some of the 20-byte events of the first page."""
    board.store.close()
    with open(board.path + "/00000000.s1", "r+b") as f:
        for n in numbers:
            f.seek(36 + 31 * n + 20)
            f.write(b"!")


def test_damage_among_what_is_dropped_is_counted():
    for damaged in (0, 1):
        with Board() as board:
            sequences = put(board.boot(), *[b"%02d" % n + b"x" * 18 for n in range(5)])
            board.store.sync()
            damage(board, damaged)
            store = board.boot()
            store.drop(sequences[1])
            assert store.lost["corruption"] == 1 and len(store) == 3


def test_a_store_of_which_nothing_can_be_read_is_empty():
    with Board() as board:
        put(board.boot(), *[b"%02d" % n + b"x" * 18 for n in range(5)])
        board.store.sync()
        damage(board, *range(5))
        store = board.boot()
        assert store.peek() is None and len(store) == 0 and store.lost["corruption"] == 5


def test_a_new_event_has_not_the_age_of_one_that_was_sent():
    with Board() as board:
        store = board.boot(sync_seconds=60)
        store.drop(put(store, b"a")[0])
        board.pass_time(100)
        put(store, b"b", b"c")
        assert not [name for name in os.listdir(board.path) if name[0] == "0"]


def test_a_segment_that_is_damaged_for_good_is_passed_over_and_no_other():
    with Board() as board:
        for code in (84, 5):  # LFS_ERR_CORRUPT, EIO
            store = board.boot(max_bytes=65536, page_bytes=1024)
            store.drop(1 << 31)
            put(store, *[numbered(n) for n in range(60)])
            assert store.sync()
            store = board.boot(max_bytes=65536, page_bytes=1024)
            first = "%08x.s1" % store._log.oldest

            def broken(name, mode, first=first, code=code):
                if name.endswith(first):
                    raise OSError(code, "")
                return open(name, mode)

            reader.open = broken
            try:
                found = numbers(store)
                if code == 5:
                    assert found == [] and len(store) == 60 and store.error.errno == 5
                else:
                    assert found == list(range(60 - len(found), 60)) and 20 < len(found) < 60
                    store.drop(records(store)[-1][0])
                    assert store.lost["corruption"] == 60 - len(found)
            finally:
                del reader.open


def test_nothing_is_written_behind_what_cannot_be_read():
    with Board() as board:
        put(board.boot(), b"a")
        board.store.close()
        with open(board.path + "/00000000.s1", "ab") as f:
            f.write(b"torn" * 10)
        put(board.boot(), b"b")
        assert board.store.sync()
        assert bodies(board.boot()) == [b"a", b"b"]


def test_segments_that_were_sent_are_deleted_after_a_power_cut():
    with Board() as board:
        store = board.boot(page_bytes=1024)
        sequences = put(store, *[numbered(n) for n in range(80)])
        assert store.sync()
        store.drop(sequences[70])
        left = sorted(os.listdir(board.path))
        assert "00000000.s1" not in left and "00000001.s1" not in left
        for n in range(int(left[0][:8], 16)):  # they were not deleted yet
            with open("%s/%08x.s1" % (board.path, n), "wb") as f:
                f.write(b"sent")
        assert numbers(board.boot(page_bytes=1024)) == list(range(71, 80))
        assert sorted(os.listdir(board.path)) == left


def test_a_folder_that_is_away_for_a_while_keeps_its_records():
    with Board() as board:
        put(board.boot(), *[numbered(n) for n in range(60)])
        board.store.sync()
        store = board.boot()
        os.rename(board.path, board.path + "-away")  # such as a card that is taken out
        assert store.peek() is None and len(store) == 60 and store.error
        os.rename(board.path + "-away", board.path)
        assert numbers(store) == list(range(60)) and not store.dropped
