from ..entities import finite
from ..record import MAX_JSON
from .calls import bind_call, deprecated, track_fields

SCHEMA = "iglu:com.snowplowanalytics.snowplow/add_to_cart/jsonschema/1-0-0"

FIELDS = (
    ("sku", "sku", MAX_JSON, True),
    ("quantity", "quantity", finite, True),
    ("name", "name", MAX_JSON, False),
    ("category", "category", MAX_JSON, False),
    ("unit_price", "unitPrice", finite, False),
    ("currency", "currency", MAX_JSON, False),
)


def track(tracker, *args, **options) -> "str | None":
    """sku, quantity, name, category, unit_price, currency."""
    deprecated(tracker, "track_add_to_cart", "a self-describing event")
    return track_fields(tracker, SCHEMA, FIELDS, bind_call(FIELDS, args, options))
