# Types and documentation of ecommerce.py. No board gets this file.
from collections.abc import Iterable
from typing import Any

from ..tracker import Tracker

SCHEMA: str

class Ecommerce:
    """The events of Snowplow ecommerce, for vending machines and kiosks; a plugin.

    Products are dicts of the fields of the schema `product`; the other arguments are fields of
    the schema that is named. Every call takes context, tstamp (milliseconds since 1970) and
    event_subject too, and returns the event's eid, or None if it was not kept. ValueError names
    what the schema would refuse. Amounts have two decimals at most, currencies three letters.
    """

    tracker: Tracker
    def __init__(self, tracker: Tracker) -> None:
        """No page type and no user are set yet."""
    def __call__(
        self, eid: str, pairs: dict[str, str], schema: str | None, entities: list[Any]
    ) -> None: ...
    def set_page_type(self, type: str | None = None, **fields: Any) -> None:
        """From now on all events carry the page's type, language and locale; None: no more."""
    def set_ecommerce_user(self, id: str | None = None, **fields: Any) -> None:
        """From now on all events carry the user's id, is_guest and email; None: no more."""
    def track_product_view(self, **product: Any) -> str | None:
        """A product is looked at: the fields of `product`."""
    def track_product_list_view(
        self, products: Iterable[dict[str, Any]], name: str | None = None, **common: Any
    ) -> str | None:
        """Products are shown in the list `name`, which has 128 characters at most."""
    def track_product_list_click(
        self, product: dict[str, Any], name: str | None = None, **common: Any
    ) -> str | None:
        """A product of the list `name` is chosen."""
    def track_add_to_cart(
        self, products: Iterable[dict[str, Any]] = (), **cart: Any
    ) -> str | None:
        """Products are added; the fields of `cart` are as they are after it."""
    def track_remove_from_cart(
        self, products: Iterable[dict[str, Any]] = (), **cart: Any
    ) -> str | None:
        """Products are taken out; the fields of `cart` are as they are after it."""
    def track_checkout_step(self, **step: Any) -> str | None:
        """A step on the way to pay: the fields of `checkout_step`; `step` is from 1 to 90."""
    def track_transaction(
        self, products: Iterable[dict[str, Any]] = (), **transaction: Any
    ) -> str | None:
        """Something was bought: the fields of `transaction`.

        Its total_quantity is that of the products if it is not given.
        """
    def track_refund(self, products: Iterable[dict[str, Any]] = (), **refund: Any) -> str | None:
        """Money is given back: the fields of `refund`."""
    def track_transaction_error(self, transaction: dict[str, Any], **error: Any) -> str | None:
        """A transaction failed: the fields of `transaction_error`.

        `error_type` is hard or soft.
        """
    def track_promotion_view(self, **promotion: Any) -> str | None:
        """A promotion is shown: the fields of `promotion`."""
    def track_promotion_click(self, **promotion: Any) -> str | None:
        """A promotion is chosen: the fields of `promotion`."""
