# The entities of Snowplow ecommerce, by the names and fields of their schemas:
#
#   ecommerce("product", id="12", category="drinks", price=1.5, currency="EUR")
#
# They are cart, checkout_step, page, product, promotion, refund, transaction, transaction_error
# and user. plugins/ecommerce.py tracks the events that carry them.
from ..record import text
from ..validators import one_of
from . import finite
from .checks import checked, flag, within

_VENDOR = "iglu:com.snowplowanalytics.snowplow.ecommerce/"
_COUNT = within(0, 9999999)


def ecommerce(kind: str, **fields: object) -> "tuple[str, dict]":
    """The entity `kind` with the fields of its schema; ValueError says which is wrong."""
    return of(kind, fields)


def of(kind: str, fields: dict) -> "tuple[str, dict]":
    """The same, of a dict."""
    table = _KINDS.get(kind)
    if not table:
        raise ValueError("kind: expected one of %s; got %r" % (" ".join(_KINDS), kind))
    return _VENDOR + kind + "/jsonschema/1-0-0", checked(kind, table, fields)


# MicroPython writes some floats with all their digits, such as 0.07000000000000001, which are more
# decimals than the schema takes.
class _Amount(float):
    def __repr__(self) -> str:
        return "%.2f" % (self + 0)


# What arithmetic with floats adds behind two decimals is cut off; a price of three is refused.
def _money(name, value):
    if not 0 <= finite(name, value) <= 9999999:
        raise ValueError("%s: expected an amount from 0 to 9999999, got %r" % (name, value))
    if isinstance(value, int):
        return value
    cents = _Amount("%.2f" % value)
    if not -0.0001 < cents - value < 0.0001:
        raise ValueError("%s: expected at most two decimals, got %r" % (name, value))
    return cents


def _currency(name, value):
    if len(text(name, value, 3)) != 3:
        raise ValueError("%s: expected three letters, such as EUR, got %r" % (name, value))
    return value


def _ids(name, value):
    if not isinstance(value, (list, tuple)):
        raise ValueError("%s: expected a list of str, got %r" % (name, value))
    return [text(name, item, 4096) for item in value]


_KINDS = {
    "cart": (
        ("cart_id", "cart_id", 4096, False),
        ("total_value", "total_value", _money, True),
        ("currency", "currency", _currency, True),
    ),
    "checkout_step": (
        ("step", "step", within(1, 90), True),
        ("shipping_postcode", "shipping_postcode", 128, False),
        ("billing_postcode", "billing_postcode", 128, False),
        ("shipping_full_address", "shipping_full_address", 4096, False),
        ("billing_full_address", "billing_full_address", 4096, False),
        ("delivery_provider", "delivery_provider", 128, False),
        ("delivery_method", "delivery_method", 128, False),
        ("coupon_code", "coupon_code", 128, False),
        ("account_type", "account_type", 128, False),
        ("payment_method", "payment_method", 128, False),
        ("proof_of_payment", "proof_of_payment", 128, False),
        ("marketing_opt_in", "marketing_opt_in", flag, False),
    ),
    "page": (
        ("type", "type", 128, True),
        ("language", "language", 128, False),
        ("locale", "locale", 128, False),
    ),
    "product": (
        ("id", "id", 4096, True),
        ("name", "name", 4096, False),
        ("category", "category", 4096, True),
        ("price", "price", _money, True),
        ("list_price", "list_price", _money, False),
        ("quantity", "quantity", _COUNT, False),
        ("size", "size", 256, False),
        ("variant", "variant", 256, False),
        ("brand", "brand", 256, False),
        ("inventory_status", "inventory_status", 256, False),
        ("position", "position", _COUNT, False),
        ("currency", "currency", _currency, True),
        ("creative_id", "creative_id", 256, False),
    ),
    "promotion": (
        ("id", "id", 4096, True),
        ("name", "name", 256, False),
        ("product_ids", "product_ids", _ids, False),
        ("position", "position", _COUNT, False),
        ("creative_id", "creative_id", 4096, False),
        ("type", "type", 256, False),
        ("slot", "slot", 256, False),
    ),
    "refund": (
        ("transaction_id", "transaction_id", 4096, True),
        ("currency", "currency", _currency, True),
        ("refund_amount", "refund_amount", _money, True),
        ("refund_reason", "refund_reason", 4096, False),
    ),
    "transaction": (
        ("transaction_id", "transaction_id", 4096, True),
        ("revenue", "revenue", _money, True),
        ("currency", "currency", _currency, True),
        ("payment_method", "payment_method", 128, True),
        ("total_quantity", "total_quantity", _COUNT, True),
        ("tax", "tax", _money, False),
        ("shipping", "shipping", _money, False),
        ("discount_code", "discount_code", 99, False),
        ("discount_amount", "discount_amount", _money, False),
        ("credit_order", "credit_order", flag, False),
    ),
    "transaction_error": (
        ("error_code", "error_code", 256, False),
        ("error_shortcode", "error_shortcode", 4096, False),
        ("error_description", "error_description", 4096, False),
        ("error_type", "error_type", one_of("hard soft"), False),
        ("resolution", "resolution", 4096, False),
    ),
    "user": (
        ("id", "id", 128, True),
        ("is_guest", "is_guest", flag, False),
        ("email", "email", 256, False),
    ),
}
