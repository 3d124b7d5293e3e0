from ..validators import count
from .calls import bind_call, deprecated, texts, track_fields

SCHEMA = "iglu:com.snowplowanalytics.snowplow/site_search/jsonschema/1-0-0"


def _terms(name, value):
    if not texts(name, value):
        raise ValueError(name + ": may not be empty")
    return value


def _filters(name, value):
    if not isinstance(value, dict):
        raise ValueError(name + ": expected a dict of str to str or bool")
    for key in value:
        if not isinstance(key, str) or not isinstance(value[key], (str, bool)):
            raise ValueError("%s: expected str or bool for %r" % (name, key))
    return value


_FIELDS = (
    ("terms", "terms", _terms, True),
    ("filters", "filters", _filters, False),
    ("total_results", "totalResults", count, False),
    ("page_results", "pageResults", count, False),
)


def track(tracker, *args, **options) -> "str | None":
    """terms, a list of words, and filters, total_results, page_results."""
    deprecated(tracker, "track_site_search", "a self-describing event")
    return track_fields(tracker, SCHEMA, _FIELDS, bind_call(_FIELDS, args, options))
