# Events that survive a power cut: a RingStore in RAM that is written to flash page by page.
#
# SegmentStore        what a program calls: when to write, and what if flash or memory fails
#   ring.py           the page in RAM
#   segment_log.py    the records on flash: what is appended, dropped and deleted
#   reader.py         reads records back
#   checkpoint.py     writes the state; its layout
#   eviction.py       makes room, from when flash is full for the first time
#   recovery.py       finds the records after a reboot
#   segment_format.py the layout of a segment
#
# While the network is there, events are put, sent and dropped in RAM, and flash is not touched.
# A full page is written at once; sync() writes what there is, and so does a put() or a peek()
# that finds it older than sync_seconds. Reading takes one buffer, of the largest record.
# Files in `path` that are not ours stay; those of another format have another ending.
#
# `_log`: the firmware's update_fetch.py asks it for max_bytes.
import os

from .. import clock
from ..record import HEADER_SIZE, MAX_JSON
from .checkpoint import CAUSES
from .ring import RingStore
from .segment_format import ITEM_EXTRA
from .segment_log import SegmentLog, open_folders

_NO_MEMORY = OSError(12, "not enough memory")  # ENOMEM, made while there is some


class SegmentStore:
    """Events on flash, which survive a power cut."""

    _log: SegmentLog
    _known_losses = (0, 0, 0, 0)  # those of earlier boots that `lost` has before flash is read

    # - `path` is a folder of its own, `max_bytes` how much of flash the store may take.
    # - `overflow`: what is lost when it is full, `oldest` or `newest`.
    # - `max_age`: seconds after which an event is not sent any more.
    # - `sync_seconds`: how long an event may be only in RAM; None: until its page is full.
    # - `page_bytes`: RAM for events, which is written at once.
    def __init__(
        self,
        path: str = "/events",
        max_bytes: int = 262144,
        overflow: str = "oldest",
        max_age: int = 30 * 86400,
        sync_seconds: "int | None" = 3600,
        page_bytes: int = 8192,
    ) -> None:
        if path[:1] != "/":
            path = os.getcwd().rstrip("/") + "/" + path
        self.path = path = path.rstrip("/")
        if open_folders.get(path) == clock.boot:
            raise ValueError("path: a store is open in %s: use that, or close() it first" % path)
        self._ring = self._new_ring(page_bytes, overflow, max_age)
        self.lost = self._ring.lost
        for cause in CAUSES:
            self.lost[cause] = 0
        refuse = overflow == "newest"
        self._log = SegmentLog(path, self._ring, max_bytes, page_bytes, max_age, refuse)
        self.error: OSError | None = None
        self._sync_ms = sync_seconds and sync_seconds * 1000
        self._unsynced_since: int | None = None  # ms of the oldest record that is only in RAM
        self._retry_from = 0  # the sequence below which put() does not try to write
        self._retry_step = 0
        # Why flash cannot be read. Then only RAM's records are seen, until none of them can be
        # in a batch that is under way: drop() would take with it what was never read.
        self._unreadable: OSError | None = None
        self._moved = False  # some of RAM's were written to flash meanwhile
        self._found_none = False  # peek(0) did, which no drop() of a batch can follow
        self._opened = False
        self._open()

    def _new_ring(self, page_bytes, overflow, max_age):
        # A record's header is longer in RAM than on flash.
        return RingStore(page_bytes + page_bytes // 16, overflow, max_age)

    def __len__(self):
        return len(self._ring) + len(self._log)

    @property
    def dropped(self) -> int:
        """How many events were lost, for any cause in `lost`."""
        return sum(self.lost.values())

    @property
    def settled(self) -> tuple:
        """What was accepted out of order: (sequence that is undecided, the last accepted)."""
        return self._ring.settled

    @settled.setter
    def settled(self, span: tuple) -> None:
        self._ring.settled = span

    @property
    def erases(self) -> int:
        """How many blocks of flash were erased since this object was made, as well as we know."""
        return self._log.erases

    def put(self, ms: int, flags: int, json: bytes) -> "int | None":
        """Store an event; -> its sequence, or None if it was not kept."""
        ring = self._ring
        n = len(json)
        if ring.next_sequence >= 0xFFFFFFFF:  # a reboot with nothing stored begins anew
            self.lost["error"] += 1
            return None
        large = HEADER_SIZE + n > len(ring.buf)
        if ring.next_sequence >= self._retry_from:
            self._open()
            if self._opened:
                log = self._log
                if ring.next_sequence >= log.lease:
                    self._commit()
                full = log.needed() + ITEM_EXTRA + n > log.page_room
                if large or full or not ring.make_room(HEADER_SIZE + n):
                    # One failure is no reason to lose anything.
                    self._write(True) or self._write(True)
        if large:  # it goes to flash by itself
            log = self._log
            if n > MAX_JSON or log.needed(json) > log.max_size:
                self.lost["overflow"] += 1
            elif self._opened and not ring and self._write(True, ms, flags, json):
                return log.last
            else:
                self.lost[ring.cause] += 1
                if not ring:
                    ring.next_sequence += 1  # it may be on flash
            return None
        sequence = ring.put(ms, flags, json)
        if self._unsynced_since is None:
            self._unsynced_since = ms
        else:
            self._write_if_due(ms)
        return sequence

    def peek(self, after: int = 0) -> "memoryview | None":
        """The first record behind a sequence, valid until the next call; None if there is none."""
        self._write_if_due(clock.ms())
        if self._unreadable and not (after or self._ring):
            if not self._moved or self._found_none:
                self._unreadable = self.error = None
        if self._opened and not self._unreadable:
            try:
                record = self._log.find(after)
                if self._log.moved:
                    self._commit()
                if record:
                    return record
            except OSError as e:
                self._unreadable = self.error = e
                self._moved = False
                self._log.in_doubt = True
        record = self._ring.peek(after)
        self._found_none = not (record or after)
        return record

    def drop(self, sequence: int) -> None:
        """Remove the records up to a sequence."""
        # What is only on flash was read before.
        on_flash = sequence <= self._log.last and not self._moved
        if self._opened and (on_flash or not self._unreadable):
            self._log.drop(sequence)
            self.error = self._log.reader.error or self.error
            if self._log.moved:
                self._commit()
        self._ring.drop(sequence)
        if not self._ring:
            self._unsynced_since = None
            if self._unreadable:
                self._unreadable = self.error = None
        self._open()

    def sync(self) -> bool:
        """Write what is only in RAM; -> whether that worked."""
        log = self._log
        log.reader.close()
        self._open()
        if self._opened:
            written = self._write(False)
            if self._commit(False) and written:
                self._recovered()
        return not self._ring

    def close(self) -> bool:
        """sync(), and leave the folder to another store; -> whether all was safe."""
        done = self.sync()
        self._opened = False
        self._log.close()
        return done

    def __del__(self):  # MicroPython does not call it
        if hasattr(self, "_log"):  # the arguments were good
            self._log.close()

    def _open(self):
        # Flash that could not be read at boot is tried again.
        if self._opened:
            return
        ring = self._ring
        try:
            lost = self._log.open()
            for i in range(4):
                self.lost[CAUSES[i]] += max(0, lost[i] - self._known_losses[i])
            self._opened = True
            if ring.count:  # they may be under way, and go first
                self._unreadable = self.error
                self._moved = False
            self._recovered()
        except (OSError, ImportError) as e:  # the library may lie on the same flash
            self._fail(e)
        except MemoryError:
            self._fail(_NO_MEMORY)
        if not self._opened and ring.next_sequence == 1:
            # So that those on flash are lower, if it can be read later.
            ring.next_sequence = 1 << 28

    def _write_if_due(self, ms):
        since = self._unsynced_since
        if since is not None and self._sync_ms and ms - since >= self._sync_ms:
            if self._opened and self._ring.next_sequence >= self._retry_from:
                self._write(False)

    def _write(self, pad, ms=0, flags=0, json=None):
        # Append what is in the ring, or one large record; -> whether that was done.
        log = self._log
        if not json and not self._ring:
            return True
        full = False
        while True:
            try:
                if full:
                    from .eviction import evict

                    evict(log)
                if not log.append(pad, ms, flags, json):
                    return False
                self._moved = True
                self._unsynced_since = None
                self._recovered()
                return True
            except OSError as e:
                # Others may fill the flash: then there is less room than max_bytes.
                # 28 is ENOSPC: errno lacks it, littlefs and FAT have it on every port.
                full = e.errno == 28 and not log.refuse and len(log) > 0
                log.in_doubt = True
                if not full:
                    self._fail(e)
                    return False
            except MemoryError:
                self._fail(_NO_MEMORY)
                return False
            except ImportError as e:  # eviction.py may lie on the same flash
                self._fail(e)
                return False

    def _commit(self, always=True):
        # Write the state, if it changed. Flash may refuse, at any time and for any reason.
        log = self._log
        try:
            if always or self.error or log.moved or log.saved_lost != self.dropped:
                log.commit()
            return True
        except OSError as e:
            self._fail(e)
        except MemoryError:  # two clauses: a tuple of them would have to be allocated
            self._fail(_NO_MEMORY)
        return False

    def _fail(self, e):
        self.error = e
        self._log.in_doubt = True
        if e is not _NO_MEMORY:
            try:
                self._log.reader.has_folder()
            except MemoryError:
                pass
        self._ring.cause = "error"
        self._retry_from = self._ring.next_sequence + self._retry_step
        # At most so many records come between two attempts.
        self._retry_step = min(2 * self._retry_step + 1, 32)

    def _recovered(self):
        self.error = self._unreadable
        self._ring.cause = "overflow"
        self._retry_from = 0
        self._retry_step = 0
