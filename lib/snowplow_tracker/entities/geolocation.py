from ..arguments import fields
from ..validators import integer
from . import finite

SCHEMA = "iglu:com.snowplowanalytics.snowplow/geolocation_context/jsonschema/1-1-0"


def geolocation(*args, **options) -> "tuple[str, dict]":
    """Where the board is: degrees, metres, metres a second; `timestamp` in ms since 1970."""
    return SCHEMA, fields(
        (
            ("latitude", "latitude", _degrees, True),
            ("longitude", "longitude", _degrees, True),
            ("latitude_longitude_accuracy", "latitudeLongitudeAccuracy", finite, False),
            ("altitude", "altitude", finite, False),
            ("altitude_accuracy", "altitudeAccuracy", finite, False),
            ("bearing", "bearing", finite, False),
            ("speed", "speed", finite, False),
            ("timestamp", "timestamp", _time, False),
        ),
        args,
        options,
    )


def _degrees(name, value):
    limit = 90 if name == "latitude" else 180
    if not -limit <= finite(name, value) <= limit:
        raise ValueError("%s: %s is beyond %d degrees" % (name, value, limit))
    return value


def _time(name, value):
    return integer(name, value, 0, 253402300799999)
