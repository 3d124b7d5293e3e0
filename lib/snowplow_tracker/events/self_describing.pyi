# Types and documentation of self_describing.py. No board gets this file.
from collections.abc import Iterable
from typing import Any

from ..self_describing_json import SelfDescribingJson
from ..subject import Subject
from ..tracker import Tracker
from .event import Event

class SelfDescribing(Event):
    """An event with a schema of its own."""

    event_json: SelfDescribingJson | tuple[str, Any]
    def __init__(
        self,
        event_json: SelfDescribingJson | tuple[str, Any],
        event_subject: Subject | None = None,
        context: Iterable[Any] | None = None,
        true_timestamp: int | None = None,
        device_timestamp: int | None = None,
    ) -> None:
        """Check the arguments.

        Args:
            event_json: The schema and the data.
            event_subject: Goes before the tracker's Subject.
            context: Entities: SelfDescribingJson or (schema, data).
            true_timestamp: The time that counts (`ttm`), in milliseconds since 1970.
            device_timestamp: In place of the time at which it is tracked, in the same unit.

        Raises:
            ValueError: Enrich would refuse an argument; the text names it.
        """
    def pairs(self, tracker: Tracker) -> dict[str, str]: ...
