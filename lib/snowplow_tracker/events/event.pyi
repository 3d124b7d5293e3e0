# Types and documentation of event.py. No board gets this file.
from collections.abc import Iterable
from typing import Any

from ..official.payload import Payload
from ..subject import Subject
from ..tracker import Tracker

class Event:
    """Any event of the protocol, from its pairs: `Event({"e": "pv", "url": "http://a"})`.

    The classes of events have arguments in place of the pairs. All arguments are attributes, and
    may be changed before the event is tracked, also again.
    """

    TYPE: str
    FIELDS: tuple[Any, ...]
    schema: str | None
    """The schema of a self-describing event."""
    ms: int | None
    """When it happened, by clock.ms(), if that was before it is tracked."""
    eid: bytes | None
    """Its UUID, if it is not to be a new one."""
    emitters: list[Any] | None
    added: Payload | None
    dict_: dict[str, Any] | None
    event_subject: Subject | None
    """Goes before the tracker's Subject."""
    context: Iterable[Any] | None
    """Entities: SelfDescribingJson or (schema, data)."""
    true_timestamp: int | None
    """The time that counts (`ttm`), in milliseconds since 1970."""
    device_timestamp: int | None
    """In place of the time at which it is tracked (`dtm`), in milliseconds since 1970."""
    def __init__(
        self,
        dict_: dict[str, Any] | None = None,
        event_subject: Subject | None = None,
        context: Iterable[Any] | None = None,
        true_timestamp: int | None = None,
        device_timestamp: int | None = None,
    ) -> None:
        """Check the arguments.

        Raises:
            ValueError: Enrich would refuse one; the text names it.
        """
    @property
    def payload(self) -> Payload:
        """A Payload, whose pairs are added to the event's."""
    def pairs(self, tracker: Tracker) -> dict[str, str]: ...
    def build_payload(
        self, encode_base64: bool, json_encoder: Any = None, subject: Subject | None = None
    ) -> Payload:
        """A Payload of all pairs that the event has without a tracker."""
    def subject(self, pairs: dict[str, str]) -> Any: ...

def track(tracker: Tracker, event: Event) -> str | None: ...
def catch(tracker: Tracker, event: Event) -> tuple[Any, ...] | None: ...
def all_pairs(event: Event, tracker: Any) -> dict[str, str]: ...
