from expect import entities, entity, last_event, refused, tracker, unwrapped
from fake_time import NOW, Time
from snowplow_tracker import ActivityTracking, Anonymous, Session, Subject, clock
from snowplow_tracker.media import start_media_tracking
from snowplow_tracker.media.tables import EVENTS, PLAYER_SCHEMA, schema
from snowplow_tracker.plugins.session import SCHEMA as CLIENT_SESSION
from snowplow_tracker.plugins.session import iso

SESSION = schema("session")
AD = schema("ad")
BREAK = schema("ad_break")
READING = "iglu:com.acme/reading/jsonschema/1-0-0"


def radio(**options):
    """(tracker, wire, MediaTracking) of a board that plays audio."""
    t, wire = tracker(nbytes=60000)
    return t, wire, start_media_tracking(t, "show", **options)


def named(wire):
    """Name of the schema and data of each event that was sent."""
    found = [unwrapped(event) for event in wire.events()]
    return [(its.split("/")[1], data) for its, data in found]


def session(event):
    data = dict(entity(event, SESSION))
    assert data.pop("mediaSessionId") == "show"
    data.pop("startedAt", None)
    return data


def test_each_event_carries_player_and_session():
    with Time(NOW):
        t, wire, media = radio(player={"label": "News", "media_type": "audio"})
        eid = media.track_media_play(player={"current_time": 0.5, "duration": 60})
        event = last_event(t, wire)
    assert event["eid"] == eid
    assert unwrapped(event) == (schema("play_event"), {})
    assert entity(event, PLAYER_SCHEMA) == {
        "currentTime": 0.5,
        "duration": 60,
        "ended": False,
        "label": "News",
        "mediaType": "audio",
        "paused": False,
    }
    found = {"mediaSessionId": "show", "startedAt": iso(NOW), "contentWatched": 1}
    assert entity(event, SESSION) == found
    t, wire, media = radio(session=False)
    media.track_media_ready()
    assert [its for its, _ in entities(last_event(t, wire))] == [PLAYER_SCHEMA]


def test_all_events_are_there():
    t, wire, media = radio(filter_out_repeated_events=False)
    needed = {
        "playback_rate_change": {"new_rate": 1.5},
        "volume_change": {"new_volume": 30},
        "fullscreen_change": {"fullscreen": True},
        "picture_in_picture_change": {"picture_in_picture": False},
    }
    for kind in EVENTS:
        assert getattr(media, "track_media_" + kind)(**needed.get(kind, {})), kind
    t.flush()
    names = [name for name, _ in named(wire)]
    quartiles = ["ad_quartile_event"] * 3
    assert len(names) == len(EVENTS) == 25
    assert [name for name in names if name.startswith("ad_quartile")] == quartiles
    for name in ("track_media_ping", "track_media_", "track_play", "nothing"):
        assert not hasattr(media, name)


def test_what_an_event_says_of_the_player():
    t, wire, media = radio(player={"volume": 10, "playback_rate": 1}, pings=False)

    def player(event):
        return entity(event, PLAYER_SCHEMA)

    media.track_media_playback_rate_change(new_rate=2)
    event = last_event(t, wire)
    assert unwrapped(event)[1] == {"previousRate": 1, "newRate": 2}
    assert player(event)["playbackRate"] == 2
    media.track_media_volume_change(new_volume=70)
    media.track_media_fullscreen_change(fullscreen=True)
    t.flush()
    assert named(wire)[1] == ("volume_change_event", {"previousVolume": 10, "newVolume": 70})
    assert player(wire.events()[1])["volume"] == 70
    assert player(wire.events()[2])["fullscreen"] is True
    media.track_media_quality_change(new_quality="hi", bitrate=128000, automatic=True)
    media.track_media_quality_change(new_quality="lo")
    assert unwrapped(last_event(t, wire))[1] == {"previousQuality": "hi", "newQuality": "lo"}
    media.track_media_end(player={"current_time": 60})
    found = player(last_event(t, wire))
    assert found["ended"] is True and found["paused"] is True and found["currentTime"] == 60
    media.track_media_error(error_code="E1", error_name="n", error_description="d")
    data = {"errorCode": "E1", "errorName": "n", "errorDescription": "d"}
    assert unwrapped(last_event(t, wire))[1] == data
    media.track_media_self_describing_event((READING, {"n": 1}), player={"muted": True})
    event = last_event(t, wire)
    assert unwrapped(event) == (READING, {"n": 1}) and player(event)["muted"] is True


def test_context_time_and_subject():
    t, wire, media = radio(context=[(READING, {"n": 1})])
    own = [("iglu:com.acme/own/jsonschema/1-0-0", {})]
    subject = Subject().set_user_id("u")
    media.track_media_play(context=own, tstamp=1700000000000, event_subject=subject)
    event = last_event(t, wire)
    assert (event["ttm"], event["uid"]) == ("1700000000000", "u")
    assert entity(event, READING) == {"n": 1} and entity(event, own[0][0]) == {}
    media.track_media_pause()
    assert entity(last_event(t, wire), READING) == {"n": 1}


def test_the_session_counts_by_the_monotonic_clock():
    with Time(NOW) as time:
        t, wire, media = radio(player={"playback_rate": 1}, pings=False)
        media.track_media_play()
        time.pass_ms(4000)
        time.wall += 86400000  # NTP, in the middle of it
        media.track_media_playback_rate_change(new_rate=2, player={"current_time": 4})
        time.pass_ms(2000)
        media.track_media_pause(player={"current_time": 8})
        time.pass_ms(1500)
        media.track_media_play(player={"muted": True})
        time.pass_ms(500)
        media.track_media_pause(player={"current_time": 9})
        t.flush()
    first, _, _, _, last = wire.events()
    assert session(first) == {"contentWatched": 1}
    assert session(last) == {
        "timePlayed": 6.5,
        "timePlayedMuted": 0.5,
        "timePaused": 1.5,
        "avgPlaybackRate": 1.385,
        "contentWatched": 6,  # as in browsers, not what was played right before a pause
    }
    starts = [entity(event, SESSION)["startedAt"] for event in wire.events()]
    assert starts == [iso(NOW)] * 5


def test_the_start_is_told_once_the_clock_is_known():
    with Time(NOW) as time:
        known, clock.known = clock.known, lambda: False
        try:
            t, wire, media = radio()
            media.track_media_play()
            assert "startedAt" not in entity(last_event(t, wire), SESSION)
        finally:
            clock.known = known
        time.pass_ms(5000)
        media.track_media_pause()
        assert entity(last_event(t, wire), SESSION)["startedAt"] == iso(NOW)


def watched(media, t, wire, *times):
    for seconds in times:
        media.update_media_tracking({"current_time": seconds, "paused": False})
    media.track_media_ready()
    return session(last_event(t, wire)).get("contentWatched")


def test_what_was_heard_twice_is_counted_once():
    t, wire, media = radio(pings=False)
    assert watched(media, t, wire, 0, 10) == 11
    assert watched(media, t, wire, 3, 7.5) == 11
    # A jump of more than an hour is none that was heard.
    assert watched(media, t, wire, 5000) == 12
    media.track_media_pause(player={"current_time": 100})
    assert watched(media, t, wire, 100, 110) == 23
    assert watched(media, t, wire, 11) == 24


def test_a_listener_who_skips_does_not_fill_the_memory():
    t, wire, media = radio(pings=False)
    media.track_media_play()
    for i in range(1, 400):
        media.update_media_tracking({"current_time": i * 10, "paused": True})
        media.update_media_tracking({"paused": False})
    media.track_media_ready()
    assert session(last_event(t, wire))["contentWatched"] == 400
    assert len(media.session._parts) <= 32


def test_buffering():
    with Time(NOW) as time:
        t, wire, media = radio(pings=False)
        media.track_media_play()
        media.track_media_buffer_start()
        time.pass_ms(700)
        media.track_media_error()
        time.pass_ms(300)
        media.track_media_buffer_end()
        time.pass_ms(1000)
        media.track_media_buffer_start(player={"current_time": 1})
        time.pass_ms(250)
        media.update_media_tracking({"current_time": 1.1})
        time.pass_ms(1000)
        media.track_media_pause()
        found = session(last_event(t, wire))
    assert found["timeBuffering"] == 1.25


def test_ads_and_breaks():
    with Time(NOW) as time:
        t, wire, media = radio(pings=False)
        media.track_media_play(player={"current_time": 5})
        media.track_media_ad_break_start(ad_break={"break_id": "b", "break_type": "linear"})
        for number in ("1", "2"):
            media.track_media_ad_start(ad={"ad_id": number, "duration": 10})
            time.pass_ms(2500)
            media.track_media_ad_first_quartile()
            time.pass_ms(1000)
            if number == "1":
                media.track_media_ad_click(percent_progress=35.7)
                media.track_media_ad_complete()
        media.track_media_ad_skip(percent_progress=35)
        media.track_media_ad_break_end()
        media.track_media_play()
        t.flush()
    events = wire.events()
    names = [name for name, _ in named(wire)]
    assert names == [
        "play_event", "ad_break_start_event", "ad_start_event", "ad_quartile_event",
        "ad_click_event", "ad_complete_event", "ad_start_event", "ad_quartile_event",
        "ad_skip_event", "ad_break_end_event", "play_event",
    ]  # fmt: skip
    assert named(wire)[4][1] == {"percentProgress": 35}
    assert named(wire)[3][1] == {"percentProgress": 25}
    assert entity(events[0], BREAK) is None
    whole = {"breakId": "b", "breakType": "linear", "startTime": 5}
    assert [entity(event, BREAK) for event in events[1:10]] == [whole] * 9
    ads = [entity(event, AD) for event in events]
    assert ads[2:6] == [{"adId": "1", "duration": 10, "podPosition": 1}] * 4
    assert ads[6:9] == [{"adId": "2", "duration": 10, "podPosition": 2}] * 3
    assert ads[1] is None and ads[9:] == [None, None] and entity(events[10], BREAK) is None
    found = session(events[10])
    expected = {"ads": 2, "adBreaks": 1, "adsClicked": 1, "adsSkipped": 1, "timeSpentAds": 7.0}
    assert {key: found[key] for key in expected} == expected
    assert not found.get("timePlayed"), found


def test_pings_while_playing_and_one_while_paused():
    with Time(NOW) as time:
        t, wire, media = radio(ping_interval=20)
        due = []

        def pass_seconds(n):
            for _ in range(n):
                time.pass_ms(1000)
                if media.check():
                    due.append((time.wall - NOW) // 1000)

        pass_seconds(5)
        media.track_media_play()
        pass_seconds(60)
        media.track_media_pause()
        pass_seconds(60)
        media.track_media_play()
        pass_seconds(20)
        media.end_media_tracking()
        pass_seconds(60)
        assert due == [20, 40, 60, 80, 140]
        t.flush()
        pings = [event for event in wire.events() if unwrapped(event)[0] == schema("ping_event")]
        assert len(pings) == 5
        assert entity(pings[0], SESSION)["pingInterval"] == 20
        t, wire, media = radio()
        media.track_media_play()
        time.pass_ms(29999)
        assert media.check() is None
        time.pass_ms(1)
        assert media.check() and media.check() is None
        time.pass_ms(300000)  # late: one ping
        assert media.check() and media.check() is None
        time.wall += 86400000
        assert media.check() is None
        _, _, media = radio(pings=False)
        media.track_media_play()
        time.pass_ms(300000)
        assert media.check() is None


def test_boundaries_are_reached_once():
    t, wire, media = radio(boundaries=[10, 50, 100], player={"duration": 200})
    media.track_media_ready(player={"current_time": 30})
    media.track_media_play()  # 15 percent: behind the event
    for seconds in (40, 99, 100, 60, 120, 250):
        media.update_media_tracking({"current_time": seconds})
    t.flush()
    progress = [(n, d) for n, d in named(wire) if n == "percent_progress_event"]
    assert [data["percentProgress"] for _, data in progress] == [15, 50, 100]
    assert [name for name, _ in named(wire)][:3] == [
        "ready_event",
        "play_event",
        "percent_progress_event",
    ]


def test_repeated_seeks_and_volumes_are_one():
    with Time(NOW) as time:
        t, wire, media = radio(pings=False)
        for seconds in (1, 2, 3):
            assert media.track_media_seek_start(player={"current_time": seconds}) is None
            assert media.track_media_seek_end(player={"current_time": seconds + 10}) is None
            media.track_media_volume_change(new_volume=seconds)
            time.pass_ms(100)
        media.track_media_pause()
        t.flush()
        names = [name for name, _ in named(wire)]
        expected = ["seek_start_event", "seek_end_event", "volume_change_event", "pause_event"]
        assert names == expected
        times = [entity(event, PLAYER_SCHEMA)["currentTime"] for event in wire.events()]
        assert times == [1, 13, 13, 13]
        assert named(wire)[2][1] == {"previousVolume": 2, "newVolume": 3}
        # Each at its own time.
        sent = [int(event["dtm"]) - NOW for event in wire.events()]
        assert sent == [0, 200, 200, 300]
        media.track_media_volume_change(new_volume=50)
        time.pass_ms(4999)
        media.check()
        t.flush()
        assert len(wire.events()) == 4
        time.pass_ms(1)
        media.check()
        t.flush()
        assert named(wire)[-1][1] == {"previousVolume": 3, "newVolume": 50}
        media.track_media_volume_change(new_volume=60)
        media.end_media_tracking()
        assert unwrapped(last_event(t, wire))[1]["newVolume"] == 60


def test_capture_events():
    t, wire, media = radio(capture_events=("play", "percent_progress"), boundaries=[10])
    media.track_media_ready()
    media.track_media_play(player={"duration": 10, "current_time": 2})
    media.track_media_pause()
    t.flush()
    assert [name for name, _ in named(wire)] == ["play_event", "percent_progress_event"]
    assert media.player["paused"] is True


def test_refusals_change_and_store_nothing():
    t, _, media = radio(player={"volume": 5})
    before = dict(media.player)
    count = 0
    for mention, call, options in (
        ("player: current_time", media.track_media_play, {"player": {"current_time": -1}}),
        ("player: 'time' is none of its", media.track_media_play, {"player": {"time": 1}}),
        ("player: expected a dict", media.track_media_play, {"player": 5}),
        ("player: media_type", media.update_media_tracking, {"player": {"media_type": "radio"}}),
        ("player: paused", media.update_media_tracking, {"player": {"paused": 1}}),
        ("player: ", media.update_media_tracking, {"player": {"label": "\ud83d"}}),
        ("volume_change: new_volume: may not", media.track_media_volume_change, {}),
        ("new_volume: expected an int", media.track_media_volume_change, {"new_volume": 0.5}),
        ("play: 'volume' is none of", media.track_media_play, {"volume": 3}),
        ("percent_progress", media.track_media_ad_skip, {"percent_progress": 101}),
        ("ad: ad_id: may not be empty", media.track_media_ad_start, {"ad": {"name": "n"}}),
        ("ad_break: break_id", media.track_media_ad_break_start, {"ad_break": {"name": "n"}}),
        ("ad_break: break_type", media.track_media_ad_break_start,
         {"ad_break": {"break_id": "b", "break_type": "x"}}),
        ("context", media.track_media_play, {"context": [5]}),
        ("tstamp", media.track_media_play, {"tstamp": 5}),
        ("event", media.track_media_self_describing_event, {"event": (READING, float("nan"))}),
    ):  # fmt: skip
        refused(mention, call, **options)
        count += 1
        assert t.refused == count, mention
        assert media.player == before, mention
    assert not len(t.emitters[0].event_store)
    media.end_media_tracking()
    refused("has ended; start another", media.track_media_play)
    for mention, args, options in (
        ("id: may not be empty", ("",), {}),
        ("id: 257", ("i" * 257,), {}),
        ("ping_interval", ("i",), {"ping_interval": 0}),
        ("max_paused_pings", ("i",), {"max_paused_pings": -1}),
        ("boundaries", ("i",), {"boundaries": [101]}),
        ("capture_events: 'pley' is no event", ("i",), {"capture_events": ["pley"]}),
        ("player: volume", ("i",), {"player": {"volume": 101}}),
        ("context", ("i",), {"context": [(READING, {1: 2})]}),
    ):
        refused(mention, start_media_tracking, t, *args, **options)


# --- what else happens meanwhile ----------------------------------------------------------------


def test_a_client_session_that_times_out_does_not_end_the_media_session():
    with Time(NOW) as time:
        t, wire, media = radio(ping_interval=60)
        t.plugins.append(Session())
        media.track_media_play()
        for _ in range(60):  # an hour in which nobody touches anything
            time.pass_ms(60000)
            assert media.check()
            t.flush()
        media.track_media_pause()
        for _ in range(60):
            time.pass_ms(60000)
            media.check()
            t.flush()
        media.track_media_play()
        t.flush()
    sessions = [entity(event, CLIENT_SESSION)["sessionIndex"] for event in wire.events()]
    assert sessions == [1] * 63 + [2]
    last = session(wire.events()[-1])
    assert (last["timePlayed"], last["timePaused"]) == (3600.0, 3600.0)


def test_anonymous_tracking_is_switched_while_something_plays():
    t, wire, media = radio()
    t.plugins.append(Session())
    t.set_subject(Subject().set_user_id("u"))
    media.track_media_play()
    t.anonymous = Anonymous()
    media.track_media_pause()
    event = last_event(t, wire)
    assert "uid" not in event and entity(event, CLIENT_SESSION) is None
    assert entity(event, PLAYER_SCHEMA)["paused"] is True


def test_memory_that_runs_out_loses_the_event_and_not_the_state():
    with Time(NOW) as time:
        t, wire, media = radio(pings=False)
        media.track_media_play()

        def full(eid, pairs, schema, its):
            raise MemoryError

        t.plugins.append(full)
        time.pass_ms(2000)
        try:
            media.track_media_pause(player={"current_time": 2})
            raise AssertionError("memory did not run out")
        except MemoryError:
            pass
        t.plugins.pop()
        time.pass_ms(3000)
        media.track_media_play()
        t.flush()
    assert [name for name, _ in named(wire)] == ["play_event", "play_event"]
    found = session(wire.events()[1])
    assert (found["timePlayed"], found["timePaused"]) == (2.0, 3.0)


def test_playing_is_activity_on_the_page():
    with Time(NOW) as time:
        t, wire, media = radio(pings=False)
        activity = ActivityTracking(t)
        t.plugins.append(activity)
        t.track_page_view("http://radio/")
        media.track_media_play()
        due = []
        for second in range(1, 41):
            time.pass_ms(1000)
            if second == 20:
                media.track_media_pause()
            elif second < 20:
                media.update_media_tracking({"current_time": second})
            if activity.check():
                due.append(second)
    assert due == [10, 20]


def test_an_event_during_a_request_goes_with_the_next_one():
    t, wire, media = radio()
    media.track_media_play()
    send, tracked = wire.send, []

    def sending(length, body):
        if not tracked:
            tracked.append(media.track_media_pause())
        return send(length, body)

    wire.send = sending
    assert t.flush()
    assert wire.events()[1]["eid"] == tracked[0]


def test_a_call_returns_the_eid_of_its_event():
    with Time(NOW) as time:
        t, wire, media = radio(
            player={"duration": 100}, boundaries=[10, 20, 30, 40, 50], ping_interval=1
        )
        eids = [media.track_media_play(player={"current_time": 10})]
        time.pass_ms(1000)
        media.player["currentTime"] = 20
        eids.append(media.check())
        own = (READING, {"n": 1})
        eids.append(media.track_media_self_describing_event(own, player={"current_time": 30}))
        progress = media.update_media_tracking({"current_time": 40})
        # It is not known yet: the seek may go on.
        assert media.track_media_seek_end(player={"current_time": 50}) is None
        t.flush()
    events = wire.events()
    names = [name for name, _ in named(wire)]
    for eid, name in zip(eids, ("play_event", "ping_event", "reading")):  # noqa: B905
        i = names.index(name)
        assert events[i]["eid"] == eid, name
        assert names[i + 1] == "percent_progress_event"
    assert progress in [event["eid"] for event in events]
    assert names[-2:] == ["seek_end_event", "percent_progress_event"]


def test_the_subject_of_a_seek_is_checked_by_its_call():
    t, wire, media = radio()
    refused("event_subject", media.track_media_seek_start, event_subject="u")
    assert t.refused == 1
    media.track_media_seek_start(event_subject=Subject().set_user_id("u"))
    assert media.track_media_pause()
    t.flush()
    assert [event.get("uid") for event in wire.events()] == ["u", None]
