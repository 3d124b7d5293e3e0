# Types and documentation of page_ping.py. No board gets this file.
from collections.abc import Iterable
from typing import Any

from ..subject import Subject
from ..tracker import Tracker
from .page_view import PageView

class PagePing(PageView):
    """Somebody still looks at a page."""

    page_url: str
    page_title: str | None
    referrer: str | None
    min_x: int | None
    max_x: int | None
    min_y: int | None
    max_y: int | None
    def __init__(
        self,
        page_url: str,
        page_title: str | None = None,
        referrer: str | None = None,
        min_x: int | None = None,
        max_x: int | None = None,
        min_y: int | None = None,
        max_y: int | None = None,
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
            min_x: How far it was scrolled since the last ping, in pixels.
            event_subject: Goes before the tracker's Subject.
            context: Entities: SelfDescribingJson or (schema, data).
            true_timestamp: The time that counts (`ttm`), in milliseconds since 1970.
            device_timestamp: In place of the time at which it is tracked, in the same unit.

        Raises:
            ValueError: Enrich would refuse an argument; the text names it.
        """

def track(tracker: Tracker, *args: Any, **options: Any) -> str | None: ...
