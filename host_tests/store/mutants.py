"""Stores with one mistake each, which the power cuts must find: a proof that they can."""

import os

from snowplow_tracker.store import checkpoint, eviction, recovery, retained, segment_log, segments
from snowplow_tracker.store.checkpoint import save_state
from snowplow_tracker.store.segment_format import segment_name
from snowplow_tracker.store.segment_log import SegmentLog


def drops_before_it_writes(store):
    """Segments are removed before the state says so."""
    move_head = SegmentLog.move_head

    def wrong(self, *accepted):
        r = self.reader
        r.close()
        for number in range(r.head.number, r.number):
            os.remove(segment_name(self.path, number))
        move_head(self, *accepted)

    SegmentLog.move_head = wrong


def says_synced_too_early(store):
    """sync() is true, and what is in RAM is written at the next call."""

    def wrong(self):
        if getattr(self, "owed", False):
            self._write(False)
        self.owed = True
        return True

    store.sync = wrong


def keeps_no_progress(store):
    """A drop() within a segment is not written down."""
    commit = SegmentLog.commit

    def wrong(self):
        if self.oldest == self.reader.head.number:
            self.moved = False
        else:
            commit(self)

    SegmentLog.commit = wrong


def starts_sequences_again(store):
    """No sequences are set aside: what was only in RAM is given again."""
    checkpoint.LEASE = 0


def writes_the_state_in_place(store):
    """One file for the state, removed before it is written anew."""

    def wrong(log):
        name = log.path + "/b.s1"
        try:
            os.remove(name)
        except OSError:
            pass
        log.generation |= 1
        save_state(log)

    segment_log.save_state = wrong


def evicts_without_counting(store):
    """What makes room is not counted."""
    evict = eviction.evict

    def wrong(log):
        n = log.ring.lost["overflow"]
        evict(log)
        log.ring.lost["overflow"] = n

    eviction.evict = wrong


def forgets_the_end(store):
    """Recovery does not look for the newest sequence."""
    right = recovery.recover

    def wrong(log):
        lost = right(log)
        log.last = log.reader.head.end
        return lost

    recovery.recover = wrong


def keeps_what_flash_holds(retained_store):
    """What was written to flash just before a reset comes again from retained memory."""
    restore = retained_store._restore

    def wrong(self):
        last = self._log.last
        self._log.last = 0
        restore(self)
        self._log.last = last

    retained_store._restore = wrong


def does_not_retain_a_put(retained_store):
    """Retained memory is written at the next drop() or sync() only."""
    put = retained_store.put

    def wrong(self, ms, flags, json):
        self.retain, retain = lambda: None, self.retain
        try:
            return put(self, ms, flags, json)
        finally:
            self.retain = retain

    retained_store.put = wrong


def does_not_retain_a_drop(retained_store):
    """Retained memory is written at the next put() or sync() only."""
    retained_store.drop = segments.SegmentStore.drop


def retains_before_it_writes(retained_store):
    """sync() empties retained memory before flash holds what was in it."""
    sync = segments.SegmentStore.sync

    def wrong(self):
        kept = self._ring.count
        self._ring.count = 0
        self.retain()
        self._ring.count = kept
        done = sync(self)
        self.retain()
        return done

    retained_store.sync = wrong


def believes_any_memory(retained_store):
    """Retained memory is not checked."""
    retained.crc32 = lambda data: 0


def gives_a_sequence_of_flash(retained_store):
    """Sequences go on where retained memory says, although flash went further."""
    restore = retained_store._restore

    def wrong(self):
        last = self._log.last
        restore(self)
        if self._memory():
            following = int.from_bytes(self._memory()[8:12], "little")
            if not self._ring and following <= last:
                self._ring.next_sequence = following

    retained_store._restore = wrong
