import json
import time

from expect import Folder, entity, last_event, refused, tracker, unwrapped
from fake_time import NOW, Time
from snowplow_tracker import Anonymous, DomainFields, Lifecycle, Session, Subject, clock
from snowplow_tracker.clock.date_time import date_time
from snowplow_tracker.entities.cross_navigation import cross_navigation
from snowplow_tracker.events.install import SCHEMA as INSTALL
from snowplow_tracker.plugins import lifecycle as lifecycle_module
from snowplow_tracker.plugins import session as session_module
from snowplow_tracker.plugins.cross_navigation import decorate_link
from snowplow_tracker.plugins.session import SCHEMA, iso

HALF_AN_HOUR = 1800000


def run(path, **options):
    """A boot: (tracker, wire, session)."""
    t, wire = tracker()
    session = Session(path, **options)
    t.plugins.append(session)
    return t, wire, session


def sent(t, wire):
    """Track an event; its session entity, and its eid."""
    eid = t.track_struct_event("c", "a")
    return entity(last_event(t, wire), SCHEMA), eid


def test_cpp_session_entity():
    with Folder() as path, Time(NOW) as time:
        t, wire, _ = run(path)
        one, eid = sent(t, wire)
        time.pass_ms(1000)
        two, _ = sent(t, wire)
    assert one == {
        "userId": one["userId"],
        "sessionId": one["sessionId"],
        "sessionIndex": 1,
        "previousSessionId": None,
        "eventIndex": 1,
        "firstEventId": eid,
        "firstEventTimestamp": iso(NOW),
        "storageMechanism": "LOCAL_STORAGE",
    }
    assert two == dict(one, eventIndex=2)


def test_cpp_index_and_user_are_kept_over_reboots():
    with Folder() as path:
        t, wire, _ = run(path)
        one, _ = sent(t, wire)
        t, wire, _ = run(path)
        two, eid = sent(t, wire)
    assert two["userId"] == one["userId"]
    assert two["sessionIndex"] == 2
    assert two["previousSessionId"] == one["sessionId"] != two["sessionId"]
    assert two["eventIndex"] == 1 and two["firstEventId"] == eid


def test_ios_foreground_timeout():
    with Folder() as path, Time(NOW) as time:
        t, wire, _ = run(path, foreground_timeout=60)
        one, _ = sent(t, wire)
        time.pass_ms(60000)
        same, _ = sent(t, wire)
        time.pass_ms(40000)
        still, _ = sent(t, wire)
        time.pass_ms(60001)
        other, eid = sent(t, wire)
    assert same["sessionId"] == still["sessionId"] == one["sessionId"]
    assert other["previousSessionId"] == one["sessionId"]
    assert other["sessionIndex"] == 2 and other["eventIndex"] == 1
    assert other["firstEventId"] == eid and other["firstEventTimestamp"] == iso(NOW + 160001)


def test_ios_background_timeout_over_deep_sleep():
    with Folder() as path, Time(NOW) as time:
        t, wire, session = run(path)
        one, _ = sent(t, wire)
        session.background()
        time.pass_ms(HALF_AN_HOUR)
        t, wire, session = run(path)
        same, _ = sent(t, wire)
        session.background()
        time.pass_ms(HALF_AN_HOUR + 1)
        t, wire, session = run(path)
        other, _ = sent(t, wire)
    assert same == dict(one, eventIndex=2)
    assert other["sessionIndex"] == 2
    assert other["previousSessionId"] == one["sessionId"]


def test_ios_background_timeout_over_light_sleep():
    with Time(NOW) as time:
        t, wire, session = run(None, background_timeout=60)
        one, _ = sent(t, wire)
        session.background()
        time.wall += 60000  # while the ticks stood still
        session.foreground()
        same, _ = sent(t, wire)
        session.background()
        time.wall += 60001
        session.foreground()
        other, _ = sent(t, wire)
    assert same["sessionId"] == one["sessionId"]
    assert other["sessionIndex"] == 2


def test_unity_a_clock_that_went_backwards_starts_a_new_session():
    with Folder() as path, Time(NOW) as time:
        t, wire, session = run(path)
        one, _ = sent(t, wire)
        session.background()
        time.wall -= 1
        t, wire, session = run(path)
        two, _ = sent(t, wire)
        time.mono -= 1
        three, _ = sent(t, wire)
    assert (two["sessionIndex"], three["sessionIndex"]) == (2, 3)
    assert two["previousSessionId"] == one["sessionId"]


def test_a_clock_that_is_set_while_the_board_is_awake_does_not():
    with Time(NOW) as time:
        t, wire, _ = run(None)
        one, _ = sent(t, wire)
        time.wall += 10 * 365 * 86400000
        two, _ = sent(t, wire)
    assert two["sessionId"] == one["sessionId"]


def test_no_time_is_told_while_the_clock_is_not_known():
    with Time(NOW):
        known = clock.known
        clock.known = lambda: False
        try:
            t, wire, _ = run(None)
            assert "firstEventTimestamp" not in sent(t, wire)[0]
        finally:
            clock.known = known


def test_cpp_a_corrupt_state_file_gives_a_fresh_identity():
    with Folder() as path:
        t, wire, session = run(path)
        one, _ = sent(t, wire)
        session.background()
        with open(path + "/session.json") as file:
            good = file.read()
        state = json.loads(good)
        broken = [b"", b"{", b"[]", b"null", b"\xff\xfe\x00", b"[" * 300, good[:-9].encode()]
        for key, values in (
            ("user_id", (None, "", 5, "x" * 36, state["user_id"].upper())),
            ("session_id", ("", 5, "x", [])),
            ("previous_session_id", (1.5,)),
            ("first_event_id", ({},)),
            ("session_index", (None, -1, "1", 1 << 31, 1.5, True)),
            ("event_index", (None, 1 << 40)),
            ("first_event_ms", (-1, "now", 1 << 60)),
            ("slept", (-1, "now", [])),
        ):
            for value in values:
                broken.append(json.dumps(dict(state, **{key: value})).encode())
        for data in broken:
            with open(path + "/session.json", "wb") as file:
                file.write(data)
            t, wire, session = run(path)
            found, _ = sent(t, wire)
            upper = data.find(state["user_id"].upper().encode()) >= 0
            assert found["userId"] != one["userId"] or upper, data
            assert found["userId"] == found["userId"].lower(), data
            assert (found["sessionIndex"], found["previousSessionId"]) == (1, None), data


def test_a_session_without_a_filesystem_goes_on():
    t, wire, session = run("/nowhere/at/all")
    one, _ = sent(t, wire)
    two, _ = sent(t, wire)
    assert one["sessionId"] == two["sessionId"]
    assert session.failed == 1


def test_a_session_writes_when_it_begins_and_at_no_other_event():
    import snowplow_tracker.plugins.session as module

    writes = []
    real = module.save
    module.save = lambda path, state: writes.append(path) or True
    try:
        t, wire, session = run("/state/")
        for _ in range(20):
            t.track_struct_event("c", "a")
        assert writes == ["/state/session.json"]
        session.background()
        assert len(writes) == 2
    finally:
        module.save = real


def test_javascript_anonymous_tracking_on_the_client():
    subject = Subject().set_user_id("u").set_domain_user_id("d").set_ip_address("1.2.3.4")
    subject.set_network_user_id("n").set_lang("de").set_domain_session_index(3)
    t, wire, _ = run(None)
    t.set_subject(subject)
    sent(t, wire)
    t.anonymous = Anonymous()
    found, _ = sent(t, wire)
    event = wire.events()[-1]
    assert found is None
    assert not {"uid", "duid", "ip", "tnuid", "vid"} & set(event)
    assert event["lang"] == "de"
    t.anonymous = None
    sent(t, wire)
    assert wire.events()[-1]["uid"] == "u"


def test_javascript_anonymous_tracking_with_session():
    t, wire, session = run(None)
    sent(t, wire)
    session._over = True
    t.anonymous = Anonymous(session=True)
    t.set_subject(Subject().set_domain_session_index(3).set_user_id("u"))
    found, _ = sent(t, wire)
    assert found["userId"] == "00000000-0000-0000-0000-000000000000"
    assert found["previousSessionId"] is None
    assert found["sessionId"] == session.session_id
    assert wire.events()[-1]["vid"] == "3"
    assert session.user_id != found["userId"]


def test_ios_lifecycle_events_round_deep_sleep():
    with Folder() as path, Time(NOW) as time:
        seen = []
        for boot in range(2):
            t, wire, session = run(path)
            life = Lifecycle(t, session)
            t.plugins.append(life)
            life.foreground()
            t.track_struct_event("c", "a")
            life.background()
            t.flush()
            for event in wire.events():
                what = unwrapped(event) if event["e"] == "ue" else ("", None)
                lifecycle = entity(event, lifecycle_module.SCHEMA)
                seen.append((what[0].split("/")[-3:-2], what[1], lifecycle))
                assert entity(event, SCHEMA)["sessionIndex"] == 1
            time.pass_ms(60000)
            assert [name for name, _, _ in seen[-3:]] == [
                ["application_foreground"],
                [],
                ["application_background"],
            ]
            n = boot + 1
            assert [data for _, data, _ in seen[-3:]] == [
                {"foregroundIndex": n},
                None,
                {"backgroundIndex": n},
            ]
            assert [its for _, _, its in seen[-3:]] == [
                {"isVisible": True, "index": n},
                {"isVisible": True, "index": n},
                {"isVisible": False, "index": n},
            ]


def test_ios_a_reboot_without_sleep_ends_the_session():
    with Folder() as path:
        for boot in range(2):
            t, wire, session = run(path)
            life = Lifecycle(t, session)
            t.plugins.append(life)
            life.foreground()
            assert entity(last_event(t, wire), SCHEMA)["sessionIndex"] == boot + 1


def test_ios_application_install_once_a_filesystem():
    with Folder() as path:
        t, wire = tracker()
        eid = t.track_install(path)
        event = last_event(t, wire)
        assert event["eid"] == eid
        assert unwrapped(event) == (INSTALL, {})
        for _ in range(3):
            assert t.track_install(path) is None
        t.flush()
        assert len(wire.events()) == 1


def test_an_install_that_was_cut_off_keeps_its_eid():
    with Folder() as path:
        full, _ = tracker(nbytes=100)
        assert full.track_install(path) is None  # the store did not take it
        with open(path + "/install.json") as file:
            eid = json.load(file)["eid"]
        t, wire = tracker()
        assert t.track_install(path) == eid
        assert last_event(t, wire)["eid"] == eid
        assert t.track_install(path) is None


def test_an_install_file_that_is_corrupt():
    with Folder() as path:
        with open(path + "/install.json", "wb") as file:
            file.write(b'{"eid":"x')
        t, _ = tracker()
        assert t.track_install(path)
        assert t.track_install(path) is None


def test_no_install_without_a_filesystem():
    t, _ = tracker()
    assert t.track_install("/nowhere/at/all") is None


def test_iso_date_times():
    assert iso(0) == "1970-01-01T00:00:00.000Z"
    assert iso(951782400001) == "2000-02-29T00:00:00.001Z"
    assert iso(4102444799999) == "2099-12-31T23:59:59.999Z"


def test_javascript_new_session_begins_at_once():
    with Folder() as path, Time(NOW):
        t, wire, session = run(path)
        one, _ = sent(t, wire)
        session.new_session()
        assert session.session_id != one["sessionId"]
        two, eid = sent(t, wire)
        assert two["sessionId"] == session.session_id
        assert two["userId"] == one["userId"]
        assert two["previousSessionId"] == one["sessionId"]
        assert (two["sessionIndex"], two["eventIndex"], two["firstEventId"]) == (2, 1, eid)
        session.new_session()
        t, wire, session = run(path)  # the power went before the next event
        assert sent(t, wire)[0]["sessionIndex"] == 4


def test_memory_that_runs_out_in_new_session_leaves_the_old_one():
    import snowplow_tracker.plugins.session as module

    t, wire, session = run(None)
    one, _ = sent(t, wire)
    real = module.uuid4

    def full():
        raise MemoryError

    module.uuid4 = full
    try:
        session.new_session()
        raise AssertionError("memory did not run out")
    except MemoryError:
        pass
    finally:
        module.uuid4 = real
    assert sent(t, wire)[0] == dict(one, eventIndex=2)


def test_javascript_domain_fields_come_from_the_session():
    t, wire, session = run(None)
    t.plugins.append(DomainFields(session))
    for _ in range(2):
        found, _ = sent(t, wire)
        event = wire.events()[-1]
        assert event["duid"] == found["userId"]
        assert event["sid"] == found["sessionId"]
        assert event["vid"] == str(found["sessionIndex"])
        session.new_session()
    t.set_subject(Subject().set_domain_user_id("d").set_domain_session_index(9))
    sent(t, wire)
    event = wire.events()[-1]
    assert (event["duid"], event["vid"], event["sid"]) == ("d", "9", session.session_id)
    t.anonymous = Anonymous()
    sent(t, wire)
    assert not {"duid", "sid", "vid"} & set(wire.events()[-1])
    plain, wire, _ = run(None)
    sent(plain, wire)
    assert not {"duid", "sid", "vid"} & set(wire.events()[-1])


LINK = "https://shop.example.com/"


def test_javascript_decorate_link():
    with Time(NOW):
        t, wire, session = run(None)
        subject = Subject().set_user_id("é?>~").set_platform("tv")
        t.set_subject(subject)
        user = session.user_id
        assert decorate_link(t, LINK) == "%s?_sp=%s.%d...YXBw" % (LINK, user, NOW)
        sent(t, wire)
        start = "%s?_sp=%s.%d." % (LINK, user, NOW)
        found = session.session_id
        assert decorate_link(t, LINK) == start + found + "..YXBw"
        assert decorate_link(t, LINK, source_id=False) == start + found
        assert decorate_link(t, LINK, session_id=False, source_id=False) == start[:-1]
        everything = decorate_link(t, LINK, user_id=True, source_platform=True, reason="QR?")
        assert everything == start + found + ".w6k_Pn4.YXBw.tv.UVI_"
        session.new_session()
        assert session.session_id in decorate_link(t, LINK) and found not in decorate_link(t, LINK)


def test_javascript_a_link_keeps_its_query_and_fragment():
    with Time(NOW):
        t, _, session = run(None)
        sp = "_sp=%s.%d...YXBw" % (session.user_id, NOW)
        for url, expected in (
            ("http://a", "http://a?" + sp),
            ("http://a/?", "http://a/?" + sp),
            ("http://a/?b=c&d", "http://a/?" + sp + "&b=c&d"),
            ("http://a/?b=c&_sp=old&d=?#f?g", "http://a/?b=c&" + sp + "&d=?#f?g"),
            ("http://a/#f#g", "http://a/?" + sp + "#f#g"),
        ):
            assert decorate_link(t, url) == expected


def test_a_link_of_an_anonymous_tracker_says_nothing():
    t, _, _ = run(None)
    t.anonymous = Anonymous()
    assert decorate_link(t, LINK) == LINK


def test_a_link_does_not_name_the_session_of_anonymous_events():
    with Time(NOW):
        t, wire, session = run(None)
        t.anonymous = Anonymous(session=True)
        data, _ = sent(t, wire)
        t.anonymous = None
        assert data["sessionId"] not in decorate_link(t, LINK)
        data, _ = sent(t, wire)
        assert data["sessionId"] in decorate_link(t, LINK)


def test_who_a_link_is_of():
    t, _ = tracker()
    refused("add a Session", decorate_link, t, LINK)
    refused("url: expected str", decorate_link, t, None)
    refused("url: ", decorate_link, t, "http://[")
    t.set_subject(Subject().set_domain_user_id("AA:BB"))
    with Time(NOW):
        assert decorate_link(t, LINK, source_id=False) == LINK + "?_sp=AA%%3ABB.%d" % NOW
    t.subject.set_domain_user_id("a.b")
    refused("dot", decorate_link, t, LINK)


def test_javascript_the_page_of_a_subject_goes_with_every_event():
    subject = Subject().set_page_url(LINK).set_referrer("https://r.example.com/")
    t, wire = tracker(subject=subject)
    t.track_struct_event("c", "a")
    event = last_event(t, wire)
    assert (event["url"], event["refr"]) == (LINK, "https://r.example.com/")
    # A page view has its own.
    t.track_page_view("http://own/", referrer="http://own-r/")
    event = last_event(t, wire)
    assert (event["url"], event["refr"]) == ("http://own/", "http://own-r/")
    t.track_page_view("http://own/", event_subject=Subject().set_page_url(LINK).set_user_id("u"))
    event = last_event(t, wire)
    assert (event["url"], event["refr"]) == ("http://own/", "https://r.example.com/")
    assert event["uid"] == "u"
    t.track_page_ping("http://own/", min_x=1)
    assert last_event(t, wire)["url"] == "http://own/"
    subject.set_page_url(None).set_referrer("")
    t.track_struct_event("c", "a")
    assert not {"url", "refr"} & set(last_event(t, wire))
    refused("url: 10001", subject.set_page_url, "u" * 10001)


def test_where_a_link_came_from():
    # As @snowplow/browser-tracker 4.10.1 decorated it.
    link = (
        "https://shop.example.com/?_sp=ea14823a-4df5-42fd-8b8c-e1e3b742f49e.1795350810794"
        ".57be8e9c-4d7a-42b2-b59a-3fca48adcc9b.dT8-MQ..iot.UVI_&a=1#b"
    )
    schema, data = cross_navigation(link)
    assert schema == "iglu:com.snowplowanalytics.snowplow/cross_navigation/jsonschema/1-0-0"
    assert data == {
        "domain_user_id": "ea14823a-4df5-42fd-8b8c-e1e3b742f49e",
        "timestamp": "2026-11-22T12:33:30.794Z",
        "session_id": "57be8e9c-4d7a-42b2-b59a-3fca48adcc9b",
        "user_id": "u?>1",
        "source_platform": "iot",
        "reason": "QR?",
    }
    with Time(NOW):
        t, _, session = run(None)
        t.set_subject(Subject().set_domain_user_id("AA:é").set_user_id("é"))
        _, data = cross_navigation(decorate_link(t, LINK + "?b=1", user_id=True))
        assert data == {
            "domain_user_id": "AA:é",
            "timestamp": iso(NOW),
            "user_id": "é",
            "source_id": "app",
        }


class Board:
    """The `time` of a board of 32 bits: its gmtime() takes an unsigned int."""

    @staticmethod
    def gmtime(seconds):
        if not 0 <= seconds < 1 << 32:
            raise OverflowError("overflow converting long int to machine word")
        return time.gmtime(seconds)


def test_a_time_that_a_board_cannot_show():
    session_module.time = Board
    try:
        for ms, date in ((NOW, iso(NOW)), (9999999999999, None)):
            found = cross_navigation(LINK + "?_sp=u.%d" % ms)
            assert (found and found[1]["timestamp"]) == date
        refused("t: 9999999999999 is later", date_time, "t", 9999999999999)
    finally:
        session_module.time = time


def test_a_link_that_cannot_be_read_says_nothing():
    good = "ea14823a-4df5-42fd-8b8c-e1e3b742f49e.1795350810794"
    assert cross_navigation(LINK + "?_sp=" + good)
    for sp in (
        "", ".", "user", ".1795350810794", "user.", "user.now", "user.1", "user.-1795350810794",
        good + ".session", good + "....tablet", good + "..%%%", good + "..gA", good + "..A",
        "%zz.1795350810794", "%.1795350810794", "%ff.1795350810794", "u" * 129 + "." + good[37:],
        good + ".......", good + "......7aCA",
    ):  # fmt: skip
        assert cross_navigation(LINK + "?_sp=" + sp) is None, sp
    for url in (LINK, LINK + "?a=1", LINK + "#?_sp=" + good, "", "?"):
        assert cross_navigation(url) is None
    refused("url: expected str", cross_navigation, None)
