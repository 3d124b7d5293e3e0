# Decides what becomes of a batch that was not accepted. A Retry lives from the first failure until
# the oldest record is accepted or given up.
#
# An event that the collector never takes, while it takes others, must not block those behind
# it: after 4 failures the oldest goes alone, and if that fails too, those behind it go ahead.
# They stay in the store until the oldest is decided. An event that failed alone in 8 rounds, in
# each of which others were accepted, is given up.
from struct import unpack_from

from .. import clock
from ..record import HEADER
from .random import random


class Retry:
    def __init__(self, emitter):
        self.emitter = emitter
        self._begin()

    def _begin(self):
        self.failures = 0  # in a row, of any batch
        self.oldest_failures = 0  # of the oldest
        self.rounds = 0
        # Up to which sequence those behind the oldest were accepted, now and at its last failure.
        self.accepted_to = self.accepted_before = 0
        self.oldest = self._sequence()

    def failed(self, status, batch, sent):
        """Note a failure; -> the sequence after which to go on, None to wait for a retry."""
        emitter = self.emitter
        if status == 413 and batch.count > 1:
            emitter.batch_limit = batch.count // 2
            return batch.after
        retry = self._retries(status, batch.after)
        if emitter.on_failure:
            from .callbacks import report

            report(emitter, batch, retry, sent)
        if retry:
            return self._wait(status, batch)
        emitter.given_up += batch.count
        return self.settle(batch)

    def _retries(self, status, after):
        final = status in (400, 401, 403, 410, 413, 422)
        if not self.emitter.custom_retry_codes.get(status, not final):
            return False
        return bool(after) or self.rounds < 8

    def _wait(self, status, batch):
        emitter = self.emitter
        asked = self._asked(status)
        self.failures += 1
        cap = min(emitter.max_retry_delay_seconds, 1 << min(self.failures, 16))
        emitter.retry_at = clock.ms() + max(asked, random(cap * 1000))
        # A failure before anything was written says nothing of the event, and one with a
        # Retry-After asks for rest.
        if batch.after or asked or not (status or getattr(emitter.transport, "wrote", True)):
            return None
        self.oldest_failures += 1
        if self.oldest_failures == 4:
            emitter.batch_limit = max(1, batch.count // 2)
        if self.oldest_failures <= 4:
            return None
        if self.accepted_to != self.accepted_before:
            self.accepted_before = self.accepted_to
            self.rounds += 1
        return max(batch.last, self.accepted_to)

    def settle(self, batch):
        """Note that a batch is done with; -> the sequence after which to go on."""
        self.failures = 0
        if batch.after:  # the oldest is still undecided
            self.accepted_to = batch.last
            self.emitter.event_store.settled = self.oldest, batch.last
            return batch.last
        # One drop, since it may bring back what flash held at boot, whose sequences may be lower.
        emitter = self.emitter
        emitter.event_store.drop(max(batch.last, self.accepted_to))
        emitter.retry = None
        emitter.retry_at = 0
        return 0

    def limit(self, most):
        """How many may go together from the oldest on."""
        oldest = self._sequence()
        if oldest != self.oldest:
            if oldest > self.oldest:  # it was evicted; else flash can be read again
                self.emitter.event_store.drop(self.accepted_to)
            self._begin()
        return 1 if self.oldest_failures >= 4 else most

    def _sequence(self):
        record = self.emitter.event_store.peek(0)
        return unpack_from(HEADER, record)[3] if record else 0

    def _asked(self, status):
        # Retry-After in milliseconds, an hour at most.
        asked = getattr(self.emitter.transport, "retry_after", None)
        if not asked or not status:
            return 0
        from ..clock.http_date import retry_after_ms

        return min(retry_after_ms(asked, clock.unix_ms()), 3600000)
