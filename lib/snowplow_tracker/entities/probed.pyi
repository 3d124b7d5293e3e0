# Types and documentation of probed.py. No board gets this file.
from collections.abc import Callable
from typing import Any

def probed(schema: str, **probes: Callable[[], Any]) -> tuple[str, dict[str, Any]]:
    """An entity of what each function returns, once; one that fails or has None is left out.

    Args:
        schema: The entity's schema.
        **probes: A function for each field, such as `mac=board.mac`.
    """
