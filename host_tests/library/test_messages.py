from expect import entities, entity, last_event, refused, tracker, unwrapped
from snowplow_tracker import Subject
from snowplow_tracker.clock.date_time import date_time
from snowplow_tracker.entities.consent_document import SCHEMA as DOCUMENT
from snowplow_tracker.entities.consent_document import consent_document

BASE = "iglu:com.snowplowanalytics.snowplow/"
NOTIFICATION = "iglu:com.snowplowanalytics.mobile/message_notification/jsonschema/1-0-0"
READING = "iglu:com.acme/reading/jsonschema/1-0-0"


def test_consent_granted():
    t, wire = tracker()
    t.track_consent_granted("terms", "3", "Terms", "All of them", "2030-01-31T00:00:00+01:00")
    event = last_event(t, wire)
    assert unwrapped(event) == (
        BASE + "consent_granted/jsonschema/1-0-0",
        {"expiry": "2030-01-31T00:00:00+01:00"},
    )
    document = {"id": "terms", "version": "3", "name": "Terms", "description": "All of them"}
    assert entities(event) == [(DOCUMENT, document)]
    t.track_consent_granted(expiry=1700000000123)
    event = last_event(t, wire)
    assert unwrapped(event)[1] == {"expiry": "2023-11-14T22:13:20.123Z"}
    assert not entities(event)
    more = [consent_document("ads", "1"), (READING, {"n": 1})]
    t.track_consent_granted("terms", "3", context=more, event_subject=Subject().set_user_id("u"))
    event = last_event(t, wire)
    assert [data for _, data in entities(event)] == [
        {"id": "terms", "version": "3"},
        {"id": "ads", "version": "1"},
        {"n": 1},
    ]
    assert event["uid"] == "u" and unwrapped(event)[1] == {}


def test_consent_withdrawn():
    t, wire = tracker()
    t.track_consent_withdrawn(False, "terms", "3")
    event = last_event(t, wire)
    assert unwrapped(event) == (BASE + "consent_withdrawn/jsonschema/1-0-0", {"all": False})
    assert entity(event, DOCUMENT) == {"id": "terms", "version": "3"}
    t.track_consent_withdrawn(all=True, tstamp=1700000000000)
    event = last_event(t, wire)
    assert unwrapped(event)[1] == {"all": True} and event["ttm"] == "1700000000000"


def test_ad_impression():
    t, wire = tracker()
    t.track_ad_impression("i", "cpm", 0.5, "https://a/", "b", "z", "a", "c")
    assert unwrapped(last_event(t, wire)) == (
        BASE + "ad_impression/jsonschema/1-0-0",
        {
            "impressionId": "i",
            "costModel": "cpm",
            "cost": 0.5,
            "targetUrl": "https://a/",
            "bannerId": "b",
            "zoneId": "z",
            "advertiserId": "a",
            "campaignId": "c",
        },
    )
    t.track_ad_impression(banner_id="b")
    assert unwrapped(last_event(t, wire))[1] == {"bannerId": "b"}


def test_message_notification():
    t, wire = tracker()
    attachment = {"identifier": "1", "url": "https://a/b.png", "type": "image"}
    t.track_message_notification(
        "Filter",
        "Change it",
        "other",
        1700000000000,
        body_loc_args=("a", "b"),
        notification_count=0,
        content_available=False,
        attachments=[attachment],
    )
    assert unwrapped(last_event(t, wire)) == (
        NOTIFICATION,
        {
            "title": "Filter",
            "body": "Change it",
            "trigger": "other",
            "notificationTimestamp": "2023-11-14T22:13:20.000Z",
            "bodyLocArgs": ["a", "b"],
            "notificationCount": 0,
            "contentAvailable": False,
            "attachments": [attachment],
        },
    )


def test_refusals_store_nothing_and_count():
    t, _ = tracker()
    granted, withdrawn, shown = (
        t.track_consent_granted,
        t.track_consent_withdrawn,
        t.track_message_notification,
    )
    count = 0
    for mention, call, args in (
        ("version: may not be empty", granted, ("terms",)),
        ("id_: may not be empty", granted, (None, "3")),
        ("id_: 37", granted, ("i" * 37, "3")),
        ("name: 61", granted, ("i", "3", "n" * 61)),
        ("expiry: expected milliseconds", granted, ("i", "3", None, None, "soon")),
        ("expiry: expected an int of milliseconds", granted, ("i", "3", None, None, 5)),
        ("all: may not be empty", withdrawn, ()),
        ("all: expected True or False", withdrawn, (1,)),
        ("version", withdrawn, (True, "terms")),
        ("impression_id: it or another", t.track_ad_impression, ()),
        ("cost: needs a cost_model", t.track_ad_impression, ("i", None, 1)),
        ("cost: expected a number from 0", t.track_ad_impression, ("i", "cpa", -1)),
        ("cost_model: expected one of cpa cpc cpm", t.track_ad_impression, ("i", "cpx")),
        ("trigger: expected one of push", shown, ("t", "b", "pushed")),
        ("title: 1025", shown, ("t" * 1025, "b", "push")),
        ("body_loc_args: expected a list", shown, ("t", "b", "push") + (None,) * 4 + ("a",)),
        ("title_loc_args", shown, ("t", "b", "push") + (None,) * 6 + ([],)),
    ):
        refused(mention, call, *args)
        count += 1
        assert t.refused == count, mention
    one = {"identifier": "1", "url": "https://a/b", "type": "x"}
    for mention, item in (
        ("attachments: expected identifier, url and type", {"identifier": "1"}),
        ("attachments: expected identifier, url and type", 5),
        ("attachments: expected identifier, url and type", dict(one, more=1)),
        ("url: expected an address", dict(one, url="b.png")),
        ("url: expected an address", dict(one, url="https://a/ b")),
        ("type: 1025", dict(one, type="x" * 1025)),
    ):
        refused(mention, shown, "t", "b", "push", attachments=[item])
    refused("attachments: expected a list", shown, "t", "b", "push", attachments=one)
    assert not len(t.emitters[0].event_store)


def test_date_times_are_those_of_rfc_3339():
    for good in (
        "2026-11-26T20:00:00Z",
        "2026-11-26T20:00:00.123456Z",
        "2024-02-29T23:59:59+14:00",
        "2000-02-29T00:00:00-00:30",
        "2026-01-31T00:00:00Z",
        "2026-07-31T00:00:00Z",
        "2026-08-31T00:00:00Z",
        "2026-12-31T00:00:00Z",
    ):
        assert date_time("t", good) == good
    for bad in (
        "", "2026-11-26", "2026-11-26T20:00:00", "2026-11-26 20:00:00Z", "2026-13-01T00:00:00Z",
        "2026-00-01T00:00:00Z", "2026-02-29T00:00:00Z", "1900-02-29T00:00:00Z",
        "2026-04-31T00:00:00Z", "2026-09-31T00:00:00Z", "2026-01-00T00:00:00Z",
        "2026-01-01T24:00:00Z", "2026-01-01T00:60:00Z", "2026-01-01T00:00:61Z",
        "2026-01-01T00:00:00.Z", "2026-01-01T00:00:0012Z", "2026-01-01T00:00:00+0100",
        "2026-01-01T00:00:00+24:00", "2026-1-01T00:00:000Z", "+026-01-01T00:00:00Z",
        "2026-01-01T00:00:00Z ", 5, 1.5, None, True, "é026-01-01T00:00:00Z",
    ):  # fmt: skip
        refused("t: expected", date_time, "t", bad)
