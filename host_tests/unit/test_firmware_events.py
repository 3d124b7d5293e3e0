"""What triggers with events, outputs, hours and days do when the world is unkind."""
import errno
import json
from pathlib import Path

import pytest

import chips
from firmware import own_event
from firmware.app import App
from firmware.crashes import Crashes
from firmware.on_demand import config
from firmware_life import Life
from tools.deploy import presets
from tools.engine import ROOT

pytestmark = [
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]
GOOD = {"collector": "http://192.168.4.1:9090", "app_id": "garden"}
CONFIG = {
    **GOOD,
    "send_seconds": 60,
    "health_seconds": 0,
    "buffer_bytes": 100000,
    "board_sensors": False,
    "buses": {"i2c": {"sda": 4, "scl": 5}},
    "sensors": {"air": {"type": "bme280", "bus": "i2c"}},
    "wifi": {"ssid": "barn", "password": "secret"},
}
EVENT = {"category": "it", "action": "is", "value": "${air.temperature}"}
DEAD = OSError(errno.ETIMEDOUT, "no answer in 10000 ms")


@pytest.fixture
def start(simulate, tmp_path, monkeypatch):
    def run(port="esp32", **options):
        monkeypatch.chdir(tmp_path)
        world = simulate(port)
        world.i2c[0x76] = chips.Bme280()
        world.ntp = ["true"]
        life = Life(world, tmp_path, monkeypatch, {**CONFIG, **options})
        life.levels = []
        world.watchers[22] = lambda level: life.levels.append((world.now_ms, level))
        return life

    return run


def test_hours_wait_for_the_time(start):
    # A world begins at 0:00 UTC of a Thursday; NTP answers after half an hour. It is asked before
    # a request; this collector, unlike others, gives no Date with its answers.
    life = start(health_seconds=60, triggers=[
        {"when": "boot", "between": "00:00-12:00", "event": EVENT},
        {"when": "every", "seconds": 300, "days": ["thu"], "event": dict(EVENT, action="was")},
        {"when": "edge", "pin": 14, "pull": "up", "between": "00:00-24:00",
         "event": dict(EVENT, category="door")},
    ])  # fmt: skip
    life.world.ntp = [OSError(errno.ETIMEDOUT)]
    life.answers = [DEAD]  # nor does a collector's Date tell
    life.after(lambda: setattr(life.world, "ntp", ["true"]), seconds=1800)
    life.after(lambda: setattr(life, "answers", [200]), seconds=1800)
    life.world.levels = [(600_000, 14, 0), (601_000, 14, 1), (5_000_000, 14, 0)]
    life.run(hours=2)
    assert len(life.said("it", "is")) == 1
    assert 15 <= len(life.said("it", "was")) <= 19  # from the time on
    assert len(life.said("door")) == 1  # not that of the time that nobody knows
    assert life.ends == ["over"]


def test_a_pin_is_set_for_its_time_and_again_makes_it_longer(start):
    life = start(triggers=[
        {"when": "edge", "pin": 14, "pull": "up", "set": {"pin": 22, "seconds": 30}},
    ])  # fmt: skip
    life.world.levels = [
        (100_000, 14, 0), (101_000, 14, 1), (120_000, 14, 0), (121_000, 14, 1),
    ]  # fmt: skip
    life.run(seconds=300)
    on = [at for at, level in life.levels if level]
    off = [at for at, level in life.levels if not level and at > on[0]]
    assert off[0] - on[0] == pytest.approx(50_000, abs=1500) and len(off) == 1


@pytest.mark.parametrize("why", ["crash", "hang", "restart", "crash without memory"])
def test_a_pin_is_off_after_what_ended_the_firmware(start, why, monkeypatch):
    apps = []
    at_reset = []
    track_boot = App.track_boot
    monkeypatch.setattr(App, "track_boot", lambda app: (apps.append(app), track_boot(app)))
    if why == "crash without memory":
        monkeypatch.setattr(Crashes, "record", lambda self, e: bytearray(1 << 60))
    life = start(triggers=[
        {"when": "boot", "set": {"pin": 22, "seconds": 100_000 // 2}},
        {"when": "every", "seconds": 60},
    ])  # fmt: skip
    ended = []

    def end():
        ended.append(len(life.levels))
        reset = life.board.reset
        life.board.reset = lambda why: (at_reset.append(life.levels[-1][1]), reset(why))
        if why[:5] == "crash":
            life.board.stopping = lambda: 1 // 0
        elif why == "restart":
            apps[-1].restart_for = "config"
        else:
            life.board.on_idle = None
            life.board.feed = lambda: None

    life.after(end, seconds=300)
    life.answers = [200 if why == "restart" else DEAD]
    life.run(seconds=900)
    assert at_reset == ([] if why == "hang" else [0])  # an ESP32's pins outlive that
    assert life.ends[0] in ("reset", "watchdog") and life.ends[-1] == "over"
    after = [level for _, level in life.levels[ended[0] :]]
    assert after[0] == 0 and 1 in after  # off, and on again by the next boot


def test_no_pin_is_set_in_safe_mode(start):
    life = start(triggers=[{"when": "boot", "set": {"pin": 22, "seconds": 1000}}])
    Path("crash.json").write_text('{"count": 3}')
    life.run(seconds=120)
    assert life.levels and not any(level for _, level in life.levels)


def test_on_a_battery_the_board_stays_awake_for_a_pump(start):
    life = start(
        mode="battery", battery={"wakes_per_send": 1},
        triggers=[{"when": "every", "seconds": 600, "set": {"pin": 22, "seconds": 90}}],
    )  # fmt: skip
    life.run(seconds=3500)
    on = [at for at, level in life.levels if level]
    for at in on:
        off = next(t for t, level in life.levels if t > at and not level)
        assert off - at == pytest.approx(90_000, abs=100)
    assert 5 <= len(on) <= 7


def test_a_pump_on_a_battery_is_off_before_a_slow_sensor_is_read(start):
    life = start(
        mode="battery", battery={"wakes_per_send": 1},
        sensors={"air": {"type": "bme280", "bus": "i2c", "power_pin": 23, "warmup_ms": 60000}},
        triggers=[{"when": "every", "seconds": 600, "set": {"pin": 22, "seconds": 10},
                   "read": ["air"]}],
    )  # fmt: skip
    life.run(seconds=1500)
    on = [at for at, level in life.levels if level]
    off = [next(t for t, level in life.levels if t > at and not level) for at in on]
    assert on and [end - at for end, at in zip(off, on, strict=True)] == pytest.approx(
        [10_000] * len(on), abs=100
    )


def test_a_boot_trigger_with_hours_waits_for_the_time_through_deep_sleeps(start):
    life = start(
        mode="battery", battery={"wakes_per_send": 2}, sample_seconds=300,
        triggers=[{"when": "boot", "between": "00:00-24:00", "event": EVENT},
                  {"when": "every", "seconds": 300}],
    )  # fmt: skip
    life.world.ntp = [OSError(errno.ETIMEDOUT)]
    life.answers = [DEAD]
    life.after(lambda: setattr(life.world, "ntp", ["true"]), seconds=2000)
    life.after(lambda: setattr(life, "answers", [200]), seconds=2000)
    life.run(hours=3)
    assert len(life.said("it", "is")) == 1


def test_an_event_without_its_reading_is_none_and_told_of_once(start, capsys):
    life = start(triggers=[{"when": "every", "seconds": 60, "event": EVENT}])
    life.after(lambda: life.world.i2c.clear(), seconds=290)
    life.run(seconds=900)
    assert 4 <= len(life.said("it")) <= 6
    assert capsys.readouterr().out.count("no event of the trigger every: air.temp") == 1
    assert len(life.of("application_error")) == 1  # the sensor's


def test_edges_are_read_once_for_reading_and_event(start):
    # A count that is read twice would be lost for one of the two.
    life = start(
        sensors={"rain": {"type": "pulses", "pin": 20}},
        triggers=[{"when": "every", "seconds": 600, "read": ["rain"],
                   "event": {"category": "rain", "action": "fell", "value": "${rain.pulses}"}}],
    )  # fmt: skip
    for i in range(10):
        life.world.levels += [((60 + i) * 1000, 20, 0), ((60 + i) * 1000 + 300, 20, 1)]
    life.run(seconds=1900)
    values = [r["readings"][0]["value"] for r in life.of("sensor_reading")]
    assert sum(values) == sum(int(e["se_va"]) for e in life.said("rain")) == 10


@pytest.mark.parametrize("text, made", [
    ("${a.t}", 21.5), ("${a.t}${a.n}", "21.53"), ("${a.t", "${a.t"), ("$a.t", "$a.t"),
    ("${count} of ${a.n}", "2 of 3"), ("{${a.n}}", "{3}"), ("", ""), ("${a.n}${a.n}", "33"),
])  # fmt: skip
def test_placeholders(text, made):
    seen = []

    class Tracker:
        def track_self_describing_event(self, pair):
            seen.append(pair)

    class App:
        tracker = Tracker()
        count = seen.append

    event = {"schema": "s", "data": {"deep": [{"text": text}, 5, None]}}
    assert own_event.track(App(), event, {"a": {"t": 21.5, "n": 3}}, 2) is None
    assert seen[0] == ("s", {"deep": [{"text": made}, 5, None]})
    assert event["data"]["deep"][0]["text"] == text  # it is there for the next time


@pytest.mark.parametrize("settings, message", [
    ({"timezone": "Europe/Zurich"}, 'timezone: expected a POSIX rule such as "CET-1CEST'),
    ({"app": "2nd"}, 'app: expected the name of a module of yours: "my_app" for my_app.py'),
    ({"headers": {"X": 5}}, "headers: expected an object in braces, of names and texts, got an"),
    ({"headers": {"Host": "secret"}}, "headers: 'Host' is not one that can be set"),
    ({"headers": {"X": "secret\n"}}, "headers: 'X' has characters"),
    ({"location": {"latitude": 91, "longitude": 0}}, "location.latitude: expected a number from"),
    ({"location": {"latitude": 9}}, "location.longitude is missing"),
    ({"entities": [{"schema": "iglu:a/b/jsonschema/1-0", "data": {}}]},
     "entities[0].schema: expected a schema such as"),
    ({"entities": [{"schema": "iglu:a/b/jsonschema/1-0-0"}]}, "entities[0].data is missing"),
    ({"triggers": [{"when": "boot", "between": "22-06"}]},
     'triggers[0].between: expected two times such as "22:00-06:00"'),
    ({"triggers": [{"when": "boot", "between": "24:00-06:00"}]}, "between: expected two times"),
    ({"triggers": [{"when": "boot", "days": ["monday"]}]}, "days: expected a list of mon, tue,"),
    ({"triggers": [{"when": "boot", "event": {"category": "x"}}]}, "event.action is missing"),
    ({"triggers": [{"when": "boot", "event": dict(EVENT, value="warm")}]},
     'event.value: expected a number, or a text such as "${air.temperature}", got "warm"'),
    ({"triggers": [{"when": "boot", "event": EVENT}]},
     'triggers[0].event: expected one of cpu, disk, load, memory, network, got "air"'),
    ({"triggers": [{"when": "boot", "event": dict(EVENT, value=1, label="${cpu.humidity}")}]},
     'triggers[0].event: expected one of temperature, got "humidity"'),
    ({"triggers": [{"when": "boot", "event": dict(EVENT, value="${count}")}]}, "expected one of"),
    ({"triggers": [{"when": "boot", "event": dict(EVENT, value=1, label="${cpu")}]},
     "triggers[0].event: expected a } behind ${"),
    ({"triggers": [{"when": "boot", "set": {"pin": 4}}]}, "set.seconds is missing"),
    ({"triggers": [{"when": "boot", "do": "x"}]}, 'triggers[0].do: it needs "app"'),
    ({"triggers": [{"when": "wake", "pin": 4}]}, 'wake needs "mode": "battery"'),
    ({"mode": "battery", "hold_pin": 2, "rtc": {"type": "pcf85063a", "bus": "i"},
      "buses": {"i": {"sda": 4, "scl": 5}}, "triggers": [{"when": "wake", "pin": 7}]},
     "triggers[0].when: its button and its clock switch a board with hold_pin on; remove wake"),
    ({"triggers": [{"when": "heartbeat"}]}, "triggers[0].url is missing"),
    ({"triggers": [{"when": "heartbeat", "url": "http://h/", "event": EVENT}]},
     "unknown key triggers[0].event"),
    ({"name": "x", "label": "y"}, "unknown key label; known are anonymous, app, app_id, batch_si"),
])  # fmt: skip
def test_a_mistake_is_answered_with_its_place(settings, message):
    with pytest.raises(config.ConfigError) as caught:
        config.check("config.json", {**GOOD, **settings})
    assert str(caught.value).startswith("config.json: ") and message in str(caught.value)
    assert "secret" not in str(caught.value)


# The triggers are those that docs/boards.md shows.
def test_a_pump_of_enviro_grow_waters_dry_soil(start):
    page = (ROOT / "docs" / "boards.md").read_text(encoding="utf-8")
    shown = page.partition("### Pumps of Enviro Grow")[2].partition("```json\n")[2]
    triggers = json.loads("{%s}" % shown.partition("```")[0])["triggers"]
    preset = presets.load("pimoroni_enviro_grow")["config"]
    sensors = {"soil_a": preset["sensors"]["soil_a"]}
    life = start("rp2", buses={}, sensors=sensors, triggers=triggers)
    world = life.world
    levels = []
    world.watchers[12] = lambda level: levels.append((world.now_ms, level))
    soil = [20, world.now_ms + 20, lambda timer: world.edge(15, world.pins.get(15, 0) ^ 1), None]
    world.timers.append(soil)  # as dry as can be
    life.after(lambda: soil.__setitem__(0, 80), seconds=1000)  # it was watered
    life.after(lambda: soil.__setitem__(0, 20), seconds=2800)
    life.run(seconds=4600)
    assert [level for _, level in levels][:1] == [0]  # off from the boot on
    changes = [entry for entry in levels if entry[1]]
    assert len(changes) == 2  # once each time that it became dry
    for at, _ in changes:
        (off,) = [later for later, level in levels if at < later < at + 60_000 and not level]
        assert 3_900 <= off - at <= 5_000
    moisture = [r["readings"][0]["value"] for r in life.of("sensor_reading")]
    assert set(moisture) == {0, 100}
