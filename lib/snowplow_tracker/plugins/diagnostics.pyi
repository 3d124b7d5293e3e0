# Types and documentation of diagnostics.py. No board gets this file.
from typing import Any

from ..tracker import Tracker

SCHEMA: str

class Diagnostics:
    """Reports the tracker's own failures as `diagnostic_error` events."""

    tracker: Tracker
    seen: dict[object, Any]
    """What was counted at the last check, which is all that it keeps."""
    def __init__(self, tracker: Tracker) -> None:
        """What was lost before is not reported."""
    def check(self) -> int:
        """Track what failed since the last time; -> the number of events."""
