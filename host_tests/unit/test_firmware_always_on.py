"""The always-on mode on the simulated boards: what goes wrong in the field, as scenarios."""
import errno
import itertools
import sys

import pytest

import chips
from life import Life
from tools.engine import ROOT

pytestmark = [
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]
CONFIG = {
    "collector": "http://192.168.4.1:9090",
    "app_id": "garden",
    "sample_seconds": 60,
    "send_seconds": 60,
    "health_seconds": 600,
    "buffer_bytes": 100000,
    "board_sensors": False,
    "buses": {"i2c": {"sda": 4, "scl": 5}},
    "sensors": {"air": {"type": "bme280", "bus": "i2c"}},
    "wifi": {"ssid": "barn", "password": "secret"},
}
DEAD = OSError(errno.ETIMEDOUT, "no answer in 10000 ms")


@pytest.fixture(params=["rp2", "esp32"])
def life(request, simulate, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    world = simulate(request.param)
    world.i2c[0x76] = chips.Bme280()
    world.ntp = ["true"]
    return Life(world, tmp_path, monkeypatch, CONFIG)


def times(life):
    """When the pipeline will say that the readings were made."""
    return sorted(e["derived"] for e in life.received if "/sensor_reading/" in e.get("ue_pr", ""))


def gaps(life):
    return [b - a for a, b in itertools.pairwise(times(life)[2:])]


def set_to(thing, name, value):
    return lambda: setattr(thing, name, value)


def done(life, what):
    return [entry[1:] for entry in life.world.log if entry[0] == what]


def test_an_hour_without_trouble(life):
    life.run(hours=1)
    assert life.ends == ["over"]
    assert 56 <= len(times(life)) <= 62
    assert set(gaps(life)) <= set(range(59_000, 61_001))
    assert 5 <= len(life.of("health")) <= 7
    assert [e["se_la"] for e in life.said("board", "boot")] == ["power_on"]
    assert life.of("health")[-1]["joins"] == 1


# Field failures 6 and 8: the first join fails, a second connect() is an internal error.
def test_joins_that_fail_at_first(life):
    life.world.joins = ["silent", "refused", "wrong_password", "joined"]
    life.run(seconds=300)
    assert len(times(life)) >= 3 and life.ends == ["over"]


# 7: isconnected() is true and the link is dead. Rejoin, cycle the radio; reset only when
# nothing is lost by it.
def test_a_link_that_looks_alive_and_is_dead(life):
    life.after(set_to(life, "answers", [DEAD]), seconds=600)
    life.after(set_to(life, "answers", [200]), seconds=2400)
    life.run(hours=1)
    assert len(done(life, "connect")) >= 3
    assert (False,) in done(life, "active")
    assert life.ends == ["over"]  # events in RAM alone outweigh a reset
    assert max(gaps(life)) <= 61_000  # and nothing was lost


def test_a_dead_link_ends_in_a_reset_where_the_flash_keeps_the_events(life):
    life.configure(dict(CONFIG, store_bytes=131072, buffer_bytes=8192))
    life.after(set_to(life, "answers", [DEAD]), seconds=300)
    life.after(set_to(life, "answers", [200]), hours=2)
    life.run(hours=3)
    assert life.ends == ["reset", "over"]  # it did not help, and is not done again soon
    assert "link" in [e.get("se_pr") for e in life.said("board", "boot")]
    assert max(gaps(life)) <= 75_000
    assert len({e["eid"] for e in life.received}) == len(life.received)


# A collector that refuses, or has no name, is not a dead link: the radio is left alone.
@pytest.mark.parametrize(
    "why",
    [
        OSError(errno.ECONNREFUSED, "192.168.4.1:9090: [Errno 111] ECONNREFUSED"),
        OSError(errno.ENOENT, "no address for collector.test: the name server knows none"),
    ],
)
def test_a_collector_that_is_down(life, why):
    life.after(set_to(life, "answers", [why]), seconds=300)
    life.after(set_to(life, "answers", [503]), seconds=1500)
    life.after(set_to(life, "answers", [200]), seconds=2700)
    life.run(hours=1)
    assert len(done(life, "connect")) == 1
    assert max(gaps(life)) <= 61_000


# 3 and 13: what hangs for ever is ended by the watchdog, and told of at the next boot.
def test_a_hang_is_ended_by_the_watchdog(life):
    def hang():
        life.board.on_idle = None  # nobody feeds any more
        life.board.feed = lambda: None

    life.after(hang, seconds=600)
    life.run(hours=1)
    assert life.ends == ["watchdog", "over"]
    (error,) = life.of("application_error")
    assert "watchdog" in error["message"] and error["isFatal"]
    assert [e["se_la"] for e in life.said("board", "boot")] == ["power_on", "watchdog"]


# 9 and 10: NTP is silent for a while; the events still get their right time.
def test_a_clock_that_is_set_late(life):
    life.world.ntp = [OSError(110)] * 40 + ["true"]
    life.run(hours=1)
    assert life.world.born_ms and min(times(life)) >= 1767225600000  # not in 2000 or 2021
    assert max(gaps(life)) <= 65_000


def test_a_network_that_goes_away_and_comes_back(life):
    def gone():
        life.world.joins = ["not_found"]
        life.world.radio.outcome = None

    life.after(gone, seconds=600)
    life.after(set_to(life.world, "joins", ["joined"]), seconds=1800)
    life.run(hours=1)
    assert max(gaps(life)) <= 62_000  # sampling went on meanwhile
    assert life.ends == ["over"]


def test_crashes_in_a_row_lead_to_safe_mode_and_out_of_it(life, monkeypatch):
    from firmware import sensors

    before = sensors.readings
    broken = [True]

    def readings(found):
        if broken[0]:
            raise RuntimeError("it broke")
        return before(found)

    monkeypatch.setattr("firmware.app.readings", readings)
    life.configure(dict(CONFIG, safe_mode_seconds=1800))
    life.after(lambda: broken.clear() or broken.append(False), seconds=900)
    life.run(hours=2)
    assert life.ends[:3] == ["reset"] * 3
    assert life.of("health")[0]["safeMode"] is True
    assert life.said("board", "safe_mode")[0]["se_va"] == "3"
    assert len(life.of("sensor_reading")) > 30  # it went back to work
    assert [e["message"] for e in life.of("application_error")] == ["it broke"]


def test_a_config_that_asks_for_too_much_memory_ends_in_safe_mode(life, monkeypatch):
    from firmware import always_on

    def make(board, settings, *others):
        if settings["buffer_bytes"] > 50000 or "session" in settings["track"]:
            raise MemoryError("memory allocation failed")
        return real(board, settings, *others)

    real = always_on.make
    monkeypatch.setattr(always_on, "make", make)
    life.configure(dict(CONFIG, track=["session", "errors"]))
    life.run(hours=1)
    assert life.ends == ["reset"] * 3 + ["over"]
    assert [e["exceptionName"] for e in life.of("application_error")] == ["MemoryError"]
    assert life.of("health")[-1]["safeMode"] is True


def test_a_led_pin_that_is_not_there_costs_the_led_alone(life, capsys):
    life.configure(dict(CONFIG, led="D1"))
    life.run(seconds=300)
    assert life.ends == ["over"] and len(times(life)) >= 3
    assert "led: invalid pin" in capsys.readouterr().out


def test_a_board_without_a_network_waits_for_one_and_says_so(life, capsys):
    life.configure({key: CONFIG[key] for key in CONFIG if key != "wifi"})
    life.run(seconds=600)
    assert life.ends == ["over"]
    assert "Wi-Fi: no network is named" in capsys.readouterr().out


@pytest.mark.parametrize("found", [KeyError(), {"t": float("nan")}, {"t": "21"}, None, 5])
def test_a_driver_with_a_bug_stops_nothing(life, monkeypatch, found):
    from boards.sensors import bme280

    def read(sensor):
        if isinstance(found, Exception):
            raise found
        return found

    before = bme280.Sensor.read
    monkeypatch.setattr(bme280.Sensor, "read", read)
    life.configure(dict(CONFIG, board_sensors=True))
    life.after(lambda: monkeypatch.setattr(bme280.Sensor, "read", before), seconds=1800)
    life.run(hours=1)
    assert life.ends == ["over"]
    names = [reading["sensor"] for reading in life.of("sensor_reading")]
    assert names.count("memory") > 55 and 25 < names.count("air") < 33
    assert [e["threadName"] for e in life.of("application_error")] == ["sensor air"]
    assert len(life.said("sensor", "recovered")) == 1


def test_flash_that_fails_is_told_of_and_when_it_is_back(life, tmp_path):
    (tmp_path / "events").write_text("not a folder")
    life.configure(dict(CONFIG, store_bytes=262144, buffer_bytes=32768))
    life.after((tmp_path / "events").unlink, hours=2)
    life.run(hours=4)
    assert [e["se_ac"] for e in life.said("flash")] == ["failed", "recovered"]
    assert "se_la" in life.said("flash")[0] and "se_la" not in life.said("flash")[1]
    assert len(times(life)) > 230 and not life.of("loss")


# A Pico W's stack has room for 30 calls, of which C functions and TLS want their part.
@pytest.mark.parametrize("mode", ["always_on", "battery"])
def test_calls_are_never_deep(life, mode):
    rooms = tuple(str(ROOT / room) for room in ("lib", "boards", "firmware"))
    deepest = []

    def profile(frame, event, _):
        if event == "call":
            calls = []
            while frame:
                name = frame.f_code.co_filename
                if name == "main.py" or name.startswith(rooms):
                    calls.append(frame.f_code.co_name)
                elif frame.f_code.co_name in ("run_until_complete", "run_forever"):
                    calls.append("asyncio")  # MicroPython's takes two
                frame = frame.f_back
            if len(calls) > len(deepest):
                deepest[:] = calls

    # A sensor that fails, and a store that is full.
    config = dict(CONFIG, mode=mode, store_bytes=16384, buffer_bytes=2048, sample_seconds=10)
    config.update(health_seconds=300, battery={"wakes_per_send": 1})
    config["sensors"] = dict(CONFIG["sensors"], bad={"type": "sht3x", "bus": "i2c"})
    config["track"] = ["session", "platform", "application", "install", "lifecycle", "errors"]
    life.configure(config)
    life.answers = [503]
    life.after(set_to(life, "answers", [200]), seconds=400)
    sys.setprofile(profile)
    try:
        life.run(seconds=700)
    finally:
        sys.setprofile(None)
    assert life.of("loss")
    assert len(deepest) <= 20, " ".join(deepest)
