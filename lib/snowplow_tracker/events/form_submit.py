from .calls import bind_call, deprecated, texts, track_fields
from .form_change import element

SCHEMA = "iglu:com.snowplowanalytics.snowplow/submit_form/jsonschema/1-0-0"


def _elements(name, value):
    return [element(name, its) for its in value]


_FIELDS = (
    ("form_id", "formId", 4096, True),
    ("form_classes", "formClasses", texts, False),
    ("elements", "elements", _elements, False),
)


def track(tracker, *args, **options) -> "str | None":
    """form_id, form_classes, and elements, a list of dicts of name, value, nodeName, type."""
    deprecated(tracker, "track_form_submit", "a self-describing event")
    given = bind_call(_FIELDS, args, options)
    given["elements"] = given.get("elements") or None
    return track_fields(tracker, SCHEMA, _FIELDS, given)
