from ..entities import finite
from ..fields import fields
from ..record import MAX_JSON

SCHEMA = "iglu:com.snowplowanalytics.snowplow/timing/jsonschema/1-0-0"


def timing(*args, **options):
    """category, variable, timing (a number in milliseconds), label."""
    return SCHEMA, fields(
        (
            ("category", "category", MAX_JSON, True),
            ("variable", "variable", MAX_JSON, True),
            ("timing", "timing", finite, True),
            ("label", "label", MAX_JSON, False),
        ),
        args,
        options,
    )
