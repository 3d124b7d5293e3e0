# Types and documentation of activity_tracking.py. No board gets this file.
from typing import Any

from ..tracker import Tracker

WEB_PAGE: str

class ActivityTracking:
    """Tracks page pings while somebody uses a page; a plugin."""

    tracker: Tracker
    def __init__(
        self, tracker: Tracker, minimum_visit_length: int = 10, heartbeat_delay: int = 10
    ) -> None:
        """Take the times.

        Args:
            tracker: Whose page views it follows.
            minimum_visit_length: Seconds from the page view to the first ping, 0 to 86400.
            heartbeat_delay: Seconds from one ping to the next, 1 to 86400.
        """
    def __call__(
        self, eid: str, pairs: dict[str, str], schema: str | None, entities: list[Any]
    ) -> None: ...
    def update_page_activity(self, x: int | None = None, y: int | None = None) -> None:
        """The user did something; the page is scrolled to x, y (pixels)."""
    def check(self) -> str | None:
        """Track a page ping if it is time for one and the user was active; -> its eid, or None.

        Call it about once a second.
        """
