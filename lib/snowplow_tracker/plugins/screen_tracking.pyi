# Types and documentation of screen_tracking.py. No board gets this file.
from collections.abc import Iterable
from typing import Any

from ..events.screen_view import ScreenView
from ..subject import Subject
from ..tracker import Tracker

SCREEN: str
SUMMARY: str
END: str

class ScreenTracking:
    """Tracks the screens of a display, with their summaries; a plugin."""

    tracker: Tracker
    screen: dict[str, Any] | None
    """The data of the entity `screen` that all events carry now."""
    def __init__(self, tracker: Tracker) -> None:
        """No screen is shown yet."""
    def __call__(
        self, eid: str, pairs: dict[str, str], schema: str | None, entities: list[Any]
    ) -> None: ...
    def track_screen_view(
        self,
        name: str,
        id_: str | None = None,
        type: str | None = None,
        previous_name: str | None = None,
        previous_id: str | None = None,
        previous_type: str | None = None,
        transition_type: str | None = None,
        context: Iterable[Any] | None = None,
        tstamp: int | None = None,
        event_subject: Subject | None = None,
    ) -> str | None:
        """Track a ScreenView, with a new id if none is given; -> its eid, or None.

        Raises:
            ValueError: An argument is bad; the screen before stays then.
        """
    def track_screen_end(self) -> str | None:
        """End the screen, if one is shown, before the next one is; -> the eid, or None."""
    def enter(self, view: ScreenView, data: dict[str, Any]) -> None: ...
    def sum_up(self, data: dict[str, Any]) -> None: ...
