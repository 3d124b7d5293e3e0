# Types and documentation of mobile_context.py. No board gets this file.
from typing import Any

SCHEMA: str

def mobile_context(
    device_model: str | None = None,
    device_manufacturer: str | None = None,
    os_version: str | None = None,
    network_type: str | None = None,
    network_technology: str | None = None,
    physical_memory: int | None = None,
    system_available_memory: int | None = None,
    app_available_memory: int | None = None,
    battery_level: int | None = None,
    battery_state: str | None = None,
    low_power_mode: bool | None = None,
    available_storage: int | None = None,
    total_storage: int | None = None,
    language: str | None = None,
) -> tuple[str, dict[str, Any]]:
    """The board, as the trackers for phones describe a phone. What is not known is left out.

    Args:
        network_type: wifi, mobile or offline.
        physical_memory: Bytes, as all sizes here.
        app_available_memory: By itself what gc.mem_free() says.
        battery_level: Percent.
        battery_state: unplugged, charging or full.
        language: 8 characters at most.

    Raises:
        ValueError: The schema would refuse an argument; the text names it.
    """
