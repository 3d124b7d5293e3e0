# Types and documentation of retained.py. No board gets this file.
from collections.abc import Callable
from typing import Any

from .segments import SegmentStore

class RetainedStore(SegmentStore):
    """Events in memory that survives deep sleep, and on flash when it is full."""

    def __init__(
        self,
        memory: Callable[..., Any],
        nbytes: int = 2048,
        path: str = "/events",
        sync_seconds: int | None = None,
        *,
        max_bytes: int = 262144,
        overflow: str = "oldest",
        max_age: int = 2592000,
    ) -> None:
        """Go on with what the memory holds.

        Args:
            memory: `memory()` gives what was kept, `memory(buffer)` keeps it, such as the ESP32's
                `RTC().memory`.
            nbytes: How much it can keep.
            path: The folder of the store on flash.
            sync_seconds: How long an event may be only in this memory; None: until it is full.
            max_bytes: How much of flash the store may take.
            overflow: What is lost when it is full: `oldest`, or `newest`.
            max_age: Seconds after which an event is not sent any more.

        Raises:
            ValueError: A store is open in this folder, or `overflow` is another word.
        """
    def put(self, ms: int, flags: int, json: bytes) -> int | None:
        """Store an event; -> its sequence, or None if it was not kept."""
    def peek(self, after: int = 0) -> memoryview | None:
        """The first record behind a sequence, valid until the next call; None if there is none."""
    def drop(self, sequence: int) -> None:
        """Remove the records up to a sequence."""
    def sync(self) -> bool:
        """Write what is only in this memory to flash; -> whether that worked."""
    def retain(self) -> None:
        """Write to this memory what the last call may have had no RAM for.

        The other calls do it themselves, unless RAM runs out in the middle of it. A program calls
        it ahead of a deep sleep.
        """
