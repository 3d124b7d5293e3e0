import json

from expect import entities, entity, last_event, refused, tracker, unwrapped
from fake_time import NOW, Time
from snowplow_tracker import Anonymous, Ecommerce, Subject
from snowplow_tracker.entities.ecommerce import ecommerce
from snowplow_tracker.plugins.ecommerce import SCHEMA

VENDOR = "iglu:com.snowplowanalytics.snowplow.ecommerce/"
READING = "iglu:com.acme/reading/jsonschema/1-0-0"
COLA = {"id": "12", "category": "drinks", "price": 1.5, "currency": "EUR", "quantity": 2}
NUTS = {"id": "7", "category": "snacks", "price": 2, "currency": "EUR", "name": "Nuts"}
CART = {"total_value": 3.5, "currency": "EUR"}
SALE = {"transaction_id": "a7", "revenue": 5, "currency": "EUR", "payment_method": "card"}


def shop(**options):
    """(tracker, wire, Ecommerce) of a vending machine."""
    t, wire = tracker(**options)
    found = Ecommerce(t)
    t.plugins.append(found)
    return t, wire, found


def seen(t, wire):
    """The action, and (kind, data) of each entity, of the event that went last."""
    event = last_event(t, wire)
    schema, data = unwrapped(event)
    assert schema == SCHEMA
    found = []
    for its, fields in entities(event):
        assert its.startswith(VENDOR) and its.endswith("/jsonschema/1-0-0")
        found.append((its.split("/")[1], fields))
    return data, found


def test_each_action_and_its_entities():
    t, wire, s = shop()
    assert s.track_product_view(**COLA)
    assert seen(t, wire) == ({"type": "product_view"}, [("product", COLA)])
    s.track_product_list_view([COLA, NUTS], "top row")
    products = [("product", COLA), ("product", NUTS)]
    assert seen(t, wire) == ({"type": "list_view", "name": "top row"}, products)
    s.track_product_list_click(NUTS, name="top row")
    assert seen(t, wire) == ({"type": "list_click", "name": "top row"}, products[1:])
    s.track_add_to_cart([COLA], cart_id="c", **CART)
    cart = ("cart", dict(CART, cart_id="c"))
    assert seen(t, wire) == ({"type": "add_to_cart"}, [products[0], cart])
    s.track_remove_from_cart(products=[NUTS], **CART)
    assert seen(t, wire) == ({"type": "remove_from_cart"}, [products[1], ("cart", CART)])
    s.track_checkout_step(step=2, payment_method="coins", marketing_opt_in=False)
    step = {"step": 2, "payment_method": "coins", "marketing_opt_in": False}
    assert seen(t, wire) == ({"type": "checkout_step"}, [("checkout_step", step)])
    s.track_transaction([COLA, NUTS], **SALE)
    sale = ("transaction", dict(SALE, total_quantity=2))
    assert seen(t, wire) == ({"type": "transaction"}, products + [sale])
    s.track_transaction([COLA], total_quantity=9, tax=0.8, credit_order=True, **SALE)
    sale = ("transaction", dict(SALE, total_quantity=9, tax=0.8, credit_order=True))
    assert seen(t, wire) == ({"type": "transaction"}, [products[0], sale])
    refund = {"transaction_id": "a7", "currency": "EUR", "refund_amount": 1.5}
    s.track_refund([COLA], refund_reason="stuck", **refund)
    refund["refund_reason"] = "stuck"
    assert seen(t, wire) == ({"type": "refund"}, [products[0], ("refund", refund)])
    failed = dict(SALE, total_quantity=1)
    s.track_transaction_error(failed, error_code="E5", error_type="hard")
    expected = [("transaction", failed)]
    expected.append(("transaction_error", {"error_code": "E5", "error_type": "hard"}))
    assert seen(t, wire) == ({"type": "trns_error"}, expected)
    promotion = {"id": "summer", "product_ids": ["12", "7"], "position": 1, "slot": "top"}
    s.track_promotion_view(**promotion)
    assert seen(t, wire) == ({"type": "promo_view"}, [("promotion", promotion)])
    s.track_promotion_click(**promotion)
    assert seen(t, wire) == ({"type": "promo_click"}, [("promotion", promotion)])
    assert COLA["price"] == 1.5 and len(COLA) == 5


def test_every_call_takes_context_time_and_subject():
    t, wire, s = shop()
    options = {"context": [(READING, {"n": 1})], "tstamp": 1700000000000}
    options["event_subject"] = Subject().set_user_id("u")
    s.track_product_view(**dict(COLA, **options))
    s.track_product_list_view([COLA], "l", **options)
    s.track_product_list_click(COLA, **options)
    s.track_add_to_cart([COLA], **dict(CART, **options))
    s.track_transaction([COLA], **dict(SALE, **options))
    t.flush()
    assert len(wire.events()) == 5
    for event in wire.events():
        assert (event["uid"], event["ttm"]) == ("u", "1700000000000")
        assert entity(event, READING) == {"n": 1}


def test_page_and_user_go_with_all_events_until_they_are_taken_back():
    t, wire, s = shop()
    s.set_page_type("product", language="de")
    s.set_ecommerce_user("u1", is_guest=False, email="a@example.com")
    t.track_struct_event("c", "a")
    event = last_event(t, wire)
    page, user = VENDOR + "page/jsonschema/1-0-0", VENDOR + "user/jsonschema/1-0-0"
    assert entity(event, page) == {"type": "product", "language": "de"}
    assert entity(event, user) == {"id": "u1", "is_guest": False, "email": "a@example.com"}
    t.anonymous = Anonymous()
    t.track_struct_event("c", "a")
    event = last_event(t, wire)
    assert entity(event, page) and not entity(event, user)
    t.anonymous = None
    s.set_ecommerce_user()  # the next customer
    s.set_page_type(None)
    t.track_struct_event("c", "a")
    assert "co" not in last_event(t, wire)
    refused("user: is_guest: expected True or False", s.set_ecommerce_user, "u", is_guest=1)
    refused("page: 'tongue'", s.set_page_type, "t", tongue="de")


def test_amounts_are_written_with_two_decimals_at_most():
    t, wire, s = shop()
    for value, written in (
        (0.1 + 0.2, 0.3),
        (19.99 * 3, 59.97),
        (0.07, 0.07),
        (8.05, 8.05),
        (8.12, 8.12),
        (1e-9, 0.0),
        (0, 0),
        (9999999, 9999999),
        (99999.99, 99999.99),
    ):
        s.track_add_to_cart(total_value=value, currency="EUR")
        co = last_event(t, wire)["co"]
        text = co[co.index('total_value":') + 13 :].replace("}", ",").split(",")[0]
        assert float(text) == written, (value, text)
        assert "e" not in text and len((text + ".").split(".")[1]) <= 2, text
    for cents in range(0, 100000, 37):
        _, data = ecommerce("cart", total_value=cents / 100, currency="EUR")
        text = json.dumps(data["total_value"])
        assert len(text.split(".")[1]) <= 2, text
    for value in (1.299, -0.01, 1e7, float("nan"), float("inf"), "1", True):
        refused("cart: total_value", s.track_add_to_cart, total_value=value, currency="EUR")


def test_refusals_name_the_entity_and_the_field_and_store_nothing():
    t, _, s = shop()
    count = 0
    for mention, call, options in (
        ("product: id: may not be empty", s.track_product_view, dict(COLA, id="")),
        ("product: 'colour' is none of its fields id ", s.track_product_view, {"colour": "red"}),
        ("price: expected at most two dec", s.track_product_view, dict(COLA, price=1.999)),
        ("product: currency: expected three", s.track_product_view, dict(COLA, currency="E")),
        ("product: currency: 4", s.track_product_view, dict(COLA, currency="EURO")),
        ("product: quantity", s.track_product_view, dict(COLA, quantity=-1)),
        ("product: category", s.track_add_to_cart, dict(CART, products=[{"id": "1"}])),
        ("cart: total_value: may not", s.track_add_to_cart, {"currency": "EUR"}),
        ("checkout_step: step: expected an int from 1 to 90", s.track_checkout_step, {"step": 0}),
        ("checkout_step: step", s.track_checkout_step, {"step": 91}),
        ("transaction: total_quantity: may not", s.track_transaction, SALE),
        ("transaction: transaction_id", s.track_transaction_error, {"transaction": {}}),
        ("refund: refund_amount", s.track_refund, {"transaction_id": "1", "currency": "EUR"}),
        ("promotion: product_ids: expected a list", s.track_promotion_view,
         {"id": "1", "product_ids": "12"}),
        ("product: expected a dict", s.track_add_to_cart, dict(CART, products=COLA)),
        ("transaction: expected a dict", s.track_transaction_error, {"transaction": 5}),
        ("name: 129", s.track_product_list_view, {"products": [], "name": "n" * 129}),
        ("context", s.track_product_view, dict(COLA, context=[5])),
        ("tstamp", s.track_product_view, dict(COLA, tstamp=5)),
    ):  # fmt: skip
        refused(mention, call, **options)
        count += 1
        assert t.refused == count
    assert not len(t.emitters[0].event_store)
    refused("kind: expected one of", ecommerce, "basket")
    try:
        s.track_product_list_view([COLA], listname="l")
        raise AssertionError("a misspelt argument was taken")
    except TypeError as e:
        assert "listname" in str(e)


def test_a_sale_during_a_request_goes_with_the_next_one():
    with Time(NOW):
        t, wire, s = shop()
        s.track_product_view(**COLA)
        send, tracked = wire.send, []

        def sending(length, body):
            if not tracked:
                tracked.append(s.track_transaction([COLA], **SALE))
            return send(length, body)

        wire.send = sending
        assert t.flush()
    assert [event["eid"] for event in wire.events()][1] == tracked[0]
