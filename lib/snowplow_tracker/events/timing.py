from ..entities import finite
from ..record import MAX_JSON
from .calls import bind_call, track_fields

SCHEMA = "iglu:com.snowplowanalytics.snowplow/timing/jsonschema/1-0-0"


_FIELDS = (
    ("category", "category", MAX_JSON, True),
    ("variable", "variable", MAX_JSON, True),
    ("timing", "timing", finite, True),
    ("label", "label", MAX_JSON, False),
)


def track(tracker, *args, **options) -> "str | None":
    """category, variable, timing (a number in milliseconds), label."""
    return track_fields(tracker, SCHEMA, _FIELDS, bind_call(_FIELDS, args, options))
