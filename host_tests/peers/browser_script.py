# Tracks with our tracker what browser_script.js tracks with the one for browsers, and prints each
# payload as a line of JSON, then its link. Arguments: the domain user id and session of that link.
import json
import sys

from expect import Wire
from fake_time import NOW, Time
from snowplow_tracker import (
    ActivityTracking,
    Ecommerce,
    Emitter,
    RingStore,
    ScreenTracking,
    Subject,
    Tracker,
)
from snowplow_tracker.media import start_media_tracking
from snowplow_tracker.plugins.cross_navigation import decorate_link

A = "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee"
B = "bbbbbbbb-bbbb-4ccc-8ddd-eeeeeeeeeeee"
READING = "iglu:com.acme/reading/jsonschema/1-0-0"
LIFE = "iglu:com.snowplowanalytics.snowplow/application_%s/jsonschema/1-0-0"


class Keep(Wire):
    """Prints what it is given."""

    def send(self, length, body):
        self.bodies = []
        status = super().send(length, body)
        for event in self.events():
            print(json.dumps(event))
        return status


def screen_views(t, time):
    screens = [plugin for plugin in t.plugins if hasattr(plugin, "track_screen_view")][0]
    t.track_list_item_view(9)
    screens.track_screen_view("home", A, "grid")
    time.pass_ms(2500)
    for index in (2, 5, 3):
        t.track_list_item_view(index)
    t.track_scroll_changed(y_offset=-5, view_height=64, content_height=300)
    t.track_scroll_changed(10, 120, 128, 64, 128)
    t.track_self_describing_event((READING, {"n": 1}))
    t.track_self_describing_event((LIFE % "background", {"backgroundIndex": 1}))
    time.pass_ms(4500)
    t.track_self_describing_event((LIFE % "foreground", {"foregroundIndex": 1}))
    time.pass_ms(250)
    context = [(READING, {"n": 2})]
    screens.track_screen_view("menu", B, transition_type="slide", context=context)
    screens.track_screen_view("end", A, previous_name="other")
    t.track_button_click("Buy it", "b1", ["big", "red"], "buy")


def sales(t, time):
    shop = [plugin for plugin in t.plugins if hasattr(plugin, "track_refund")][0]
    cola = {"id": "12", "category": "drinks", "price": 1.5, "currency": "EUR", "quantity": 2}
    nuts = {"id": "7", "category": "snacks", "price": 2, "currency": "EUR", "name": "Nüsse"}
    sale = {"transaction_id": "a7", "revenue": 5, "currency": "EUR", "payment_method": "card"}
    context = [(READING, {"n": 3})]
    shop.set_page_type("product", language="de")
    shop.track_product_view(**dict(cola, context=context))
    shop.set_ecommerce_user("u1", is_guest=False, email="a@example.com")
    shop.track_product_list_view([cola, nuts], "top row")
    shop.track_product_list_click(nuts, "top row", context=context)
    shop.track_add_to_cart([cola], cart_id="c", total_value=3.5, currency="EUR")
    shop.track_remove_from_cart([nuts], total_value=1.07, currency="EUR")
    shop.track_checkout_step(step=2, payment_method="coins", marketing_opt_in=False)
    shop.track_transaction([cola, nuts], tax=0.8, **sale)
    shop.track_transaction(total_quantity=9, credit_order=True, **sale)
    shop.track_refund(
        [cola], transaction_id="a7", currency="EUR", refund_amount=8.05, refund_reason="stuck"
    )
    failed = dict(sale, total_quantity=1)
    shop.track_transaction_error(failed, error_code="E5", error_type="hard")
    promotion = {"id": "summer", "product_ids": ["12", "7"], "position": 1, "slot": "top"}
    shop.track_promotion_view(**promotion)
    shop.track_promotion_click(**promotion)


def show(t, time):
    player = {"duration": 100, "playback_rate": 1, "volume": 10, "label": "News"}
    player["media_type"] = "audio"
    media = start_media_tracking(
        t, "show", player, ping_interval=20, boundaries=[5, 10, 50], context=[(READING, {"n": 4})]
    )

    start = time.mono

    def tick(ms):
        while ms:
            step = min(ms, 1000 - (time.mono - start) % 1000)
            time.pass_ms(step)
            media.check()
            ms -= step

    def at(seconds):
        return {"current_time": seconds}

    media.track_media_ready()
    media.track_media_play(player=at(0.5))
    tick(5000)
    media.update_media_tracking(at(5.5))
    tick(18000)
    media.update_media_tracking(at(12))
    for seconds in (20, 30, 8):
        media.track_media_seek_start(player=at(seconds))
        media.track_media_seek_end(player=at(seconds + 10))
        media.track_media_volume_change(new_volume=seconds)
    tick(1000)
    media.track_media_playback_rate_change(new_rate=2, player={"muted": True})
    tick(2333)
    media.track_media_pause(player=at(20))
    tick(60000)
    media.track_media_play(player={"muted": False})
    media.track_media_buffer_start()
    tick(700)
    media.track_media_error(error_code="E1", error_name="n", error_description="d")
    tick(300)
    media.track_media_buffer_end()
    media.track_media_quality_change(new_quality="hi", bitrate=128000, automatic=True)
    media.track_media_quality_change(new_quality="lo", frames_per_second=25)
    media.track_media_fullscreen_change(fullscreen=True)
    media.track_media_picture_in_picture_change(picture_in_picture=False)
    media.track_media_ad_break_start(ad_break={"break_id": "b", "name": "mid", "pod_size": 2})
    for ad_id in ("1", "2"):
        media.track_media_ad_start(ad={"ad_id": ad_id, "duration": 10, "skippable": True})
        tick(2500)
        media.track_media_ad_first_quartile()
        tick(1000)
        media.track_media_ad_click(percent_progress=35.7)
        media.track_media_ad_pause(percent_progress=36)
        tick(1234)
        media.track_media_ad_resume(percent_progress=36)
        media.track_media_ad_midpoint()
        media.track_media_ad_third_quartile()
        tick(10)
        if ad_id == "1":
            media.track_media_ad_complete()
    media.track_media_ad_skip(percent_progress=80)
    media.track_media_ad_break_end()
    media.track_media_self_describing_event((READING, {"n": 5}))
    media.update_media_tracking(at(60))
    media.track_media_end(player=at(100))
    media.track_media_volume_change(previous_volume=1, new_volume=0)
    media.end_media_tracking()
    tick(100000)


def activity(t, time):
    pages = ActivityTracking(t, minimum_visit_length=5, heartbeat_delay=10)
    t.plugins.append(pages)
    t.track_page_view("https://kiosk.example.com/menu", "Menü", "https://kiosk.example.com/")
    for second in range(1, 61):
        time.pass_ms(1000)
        pages.check()
        if second in (2, 14, 16, 41):
            pages.update_page_activity()
        if second in (3, 13, 17):
            pages.update_page_activity(second, 100 - second)


with Time(NOW) as time:
    emitter = Emitter("host", transport=Keep(), event_store=RingStore(200000))
    t = Tracker("ns", emitter, app_id="gärten")
    t.plugins += [ScreenTracking(t), Ecommerce(t)]
    for part in (screen_views, sales, show, activity):
        part(t, time)
        assert t.flush()
    t.set_subject(Subject().set_user_id("u?>1").set_domain_user_id(sys.argv[1]))
    t.subject.set_domain_session_id(sys.argv[2])
    time.wall = int(sys.argv[3])
    options = {"user_id": True, "source_id": False, "source_platform": True, "reason": "QR?"}
    print(decorate_link(t, "https://shop.example.com/?a=1#b", **options))
