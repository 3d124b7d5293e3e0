from .event import bind_call, texts, track_fields

SCHEMA = "iglu:com.snowplowanalytics.snowplow/button_click/jsonschema/1-0-0"
_FIELDS = (
    ("label", "label", 4096, True),
    ("id_", "id", 4096, False),
    ("classes", "classes", texts, False),
    ("name", "name", 4096, False),
)


def track(tracker, *args, **options) -> "str | None":
    """label, the text on the button; id_, classes (a list of str), name."""
    return track_fields(tracker, SCHEMA, _FIELDS, bind_call(_FIELDS, args, options))
