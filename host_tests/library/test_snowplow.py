import snowplow_tracker
from expect import Wire
from snowplow_tracker import (
    Emitter,
    EmitterConfiguration,
    RingStore,
    Snowplow,
    Subject,
    Tracker,
    TrackerConfiguration,
)

NAMES = (
    "Anonymous",
    "Deferred",
    "Diagnostics",
    "GlobalEntities",
    "Lifecycle",
    "Log",
    "PagePing",
    "PageView",
    "ScreenView",
    "SelfDescribing",
    "SelfDescribingJson",
    "Session",
    "StructuredEvent",
    "UrequestsTransport",
)


def make(namespace="ns", **options):
    """A tracker made by create_tracker, and what it sends."""
    wire = Wire()
    config = EmitterConfiguration(5, None, None, 9000, transport=wire, event_store=RingStore(4096))
    t = Snowplow.create_tracker(namespace, "host", emitter_config=config, **options)
    return t, wire


def test_create_tracker_with_configurations():
    Snowplow.reset()
    t, wire = make(
        app_id="app",
        subject=Subject().set_user_id("u"),
        tracker_config=TrackerConfiguration(encode_base64=True),
    )
    assert (t.emitters[0].batch_size, t.emitters[0].byte_limit) == (5, 9000)
    t.track_self_describing_event(("iglu:a/b/jsonschema/1-0-0", {}))
    assert t.flush()
    event = wire.events()[0]
    assert (event["tna"], event["aid"], event["uid"]) == ("ns", "app", "u")
    assert "ue_px" in event


def test_trackers_are_known_by_their_namespaces():
    Snowplow.reset()
    t, _ = make()
    assert Snowplow.get_tracker("ns") is t
    assert Snowplow.get_tracker("other") is None
    try:
        make()
    except TypeError as e:
        assert "already exists" in str(e)
    else:
        raise AssertionError("a second one of the same namespace")
    other = Tracker("other", Emitter("host", transport=Wire()))
    assert Snowplow.add_tracker(other) is other
    Snowplow.remove_tracker(t)
    Snowplow.remove_tracker(t)
    assert Snowplow.get_tracker("ns") is None
    assert Snowplow.get_tracker("other") is other
    Snowplow.remove_tracker_by_namespace("other")
    assert Snowplow.get_tracker("other") is None


def test_a_typo_in_a_configuration_is_a_type_error():
    Snowplow.reset()
    for config in (
        EmitterConfiguration(batchsize=5, transport=Wire()),
        EmitterConfiguration(session=5, transport=Wire()),
    ):
        try:
            Snowplow.create_tracker("ns", "host", emitter_config=config)
        except TypeError:
            assert Snowplow.get_tracker("ns") is None
        else:
            raise AssertionError("a typo was accepted")


def test_every_name_of_the_package():
    for name in NAMES:
        assert getattr(snowplow_tracker, name).__name__ == name
    for name in ("Nothing", "nothing", "EmitterConfig"):
        assert not hasattr(snowplow_tracker, name)
