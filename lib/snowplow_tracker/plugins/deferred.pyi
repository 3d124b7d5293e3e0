# Types and documentation of deferred.py. No board gets this file.
from ..events.event import Event
from ..tracker import Tracker

class Deferred:
    """Tracks from an interrupt handler: notes events there, and tracks them in the main loop."""

    tracker: Tracker
    missed: int
    """How many events found no room."""
    failed: int
    """How many events were refused when they were drained."""
    def __init__(self, tracker: Tracker, size: int = 16) -> None:
        """`size` is how many events may wait."""
    def track(self, event: Event, value: float | None = None) -> bool:
        """Note an Event, with a value for a StructuredEvent; -> whether there was room.

        It neither blocks nor allocates, so that it may be called in a hard interrupt.
        """
    def drain(self) -> int:
        """Track what was noted, at the time when it happened; -> how many events.

        Call it once in 6 days at least.
        """
