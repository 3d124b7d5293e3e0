# Types and documentation of geolocation.py. No board gets this file.
from typing import Any

SCHEMA: str

def geolocation(
    latitude: float,
    longitude: float,
    latitude_longitude_accuracy: float | None = None,
    altitude: float | None = None,
    altitude_accuracy: float | None = None,
    bearing: float | None = None,
    speed: float | None = None,
    timestamp: int | None = None,
) -> tuple[str, dict[str, Any]]:
    """Where the board is.

    Args:
        latitude: Degrees, -90 to 90.
        longitude: Degrees, -180 to 180.
        latitude_longitude_accuracy: Metres.
        altitude: Metres.
        altitude_accuracy: Metres.
        bearing: Degrees from north.
        speed: Metres a second.
        timestamp: Milliseconds since 1970.

    Raises:
        ValueError: The schema would refuse an argument; the text names it.
    """
