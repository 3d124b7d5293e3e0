"""Parts of the firmware by themselves: triggers, watchdog, crashes, settings."""
import json
import sys
import types

import pytest

from boards import esp32
from firmware import conditions, triggers, watchdog
from firmware import crashes as crash
from firmware.on_demand import config, remote_keys, settings, start, unload
from firmware.on_demand import remote_config as remote
from snowplow_tracker import clock
from snowplow_tracker.store.segment_log import open_folders
from tools.engine import ROOT

GOOD = {"collector": "http://192.168.1.10:9090", "app_id": "garden"}
REMOTE = dict(GOOD, remote={"url": "http://192.168.1.10/remote.json"})


def check(**settings):
    return config.check("config.json", {**GOOD, **settings})


# --- config --------------------------------------------------------------------------------------
def test_the_example_is_good():
    path = ROOT / "firmware" / "config.example.json"
    settings = config.check("x", json.loads(path.read_text()))
    assert settings["sensors"] and settings["triggers"]


@pytest.mark.parametrize("settings, message", [
    ({"sensors": {"air": {"type": "bme999"}}},
     "sensors.air.type: no boards/sensors/bme999.py"),
    ({"sensors": {"air": {}}}, "sensors.air.type is missing"),
    ({"sensors": {"air": {"type": "bme280", "bus": "i2c"}}}, "sensors.air.bus: expected one of"),
    ({"sensors": {"soil": {"type": "soil", "pin": 34, "dry_mv": 1}}},
     "sensors.soil.wet_mv is missing"),
    ({"sensors": {"soil": {"type": "soil", "pin": 34, "dry_mv": 900, "wet_mv": 900}}},
     "sensors.soil.dry_mv, wet_mv: expected two different voltages"),
    ({"triggers": [{"when": "threshold", "sensor": "cpu", "quantity": "humidity", "above": 1}]},
     'triggers[0].quantity: expected one of temperature, got "humidity"'),
    ({"sensors": {"v": {"type": "voltage", "pin": 34, "ratio": "2"}}},
     "sensors.v.ratio: expected a number from 0.01 to 1000"),
    ({"sensors": {"v": {"type": "voltage", "pin": 34, "ration": 2}}},
     "unknown key sensors.v.ration; known are combine, max_seconds, pin, power_pin, "),
    ({"sensors": {"v": {"type": "voltage", "pin": 34, "samples": 2.5}}},
     "sensors.v.samples: expected a whole number from 1 to 1000, got 2.5"),
    ({"sensors": {"": {"type": "cpu"}}}, "sensors: expected names of 1 to 64 characters"),
    ({"sensors": {"x" * 65: {"type": "cpu"}}}, "sensors: expected names of 1 to 64 characters"),
    ({"sensors": []}, "sensors: expected an object in braces, got a list"),
    ({"sensors": {"air": {"type": "__init__"}}}, "air.type: no boards/sensors/__init__.py"),
    ({"sensors": {"air": {"type": "../wifi"}}}, "sensors.air.type: no boards/sensors/../wifi.py"),
    ({"sensors": {"air": {"type": ""}}}, "sensors.air.type: no boards/sensors/.py"),
    ({"sensors": {"air": {"type": "common.sub"}}}, "sensors.air.type: no boards/sensors/common."),
    ({"buses": {"i2c": {"sda": 1}}}, "buses.i2c.scl is missing: a pin number"),
    ({"triggers": [{"when": "never"}]},
     "triggers[0].when: expected one of boot, edge, every, heartbeat, threshold, wake"),
    ({"triggers": [{"when": []}]}, "triggers[0].when: expected one of boot, "),
    ({"triggers": [{"when": "every"}]}, "triggers[0].seconds is missing"),
    ({"triggers": [{"when": "threshold", "sensor": "a", "quantity": "b"}]},
     "triggers[0].above: expected either above or below"),
    ({"mode": "battery", "triggers": [{"when": "edge", "pin": 4}]}, "needs the mode always_on"),
    ({"mode": "sometimes"}, 'mode: expected one of always_on, battery, got "sometimes"'),
    ({"mode": []}, "mode: expected one of always_on, battery, got a list"),
    ({"app_id": "half \ud83c"}, "app_id: expected a text of 1 to 255 characters"),
    ({"sample_seconds": 0}, "sample_seconds: expected a whole number of seconds from 1 to 86400"),
    ({"store_bytes": 8191}, "a whole number of bytes from 8192 to 16777216, or 0, got 8191"),
    ({"sample_seconds": float("inf")}, "sample_seconds: expected a whole number of seconds"),
    ({"collector": "http://me:secret@host"}, "collector: expected a URL such as"),
    ({"collector": "http://host:000080"}, "collector: expected a URL such as"),
    ({"wifi": {"ssid": "x", "password": "", "country": "\U0001f331"}},
     "wifi.country: expected two letters such as DE"),
    ({"wifi": {"ssid": "x", "password": "", "hostname": "ä" * 17}},
     "wifi.hostname: expected a text of 1 to 32 bytes"),
    ({"wifi": {"ssid": "x", "password": "", "address": ["10.0.0.٢"] * 4}},
     "wifi.address: expected a list of own address"),
    ({"cellular": {"apn": "x", "tx": 1, "rx": 2, "pin": "١٢٣٤"}},
     "cellular.pin: expected 4 to 8 digits"),
    ({"triggers": [{"when": "threshold", "sensor": "cpu", "quantity": "b", "above": 10**400}]},
     "triggers[0].above: expected a number"),
    ({"builtin": True, "board_sensors": True}, "builtin is now called board_sensors: remove it"),
    ({"wifi": {"ssid": "ä" * 17, "password": ""}}, "wifi.ssid: expected a text of 1 to 32 bytes"),
    ({"track": ["sesion"]}, "track: expected a list of session, "),
    ({"wifi": {"networks": [{"ssid": "x"}]}}, "wifi.networks[0].password is missing"),
    ({"wifi": {"ssid": "x", "password": "", "address": ["10.0.0.2"]}},
     "wifi.address: expected a list of own address"),
    ({"remote": {"url": "https://x/board.json"}}, "roots is missing"),
    ({"remote": {"url": "ftp://x"}}, "remote.url: expected a URL"),
    ({"remote": {"url": "http://x/a#b"}}, "remote.url: expected a URL"),
    ({"remote": {"url": "http://x?a=b"}}, "remote.url: expected a URL"),
    ({"remote": {"url": "http://x/board.json"}, "collector": "https://x", "roots": "r.der"},
     "remote.url: expected https, as the collector has: it can change the collector"),
    ({"battery": {"wakes": 5}}, "unknown key battery.wakes"),
    ({"battery": []}, "battery: expected an object"),
])  # fmt: skip
def test_a_mistake_is_answered_with_its_place(settings, message):
    with pytest.raises(config.ConfigError) as caught:
        check(**settings)
    assert str(caught.value).startswith("config.json: ") and message in str(caught.value)


def test_one_network_or_several():
    one = check(wifi={"ssid": "barn", "password": "x", "country": "CH"})["wifi"]
    several = check(wifi={"networks": [{"ssid": "barn", "password": "x"}], "country": "CH"})
    assert one == several["wifi"]
    assert one["networks"] == [{"ssid": "barn", "password": "x", "address": None}]


def test_no_password_in_a_message():
    for bad in (
        {"networks": [{"ssid": "x", "password": ["secret"]}]},
        {"networks": {"ssid": "x", "password": "secret"}},
        {"networks": [["x", "secret"]]},
        [{"ssid": "x", "password": "secret"}],
        {"ssid": {"password": "secret"}, "password": "x"},
        {"ssid": "x", "password": {"is": "secret"}},
        {"ssid": "x", "password": "secret" * 11},
        {"ssid": "x", "password": "secret", "more": 1},
    ):
        with pytest.raises(config.ConfigError) as caught:
            check(wifi=bad)
        assert "secret" not in str(caught.value)
    for url in ("http://me:secret@host", "https://me:secret@host/x"):
        with pytest.raises(config.ConfigError) as caught:
            check(collector=url)
        assert "secret" not in str(caught.value)


def test_old_names_of_keys_still_work_and_the_new_ones_are_printed(capsys):
    settings = check(builtin=False, safe_seconds=99)
    assert (settings["board_sensors"], settings["safe_mode_seconds"]) == (False, 99)
    assert "builtin" not in settings and "safe_seconds" not in settings
    printed = capsys.readouterr().out.splitlines()
    assert printed == [
        "config.json: builtin is now called board_sensors",
        "config.json: safe_seconds is now called safe_mode_seconds",
    ]
    with pytest.raises(config.ConfigError, match="board_sensors: expected true or false"):
        check(builtin=5)


def test_what_a_check_accepts_is_what_the_transport_accepts(monkeypatch):
    from snowplow_tracker.transport.http import HttpTransport

    for url in ("http://host", "http://host/", "http://host:9090/", "http://10.0.0.2:80"):
        found = check(collector=url)["collector"]
        assert not found.endswith("/")
        assert HttpTransport(found + "/com.snowplow/tp2").path == b"/com.snowplow/tp2"
    sent = []

    def send(transport, length, body):
        sent.append((transport.path, body))
        transport.body = b"{}"
        yield 0
        return 200

    monkeypatch.setattr(HttpTransport, "send", send)
    for url in ("http://h/board.json?id=5&x=/y", "http://h:80/a?", "http://h/" + "x" * 240):
        assert len(list(remote.fetch(check(remote={"url": url})["remote"]["url"]))) == 1
    assert sent == [(b"/board.json", b"id=5&x=/y"), (b"/a", b""), (b"/" + b"x" * 240, b"")]


# --- triggers ------------------------------------------------------------------------------------
def trigger(simulate, **options):
    world = simulate("esp32")
    options = check(triggers=[options])["triggers"][0]
    return world, triggers.load({"triggers": [options], "sample_seconds": 60}, esp32.Board())[0]


def test_every_is_aligned_to_the_clock(simulate):
    _, every = trigger(simulate, when="every", seconds=60)
    assert every.due(1_000_030) and not every.due(1_000_040)
    assert every.wait(1_000_040) == 19_960
    assert every.due(1_020_000) and not every.due(1_079_999) and every.due(1_080_000)


def test_a_clock_that_is_set_back_or_forth_makes_it_due_once(simulate):
    _, every = trigger(simulate, when="every", seconds=60)
    every.due(1_000_000)
    assert every.due(800_000) and not every.due(800_001)
    assert every.due(9_000_000) and not every.due(9_000_001)
    # NTP sets the clock back by less than a slot, right after it was due.
    assert not every.due(8_999_700) and not every.due(9_000_020) and every.due(9_060_000)


@pytest.mark.parametrize("pin", [60, "LED"])
def test_a_pin_that_the_board_has_not_ends_no_boot(simulate, pin):
    simulate("esp32")
    board = esp32.Board()
    settings = check(triggers=[{"when": "edge", "pin": pin}, {"when": "boot"}])
    assert [one.when for one in triggers.load(settings, board)] == ["boot"]
    assert board.absent[-1] == "trigger edge: invalid pin; name another pin"


def test_boot_is_due_once(simulate):
    _, boot = trigger(simulate, when="boot")
    assert [boot.due(ms) for ms in (5, 6, 7)] == [True, False, False]


@pytest.mark.parametrize("edge, levels", [("falling", (1, 0)), ("rising", (0, 1))])
def test_edges_are_counted_and_debounced(simulate, edge, levels):
    world, at_pin = trigger(simulate, when="edge", pin=14, edge=edge, pull="up", debounce_ms=50)
    assert not at_pin.due(0) and at_pin.wait(0) <= 200
    for _ in range(3):
        for level in levels * 3:  # it bounces
            world.edge(14, level)
            world.time.sleep_ms(1)
        world.time.sleep_ms(200)
    assert at_pin.due(0) == 3
    assert not at_pin.due(0)


@pytest.mark.parametrize("way, values, expected", [
    ({"above": 30, "hysteresis": 1}, [29, 30, 31, 29.5, 30.5, 29, 30], [0, 1, 0, 0, 0, 0, 1]),
    ({"below": 10, "hysteresis": 2}, [11, 10, 11.9, 9, 12, 10], [0, 1, 0, 0, 0, 1]),
    ({"above": 0}, [-1, 0, -0.1, 0], [0, 1, 0, 1]),
])  # fmt: skip
def test_threshold(simulate, way, values, expected):
    _, limit = trigger(simulate, when="threshold", sensor="cpu", quantity="temperature", **way)
    assert [conditions.crosses(limit, value) for value in values] == [bool(e) for e in expected]


# --- watchdog ------------------------------------------------------------------------------------
def test_the_watchdog_is_fed_only_while_no_part_is_late(monkeypatch):
    now = [0]
    monkeypatch.setattr(clock, "ms", lambda: now[0])
    fed = []
    watch = watchdog.Watchdog(types.SimpleNamespace(feed=lambda: fed.append(now[0])))
    watch.expect("send", 60)
    watch.expect("sample", 10)
    for second in (5, 10, 11, 50):
        now[0] = second * 1000
        watch.feed()
    assert fed == [5000, 10000]


# --- crashes -------------------------------------------------------------------------------------
def fail():
    raise RuntimeError("it broke")


def test_a_crash_is_kept_until_it_was_reported(tmp_path):
    try:
        fail()
    except RuntimeError as e:
        crash.Crashes(str(tmp_path)).record(e)
    found = crash.Crashes(str(tmp_path))
    assert found.count == 1 and not found.safe_mode
    assert found.error["message"] == "it broke" and found.error["isFatal"] is True
    assert found.error["exceptionName"] == "RuntimeError"
    assert crash.Crashes(str(tmp_path)).error  # until the collector has it
    found.mark_reported()
    again = crash.Crashes(str(tmp_path))
    assert again.error is None and again.count == 1


def test_three_in_a_row_mean_safe_mode(tmp_path):
    for _ in range(3):
        crashes = crash.Crashes(str(tmp_path))
        assert not crashes.safe_mode
        crashes.record_watchdog()
    crashes = crash.Crashes(str(tmp_path))
    assert crashes.safe_mode and "watchdog" in crashes.error["message"]
    crashes.reduce(1)
    assert not crash.Crashes(str(tmp_path)).safe_mode
    crash.Crashes(str(tmp_path)).reduce(3)
    assert crash.Crashes(str(tmp_path)).count == 0


@pytest.mark.parametrize("garbage", ["", "{", "[]", '{"count": "x"}', "\x00" * 20])
def test_a_corrupt_file_stops_nothing(tmp_path, garbage):
    (tmp_path / "crash.json").write_text(garbage)
    crashes = crash.Crashes(str(tmp_path))
    assert crashes.count == 0 and crashes.error is None
    crashes.record_watchdog()
    assert crash.Crashes(str(tmp_path)).count == 1


# --- remote configuration ------------------------------------------------------------------------
def bundled(version=2, **bundle):
    bundle.setdefault("namespace", "firmware")
    return json.dumps({"configurationVersion": version, "configurationBundle": [bundle]})


def test_what_a_document_changes():
    document = bundled(
        7,
        networkConfiguration={"endpoint": "collector.acme.com", "method": None},
        trackerConfiguration={"appId": "orchard", "sessionContext": True, "screenContext": False},
        sessionConfiguration=None,
        emitterConfiguration={"emitRange": 50, "bufferOption": "DefaultGroup"},
        subjectConfiguration={"userId": "me"},
        remoteConfiguration={"url": "x"},
    )
    changes, ignored = remote_keys.changes_of(remote.parse(document), "firmware")
    assert changes == {
        "collector": "https://collector.acme.com",
        "app_id": "orchard",
        "batch_size": 10,
        "user_id": "me",
        "features": {"session": True},
    }
    assert ignored == ["trackerConfiguration.screenContext", "remoteConfiguration"]
    assert remote_keys.changes_of(remote.parse(document), "another") == ({}, [])


@pytest.mark.parametrize("text", [
    "", "{", "[]", "5", '{"configurationVersion": 1}', bundled("2"), bundled(-1), bundled(True),
    '{"configurationVersion": 1, "configurationBundle": [{}]}',
    bundled(2, trackerConfiguration=[1]),
])  # fmt: skip
def test_what_is_no_document(text):
    with pytest.raises(ValueError):
        remote_keys.changes_of(remote.parse(text), "firmware")


def test_a_trial_has_so_many_boots_and_the_way_back(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "config.json").write_text(json.dumps(REMOTE))
    before = {"version": 4, "changes": {"app_id": "older"}}
    state = {"version": 5, "changes": {"app_id": "newer"}, "trial": 1, "before": before}
    (tmp_path / "remote.json").write_text(json.dumps(state))
    seen = []
    for trial in 1, 2, 3, 4:  # as start.py counts them
        (tmp_path / "remote.json").write_text(json.dumps(dict(state, trial=trial)))
        seen.append(settings.load_settings("config.json")["app_id"])
    seen.append(settings.load_settings("config.json")["app_id"])
    assert seen == ["newer"] * 3 + ["garden", "older"]
    assert "version 5 is taken back" in capsys.readouterr().out
    kept = json.loads((tmp_path / "remote.json").read_text())
    assert kept == dict(before, refused=5)


def test_changes_that_no_longer_fit_are_taken_back(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "config.json").write_text(json.dumps(REMOTE))
    (tmp_path / "remote.json").write_text('{"version": 3, "changes": {"batch_size": 0}}')
    assert settings.load_settings("config.json")["batch_size"] == 20
    assert json.loads((tmp_path / "remote.json").read_text()) == {"refused": 3}


@pytest.mark.parametrize("garbage", ["", "{", '{"changes": 5}', "\x00"])
def test_a_corrupt_state_stops_nothing(tmp_path, monkeypatch, garbage):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "config.json").write_text(json.dumps(REMOTE))
    (tmp_path / "remote.json").write_text(garbage)
    assert settings.load_settings("config.json")["app_id"] == "garden"


def test_without_remote_in_the_config_nothing_is_changed(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "config.json").write_text(json.dumps(GOOD))
    (tmp_path / "remote.json").write_text('{"version": 3, "changes": {"app_id": "newer"}}')
    assert settings.load_settings("config.json")["app_id"] == "garden"


# --- unloading -----------------------------------------------------------------------------------
def test_unloaded_code_loads_again(tmp_path, monkeypatch):
    for name, text in ("__init__", ""), ("once", "times = []"), ("once_more", ""):
        path = tmp_path / "package" / (name + ".py")
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    monkeypatch.syspath_prepend(tmp_path)
    import package.once
    import package.once_more

    kept = package.once_more
    package.once.times.append(1)
    unload.unload(("package.once.", "package.never."))
    assert not hasattr(package, "once") and "package.once" not in sys.modules
    import package.once

    assert package.once.times == []
    assert package.once_more is kept
    unload.unload(("package.",))  # with all that is in it
    assert not [name for name in sys.modules if name.startswith("package")]


# --- the store ----------------------------------------------------------------------------------
@pytest.mark.parametrize("nbytes", [32768, 65536, 131072])
def test_safe_modes_smaller_buffer_takes_nothing_from_the_store(tmp_path, nbytes):
    settings = {"store_bytes": nbytes, "store_path": str(tmp_path / "events")}
    stored = 0
    for buffer, count in ((16384, 10), (4096, 50), (16384, 10)):
        open_folders.clear()  # a reset forgets what a module knows
        store = start.make_store(dict(settings, buffer_bytes=buffer))
        for _ in range(count):
            store.put(clock.ms(), 0, b"x" * 300)
            stored += 1
            store.sync()
    assert len(store) == stored and not store.dropped
