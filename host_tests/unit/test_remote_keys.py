"""Every key of Snowplow's remote_config is applied, or named as ignored: by its schema."""

import json
import re

import pytest

import chips
from firmware.app import App
from firmware.on_demand import config, remote_keys, settings
from firmware_life import Life
from snowplow_tracker.self_describing import unescaped
from tools.engine import ROOT

SCHEMA = ROOT.parent / "shared/iglu/com.snowplowanalytics.mobile/remote_config/jsonschema/1-0-1"
DOCS = (ROOT / "docs" / "remote_config.md").read_text(encoding="utf-8")
GOOD = {"collector": "http://192.168.1.10:9090", "app_id": "garden"}
# Of the mobile trackers, under their names.
BEYOND_THE_SCHEMA = {
    "networkConfiguration": {"customPostPath", "timeout"},
    "emitterConfiguration": {"maxEventStoreSize", "maxEventStoreAge"},
}
# A value of each key that the board does not have by itself.
VALUES = {
    "endpoint": "http://192.168.1.11", "method": "get", "customPostPath": "com.acme/track",
    "timeout": 5, "appId": "orchard", "devicePlatform": "tv", "logLevel": "verbose",
    "exceptionAutotracking": False, "sessionContext": False, "geoLocationContext": False,
    "userId": "me", "networkUserId": "net", "domainUserId": "dom", "useragent": "agent",
    "ipAddress": "10.0.0.1", "timezone": "Europe/Berlin", "language": "de",
    "backgroundTimeout": 60, "foregroundTimeout": 120, "bufferOption": "HeavyGroup",
    "emitRange": 30, "byteLimitPost": 5000, "customRetryForStatusCodes": {"503": False},
    "maxEventStoreSize": 8, "maxEventStoreAge": 3600,
}  # fmt: skip


def schema_keys():
    """{part: {key: its schema}}"""
    if not SCHEMA.exists():
        pytest.skip("no schemas of Iglu Central beside the project")
    bundle = json.loads(SCHEMA.read_text())["properties"]["configurationBundle"]["items"]
    parts = dict(bundle["properties"])
    del parts["namespace"]
    return {part: parts[part]["properties"] for part in parts}


def document(part, **keys):
    return {"configurationBundle": [{"namespace": "firmware", part: keys}]}


def documented():
    """(keys in the table of the docs by part, with those "not in the schema"; keys as ignored)"""
    table, beyond, part = {}, {}, None
    for names, text in re.findall(r"^\| (.*?) \| (.*?) ?\|$", DOCS, re.M):
        if names[:2] == "**":
            part = names.strip("*")
            table[part], beyond[part] = set(), set()
        elif names[0] == "`":
            found = re.findall(r"`(\w+)`", names)
            table[part].update(found)
            if "not in the schema" in text:
                beyond[part].update(found)
    return table, beyond, set(re.findall(r"`(\w+)`", DOCS.split("**Ignored**")[1]))


def test_each_key_of_the_schema_is_applied_or_named_as_ignored():
    table, beyond, ignored = documented()
    parts = schema_keys()
    assert set(parts) == set(remote_keys.PARTS) == set(table)
    left_out = set()
    for part in parts:
        applied = set(remote_keys.PARTS[part])
        assert applied == table[part]
        assert applied - set(parts[part]) == beyond[part] == BEYOND_THE_SCHEMA.get(part, set())
        for key in set(parts[part]) - applied:
            found = remote_keys.changes_of(document(part, **{key: 1}), "firmware")
            assert found == ({}, [part + "." + key])
            left_out.add(key)
    assert left_out == ignored


@pytest.mark.parametrize("part", remote_keys.PARTS)
def test_a_bad_value_is_refused_with_the_key_and_what_is_expected(part):
    keys = schema_keys()[part]
    for key in remote_keys.PARTS[part]:
        rule = keys.get(key, {})
        bad = [[], -1, ""]
        if rule.get("type") != "boolean":
            bad.append(True)
        if rule.get("type") != "object":
            bad.append({})
        if "string" in rule.get("type", "integer"):
            bad += ["x" * (rule.get("maxLength", 10) + 1), "\x00" * 5000]
        for value in bad:
            with pytest.raises(ValueError, match=rf"^{part}: {key}: expected "):
                remote_keys.changes_of(document(part, **{key: value}), "firmware")
        assert remote_keys.changes_of(document(part, **{key: None}), "firmware") == ({}, [])


@pytest.mark.parametrize("part, key, value, expected", [
    ("emitterConfiguration", "customRetryForStatusCodes", {"99": True}, "HTTP statuses"),
    ("emitterConfiguration", "customRetryForStatusCodes", {"503": 1}, "HTTP statuses"),
    ("emitterConfiguration", "emitRange", 0, "a whole number from 1 to 500, got 0"),
    ("networkConfiguration", "customPostPath", "a b", "a path such as com.acme/track"),
    ("networkConfiguration", "customPostPath", "a?b", "a path such as com.acme/track"),
    ("networkConfiguration", "timeout", 61, "a whole number of seconds from 1 to 60, got 61"),
    ("trackerConfiguration", "devicePlatform", "headset", "one of web, mob"),
])  # fmt: skip
def test_bad_values_of_one_key(part, key, value, expected):
    with pytest.raises(ValueError, match=f"{part}: {key}: expected .*{re.escape(expected)}"):
        remote_keys.changes_of(document(part, **{key: value}), "firmware")


@pytest.fixture
def boot(simulate, tmp_path, monkeypatch):
    """boot(changes=None, **config) -> what the firmware has at its boot with these changes."""
    seen = []
    monkeypatch.chdir(tmp_path)

    def track_boot(app):
        seen.append(observed(app))
        real(app)

    real = App.track_boot
    monkeypatch.setattr(App, "track_boot", track_boot)

    def start(changes=None, **options):
        world = simulate("esp32")
        world.i2c[0x76] = chips.Bme280()
        data = dict(GOOD, remote={"url": "http://h/c.json"}, track=["errors", "session"])
        data.update(options)
        state = {"version": 2, "changes": changes} if changes else {}
        (tmp_path / "remote.json").write_text(json.dumps(state))
        Life(world, tmp_path, monkeypatch, data).run(seconds=2)
        return seen.pop()

    return start


def observed(app):
    """What a remote configuration may change, in one dict."""
    emitter, transport, tracker = app.emitter, app.transport, app.tracker
    session = app.session
    return {
        "settings": {k: v for k, v in app.settings.items() if k not in ("remote_options",)},
        "subject": dict(app.standard_nv_pairs),
        "request": (transport.host, transport.path, transport.get, transport.limit_ms),
        "emitter": (emitter.get, emitter.batch_size, emitter.byte_limit),
        "retry": emitter.custom_retry_codes,
        "anonymous": (
            type(tracker.anonymous).__name__,
            getattr(tracker.anonymous, "server", None),
        ),
        "log": tracker.log and tracker.log.level,
        "session": session and (session.foreground_timeout, session.background_timeout),
        "plugins": [type(plugin).__name__ for plugin in tracker.plugins],
        "entities": [json.loads(unescaped(entity))["schema"] for entity in app.entities],
        "diagnostics": bool(app.diagnostics),
        "location": app.location,
        "board": sorted(json.loads(unescaped(app.board_entity))["data"]),
        "store": (len(app.store.buf), app.store.max_ms),
    }


@pytest.mark.parametrize(
    "part, key", [(part, key) for part in remote_keys.PARTS for key in remote_keys.PARTS[part]]
)
def test_each_key_that_is_applied_changes_the_board(boot, part, key):
    before = boot()
    value = VALUES.get(key, True)
    given = {key: value}
    changes, _ = remote_keys.changes_of(document(part, **given), "firmware")
    after = boot(changes)
    assert after != before
    changed = {name for name in before if before[name] != after[name]}
    # Of keys of config.json alone other tests say what they do.
    assert changed - {"settings"} or key in (
        "appId",
        "exceptionAutotracking",
        "installAutotracking",
    )
    # The change is the document's alone: without it the board is as before.
    assert boot() == before


def test_the_switches_of_track(boot):
    before = boot(track=["lifecycle", "session", "errors"])
    assert "Session" in before["plugins"]
    found = boot({"features": {"session": False, "errors": False, "application": True}},
                 track=["lifecycle", "session", "errors"])  # fmt: skip
    assert found["settings"]["track"] == ["lifecycle", "application"]
    # `lifecycle` has a session too, and no event carries it.
    assert "Session" not in found["plugins"]


def test_a_document_decides_the_method_of_a_config_with_get(boot):
    assert boot(method="get")["request"][1:3] == (b"/i", True)
    found = boot({"method": "post", "path": "com.acme/track"}, method="get")
    assert found["request"][1:3] == (b"/com.acme/track", False) and found["emitter"][0] is False
    found = boot({"path": "com.acme/track"}, method="get")
    assert found["request"][1:3] == (b"/i", True) and found["emitter"][0] is True


def test_a_document_takes_nothing_of_the_privacy_of_the_config(boot):
    alone = boot(anonymous=True)
    for changes in ({"anonymous": True}, {"server_anonymous": True}):
        found = boot(changes, anonymous=True)
        assert found["anonymous"] == alone["anonymous"] and found["anonymous"]


def test_the_store_is_never_made_larger():
    def sizes(changes, **data):
        found = remote_keys.check("c", dict(GOOD, **data), changes)
        return found["buffer_bytes"], found["store_bytes"]

    assert sizes({"store_events": 4}) == (4096, 0)
    assert sizes({"store_events": 1}) == (2048, 0)
    assert sizes({"store_events": 1000}) == (16384, 0)
    assert sizes({"store_events": 20}, store_bytes=65536) == (16384, 20480)
    assert sizes({"store_events": 1000}, store_bytes=65536) == (16384, 65536)


def test_what_is_too_long_for_a_request_is_refused_and_not_tried():
    headers = {f"X-{i}": "v" * 125 for i in range(5)}
    data = dict(GOOD, headers=headers, collector="http://" + "c" * 200)
    assert remote_keys.check("c", data, {"path": "p" * 70})["transport"]["path"] == "/" + "p" * 70
    with pytest.raises(ValueError, match="path: expected 1000 bytes at most, with the collector"):
        remote_keys.check("c", data, {"path": "p" * 255})


@pytest.mark.parametrize("changes", [
    {"p": "x"}, {"features": 5}, {"features": {"session": 1}}, {"features": {"x": True}},
    {"retry_codes": {"x": True}}, {"store_seconds": "x"}, {"another": 1},
])  # fmt: skip
def test_a_damaged_state_is_taken_back(tmp_path, monkeypatch, changes):
    monkeypatch.chdir(tmp_path)
    data = dict(GOOD, remote={"url": "http://h/c.json"})
    (tmp_path / "config.json").write_text(json.dumps(data))
    (tmp_path / "remote.json").write_text(json.dumps({"version": 3, "changes": changes}))
    own = dict(config.check("config.json", data), on_trial=False)
    assert settings.load_settings("config.json") == own
    assert json.loads((tmp_path / "remote.json").read_text()) == {"refused": 3}
