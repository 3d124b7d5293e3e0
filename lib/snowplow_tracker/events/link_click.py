from ..record import MAX_JSON
from .calls import bind_call, deprecated, texts, track_fields

SCHEMA = "iglu:com.snowplowanalytics.snowplow/link_click/jsonschema/1-0-1"

_FIELDS = (
    ("target_url", "targetUrl", MAX_JSON, True),
    ("element_id", "elementId", MAX_JSON, False),
    ("element_classes", "elementClasses", texts, False),
    ("element_target", "elementTarget", MAX_JSON, False),
    ("element_content", "elementContent", MAX_JSON, False),
)


def track(tracker, *args, **options) -> "str | None":
    """target_url, and element_id, element_classes, element_target, element_content."""
    deprecated(tracker, "track_link_click", "a self-describing event")
    return track_fields(tracker, SCHEMA, _FIELDS, bind_call(_FIELDS, args, options))
