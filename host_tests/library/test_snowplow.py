import snowplow_tracker
from expect import Wire, refused
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
    "AsyncEmitter",
    "Deferred",
    "Diagnostics",
    "Event",
    "EventStore",
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
    "disable_contracts",
    "enable_contracts",
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


def raises(kind, call, *args, **options):
    try:
        call(*args, **options)
    except kind:
        return
    raise AssertionError("nothing was raised")


def test_a_mistake_in_a_configuration_is_told_when_it_is_made():
    raises(TypeError, EmitterConfiguration, batchsize=5)
    raises(TypeError, EmitterConfiguration, 5, batch_size=5)
    raises(TypeError, EmitterConfiguration, *([None] * 10))
    for name, value in (
        ("batch_size", 0),
        ("batch_size", "5"),
        ("batch_size", True),
        ("byte_limit", -1),
        ("buffer_capacity", 1.5),
        ("request_timeout", "5"),
        ("request_timeout", 0),
        ("request_timeout", (3,)),
        ("request_timeout", (3, -7)),
        ("custom_retry_codes", [503]),
        ("custom_retry_codes", {503: 1}),
        ("custom_retry_codes", {"503": True}),
    ):
        refused(name, EmitterConfiguration, **{name: value})
        refused(name, Emitter, "host", "http", **{name: value})
        config = EmitterConfiguration()
        refused(name, setattr, config, name, value)
        assert not getattr(config, name)
    refused("encode_base64", TrackerConfiguration, 1)


def test_attributes_of_configurations():
    names = "batch_size on_success on_failure byte_limit request_timeout buffer_capacity"
    names = (names + " custom_retry_codes event_store session").split()
    values = (5, print, len, 9000, (3, 7), 100, {503: False}, RingStore(100), None)
    config = EmitterConfiguration(*values)
    assert tuple([getattr(config, name) for name in names]) == values
    config = EmitterConfiguration()
    for i, name in enumerate(names):
        value = values[i]
        assert getattr(config, name) == ({} if name == "custom_retry_codes" else None)
        setattr(config, name, value)
        assert getattr(config, name) == value
    tracker_config = TrackerConfiguration(True, str)
    assert tracker_config.encode_base64 is True and tracker_config.json_encoder is str
    tracker_config.encode_base64 = False
    assert tracker_config.encode_base64 is False


def test_retry_codes_of_a_configuration():
    config = EmitterConfiguration(transport=Wire(503, 422))
    other = EmitterConfiguration()
    assert config.set_retry_code(503, False) and config.set_retry_code(422)
    for status, retry in ((200, True), ("503", True), (503, 1), (99, True)):
        assert config.set_retry_code(status, retry) is False
    assert config.custom_retry_codes == {503: False, 422: True}
    assert other.custom_retry_codes == {}
    Snowplow.reset()
    t = Snowplow.create_tracker("ns", "host", emitter_config=config)
    t.track_struct_event("c", "a")
    assert t.flush() and t.emitters[0].given_up == 1
    t.track_struct_event("c", "a")
    assert not t.flush() and t.emitters[0].given_up == 1


def test_what_is_no_tracker_is_not_added():
    Snowplow.reset()
    assert Snowplow.add_tracker("ns") is None
    raises(TypeError, Snowplow.create_tracker, "ns", None)


def test_every_name_of_the_package():
    for name in NAMES:
        assert getattr(snowplow_tracker, name).__name__ == name
    for name in ("Nothing", "nothing", "EmitterConfig"):
        assert not hasattr(snowplow_tracker, name)
