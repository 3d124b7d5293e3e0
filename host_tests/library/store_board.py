"""A board with a store on flash, for tests; runs on MicroPython too."""

import gc
import os
from binascii import hexlify
from struct import unpack_from

from expect import records
from snowplow_tracker import clock
from snowplow_tracker.record import HEADER, HEADER_SIZE
from snowplow_tracker.store import segment_log
from snowplow_tracker.store.retained import RetainedStore
from snowplow_tracker.store.segments import SegmentStore

DAY = 86400


class Board:
    """A folder for a store, a clock that is told what to show, and reboots."""

    def __enter__(self):
        name = str(hexlify(os.urandom(8)), "ascii")
        self.path = "%s/store-%s" % (os.getenv("TMPDIR") or "/tmp", name)
        self.real = clock.ms, clock.unix_ms, clock.boot_start, clock.boot, clock.confirmed
        clock.confirmed = True  # two sources of the time agree
        self.seconds = 1000
        self.wall = 1795350546  # None while it is not set
        self.store = None
        self.kept = b""
        clock.ms = lambda: self.seconds * 1000
        clock.unix_ms = lambda: (self.wall or 1735689600) * 1000
        clock.boot_start = lambda: self.wall and (self.wall - self.seconds) * 1000 or 0
        return self

    def __exit__(self, *_):
        clock.ms, clock.unix_ms, clock.boot_start, clock.boot, clock.confirmed = self.real
        self.off()
        for name in os.listdir(self.path):
            os.remove(self.path + "/" + name)
        os.rmdir(self.path)

    def off(self):
        if self.store is not None:
            self.store._log.reader.close()

    def memory(self, data=None):
        if data is None:
            return self.kept
        self.kept = bytes(data)

    def boot(self, make=SegmentStore, **options):
        self.off()
        self.store = None  # RAM is empty after a reset
        gc.collect()
        clock.boot = clock.boot + 1 & 0xFFFF
        segment_log.open_folders.clear()  # a reset forgets what a module knows
        self.seconds = 5
        options.setdefault("max_bytes", 65536)
        if make is RetainedStore:
            options["memory"] = self.memory
        else:
            options.setdefault("page_bytes", 4096)
        self.store = make(path=self.path, **options)
        return self.store

    def find(self, path):
        """What was at `path` is there, for the store of this boot too."""
        self.path = self.store.path = self.store._log.path = path

    def pass_time(self, seconds):
        self.seconds += seconds
        if self.wall is not None:
            self.wall += seconds


class NoOpen:
    """No file can be opened by these modules of the store."""

    def __init__(self, error, *modules):
        self.error, self.modules = error, modules

    def __enter__(self):
        for module in self.modules:
            module.open = self._raise

    def __exit__(self, *_):
        for module in self.modules:
            del module.open

    def _raise(self, *_):
        raise self.error


def bodies(store):
    return [r[4] for r in records(store)]


def put(store, *names):
    return [store.put(clock.ms(), 0, name) for name in names]


def numbered(n):
    """An event of 204 bytes."""
    return b"%04d" % n + b"x" * 200


def numbers(store):
    """The numbers of the numbered() events that a store holds, each checked as a whole."""
    found = []
    after = 0
    while True:
        record = store.peek(after)
        if record is None:
            return found
        after = unpack_from(HEADER, record)[3]
        n = int(bytes(record[HEADER_SIZE : HEADER_SIZE + 4]))
        assert record[HEADER_SIZE:] == numbered(n)
        found.append(n)
