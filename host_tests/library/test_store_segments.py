import os
from binascii import a2b_base64

from expect import records, refused, tracker
from snowplow_tracker import clock
from snowplow_tracker.record import UNIX
from snowplow_tracker.store import segment_format, segment_log
from snowplow_tracker.store.retained import RetainedStore
from snowplow_tracker.store.segment_format import boundary
from snowplow_tracker.store.segments import SegmentStore
from store_board import DAY, Board, bodies, put


def test_what_was_synced_is_there_after_a_reboot():
    with Board() as board:
        store = board.boot()
        put(store, b"a", b"b")
        assert store.sync() and store.error is None
        put(store, b"c")
        store = board.boot()
        assert bodies(store) == [b"a", b"b"] and len(store) == 2


def test_nothing_is_written_while_events_are_sent_from_ram():
    with Board() as board:
        store = board.boot()
        for _ in range(200):
            store.drop(put(store, b"x" * 100)[0])
        assert sorted(os.listdir(board.path)) == ["a.s1"]


def test_sequences_never_start_again():
    with Board() as board:
        last = 0
        for i in range(6):
            store = board.boot()
            sequences = put(store, b"x", b"y", b"z")
            assert sequences[0] > last
            last = sequences[2]
            if i % 2:
                store.sync()
                store.drop(last)


def test_progress_survives_a_reboot():
    with Board() as board:
        store = board.boot()
        sequences = put(store, *[b"%02d" % i for i in range(30)])
        store.sync()
        store.drop(sequences[11])
        store = board.boot()
        assert bodies(store) == [b"%02d" % i for i in range(12, 30)]


def test_an_age_limit_for_what_is_only_in_ram():
    with Board() as board:
        store = board.boot(sync_seconds=60)
        put(store, b"a")
        board.pass_time(59)
        put(store, b"b")
        assert bodies(board.boot(sync_seconds=60)) == []
        put(board.store, b"c")
        board.pass_time(60)
        put(board.store, b"d")
        assert bodies(board.boot(sync_seconds=60)) == [b"c", b"d"]
        put(board.store, b"e")
        board.pass_time(61)
        board.store.peek()  # as the emitter does all the time
        assert bodies(board.boot()) == [b"c", b"d", b"e"]


def test_times_of_earlier_boots_are_the_time_of_day():
    with Board() as board:
        store = board.boot()
        put(store, b"a")
        store.sync()
        assert records(store)[0][1:4] == (0, clock.boot, 5000)
        wall = board.wall
        store = board.boot()
        board.wall += 1000
        assert records(store)[0][1:4] == (UNIX, clock.boot - 1 & 0xFFFF, wall * 1000)


def test_a_clock_that_was_set_later_dates_the_boot_before():
    with Board() as board:
        board.wall = None
        store = board.boot()
        put(store, b"a")
        store.sync()
        board.pass_time(10)
        board.wall = 1795350546
        put(store, b"b")
        store.sync()
        store.drop(records(store)[0][0])  # writes the state
        store = board.boot()
        assert records(store)[0][1:4] == (UNIX, clock.boot - 1 & 0xFFFF, 1795350546000)


def test_the_state_dates_what_was_written_before_the_clock_was_set():
    with Board() as board:
        board.wall = None
        store = board.boot()
        put(store, b"a")
        store.sync()
        board.wall = 1795350546
        put(store, b"x" * 70000)
        assert store.sync()  # writes the state alone
        assert records(board.boot())[0][1:4] == (UNIX, clock.boot - 1 & 0xFFFF, 1795350546000)


def test_a_boot_whose_clock_was_never_set_has_no_time():
    with Board() as board:
        board.wall = None
        put(board.boot(), b"a")
        board.store.sync()
        assert records(board.boot())[0][1:4] == (0, clock.boot - 1 & 0xFFFF, 5000)
    with Board() as board:  # nor by a later one that writes it to flash
        board.wall = None
        put(board.boot(RetainedStore), b"a")
        board.wall = 1795350546
        assert board.boot(RetainedStore).sync()
        assert records(board.boot(RetainedStore))[0][1:4] == (0, clock.boot - 2 & 0xFFFF, 5000)


def test_too_old_is_passed_over_and_counted():
    with Board() as board:
        store = board.boot()
        put(store, b"a", b"b")
        store.sync()
        board.pass_time(29 * DAY)
        put(store, b"c")
        store.sync()
        board.pass_time(DAY + 1)
        for _ in range(2):
            assert bodies(store) == [b"c"]
            store = board.boot()
        store.drop(records(store)[0][0])
        assert store.lost == {"overflow": 0, "age": 2, "corruption": 0, "error": 0}
        assert len(store) == 0 and board.boot().lost["age"] == 2


def test_a_time_that_is_doubted_deletes_nothing():
    # A 502 with a Date of 40 days ahead, before NTP has answered.
    for make in (SegmentStore, RetainedStore):
        with Board() as board:
            store = board.boot(make)
            put(store, b"a", b"b")
            store.sync()
            board.pass_time(40 * DAY)
            store = board.boot(make)
            clock.confirmed = False
            assert bodies(store) == [b"a", b"b"]
            clock.confirmed = True
            assert bodies(store) == []
            assert not store.dropped or store.lost["age"] == 2


def test_the_oldest_make_room_or_the_newest_are_refused():
    with Board() as board:
        store = board.boot(max_bytes=16384)
        names = [b"%03d" % i + b"x" * 197 for i in range(200)]
        put(store, *names)
        left = bodies(store)
        assert left == names[200 - len(left) :] and len(left) >= 57
        assert store.lost["overflow"] == store.dropped == 200 - len(left)
        store.sync()
        assert board.boot(max_bytes=16384).dropped == store.dropped
    with Board() as board:
        store = board.boot(max_bytes=16384, overflow="newest")
        sequences = put(store, *names)
        kept = len(store)
        assert bodies(store) == names[:kept] and kept > 75
        assert sequences[kept:] == [None] * (200 - kept)
        assert store.lost["overflow"] == 200 - kept and store.error is None
        store.drop(sequences[40])
        assert put(store, b"new")[0] and bodies(store)[-1] == b"new"


def test_a_batch_that_was_evicted_takes_no_younger_event_along():
    with Board() as board:
        for overflow in ("oldest", "newest"):
            store = board.boot(max_bytes=16384, overflow=overflow)
            put(store, *[b"%03d" % i + b"x" * 197 for i in range(40)])
            batch = [r[0] for r in records(store)][:10]
            put(store, *[b"%03d" % i + b"x" * 197 for i in range(40, 200)])
            left = bodies(store)
            count = len(store)
            lost = dict(store.lost)
            store.drop(batch[-1])
            assert bodies(store) == (left if overflow == "oldest" else left[10:])
            assert len(store) == count - (overflow == "newest") * 10 and store.lost == lost
            store.drop(9999)


def test_a_record_larger_than_a_page():
    with Board() as board:
        store = board.boot(page_bytes=1024)
        put(store, b"a", b"x" * 3000, b"b")
        assert bodies(store) == [b"a", b"x" * 3000, b"b"]
        assert put(store, b"y" * 70000) == [None] and store.lost["overflow"] == 1
        assert bodies(board.boot())[:2] == [b"a", b"x" * 3000]


def test_foreign_files_and_newer_formats_stay():
    with Board() as board:
        board.boot()
        for name in ("notes.txt", "00000000.s2", "a.s2", "zzzzzzzz.s1"):
            with open(board.path + "/" + name, "w") as f:
                f.write("mine")
        store = board.boot()
        put(store, *[b"x" * 500 for _ in range(40)])
        store.drop(10**6)
        assert store.sync() and store.error is None
        for name in ("notes.txt", "00000000.s2", "a.s2", "zzzzzzzz.s1"):
            with open(board.path + "/" + name) as f:
                assert f.read() == "mine"


def test_empty_and_torn_files_stop_nothing():
    with Board() as board:
        store = board.boot(page_bytes=1024)
        sequences = put(store, *[b"%02d" % i + b"x" * 198 for i in range(60)])
        store.sync()
        names = sorted([n for n in os.listdir(board.path) if n[0] == "0"])
        assert len(names) > 2
        with open(board.path + "/" + names[0], "wb"):
            pass
        with open(board.path + "/a.s1", "wb") as f:
            f.write(b"torn")
        store = board.boot(page_bytes=1024)
        found = records(store)
        assert 30 < len(found) < 60
        assert [r[0] for r in found] == sequences[60 - len(found) :]
        assert put(store, b"new")[0] > sequences[-1]
        store.sync()
        assert bodies(board.boot())[-1] == b"new"


def test_the_emitter_sends_a_backlog_of_several_boots_in_order():
    with Board() as board:
        t, wire = tracker()
        eids = []
        for _ in range(4):
            t.emitters[0].event_store = board.boot()
            eids += [t.track_struct_event("c", "a", value=i) for i in range(25)]
            board.store.sync()
        assert t.flush()
        assert [e["eid"] for e in wire.events()] == eids
        assert len(board.store) == 0 and sorted(os.listdir(board.path)) == ["a.s1", "b.s1"]


def test_retained_memory_survives_sleep_and_spills():
    with Board() as board:
        expected = []
        for i in range(60):
            store = board.boot(RetainedStore)
            assert bodies(store) == expected
            wall = board.wall
            expected.append(b"%02d" % i + b"x" * 98)
            put(store, expected[-1])
            board.pass_time(60)
            if i == 10:
                assert sorted(os.listdir(board.path)) == ["a.s1"]  # nothing but the state
                flags, _, ms = records(store)[-2][1:4]
                assert flags == UNIX and ms == (wall - 60) * 1000
        assert sorted(os.listdir(board.path))[0] == "00000000.s1"
        assert store.sync()
        board.kept = b""  # the power was cut
        store = board.boot(RetainedStore)
        assert bodies(store) == expected
        store.drop(records(store)[29][0])
        board.kept = b"\xff" * 2048  # as it is after a cold start
        assert bodies(board.boot(RetainedStore)) == expected[30:]


def test_a_reset_between_flash_and_retained_memory_repeats_nothing():
    for larges in range(4):  # boots that wrote a large record, and could not write that memory
        with Board() as board:
            store = board.boot(RetainedStore)
            put(store, b"a", b"b")
            kept = board.kept
            store.sync()
            for _ in range(larges):
                board.kept = kept
                put(board.boot(RetainedStore), b"y" * 3000)
            board.kept = kept
            assert bodies(board.boot(RetainedStore)) == [b"a", b"b"] + [b"y" * 3000] * larges


def test_what_may_be_on_flash_makes_no_room_while_that_cannot_be_read():
    old = [b"%02d" % n + b"x" * 198 for n in range(8)]
    new = [b"%02d" % n + b"n" * 198 for n in range(3)]
    for large in [], [b"y" * 3000]:  # the reset came behind a large record
        with Board() as board:
            store = board.boot(RetainedStore)
            put(store, *old)
            kept = board.kept
            assert store.sync()
            put(store, *large)
            board.kept = kept
            path, board.path = board.path, "/nowhere/at/all"
            for lost in 2, 5:
                store = board.boot(RetainedStore)
                put(store, *new)
                assert bodies(store) == old + new[:1] and store.lost["error"] == lost
            board.path = path
            for _ in range(2):
                store = board.boot(RetainedStore)
                assert bodies(store) == old + large + new[:1] and store.dropped == 5
                assert store.sync() and store.error is None


def test_a_write_that_ends_half_way_for_lack_of_memory_leaves_nothing():
    def write_record(f, sequence, flags, ms, json):
        if bytes(json) == b"end" or len(json) > 2000:
            f.write(json[:1])
            raise MemoryError
        return real(f, sequence, flags, ms, json)

    def patch(write):
        segment_format.write_record = segment_log.write_record = write

    real = segment_format.write_record
    for make in SegmentStore, RetainedStore:
        for before in [], [b"0"]:  # in a segment of its own, or behind others
            with Board() as board:
                store = board.boot(make, max_bytes=131072)
                put(store, *before)
                assert store.sync()
                put(store, b"a", b"b", b"end")
                patch(write_record)
                try:
                    assert not store.sync()
                finally:
                    patch(real)
                rest = [b"a", b"b", b"end"]
                assert bodies(store) == before + rest
                store = board.boot(make, max_bytes=131072)
                assert bodies(store) == before + rest * (make is RetainedStore)
                assert not store.dropped
                # A large record is counted at once.
                assert store.sync()
                patch(write_record)
                try:
                    assert put(store, b"y" * 5000) == [None] and store.lost["error"] == 1
                finally:
                    patch(real)
                store = board.boot(make, max_bytes=131072)
                assert store.dropped == (make is RetainedStore)
                store.drop(9999999)
                assert store.dropped == (make is RetainedStore)


def test_what_grew_too_old_in_retained_memory_is_counted_before_flash_has_what_follows():
    with Board() as board:
        store = board.boot(RetainedStore, max_age=DAY)
        put(store, b"a")
        board.pass_time(2 * DAY)
        assert store.peek() is None and store.lost["age"] == 1
        kept = board.kept
        put(store, b"y" * 3000)
        board.kept = kept  # the reset came before that memory was written
        store = board.boot(RetainedStore, max_age=DAY)
        assert bodies(store) == [b"y" * 3000] and store.lost["age"] == 1


def test_what_grew_too_old_in_retained_memory_is_counted_once():
    with Board() as board:
        store = board.boot(RetainedStore)
        put(store, b"a", b"b")
        board.pass_time(29 * DAY)
        put(board.boot(RetainedStore), b"c")
        board.pass_time(DAY + 6)
        store = board.boot(RetainedStore)
        assert bodies(store) == [b"c"] and store.lost["age"] == 2
        assert store.sync() and board.boot(RetainedStore).lost["age"] == 2
        # If flash has them too, they are counted there.
        store.drop(9999)
        put(store, b"d")
        kept = board.kept
        assert store.sync()
        board.kept = kept
        board.pass_time(31 * DAY)
        store = board.boot(RetainedStore)
        assert bodies(store) == []
        store.drop(9999)
        assert store.lost["age"] == 3 and len(store) == 0


def test_losses_without_flash_are_counted_through_sleep():
    with Board() as board:
        store = board.boot(RetainedStore)
        put(store, b"x" * 70000)
        assert store.sync() and store.lost["overflow"] == 1
        path, board.path = board.path, "/nowhere/at/all"
        for n in range(60):
            store = board.boot(RetainedStore)
            assert store.error
            put(store, b"%02d" % n + b"x" * 98)
        left = len(store)
        assert 10 < left < 20 and store.lost["error"] == 60 - left
        board.path = path
        for _ in range(2):
            store = board.boot(RetainedStore)
            assert bodies(store)[0] == b"%02d" % (60 - left) + b"x" * 98 and len(store) == left
            assert (store.lost["overflow"], store.lost["error"]) == (1, 60 - left)
            assert store.sync() and store.error is None
        # Without memory, flash knows them too; and it may come back while the board is awake.
        board.kept = b""
        store = board.boot(RetainedStore)
        assert (store.lost["overflow"], store.lost["error"]) == (1, 60 - left)
        store.drop(9999)
        board.path = "/nowhere/at/all"
        store = board.boot(RetainedStore)
        put(store, b"x" * 3000)
        board.find(path)
        assert store.sync() and (store.lost["overflow"], store.lost["error"]) == (1, 61 - left)
        assert board.boot(RetainedStore).lost == store.lost


def test_what_was_numbered_without_flash_is_kept_beside_less_on_flash():
    with Board() as board:
        store = board.boot(RetainedStore)
        put(store, b"0", b"1")
        assert store.sync()
        board.kept = b""
        path, board.path = board.path, "/nowhere/at/all"
        for name in b"a", b"b", b"c":
            put(board.boot(RetainedStore), name)
        board.path = path
        for _ in range(2):
            store = board.boot(RetainedStore)
            assert bodies(store) == [b"0", b"1", b"a", b"b", b"c"]
        put(store, b"d")
        assert bodies(board.boot(RetainedStore)) == [b"0", b"1", b"a", b"b", b"c", b"d"]


def test_the_emitter_drops_nothing_of_flash_that_comes_back():
    with Board() as board:
        store = board.boot()
        put(store, *[b'{"e":"old%d"' % n for n in range(3)])
        assert store.sync()
        path, board.path = board.path, "/nowhere/at/all"
        store = board.boot()
        t, wire = tracker()
        t.emitters[0].event_store = store
        put(store, b'{"e":"bad"', b'{"e":"good"')
        # The oldest is the last that is taken: with it RAM is empty.
        wire.answers = [500] * 5
        while len(wire.bodies) < 6:
            board.pass_time(100)
            t.flush()
        board.find(path)
        assert b"good" in wire.bodies[-1] and len(store) == 2
        assert t.flush()
        assert [e["e"] for e in wire.events()[-4:]] == ["bad", "old0", "old1", "old2"]


def test_what_was_numbered_without_flash_is_kept():
    with Board() as board:
        store = board.boot(RetainedStore)
        put(store, *[b"%02d" % n for n in range(30)])
        assert store.sync()
        board.kept = b""
        path, board.path = board.path, "/nowhere/at/all"
        put(board.boot(RetainedStore), b"a", b"b")
        board.path = path
        store = board.boot(RetainedStore)
        assert bodies(store) == [b"%02d" % n for n in range(30)] + [b"a", b"b"]
        sequences = [r[0] for r in records(store)]
        assert put(store, b"c")[0] > sequences[-1] > sequences[-2] > sequences[-3] == 30
        assert records(board.boot(RetainedStore))[-1][0] > sequences[-1]


def test_what_was_accepted_is_not_lost_if_its_segment_makes_room():
    with Board() as board:
        for extra in 0, 4, 30:
            store = board.boot(max_bytes=16384)
            store.drop(1 << 30)
            lost = store.dropped
            first = put(store, *[b"%03d" % i + b"x" * 197 for i in range(60)])[0]
            store.sync()
            store.settled = (first, first + extra)
            put(store, *[b"%03d" % i + b"x" * 197 for i in range(60, 100)])
            left = bodies(store)
            gone = 100 - len(left)
            assert left[0][:3] == b"%03d" % gone and gone > 10
            assert store.dropped - lost == gone - min(extra, gone - 1), (extra, gone, store.lost)
            assert len(store) == len(left)


def test_what_was_accepted_is_not_too_old_either():
    with Board() as board:
        store = board.boot(max_age=DAY)
        sequences = put(store, b"a", b"b", b"c", b"d")
        store.sync()
        store.settled = (sequences[0], sequences[2])
        board.pass_time(DAY + 1)
        store.drop(sequences[2])
        assert store.lost["age"] == 1
        assert bodies(store) == [] and store.lost["age"] == 2


def test_what_is_too_old_behind_a_record_that_is_not_is_sent_and_not_lost():
    # A program may note that it was accepted, though it was passed over.
    with Board() as board:
        wall = board.wall
        for name, began in (b"a", wall), (b"b", wall - 2 * DAY), (b"c", wall):
            board.wall = began  # the clock of the second boot was wrong
            store = board.boot(max_age=DAY)
            put(store, name)
            store.sync()
        store = board.boot(max_age=DAY)
        found = records(store)
        assert [record[4] for record in found] == [b"a", b"b", b"c"]
        store.settled = (found[0][0], found[2][0])
        assert records(store) == found
        store.drop(found[2][0])
        assert len(store) == 0 and not store.dropped


def test_boundary_is_where_littlefs_blocks_end():
    # Block n holds 4096 bytes less a pointer for each power of 2 that divides n, and one more.
    assert [boundary(s) for s in (0, 1, 4096, 4097, 8188, 8189)] == [
        4096,
        4096,
        4096,
        8188,
        8188,
        12276,
    ]


def test_refusals():
    refused("max_bytes", SegmentStore, "/tmp/none", 8192)
    refused("overflow", SegmentStore, "/tmp/none", overflow="all")


def test_the_first_record_may_grow_too_old_before_its_page_is_written_or_restored():
    # It has sequence 1, before which peek(0) looks for what is too old.
    with Board() as board:
        store = board.boot(max_age=DAY)
        put(store, b"a")
        board.pass_time(2 * DAY)
        assert store.sync()
        put(store, b"b")
        assert bodies(store) == [b"b"]
    with Board() as board:
        store = board.boot(RetainedStore, max_age=DAY)
        put(store, b"a", b"b")
        board.pass_time(2 * DAY)
        # A deep sleep goes on with the boot, and with its ms().
        segment_log.open_folders.clear()
        options = {"path": board.path, "max_bytes": 65536, "max_age": DAY}
        store = board.store = RetainedStore(board.memory, **options)
        assert bodies(store) == [] and store.lost["age"] == 2


def test_retained_memory_is_as_new_as_the_last_call():
    with Board() as board:
        first, _ = put(board.boot(RetainedStore), b"a", b"b")
        board.store.drop(first)
        assert bodies(board.boot(RetainedStore)) == [b"b"]
        # It goes to flash when it is due, though the board was reset meanwhile.
        store = board.boot(RetainedStore, sync_seconds=60)
        board.pass_time(61)
        store.peek()
        board.kept = b""
        assert bodies(board.boot(RetainedStore)) == [b"b"]


def test_retained_memory_that_is_damaged_is_not_believed():
    with Board() as board:
        put(board.boot(RetainedStore), b"a" * 50)
        for at in range(4, 110, 7):
            kept = board.kept
            board.kept = kept[:at] + bytes([kept[at] ^ 1]) + kept[at + 1 :]
            assert bodies(board.boot(RetainedStore)) == []
            board.kept = kept
        assert bodies(board.boot(RetainedStore)) == [b"a" * 50]


def test_what_was_numbered_twice_without_flash_is_kept():
    with Board() as board:
        board.boot(RetainedStore)
        path, board.path = board.path, "/nowhere/at/all"
        store = board.boot(RetainedStore)
        put(store, b"a")
        board.find(path)
        assert store.sync()
        board.kept = b""
        board.path = "/nowhere/at/all"
        put(board.boot(RetainedStore), b"b")
        board.path = path
        assert bodies(board.boot(RetainedStore)) == [b"a", b"b"]


# What version 0.1.0 has written: five events, of which none was sent.
OF_0_1_0 = {
    "00000000.s1": b"""
AABSMT7QBQABAAAAAAAAAOgDAAAAAAAAIuMvHKIBAAAyuvQKLAAAAAAAAHsiZSI6InNlIiwic2VfY2EiOiJzZW5z
b3IiLCJzZV9hYyI6InJlYWQgMCLGPcMTLAAAAQAAAHsiZSI6InNlIiwic2VfY2EiOiJzZW5zb3IiLCJzZV9hYyI6
InJlYWQgMSKwK4M0LAAAAgAAAHsiZSI6InNlIiwic2VfY2EiOiJzZW5zb3IiLCJzZV9hYyI6InJlYWQgMiItfBQg
LAAAAwAAAHsiZSI6InNlIiwic2VfY2EiOiJzZW5zb3IiLCJzZV9hYyI6InJlYWQgMyJcBwN6LAAABAAAAHsiZSI6
InNlIiwic2VfY2EiOiJzZW5zb3IiLCJzZV9hYyI6InJlYWQgNCIQvm10""",
    "a.s1": b"""
U1BzMQEAAAAAAAAAAQEAAAAAAAAAAAAAAAABAAAAAQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA
AAAAAAAAPtAi4y8cogEAAPhuo7c=""",
}


def test_a_store_of_0_1_0_is_read_and_goes_on():
    with Board() as board:
        os.mkdir(board.path)
        for name, data in OF_0_1_0.items():
            with open(board.path + "/" + name, "wb") as file:
                file.write(a2b_base64(data.replace(b"\n", b"")))
        store = board.boot()
        text = '{"e":"se","se_ca":"sensor","se_ac":"read %d"'
        wanted = [(text % i).encode() for i in range(5)]
        assert bodies(store) == wanted and store.dropped == 0
        put(store, b"new")
        store.sync()
        assert bodies(board.boot()) == wanted + [b"new"]
