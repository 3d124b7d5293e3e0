from ..arguments import fields
from ..validators import count

SCHEMA = "iglu:com.snowplowanalytics.snowplow/event_specification/jsonschema/1-0-4"


def event_specification(*args, **options) -> "tuple[str, dict]":
    """Which event specification of a data product the event follows."""
    return SCHEMA, fields(
        (
            ("id", "id", 254, True),
            ("name", "name", 256, False),
            ("data_product_id", "data_product_id", 256, False),
            ("data_product_name", "data_product_name", 256, False),
            ("data_product_domain", "data_product_domain", 256, False),
            ("version", "version", count, False),
        ),
        args,
        options,
    )
