"""Flash that is full, fails or refuses, under a real littlefs; runs on the VM.

Prints a JSON dict of scenario to what went wrong in it ("" if nothing did).
"""

import json
import sys
from struct import unpack_from

import vfs
from nor import Flash
from power_cuts import Memory, records

from snowplow_tracker import clock
from snowplow_tracker.clock.start import load as load_boots
from snowplow_tracker.json_file import load, save
from snowplow_tracker.store import segment_log
from snowplow_tracker.store.retained import RetainedStore
from snowplow_tracker.store.segments import SegmentStore

EROFS = 30
EVENT = b"%06d" + b"x" * 194


def fresh(blocks=24):
    flash = Flash("rp2", blocks)
    flash.format()
    flash.mount("/f")
    return flash


def open_store(max_bytes=49152, page_bytes=4096, **options):
    segment_log.open_folders.clear()  # as after a reset
    return SegmentStore("/f/events", max_bytes=max_bytes, page_bytes=page_bytes, **options)


def put(store, start, stop):
    for n in range(start, stop):
        store.put(clock.ms(), 0, EVENT % n)


def numbers(store):
    return [int(body[:6]) for _, body in records(store)]


def raising(*operations, errno=5):
    def trouble(what):
        if what in operations:
            raise OSError(errno)

    return trouble


def others_fill_the_flash():
    """Less room than max_bytes: the oldest make room, counted, and the newest are there."""
    fresh()
    with open("/f/other", "wb") as f:
        f.write(bytes(12 * 4096))
    store = open_store(max_bytes=20 * 4096)
    put(store, 0, 400)
    assert store.sync(), store.error
    left = numbers(store)
    assert left == list(range(400 - len(left), 400)) and len(left) > 50, left
    assert store.dropped == 400 - len(left) and store.lost["overflow"] == store.dropped
    store = open_store(max_bytes=20 * 4096)
    assert numbers(store) == left and store.dropped == 400 - len(left)


def full_to_the_last_block():
    """No room at all: it goes on in RAM, says so, and writes again when there is."""
    fresh()
    store = open_store()
    put(store, 0, 1)
    n = 0
    try:
        while True:
            with open("/f/other%d" % n, "wb") as f:
                f.write(bytes(4000))
            n += 1
    except OSError:
        pass
    put(store, 1, 100)
    assert store.error.errno == 28 and not store.sync()
    assert len(store) + store.dropped == 100 and numbers(store)[-1] == 99
    assert store.lost["error"] == store.dropped
    import os

    for i in range(n):
        os.remove("/f/other%d" % i)
    assert store.sync() and store.error is None
    left = numbers(store)
    assert numbers(open_store()) == left


def writes_fail_and_recover():
    """EIO for each write: what was on flash is still read and sent, nothing raises."""
    flash = fresh()
    store = open_store()
    put(store, 0, 30)
    assert store.sync()
    flash.trouble = raising("program", "erase")
    put(store, 30, 100)
    assert not store.sync() and store.error.errno == 5
    left = numbers(store)
    assert left[:30] == list(range(30)) and left[-1] == 99
    assert store.dropped == store.lost["error"] == 100 - len(left)
    store.drop(records(store, 10)[-1][0])
    assert numbers(store) == left[10:]
    flash.trouble = None
    assert store.sync() and store.error is None
    put(store, 100, 101)
    assert store.sync() and numbers(store) == left[10:] + [100]
    again = open_store()
    assert numbers(again) == left[10:] + [100] and again.dropped == store.dropped


def reads_fail():
    """EIO for each read: only what is in RAM can be sent; then the rest, in this boot too."""
    flash = fresh()
    store = open_store()
    put(store, 0, 30)
    assert store.sync()
    flash.trouble = raising("read")
    put(store, 30, 35)
    sent = records(store)
    assert numbers(store) == list(range(30, 35)) and store.error.errno == 5
    flash.trouble = None
    store.drop(sent[-1][0])
    assert len(store) == 30 and store.error is None and not store.dropped
    put(store, 35, 37)
    assert numbers(store) == list(range(30)) + [35, 36]
    assert store.sync() and numbers(open_store()) == list(range(30)) + [35, 36]


def nothing_works_at_boot():
    """No file system at all: a RAM store, which says why, and takes flash up when it is back."""
    flash = fresh()
    store = open_store()
    put(store, 0, 20)
    assert store.sync()
    flash.trouble = raising("read", "program", "erase")
    store = open_store()
    assert store.error.errno == 5
    put(store, 100, 110)
    assert numbers(store) == list(range(100, 110)) and not store.sync()
    store.drop(records(store)[-1][0])
    flash.trouble = None
    assert store.sync() and store.error is None
    assert numbers(store) == list(range(20))


def the_path_is_a_file():
    """Somebody's file is where the store wants its folder: it stays, and RAM does."""
    fresh()
    with open("/f/events", "w") as f:
        f.write("mine")
    store = open_store()
    put(store, 0, 100)
    assert store.error and numbers(store)[-1] == 99 and not store.sync()
    with open("/f/events") as f:
        assert f.read() == "mine"


def the_flash_is_read_only():
    """What is there is read and sent, what comes waits in RAM, and the store says so."""
    flash = fresh()
    store = open_store()
    put(store, 0, 30)
    assert store.sync()
    flash.trouble = raising("program", "erase", errno=EROFS)
    store = open_store()
    put(store, 30, 100)
    assert store.error.errno == EROFS and not store.sync()
    left = numbers(store)
    assert left[:30] == list(range(30)) and left[-1] == 99
    assert store.dropped == store.lost["error"] == 100 - len(left)
    store.drop(records(store)[-1][0])
    assert not numbers(store) and not len(store)


def a_board_that_sleeps_writes_no_flash():
    """Between samples nothing is programmed, until retained memory is full."""
    flash = fresh()
    memory = Memory()

    def wake():
        clock.boot = clock.boot + 1 & 0xFFFF
        segment_log.open_folders.clear()
        return RetainedStore(memory, path="/f/events", max_bytes=49152)

    put(wake(), 0, 1)
    before = flash.programs, flash.erases
    for n in range(1, 9):
        put(wake(), n, n + 1)
    assert numbers(wake()) == list(range(9))
    assert (flash.programs, flash.erases) == before
    for n in range(9, 40):
        put(wake(), n, n + 1)
    assert numbers(wake()) == list(range(40)) and flash.programs > before[0]
    store = wake()
    assert store.sync()
    memory.kept = b""
    assert numbers(wake()) == list(range(40))


def every_single_write_fails_once():
    """One EIO, at each program or erase in turn: the next attempt succeeds, nothing is lost."""
    at = 0
    while True:
        at += 1
        flash = fresh()
        store = open_store(max_bytes=16384)
        left = at

        def once(what):
            nonlocal left
            if what != "read":
                left -= 1
                if not left:
                    raise OSError(5)

        flash.trouble = once
        for n in range(60):
            put(store, n, n + 1)
            if n % 20 == 13:
                store.sync()
            if n in (25, 45):
                store.drop(records(store, 10)[-1][0])
        assert store.sync() or store.sync(), (at, repr(store.error))
        found = numbers(store)
        assert found == list(range(20, 60)), (at, found, store.lost)
        assert not store.dropped, (at, store.lost)
        again = open_store(max_bytes=16384)
        assert numbers(again) == found and not again.dropped, at
        vfs.umount("/f")
        if left > 0:
            assert at > 20, at
            fresh()
            return


class FailingFrom:
    """EIO from the n-th access of a kind on."""

    def __init__(self, operation, n):
        self.operation = operation
        self.left = n

    def __call__(self, what):
        self.left -= what == self.operation
        if self.left <= 0 and what == self.operation:
            raise OSError(5)


def a_write_that_failed_was_done():
    """EIO in a write: what was given up in RAM, and is on flash, hides no other event."""
    found_again = 0
    for operation in ("read", "program"):
        for more, size in ((1, 194), (3, 194), (3, 440)):
            at = 1
            while True:
                flash = fresh()
                store = open_store(32768, page_bytes=1024)
                put(store, 0, 4)
                assert store.sync()
                put(store, 4, 8)
                flash.trouble = failing = FailingFrom(operation, at)
                store.sync()
                for n in range(8, 8 + more):
                    store.put(clock.ms(), 0, b"%06d" % n + b"x" * size)
                flash.trouble = None
                assert store.sync() or store.sync(), repr(store.error)
                found = []
                while len(store):
                    sequence, event = records(store, 1)[0]
                    found.append(int(event[:6]))
                    store.drop(sequence)
                case = operation, more, size, at, found, store.lost
                assert found == sorted(set(found)) and found[-1] == 7 + more, case
                assert len(found) + store.dropped >= 8 + more, case
                assert not store.lost["corruption"], case
                found_again += len(found) + store.dropped > 8 + more
                vfs.umount("/f")
                if failing.left > 0:
                    break
                at += 1
    assert found_again
    fresh()


def flash_cannot_be_read_for_one_request():
    """EIO while RAM's are sent, then it is fine: what was not read is not deleted."""
    for synced_meanwhile in (False, True):
        flash = fresh()
        store = open_store()
        put(store, 0, 100)
        assert store.sync()
        flash.trouble = raising("read")
        put(store, 100, 105)
        sent = records(store)
        assert [int(body[:6]) for _, body in sent] == list(range(100, 105))
        if synced_meanwhile:
            flash.trouble = None
            assert store.sync()
            for after in (0, sent[0][0], sent[-1][0] - 1):
                assert store.peek(after) is None  # a batch is under way: nothing else yet
        store.drop(sent[-1][0])
        flash.trouble = None
        put(store, 105, 106)
        left = numbers(store)
        # Those that were moved to flash while they were sent come again.
        again = list(range(100, 105)) if synced_meanwhile else []
        assert left == list(range(100)) + again + [105], left
        assert store.sync() and not store.dropped and store.error is None
        assert numbers(open_store()) == left
        vfs.umount("/f")
    fresh()


def flash_is_read_again_without_a_new_event():
    """EIO once, then all in RAM is written: nothing is left to send, but what flash has."""
    flash = fresh()
    store = open_store()
    put(store, 0, 10)
    assert store.sync()
    flash.trouble = raising("read")
    put(store, 10, 12)
    assert numbers(store) == [10, 11]
    flash.trouble = None
    assert store.sync()
    assert store.peek() is None  # a batch may have been under way
    assert numbers(store) == list(range(12)) and not store.dropped


def every_read_fails_once_or_twice():
    """One EIO, or two in a row, at each read in turn, while a sender takes all there is."""
    flash = fresh()
    image = bytes(flash.data)
    row = left = 0

    def some(what):
        nonlocal left
        if what == "read":
            left -= 1
            if -row < left <= 0:
                raise OSError(5)

    for row in (1, 2, 5):
        at = 0
        while True:
            vfs.umount("/f")
            flash.trouble = None
            flash.data[:] = image
            flash.mount("/f")
            store = open_store(max_bytes=65536)
            put(store, 0, 50)
            assert store.sync()
            left = at
            flash.trouble = some
            if at % 2:
                store = open_store(max_bytes=65536)
            sent = []
            n = 50
            for _ in range(40):
                batch = records(store, 10)
                if records(store, 10) == batch and batch:  # it is counted, then streamed
                    sent += [int(body[:6]) for _, body in batch]
                    store.drop(batch[-1][0])
                if n < 70:
                    put(store, n, n + 1)
                    n += 1
                    if n == 60:
                        store.sync()
            missing = [i for i in range(70) if i not in sent]
            assert not missing and not len(store), (row, at, missing, store.lost, store.error)
            assert not store.dropped, (row, at, store.lost)
            if left > 0:
                assert at > 30, at
                break
            at += 1 + at // 25


def the_newest_are_refused_when_others_fill_the_flash():
    """With overflow="newest", a flash that is full deletes nothing."""
    fresh()
    with open("/f/other", "wb") as f:
        f.write(bytes(12 * 4096))
    store = open_store(max_bytes=20 * 4096, overflow="newest")
    put(store, 0, 400)
    assert store.error.errno == 28
    left = numbers(store)
    assert left == list(range(len(left))) and 50 < len(left) < 300
    assert store.dropped == 400 - len(left)
    assert numbers(open_store(max_bytes=20 * 4096, overflow="newest"))[:30] == left[:30]


def what_was_read_is_not_read_again():
    """A record that is streamed is asked for again after each yield: no flash is read."""
    flash = fresh(60)
    store = open_store(max_bytes=40 * 4096)
    put(store, 0, 300)
    assert store.sync()
    sequence = 0
    store.peek()
    flash.read = 0
    for _ in range(100):
        record = store.peek(sequence)
        sequence = unpack_from("<I", record, 5)[0]
    once = flash.read
    sequence = 0
    store.peek()
    flash.read = 0
    for _ in range(100):
        record = bytes(store.peek(sequence))
        sequence = unpack_from("<I", record, 5)[0]
        for _ in range(5):
            assert bytes(store.peek(sequence - 1)) == record
    assert flash.read <= once and once < 100 * 500, (flash.read, once)
    # Nor is what lies before an oldest that is never taken, for each batch behind it.
    flash.read = 0
    for start in range(1, 281, 10):
        for _ in range(2):
            after = start
            while after < start + 10:
                after = unpack_from("<I", store.peek(after), 5)[0]
    assert flash.read < 280 * 3 * 500, flash.read


def erases_are_told():
    """What the store says of its own erases, beside what the flash counts."""
    for step in (2000, 7):  # by full pages, and by what there is
        flash = fresh(60)
        store = open_store(max_bytes=40 * 4096)
        before = flash.erases
        for n in range(0, 2000, step):
            put(store, n, n + step)
            assert store.sync()  # which also closes what is open
        counted = flash.erases - before
        # The difference is the file system's own: names, and the state.
        assert counted * 0.8 < store.erases <= counted, (store.erases, counted)
        if step == 2000:
            vfs.umount("/f")


# After a read that failed, littlefs takes what its cache has for that block. So it may take the
# older half of a folder for the newer one, and whoever writes next brings that back, without what
# has been made since: here, the store's folder.
def a_read_that_failed_spoils_no_folder():
    """Whichever read fails, what was on flash is there after others have written."""
    lost = []
    for who in ("store", "load", "save"):
        for which, writes in [(i // 20 + 1, i % 20) for i in range(140)]:
            flash = fresh()
            for n in range(40):
                save("/f/boots.json", [n])
            store = open_store()
            put(store, 0, 30)
            assert store.sync()
            for n in range(writes):
                save("/f/boots.json", [n])
            reads = [which]

            def trouble(what, reads=reads):
                reads[0] -= what == "read"
                if not reads[0]:
                    reads[0] -= 1
                    raise OSError(5)

            sequence = unpack_from("<I", store.peek(0), 5)[0]
            flash.trouble = trouble
            if who == "store":
                store.drop(sequence)
            elif who == "load":
                load("/f/boots.json")
            else:
                save("/f/boots.json", [100])
            flash.trouble = None
            save("/f/session.json", [100])
            put(store, 30, 40)
            store.sync()
            found = numbers(open_store())
            if found not in (list(range(1, 40)), list(range(40))):
                lost.append((who, which, writes, len(found)))
            vfs.umount("/f")
    fresh()
    assert not lost, lost


def two_reads_that_fail_spoil_no_folder():
    """Whichever read fails, or two, when a store opens or drops: what is on flash stays."""
    flash = fresh()
    for n in range(40):  # so that both halves of the root's folder are there, without the store's
        save("/f/boots.json", [n])
    store = open_store(16384)
    for n in range(0, 100, 20):
        put(store, n, n + 20)
        store.sync()
    kept, dropped = numbers(store), store.dropped
    data = bytes(flash.data)

    def again(act, *failing):
        reads = [0]

        def trouble(what):
            reads[0] += what == "read"
            if what == "read" and reads[0] in failing:
                raise OSError(5)

        vfs.umount("/f")
        flash.trouble = None
        flash.data[:] = data
        flash.mount("/f")
        if act == "open":
            flash.trouble = trouble
        store = open_store(16384)
        if act == "drop":
            record = unpack_from("<I", store.peek(0), 5)[0]
            flash.trouble = trouble
            store.drop(record)
            store.drop(record + 1)
        flash.trouble = None
        put(store, 100, 101)
        store.sync()
        store = open_store(16384)
        found = numbers(store)
        # What was accepted may come again.
        good = [kept[n:] + [100] for n in range(1 if act == "open" else 3)]
        return reads[0] if found in good and store.dropped == dropped else 0

    wrong = []
    for act in ("open", "drop"):
        for flash.raises in (True, False):
            for first in range(1, again(act) + 1):
                for second in (0, 1, 2):
                    if not again(act, first, first + second):
                        wrong.append((act, flash.raises, first, second))
    assert not wrong, wrong


def a_read_that_fails_forgets_no_boot():
    """Whichever read of the boots' file fails, all boots are known."""
    boots = [[5, 1, 2, 3], [6, 2, 3, 4]]
    wrong = []
    for writes in range(4):
        flash = fresh()
        open_store(16384)
        for _ in range(1 + writes):
            save("/f/boots.json", boots + [0])
        for flash.raises in (True, False):
            reads, first = [1], 0
            while reads[0] > first:
                first += 1
                reads[0] = 0

                def trouble(what, first=first, reads=reads):
                    reads[0] += what == "read"
                    if what == "read" and reads[0] == first:
                        raise OSError(5)

                vfs.umount("/f")
                flash.mount("/f")
                flash.trouble = trouble
                if load_boots("/f/boots.json")[0] != boots:
                    wrong.append((writes, flash.raises, first))
                flash.trouble = None
        vfs.umount("/f")
    fresh()
    assert not wrong, wrong


SCENARIOS = (
    a_write_that_failed_was_done,
    flash_cannot_be_read_for_one_request,
    flash_is_read_again_without_a_new_event,
    every_read_fails_once_or_twice,
    the_newest_are_refused_when_others_fill_the_flash,
    what_was_read_is_not_read_again,
    erases_are_told,
    others_fill_the_flash,
    full_to_the_last_block,
    writes_fail_and_recover,
    reads_fail,
    nothing_works_at_boot,
    the_path_is_a_file,
    the_flash_is_read_only,
    a_board_that_sleeps_writes_no_flash,
    every_single_write_fails_once,
    a_read_that_failed_spoils_no_folder,
    two_reads_that_fail_spoil_no_folder,
    a_read_that_fails_forgets_no_boot,
)


def main():
    result = {}
    for scenario in SCENARIOS:
        try:
            scenario()
            result[scenario.__name__] = ""
        except Exception as e:
            sys.print_exception(e, sys.stderr)
            result[scenario.__name__] = "%s: %s" % (type(e).__name__, e)
        vfs.umount("/f")
    print(json.dumps(result))


if __name__ == "__main__":
    main()
