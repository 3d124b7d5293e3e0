from ..record import text
from .calls import bind_call, track_fields

SCHEMA = "iglu:com.snowplowanalytics.snowplow/button_click/jsonschema/1-0-0"


def _classes(name, value):
    if not isinstance(value, (list, tuple)):
        raise ValueError("%s: expected a list of str, got %r" % (name, value))
    return [text(name, item, 4096) for item in value]


_FIELDS = (
    ("label", "label", 4096, True),
    ("id_", "id", 4096, False),
    ("classes", "classes", _classes, False),
    ("name", "name", 4096, False),
)


def track(tracker, *args, **options) -> "str | None":
    """label, the text on the button; id_, classes (a list of str), name."""
    return track_fields(tracker, SCHEMA, _FIELDS, bind_call(_FIELDS, args, options))
