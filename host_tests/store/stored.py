"""What the store's tests on CPython share."""

from struct import unpack_from

from snowplow_tracker import clock
from snowplow_tracker.record import HEADER, HEADER_SIZE
from snowplow_tracker.store import segment_log


def stored(store, after=0):
    """[(sequence, JSON)] of all that a store holds, read as the emitter reads it."""
    found = []
    while True:
        record = store.peek(after)
        if record is None:
            return found
        size, _, _, sequence, _ = unpack_from(HEADER, record)
        assert size == len(record) - HEADER_SIZE and sequence > after
        after = sequence
        found.append((sequence, bytes(record[HEADER_SIZE:])))


class Memory:
    """Memory that survives a deep sleep, as ESP32's RTC().memory."""

    def __init__(self):
        self.kept = b""

    def __call__(self, data=None):
        if data is None:
            return self.kept
        assert len(data) <= 2048
        self.kept = bytes(data)


def reboot(store=None):
    """Another boot begins; what the store of the last one had in RAM is gone."""
    if hasattr(store, "_log"):
        store._log.reader.close()
    segment_log.open_folders.clear()
    clock.boot = clock.boot + 1 & 0xFFFF
