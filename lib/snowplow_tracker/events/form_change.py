from ..record import text
from ..validators import one_of
from .calls import bind_call, deprecated, texts, track_pair

SCHEMA = "iglu:com.snowplowanalytics.snowplow/change_form/jsonschema/1-0-0"

_NODE = one_of("INPUT TEXTAREA SELECT")
_TYPE = one_of(
    "button checkbox color date datetime datetime-local email file hidden image month number "
    "password radio range reset search submit tel text time url week"
)
_FIELDS = (
    ("form_id", "formId", 4096, True),
    ("element_id", "elementId", 4096, True),
    ("node_name", "nodeName", _NODE, True),
    ("value", "value", 65535, False),
    ("type_", "type", _TYPE, False),
    ("element_classes", "elementClasses", texts, False),
)


def track(tracker, *args, **options) -> "str | None":
    """form_id, element_id, node_name, value, type_, element_classes."""
    deprecated(tracker, "track_form_change", "a self-describing event")
    given = bind_call(_FIELDS, args, options)
    if isinstance(given.get("type_"), str):
        given["type_"] = given["type_"].lower()

    def data(given, fill):
        found = fill({}, _FIELDS, given.get)
        # The schema wants it to be there, if only as null.
        if "value" not in given:
            raise ValueError("value: needed, or None")
        found.setdefault("value", given["value"])
        return found

    return track_pair(tracker, SCHEMA, data, given)


def element(name: str, value) -> dict:
    """An element of a form: a dict of name, value, nodeName, and perhaps type."""
    if not isinstance(value, dict):
        raise ValueError("%s: expected dicts of name, value, nodeName" % name)
    for key in ("name", "value", "nodeName"):
        if key not in value:
            raise ValueError("%s: an element lacks %s" % (name, key))
    for key in value:
        if key not in ("name", "value", "nodeName", "type"):
            raise ValueError("%s: %r is not a key of an element" % (name, key))
    text(name, value["name"], 65535)
    if value["value"] is not None:
        text(name, value["value"], 65535)
    _NODE(name, value["nodeName"])
    if "type" in value:
        _TYPE(name, value["type"])
    return value
