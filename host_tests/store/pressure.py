"""Lack of memory at every allocation of a store: heaps that are a little less full each time.

    micropython -X heapsize=96wk pressure.py segments|retained FOLDER

A backlog is made on a file system in C, then nearly all of the heap is taken, and what is left
in pieces of 16 bytes to some KB decides which allocation of an operation is the first to fail.
Meanwhile events are put, read, dropped and synced. Then memory is there again, and the books
must be right: what was acknowledged is there or counted, and no event comes twice.

Prints a JSON dict: how many heaps were tried, in how many of them something failed, and what
was wrong.
"""

import gc
import json
import os
import sys
from struct import unpack_from

from snowplow_tracker import clock
from snowplow_tracker.record import HEADER, HEADER_SIZE
from snowplow_tracker.store import eviction, recovery, segment_log  # noqa: F401  # before memory is short
from snowplow_tracker.store.retained import RetainedStore
from snowplow_tracker.store.segments import SegmentStore

kind, folder = sys.argv[1:]
HEAPS = 260
held = [None] * 3000
kept = b""
sequences = [0] * 40  # of what was put while memory was short; None: refused, and counted
EVENTS = [b"%03d" % n + b"x" * (900 if n % 7 == 3 else 150) for n in range(40)]


def memory(data=None):
    global kept
    if data is None:
        return kept
    kept = bytes(data)


def reboot():
    clock.boot = clock.boot + 1 & 0xFFFF
    segment_log.open_folders.clear()
    if kind == "retained":
        return RetainedStore(memory, 1200, folder, max_bytes=65536)
    return SegmentStore(folder, 65536, page_bytes=1024)


def take(free):
    """Take the heap, but for about `free` bytes in pieces of all sizes."""
    gc.collect()
    n = 0
    for size in (8192, 1024, 256, 64, 16):
        try:
            while True:
                held[n] = bytearray(size)
                n += 1
        except MemoryError:
            pass
    # The smaller ones came last.
    step = 1
    while free > 0 and n:
        n -= step
        piece = held[n]
        free -= len(piece)
        held[n] = piece = None


def release():
    for i in range(len(held)):
        held[i] = None
    gc.collect()


def numbers(store):
    found = []
    after = 0
    while True:
        record = store.peek(after)
        if record is None:
            return found
        sequence = unpack_from(HEADER, record)[3]
        assert sequence > after, "order"
        after = sequence
        n = int(bytes(record[HEADER_SIZE : HEADER_SIZE + 3]))
        assert bytes(record[HEADER_SIZE:]) == EVENTS[n], "damaged"
        found.append(n)


failures = 0


def short_of_memory(store, drop):
    """What a board does; nothing in it may leave but a MemoryError of peek() and drop()."""
    global failures
    dropped = 0
    for n in range(20, 40):
        try:
            sequences[n] = store.put(1000, 0, EVENTS[n])
        except MemoryError:
            raise AssertionError("put() raised MemoryError")
        if n % 4 == 1:
            after = 0
            try:
                for _ in range(n):
                    record = store.peek(after)
                    if record is None:
                        break
                    after = record[5] | record[6] << 8 | record[7] << 16
            except MemoryError:
                failures += 1
        if n == 30:
            try:
                store.drop(drop)
                dropped = drop
            except MemoryError:
                failures += 1
    try:
        store.sync()
    except MemoryError:
        raise AssertionError("sync() raised MemoryError")
    if store.error:
        failures += 1
    return dropped


def one(free, boot_too):
    global kept, failures
    for name in os.listdir(folder):
        os.remove(folder + "/" + name)
    kept = b""
    clock.boot = 100
    store = reboot()
    for n in range(20):
        sequences[n] = store.put(1000, 0, EVENTS[n])
    assert store.sync()
    if not boot_too:
        store = reboot()
    take(free)
    if boot_too:
        try:
            store = reboot()
        except MemoryError:  # that of its buffers: nothing is acknowledged yet
            release()
            failures += 1
            return
        failures += store.error is not None
    try:
        dropped = short_of_memory(store, sequences[11])
    finally:
        release()
    assert store.sync(), "sync: %r" % store.error
    if store.error:
        # Flash could not be read at boot: it is seen once what came since then was sent.
        sequence = store.put(1000, 0, EVENTS[0])
        assert [0] == numbers(store)
        store.drop(sequence)
        assert store.error is None, repr(store.error)
    for _ in range(2):
        found = numbers(store)
        first = 12 if dropped else 0
        due = [n for n in range(first, 40) if sequences[n] is not None]
        missing = [n for n in due if n not in found]
        assert not [n for n in found if n not in due], "came back: %r" % found
        refused = len([1 for s in sequences if s is None])
        lost = store.dropped
        assert lost == len(missing) + refused, "missing %r, counted %r" % (missing, store.lost)
        assert not store.lost["corruption"], store.lost
        assert len(store) == len(found), "len %d, found %d" % (len(store), len(found))
        assert store.sync() and store.error is None, "sync"
        store = reboot()


clock.ms = lambda: 1000
clock.unix_ms = lambda: 1795350546723
clock.boot_start = lambda: 1795350545723
wrong = []
heaps = 0
for i in range(HEAPS):
    free = i * 16 if i < 200 else 3200 + (i - 200) * 128
    try:
        one(free, i & 1)
    except AssertionError as e:
        wrong.append("%d bytes free: %s" % (free, e))
    heaps += 1
print(json.dumps({"heaps": heaps, "failures": failures, "wrong": wrong[:5]}))
