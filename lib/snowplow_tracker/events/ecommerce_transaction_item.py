from ..tracker import number
from ..validators import digits
from .calls import deprecated, track_class
from .event import Event


class _Item(Event):
    TYPE = "ti"
    FIELDS = (
        ("order_id", "ti_id", 255, True),
        ("sku", "ti_sk", 255, True),
        ("price", "ti_pr", number, True),
        ("quantity", "ti_qu", digits, True),
        ("name", "ti_nm", 255, False),
        ("category", "ti_ca", 255, False),
        ("currency", "ti_cu", 3, False),
    )


def track(tracker, *args, **options) -> "str | None":
    """order_id, sku, price, quantity, name, category, currency."""
    deprecated(tracker, "track_ecommerce_transaction_item", "a self-describing event")
    return track_class(tracker, _Item, args, options)
