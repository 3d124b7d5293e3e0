import os
from binascii import unhexlify
from errno import ENOMEM
from struct import unpack_from
from sys import implementation

from expect import records, refused
from snowplow_tracker import clock
from snowplow_tracker.record import HEADER, UNIX
from snowplow_tracker.store import reader, segment_format, segment_log
from snowplow_tracker.store.retained import RetainedStore
from snowplow_tracker.store.segments import SegmentStore
from store_board import Board, bodies, numbered, numbers, put


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
        segment_log.write_ring = torn_at(11)
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


def torn_at(at):
    """A write_ring() in whose at-th record memory runs out; it is no other function then."""
    write = segment_format.write_ring

    def torn(*page):
        real = segment_format.write_record
        left = at

        def short(*args):
            nonlocal left
            left -= 1
            if not left:
                raise MemoryError
            return real(*args)

        segment_format.write_record = short
        try:
            return write(*page)
        finally:
            segment_format.write_record = real

    return torn


def test_a_page_that_was_partly_written_is_read_once():
    # Memory runs out at each record of the page in turn; then it is written as a whole.
    write = segment_log.write_ring
    with Board() as board:
        for at in range(1, 40):
            store = board.boot()
            store.drop(1 << 31)
            put(store, b"first")
            assert store.sync()
            names = [b"%02d" % i + b"x" * 100 for i in range(30)]
            put(store, *names[:20])
            segment_log.write_ring = torn_at(at)
            done = store.sync()
            segment_log.write_ring = write
            assert done == (at > 20) and (done or store.error.errno == ENOMEM)
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
        store = board.boot(page_bytes=8192)

        def no_memory(*_):
            raise MemoryError

        reader.bytearray = no_memory
        try:
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
        assert bodies(board.boot(RetainedStore)) == [b"a", b"b", b"c"]


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
