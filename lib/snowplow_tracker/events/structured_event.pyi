# Types and documentation of structured_event.py. No board gets this file.
from collections.abc import Iterable
from typing import Any

from ..subject import Subject
from ..tracker import Tracker
from .event import Event

class StructuredEvent(Event):
    """A structured event: a category, an action, and what they are about."""

    category: str
    action: str
    label: str | None
    property_: str | None
    value: float | None
    def __init__(
        self,
        category: str,
        action: str,
        label: str | None = None,
        property_: str | None = None,
        value: float | None = None,
        event_subject: Subject | None = None,
        context: Iterable[Any] | None = None,
        true_timestamp: int | None = None,
        device_timestamp: int | None = None,
        *,
        precision: int | None = None,
    ) -> None:
        """Check the arguments.

        Args:
            category: 1,000 characters at most.
            action: 1,000 characters at most.
            label: 4,096 characters at most.
            property_: 1,000 characters at most.
            value: A finite number.
            event_subject: Goes before the tracker's Subject.
            context: Entities: SelfDescribingJson or (schema, data).
            true_timestamp: The time that counts (`ttm`), in milliseconds since 1970.
            device_timestamp: In place of the time at which it is tracked, in the same unit.
            precision: Decimals with which `value` is written.

        Raises:
            ValueError: Enrich would refuse an argument; the text names it.
        """
    precision: int | None
    def pairs(self, tracker: Tracker) -> dict[str, str]: ...
