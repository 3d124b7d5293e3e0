from expect import entities, entity, last_event, refused, tracker, unwrapped
from fake_time import NOW, Time
from snowplow_tracker import (
    ActivityTracking,
    Anonymous,
    Lifecycle,
    ScreenTracking,
    ScreenView,
    Session,
    Subject,
)
from snowplow_tracker.plugins.activity_tracking import WEB_PAGE
from snowplow_tracker.plugins.screen_tracking import END, SCREEN, SUMMARY, VIEW
from snowplow_tracker.plugins.session import SCHEMA as SESSION

MOBILE = "iglu:com.snowplowanalytics.mobile/"
SCHEMA = "iglu:com.acme/reading/jsonschema/1-0-0"
UUID = "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee"
OTHER = "bbbbbbbb-bbbb-4ccc-8ddd-eeeeeeeeeeee"
URL = "https://kiosk.example.com/menu"


def display(**options):
    """(tracker, wire, ScreenTracking) of a board with a display."""
    t, wire = tracker(**options)
    screens = ScreenTracking(t)
    t.plugins.append(screens)
    return t, wire, screens


def named(wire):
    """Schema's name and data of each self-describing event that was sent."""
    found = [unwrapped(event) for event in wire.events()]
    return [(schema.split("/")[1], data) for schema, data in found]


def summary(event):
    return entity(event, SUMMARY)


def test_a_view_fills_in_the_screen_before_and_ends_it():
    with Time(NOW) as time:
        t, wire, screens = display()
        eid = screens.track_screen_view("home", UUID, "grid")
        time.pass_ms(2500)
        assert t.track(ScreenView(OTHER, "menu", transition_type="slide"))
        t.flush()
    first, end, second = wire.events()
    assert first["eid"] == eid
    assert unwrapped(first) == (VIEW, {"id": UUID, "name": "home", "type": "grid"})
    assert entities(first) == [(SCREEN, {"id": UUID, "name": "home", "type": "grid"})]
    assert unwrapped(end) == (END, {})
    assert summary(end) == {"foreground_sec": 2.5}
    assert entity(end, SCREEN)["name"] == "home"
    expected = {"id": OTHER, "name": "menu", "transitionType": "slide"}
    expected.update(previousId=UUID, previousName="home", previousType="grid")
    assert unwrapped(second) == (VIEW, expected)
    assert entities(second) == [(SCREEN, {"id": OTHER, "name": "menu"})]
    assert int(end["dtm"]) <= int(second["dtm"])


def test_what_a_view_says_of_its_previous_screen_is_kept():
    t, wire, screens = display()
    screens.track_screen_view("home")
    screens.track_screen_view("menu", previous_name="settings")
    data = unwrapped(last_event(t, wire))[1]
    assert data["previousName"] == "settings"
    assert "previousId" not in data and "previousType" not in data


def test_all_events_carry_the_screen_and_none_before_the_first():
    t, wire, screens = display()
    t.track_struct_event("c", "a")
    assert "co" not in last_event(t, wire)
    screens.track_screen_view("home")
    id_ = unwrapped(last_event(t, wire))[1]["id"]
    assert len(id_) == 36
    t.track_struct_event("c", "a")
    t.track_page_view(URL)
    t.flush()
    for event in wire.events()[-2:]:
        assert entity(event, SCREEN) == {"id": id_, "name": "home"}


def test_without_the_plugin_a_view_is_as_it_was_given():
    t, wire = tracker()
    t.track(ScreenView(UUID, "home"))
    t.track(ScreenView(OTHER, "menu"))
    t.flush()
    assert named(wire) == [
        ("screen_view", {"id": UUID, "name": "home"}),
        ("screen_view", {"id": OTHER, "name": "menu"}),
    ]


def test_both_events_have_context_time_and_subject_of_the_call():
    t, wire, screens = display()
    screens.track_screen_view("home")
    screens.track_screen_view(
        "menu",
        context=iter([(SCHEMA, {"n": 1})]),
        tstamp=1700000000000,
        event_subject=Subject().set_user_id("u"),
    )
    t.flush()
    for event in wire.events()[1:]:
        assert entity(event, SCHEMA) == {"n": 1}
        assert (event["ttm"], event["uid"]) == ("1700000000000", "u")


def test_seconds_in_foreground_and_background_by_the_monotonic_clock():
    with Time(NOW) as time:
        t, wire, screens = display()
        life = Lifecycle(t, Session())
        screens.track_screen_view("home")
        time.pass_ms(1000)
        life.background()
        time.wall += 3600000  # NTP
        time.pass_ms(4500)
        life.foreground()
        time.wall -= 86400000
        time.pass_ms(500)
        screens.track_screen_end()
        t.flush()
    _, background, foreground, end = wire.events()
    assert summary(background) == {"foreground_sec": 1.0}
    assert summary(foreground) == {"foreground_sec": 1.0, "background_sec": 4.5}
    assert summary(end) == {"foreground_sec": 1.5, "background_sec": 4.5}


def test_a_screen_that_is_shown_in_the_background():
    with Time(NOW) as time:
        t, wire, screens = display()
        Lifecycle(t, Session()).background()
        assert "co" not in last_event(t, wire)
        screens.track_screen_view("clock")
        time.pass_ms(2000)
        screens.track_screen_view("menu")
        t.flush()
    assert summary(wire.events()[2]) == {"foreground_sec": 0.0, "background_sec": 2.0}


def test_list_items_and_scrolling_are_summed_up_and_not_sent():
    t, wire, screens = display()
    assert t.track_list_item_view(9, 9) is None  # of no screen
    screens.track_screen_view("menu")
    for index in (2, 5, 3):
        assert t.track_list_item_view(index, items_count=12) is None
    t.track_scroll_changed(y_offset=-5, view_height=64, content_height=300)
    t.track_scroll_changed(10, 120, 128, 64, 128)
    t.track_scroll_changed(x_offset=0, y_offset=40)
    screens.track_screen_end()
    found = summary(last_event(t, wire))
    assert len(wire.events()) == 2
    found.pop("foreground_sec")
    assert found == {
        "last_item_index": 5,
        "items_count": 12,
        "min_x_offset": 0,
        "max_x_offset": 138,
        "min_y_offset": -5,
        "max_y_offset": 184,
        "content_width": 128,
        "content_height": 300,
    }
    screens.track_screen_view("home")
    screens.track_screen_end()
    assert list(summary(last_event(t, wire))) == ["foreground_sec"]


def test_a_summary_stays_within_the_schemas_limits():
    with Time(NOW) as time:
        t, wire, screens = display()
        screens.track_screen_view("menu")
        t.track_scroll_changed(y_offset=2147483647, view_height=2147483647)
        time.pass_ms(3000000000000)
        screens.track_screen_end()
        found = summary(last_event(t, wire))
    assert found["max_y_offset"] == 2147483647
    assert found["foreground_sec"] <= 2147483647


def test_without_the_plugin_list_items_and_scrolling_are_events():
    t, wire = tracker()
    t.track_list_item_view(3, 12, [(SCHEMA, {})], 1700000000000)
    t.track_scroll_changed(1, -2, 3, 4, 5, 6)
    t.flush()
    expected = {"x_offset": 1, "y_offset": -2, "view_width": 3, "view_height": 4}
    expected.update(content_width=5, content_height=6)
    items = {"index": 3, "items_count": 12}
    assert named(wire) == [("list_item_view", items), ("scroll_changed", expected)]
    assert wire.events()[0]["ttm"] == "1700000000000"


def test_a_screen_is_ended_once():
    t, wire, screens = display()
    assert screens.track_screen_end() is None
    screens.track_screen_view("home", UUID)
    assert screens.track_screen_end()
    assert screens.track_screen_end() is None
    screens.track_screen_view("menu")
    t.flush()
    assert [name for name, _ in named(wire)] == ["screen_view", "screen_end", "screen_view"]
    assert named(wire)[2][1]["previousId"] == UUID
    t, wire, screens = display()
    for _ in range(2):  # the same screen again
        screens.track_screen_view("home", UUID)
    t.flush()
    assert [name for name, _ in named(wire)] == ["screen_view", "screen_view"]


def test_a_view_that_is_refused_ends_nothing():
    t, wire, screens = display()
    screens.track_screen_view("home", UUID)
    bad = "\ud83d"
    for mention, args, options in (
        ("name", ("",), {}),
        ("name", (5,), {}),
        ("id_: expected a UUID", ("menu", "1"), {}),
        ("previous_id", ("menu",), {"previous_id": "1"}),
        ("tstamp", ("menu",), {"tstamp": 5}),
        ("context", ("menu",), {"context": [(SCHEMA, {1: 2})]}),
        ("context", ("menu",), {"context": 5}),
        ("", ("menu " + bad,), {}),
    ):
        before = t.refused
        refused(mention, screens.track_screen_view, *args, **options)
        assert t.refused == before + 1
    assert screens.screen["id"] == UUID
    assert last_event(t, wire) and len(wire.events()) == 1


def test_a_view_that_a_plugin_stops_ends_nothing():
    for place in (0, 1, 2):  # before the plugin, behind it, and added after the first view
        with Time(NOW) as time:
            t, wire, screens = display()
            session = Session()
            t.plugins.append(session)
            stopping = [False]

            def stop(eid, pairs, schema, entities, stopping=stopping):
                return not (stopping[0] and schema == VIEW)

            if place < 2:
                t.plugins.insert(place, stop)
            screens.track_screen_view("home", UUID)
            if place == 2:
                t.plugins.append(stop)
            time.pass_ms(1000)
            stopping[0] = True
            assert screens.track_screen_view("ad", OTHER) is None
            assert screens.screen["id"] == UUID
            t.track_struct_event("c", "a")
            stopping[0] = False
            time.pass_ms(1000)
            screens.track_screen_view("menu", OTHER)
            t.flush()
        _, struct, end, menu = wire.events()
        assert entity(struct, SCREEN)["name"] == entity(end, SCREEN)["name"] == "home"
        assert unwrapped(end) == (END, {}) and summary(end) == {"foreground_sec": 2.0}
        assert unwrapped(menu)[1]["previousId"] == UUID
        assert entity(menu, SCREEN)["name"] == "menu"
        # The end comes before the view in the session too.
        assert entity(menu, SESSION)["eventIndex"] == entity(end, SESSION)["eventIndex"] + 1


def test_a_screen_end_that_a_plugin_stops_is_not_sent():
    t, wire, screens = display()
    t.plugins.append(lambda eid, pairs, schema, entities: schema != END)
    screens.track_screen_view("home", UUID)
    screens.track_screen_view("menu", OTHER)
    t.flush()
    assert [name for name, _ in named(wire)] == ["screen_view", "screen_view"]
    assert named(wire)[1][1]["previousId"] == UUID


def test_calls_that_are_refused():
    t, _ = tracker()
    for mention, call, args in (
        ("index: may not be empty", t.track_list_item_view, ()),
        ("index: expected an int from 0 to 65535", t.track_list_item_view, (65536,)),
        ("items_count", t.track_list_item_view, (0, -1)),
        ("x_offset", t.track_scroll_changed, (1.5,)),
        ("view_width", t.track_scroll_changed, (None, None, -1)),
        ("label: may not be empty", t.track_button_click, ("",)),
        ("label: 4097", t.track_button_click, ("x" * 4097,)),
        ("classes: expected a list", t.track_button_click, ("x", None, "red")),
        ("classes", t.track_button_click, ("x", None, [5])),
    ):
        before = t.refused
        refused(mention, call, *args)
        assert t.refused == before + 1
        t.plugins = [ScreenTracking(t)]
        refused(mention, call, *args)
        t.plugins = []
    assert not len(t.emitters[0].event_store)


def test_button_click():
    t, wire = tracker()
    t.track_button_click("Buy", "b1", ("big", "red"), "buy")
    assert unwrapped(last_event(t, wire)) == (
        "iglu:com.snowplowanalytics.snowplow/button_click/jsonschema/1-0-0",
        {"label": "Buy", "id": "b1", "classes": ["big", "red"], "name": "buy"},
    )


# --- what else happens meanwhile ----------------------------------------------------------------


def test_memory_that_runs_out_at_end_or_view_ends_the_screen_once():
    for failing in (END, VIEW):
        t, wire, screens = display()
        screens.track_screen_view("home", UUID)

        def full(eid, pairs, schema, its, failing=failing):
            if schema == failing:
                raise MemoryError

        t.plugins.insert(0, full)
        try:
            screens.track_screen_view("menu")
            raise AssertionError("memory did not run out")
        except MemoryError:
            pass
        t.plugins.pop(0)
        assert screens.screen["id"] == UUID
        screens.track_screen_view("menu", OTHER)
        t.flush()
        assert [name for name, _ in named(wire)] == ["screen_view", "screen_end", "screen_view"]
        assert named(wire)[2][1]["previousId"] == UUID


def test_a_tracker_that_is_paused_changes_no_screen():
    with Time(NOW) as time:
        t, wire, screens = display()
        screens.track_screen_view("home", UUID)
        t.pause()
        assert screens.track_screen_view("menu") is None
        time.pass_ms(1000)
        t.resume()
        screens.track_screen_view("list")
        t.flush()
    assert [name for name, _ in named(wire)] == ["screen_view", "screen_end", "screen_view"]
    assert named(wire)[2][1]["previousId"] == UUID
    assert summary(wire.events()[1]) == {"foreground_sec": 1.0}


def test_a_view_during_a_request_goes_with_the_next_one():
    t, wire, screens = display()
    t.track_struct_event("c", "a")
    send, tracked = wire.send, []

    def sending(length, body):
        if not tracked:
            tracked.append(screens.track_screen_view("home"))
            tracked.append(screens.track_screen_view("menu"))
        return send(length, body)

    wire.send = sending
    assert t.flush()
    kinds = [event["e"] for event in wire.events()]
    assert kinds == ["se", "ue", "ue", "ue"]
    assert wire.events()[-1]["eid"] == tracked[1]


def test_no_id_of_a_screen_joins_anonymous_events_to_others():
    t, wire, screens = display(subject=Subject().set_user_id("u"))
    t.plugins.append(Session())
    ids = []
    screens.track_screen_view("home", UUID, "grid")
    for anonymous in (Anonymous(), None):
        t.anonymous = anonymous
        t.track_struct_event("c", "a")
        event = last_event(t, wire)
        shown = entity(event, SCREEN)
        assert (shown["name"], shown["type"]) == ("home", "grid")
        assert ("uid" in event) == bool(entity(event, SESSION)) == (anonymous is None)
        ids.append(shown["id"])
    t.anonymous = Anonymous()
    screens.track_screen_view("menu", OTHER)
    t.flush()
    _, _, _, end, view = wire.events()
    ids.append(entity(end, SCREEN)["id"])
    assert len(set(ids + [UUID])) == 4
    data = unwrapped(view)[1]
    assert (data["previousName"], data["previousId"]) == ("home", ids[2])
    assert entity(view, SCREEN)["id"] == OTHER


def test_a_session_that_times_out_while_a_screen_is_shown():
    with Time(NOW) as time:
        t, wire, screens = display()
        t.plugins.append(Session(foreground_timeout=60))
        screens.track_screen_view("home", UUID)
        time.pass_ms(61000)
        screens.track_screen_view("menu")
        t.flush()
    first, end, second = [entity(event, SESSION) for event in wire.events()]
    assert end["sessionId"] == second["sessionId"] != first["sessionId"]
    assert (end["eventIndex"], second["eventIndex"]) == (1, 2)
    assert summary(wire.events()[1]) == {"foreground_sec": 61.0}


# --- activity -----------------------------------------------------------------------------------


def page(**options):
    t, wire = tracker()
    activity = ActivityTracking(t, **options)
    t.plugins.append(activity)
    return t, wire, activity


def pings(t, wire):
    t.flush()
    return [event for event in wire.events() if event["e"] == "pp"]


def test_pings_come_after_the_minimum_visit_and_at_each_heartbeat_with_activity():
    with Time(NOW) as time:
        t, wire, activity = page(minimum_visit_length=5, heartbeat_delay=10)
        assert activity.check() is None  # no page yet
        t.track_page_view(URL, "Menu", "https://kiosk.example.com/")
        due = []
        for second in range(1, 61):
            time.pass_ms(1000)
            if second in (2, 14, 16, 41):
                activity.update_page_activity()
            if activity.check():
                due.append(second)
        assert due == [5, 15, 25, 45]
        ping = pings(t, wire)[0]
        assert (ping["url"], ping["page"]) == (URL, "Menu")
        assert ping["refr"] == "https://kiosk.example.com/"


def test_a_page_on_which_nothing_happens_is_not_pinged():
    with Time(NOW) as time:
        for first in (0, 10):
            t, wire, activity = page(minimum_visit_length=first)
            t.track_page_view(URL)
            for _ in range(60):
                time.pass_ms(1000)
                assert activity.check() is None


def test_offsets_are_those_since_the_ping_before():
    with Time(NOW) as time:
        t, wire, activity = page()
        t.track_page_view(URL)
        for positions in (((0, 40), (5, 200)), ((None, 120),), ((-1, 0),)):
            for x, y in positions:
                activity.update_page_activity(x, y)
            time.pass_ms(9999)
            assert activity.check() is None
            activity.update_page_activity()
            time.pass_ms(1)
            assert activity.check()
        found = [[e[k] for k in ("pp_mix", "pp_max", "pp_miy", "pp_may")] for e in pings(t, wire)]
    assert found == [["0", "5", "0", "200"], ["5", "5", "120", "200"], ["-1", "5", "0", "120"]]
    refused("x: expected an int", activity.update_page_activity, 1.5)
    refused("y: expected an int", activity.update_page_activity, 0, "1")


def test_a_check_that_comes_late_makes_one_ping():
    with Time(NOW) as time:
        t, wire, activity = page(heartbeat_delay=10)
        t.track_page_view(URL)
        activity.update_page_activity()
        time.pass_ms(9000)
        activity.update_page_activity()
        time.pass_ms(47000)  # a flush that blocked
        assert activity.check()
        assert activity.check() is None
        time.pass_ms(4000)
        activity.update_page_activity()
        assert activity.check()
        time.pass_ms(35000)
        activity.update_page_activity()
        assert activity.check() and activity.check() is None


def test_the_wall_clock_makes_no_ping():
    with Time(NOW) as time:
        t, wire, activity = page()
        t.track_page_view(URL)
        activity.update_page_activity()
        time.wall += 86400000
        assert activity.check() is None


def test_a_view_and_what_follows_share_the_page():
    with Time(NOW) as time:
        t, wire, activity = page()
        t.track_struct_event("c", "a")
        t.track_page_view(URL)
        t.track_struct_event("c", "a")
        time.pass_ms(5000)
        activity.update_page_activity()
        time.pass_ms(5000)
        activity.check()
        t.track_page_view(URL)
        t.flush()
    ids = [entity(event, WEB_PAGE) for event in wire.events()]
    assert ids[0] is None
    assert ids[1] == ids[2] == ids[3] != ids[4]
    assert len(ids[1]["id"]) == 36


def test_no_id_of_a_page_joins_anonymous_events_to_others():
    t, wire, activity = page()
    t.track_page_view(URL)
    for anonymous in (None, Anonymous(), Anonymous(), None):
        t.anonymous = anonymous
        t.track_struct_event("c", "a")
    t.anonymous = Anonymous()
    t.track_page_view(URL)
    t.track_struct_event("c", "a")
    t.flush()
    ids = [entity(event, WEB_PAGE)["id"] for event in wire.events()]
    assert ids[0] == ids[1] and ids[2] == ids[3] and ids[5] == ids[6]
    assert len(set(ids)) == 4


def test_nonsense_for_activity_tracking():
    t, _ = tracker()
    refused("minimum_visit_length", ActivityTracking, t, -1)
    refused("heartbeat_delay", ActivityTracking, t, 10, 0)
    refused("heartbeat_delay", ActivityTracking, t, 10, 2.5)


def test_a_payload_of_a_view_is_not_stored_and_the_screen_before_ends():
    t, wire, screens = display()
    screens.track_screen_view("menu")
    pairs = t.complete_payload(ScreenView(OTHER, "pay")).get()
    assert unwrapped(pairs)[1]["previousName"] == "menu"
    t.flush()
    assert [name for name, _ in named(wire)] == ["screen_view", "screen_end"]
    assert summary(wire.events()[1])
    # One that is refused or stopped ends nothing.
    for answer in (ValueError("x"), False):
        t, wire, screens = display()
        screens.track_screen_view("menu")

        def stop(eid, pairs, schema, entities, answer=answer):
            if schema == VIEW:
                if answer:
                    raise answer
                return answer

        t.plugins.append(stop)
        if answer:
            refused("x", t.complete_payload, ScreenView(OTHER, "pay"))
        else:
            assert t.complete_payload(ScreenView(OTHER, "pay")).get() == {}
        t.flush()
        assert [name for name, _ in named(wire)] == ["screen_view"]
