# Types and documentation of global_entities.py. No board gets this file.
from collections.abc import Callable
from typing import Any

from ..self_describing_json import SelfDescribingJson

_Entity = SelfDescribingJson | tuple[str, Any]
_Patterns = str | list[str] | tuple[str, ...] | None

class GlobalEntities:
    """Entities that go with every event, or with those that a rule picks; a plugin."""

    failed: int
    """How many times a function raised; the event went without its entity."""
    def __init__(self) -> None:
        """There are none yet."""
    def add(
        self,
        entity: _Entity | Callable[[dict[str, str], str | None], Any],
        tag: str | None = None,
        filter: Callable[[dict[str, str], str | None], object] | None = None,
        accept: _Patterns = None,
        reject: _Patterns = None,
    ) -> GlobalEntities:
        """Add an entity; -> self.

        Args:
            entity: A pair (schema, data), or a function(pairs, schema) of the event that returns
                a pair, a list of pairs, or None.
            tag: By which remove() finds it.
            filter: A function(pairs, schema): whether the event gets the entity.
            accept: Patterns of schemas: only events that match one get it. A part that is `*`
                stands for any: `iglu:com.acme.*/*/jsonschema/*-*-*`.
            reject: Events that match one of these do not get it.

        Raises:
            ValueError: The entity or a pattern is none.
        """
    def remove(self, tag: str | None) -> GlobalEntities:
        """Take back what was added with the tag; -> self."""
    def __call__(
        self, eid: str, pairs: dict[str, str], schema: str | None, entities: list[Any]
    ) -> None: ...
