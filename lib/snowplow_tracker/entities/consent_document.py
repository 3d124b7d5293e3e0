from ..arguments import fields

SCHEMA = "iglu:com.snowplowanalytics.snowplow/consent_document/jsonschema/1-0-0"
FIELDS = (
    ("id_", "id", 36, True),
    ("version", "version", 36, True),
    ("name", "name", 60, False),
    ("description", "description", 10000, False),
)


def consent_document(*args, **options) -> "tuple[str, dict]":
    """What a user consents to: its id, version, name and description."""
    return SCHEMA, fields(FIELDS, args, options)
