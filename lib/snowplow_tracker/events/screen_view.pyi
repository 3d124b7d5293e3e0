# Types and documentation of screen_view.py. No board gets this file.
from collections.abc import Iterable
from typing import Any

from ..subject import Subject
from ..tracker import Tracker
from .event import Event

SCHEMA: str

class ScreenView(Event):
    """A screen was shown, by the schema of the trackers for phones."""

    id_: str
    name: str
    type: str | None
    previous_name: str | None
    previous_id: str | None
    previous_type: str | None
    transition_type: str | None
    def __init__(
        self,
        id_: str,
        name: str,
        type: str | None = None,
        previous_name: str | None = None,
        previous_id: str | None = None,
        previous_type: str | None = None,
        transition_type: str | None = None,
        event_subject: Subject | None = None,
        context: Iterable[Any] | None = None,
        true_timestamp: int | None = None,
        device_timestamp: int | None = None,
    ) -> None:
        """Check the arguments.

        Args:
            id_: A UUID of this view.
            name: The name of the screen.
            type: Which kind of screen it is.
            previous_name: A ScreenTracking fills in what was before.
            transition_type: How the user came to it.
            event_subject: Goes before the tracker's Subject.
            context: Entities: SelfDescribingJson or (schema, data).
            true_timestamp: The time that counts (`ttm`), in milliseconds since 1970.
            device_timestamp: In place of the time at which it is tracked, in the same unit.

        Raises:
            ValueError: Enrich would refuse an argument; the text names it.
        """
    def pairs(self, tracker: Tracker) -> dict[str, str]: ...

def find_screens(tracker: Tracker) -> Any: ...
def track(tracker: Tracker, *args: Any, **options: Any) -> str | None: ...
