# Snowplow ecommerce, as the plugin of the tracker for browsers has it: for vending machines and
# kiosks. A plugin:
#
#   shop = Ecommerce(tracker)
#   tracker.plugins.append(shop)            # for set_page_type() and set_ecommerce_user()
#   cola = {"id": "12", "category": "drinks", "price": 1.5, "currency": "EUR", "quantity": 1}
#   shop.track_product_view(**cola)
#   shop.track_transaction([cola], transaction_id="a7", revenue=1.5, currency="EUR",
#                          payment_method="card")
#
# Products are dicts, and the other arguments are fields, as entities/ecommerce.py lists them.
# Every call takes context, tstamp and event_subject too, and returns the eid, or None.
from ..entities.ecommerce import ecommerce, of
from ..record import text

SCHEMA = (
    "iglu:com.snowplowanalytics.snowplow.ecommerce/snowplow_ecommerce_action/jsonschema/1-0-2"
)


class Ecommerce:
    def __init__(self, tracker) -> None:
        self.tracker = tracker
        self._page: tuple | None = None  # entities
        self._user: tuple | None = None

    def __call__(self, eid: str, pairs: dict, schema: "str | None", entities: list) -> None:
        if self._page:
            entities.append(self._page)
        if self._user and not self.tracker.anonymous:
            entities.append(self._user)

    def set_page_type(self, type: "str | None" = None, **fields) -> None:
        """From now on all events carry the page's type, language and locale; None: no more."""
        self._page = ecommerce("page", type=type, **fields) if type else None

    def set_ecommerce_user(self, id: "str | None" = None, **fields) -> None:
        """From now on all events carry the user's id, is_guest and email; None: no more."""
        self._user = ecommerce("user", id=id, **fields) if id else None

    def track_product_view(self, **product) -> "str | None":
        """A product is looked at."""
        return self._track("product_view", "product", product)

    def track_product_list_view(self, products, name: "str | None" = None, **common):
        """Products are shown in the list `name`."""
        return self._track("list_view", None, common, products, name)

    def track_product_list_click(self, product: dict, name: "str | None" = None, **common):
        """A product of the list `name` is chosen."""
        return self._track("list_click", None, common, [product], name)

    def track_add_to_cart(self, products=(), **cart) -> "str | None":
        """Products are added; the cart is as it is after it."""
        return self._track("add_to_cart", "cart", cart, products)

    def track_remove_from_cart(self, products=(), **cart) -> "str | None":
        """Products are taken out; the cart is as it is after it."""
        return self._track("remove_from_cart", "cart", cart, products)

    def track_checkout_step(self, **step) -> "str | None":
        """A step on the way to pay, from 1 on."""
        return self._track("checkout_step", "checkout_step", step)

    def track_transaction(self, products=(), **transaction) -> "str | None":
        """Something was bought; total_quantity is that of the products if it is not given."""
        return self._track("transaction", "transaction", transaction, products)

    def track_refund(self, products=(), **refund) -> "str | None":
        """Money is given back."""
        return self._track("refund", "refund", refund, products)

    def track_transaction_error(self, transaction: dict, **error) -> "str | None":
        """A transaction failed."""
        return self._track("trns_error", "transaction_error", error, (), None, transaction)

    def track_promotion_view(self, **promotion) -> "str | None":
        """A promotion is shown."""
        return self._track("promo_view", "promotion", promotion)

    def track_promotion_click(self, **promotion) -> "str | None":
        """A promotion is chosen."""
        return self._track("promo_click", "promotion", promotion)

    def _track(self, action, kind, fields, products=(), name=None, transaction=None):
        common = [fields.pop(key, None) for key in ("context", "tstamp", "event_subject")]
        try:
            entities = list(common[0] or ())
            total = 0
            for product in products:
                entities.append(of("product", product))
                total += entities[-1][1].get("quantity", 0)
            if transaction is not None:
                entities.append(of("transaction", transaction))
            if action == "transaction" and total:
                fields.setdefault("total_quantity", total)
            if kind:
                entities.append(of(kind, fields))
            elif fields:
                raise TypeError("unexpected argument: " + list(fields)[0])
            data = {"type": action}
            if name:
                data["name"] = text("name", name, 128)
        except ValueError as e:
            raise self.tracker.refuse(e)
        return self.tracker.track_self_describing_event(
            (SCHEMA, data), entities, common[1], common[2]
        )
