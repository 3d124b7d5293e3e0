# Types and documentation of consent_document.py. No board gets this file.
from typing import Any

SCHEMA: str
FIELDS: tuple[Any, ...]

def consent_document(
    id_: str,
    version: str,
    name: str | None = None,
    description: str | None = None,
) -> tuple[str, dict[str, Any]]:
    """What a user consents to.

    Args:
        id_: 36 characters at most.
        version: 36 characters at most.
        name: 60 characters at most.
        description: 10,000 characters at most.

    Raises:
        ValueError: The schema would refuse an argument; the text names it.
    """
