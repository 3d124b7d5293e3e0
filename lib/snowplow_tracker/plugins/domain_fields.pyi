# Types and documentation of domain_fields.py. No board gets this file.
from typing import Any

from .session import Session

class DomainFields:
    """Fills `duid`, `sid` and `vid` of each event from a Session; a plugin behind it."""

    session: Session
    def __init__(self, session: Session) -> None:
        """Of a Subject that has these fields, its own stay."""
    def __call__(
        self, eid: str, pairs: dict[str, str], schema: str | None, entities: list[Any]
    ) -> None: ...
