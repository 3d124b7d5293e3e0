from .add_to_cart import FIELDS
from .calls import bind_call, deprecated, track_fields

SCHEMA = "iglu:com.snowplowanalytics.snowplow/remove_from_cart/jsonschema/1-0-0"


def track(tracker, *args, **options) -> "str | None":
    """sku, quantity, name, category, unit_price, currency."""
    deprecated(tracker, "track_remove_from_cart", "a self-describing event")
    return track_fields(tracker, SCHEMA, FIELDS, bind_call(FIELDS, args, options))
