# Types and documentation of event_specification.py. No board gets this file.
from typing import Any

SCHEMA: str

def event_specification(
    id: str,
    name: str | None = None,
    data_product_id: str | None = None,
    data_product_name: str | None = None,
    data_product_domain: str | None = None,
    version: int | None = None,
) -> tuple[str, dict[str, Any]]:
    """Which event specification of a data product the event follows.

    Args:
        id: 254 characters at most; the other texts have 256.
        version: From 0 on.

    Raises:
        ValueError: The schema would refuse an argument; the text names it.
    """
