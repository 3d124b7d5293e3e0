# Types and documentation of page_view.py. No board gets this file.
from collections.abc import Iterable
from typing import Any

from ..subject import Subject
from ..tracker import Tracker
from .event import Event

class PageView(Event):
    """A page was shown."""

    page_url: str
    page_title: str | None
    referrer: str | None
    def __init__(
        self,
        page_url: str,
        page_title: str | None = None,
        referrer: str | None = None,
        event_subject: Subject | None = None,
        context: Iterable[Any] | None = None,
        true_timestamp: int | None = None,
        device_timestamp: int | None = None,
    ) -> None:
        """Check the arguments.

        Args:
            page_url: Its address, as Enrich can read it.
            page_title: 2,000 characters at most.
            referrer: The address of the page before.
            event_subject: Goes before the tracker's Subject.
            context: Entities: SelfDescribingJson or (schema, data).
            true_timestamp: The time that counts (`ttm`), in milliseconds since 1970.
            device_timestamp: In place of the time at which it is tracked, in the same unit.

        Raises:
            ValueError: Enrich would refuse an argument; the text names it.
        """
    def subject(self, pairs: dict[str, str]) -> Any: ...

def track(tracker: Tracker, *args: Any, **options: Any) -> str | None: ...
