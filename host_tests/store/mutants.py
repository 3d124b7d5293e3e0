"""Stores with one mistake each, which the power cuts must find: a proof that they can."""

import os

from snowplow_tracker.store import segments
from snowplow_tracker.store.segment import segment_name
from snowplow_tracker.store.state import save_state


def drops_before_it_writes(store):
    """Segments are removed before the state says so."""
    advance = store._advance

    def wrong(self, cause=None):
        r = self._reader
        r.close()
        for number in range(self._head[0], r.number):
            os.remove(segment_name(self.path, number))
        advance(self, cause)

    store._advance = wrong


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
    advance = store._advance

    def wrong(self, cause=None):
        if self._reader.number == self._head[0] and self._reader.ordinal < self._total:
            save, self._save = self._save, lambda: None
            advance(self, cause)
            self._save = save
        else:
            advance(self, cause)

    store._advance = wrong


def starts_sequences_again(store):
    """No sequences are set aside: what was only in RAM is given again."""
    segments._LEASE = 0


def writes_the_state_in_place(store):
    """One file for the state, removed before it is written anew."""

    def wrong(path, generation, *values):
        name = path + "/b.s1"
        try:
            os.remove(name)
        except OSError:
            pass
        save_state(path, generation & -2, *values)

    segments.save_state = wrong


def evicts_without_counting(store):
    """What makes room is not counted."""
    evict = store._evict

    def wrong(self):
        n = self.lost["overflow"]
        evict(self)
        self.lost["overflow"] = n

    store._evict = wrong


def forgets_the_end(store):
    """Recovery does not look for the newest sequence."""
    recover = store._recover

    def wrong(self):
        recover(self)
        self._last = self._head[3] - 1

    store._recover = wrong
