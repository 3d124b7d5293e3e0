"""The battery mode on the simulated boards: months of it in seconds."""
import collections
import errno
import itertools
import json
import os
from pathlib import Path

import pytest

import chips
from firmware_life import Life

# A power cut closes no files.
pytestmark = [
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]
CONFIG = {
    "collector": "http://192.168.4.1:9090",
    "app_id": "garden",
    "mode": "battery",
    "sample_seconds": 600,
    "health_seconds": 86400,
    "buffer_bytes": 200000,
    "board_sensors": False,
    "buses": {"i2c": {"sda": 4, "scl": 5}},
    "sensors": {"air": {"type": "bme280", "bus": "i2c"}},
    "wifi": {"ssid": "barn", "password": "secret"},
    "battery": {"wakes_per_send": 12},
}


@pytest.fixture(params=["rp2", "esp32"])
def life(request, simulate, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    world = simulate(request.param)
    world.i2c[0x76] = chips.Bme280()
    world.ntp = ["true"]
    return Life(world, tmp_path, monkeypatch, CONFIG)


def times(life, name="sensor_reading"):
    """Milliseconds since 1970 of the received events of a type, by their own dtm."""
    return [int(e["dtm"]) for e in life.received if "/%s/" % name in e.get("ue_pr", "")]


def test_weeks(life):
    # Longer than ticks take to wrap, twice on rp2; each wake of an ESP32 is a boot.
    days = {"rp2": 30, "esp32": 10}[life.world.port]
    life.run(days=days)
    readings = life.of("sensor_reading")
    # Every 10 minutes, but for the last ones, which are not sent yet.
    assert days * 144 - 13 <= len(readings) <= days * 144 + 1
    assert len({event["eid"] for event in life.received}) == len(life.received)
    assert readings[7]["readings"][0] == {"quantity": "temperature", "value": 25.08, "unit": "Cel"}
    assert all(reading["trigger"] == "every" for reading in readings)
    # Aligned to the clock once it is known, and the true time of each.
    moments = times(life)
    # NTP sets the clock to half a second, so that it may go a second back before they are sent.
    late = [(ms + 1000) % 600_000 - 1000 for ms in moments[12:]]
    assert max(late) < 2000, collections.Counter(late).most_common(3)
    assert moments == sorted(moments)
    # The radio was on once in two hours, and asleep it was off.
    assert len(joins(life)) <= days * 12 + 2
    slept = life.world.asleep_ms
    assert slept > 0.99 * days * 86_400_000
    assert life.world.drawn_mas <= slept * (1 if life.world.port == "rp2" else 0.01001)
    assert days - 1 <= len(life.of("health")) <= days + 1


def joins(life):
    return [entry for entry in life.world.log if entry[0] == "connect"]


def set_answers(life, answer):
    return lambda: setattr(life, "answers", [answer])


def test_an_outage_of_the_collector_costs_little_and_loses_nothing(life):
    tries = []
    life.after(set_answers(life, OSError(errno.ETIMEDOUT, "timeout")), days=1)
    life.after(lambda: tries.append(len(life.requests)), days=1)
    life.after(lambda: tries.append(len(life.requests)), days=2)
    life.after(set_answers(life, 200), days=2)
    life.run(days=4)
    assert 1 <= tries[1] - tries[0] <= 8  # it backs off
    moments = times(life)
    assert max(b - a for a, b in itertools.pairwise(moments[15:])) < 620_000


def test_an_outage_of_the_network(life):
    life.after(lambda: setattr(life.world, "joins", ["not_found"]), hours=12)
    life.after(lambda: setattr(life.world, "joins", ["joined"]), hours=36)
    life.run(days=3)
    moments = times(life)
    assert max(b - a for a, b in itertools.pairwise(moments[15:])) < 620_000
    assert set(life.ends) <= {"deep", "over"}


class Noting(chips.Bme280):
    """Notes the true time of each measurement."""

    def __init__(self, world):
        super().__init__()
        self.world = world
        self.moments = []

    def store(self, register, value):
        super().store(register, value)
        if register == 0xF4:
            self.moments.append(self.world.true_ms)


# 11: the clock of an ESP32 loses 26 s in 300 s of deep sleep. An event's time is off by that
# part of its age, and by no more however long the board runs.
def test_a_clock_that_drifts_in_sleep(life):
    life.world.drift = 26 / 300
    chip = life.world.i2c[0x76] = Noting(life.world)
    life.run(days=2)
    told = [e["derived"] for e in life.received if "/sensor_reading/" in e.get("ue_pr", "")]
    assert len(told) > 200
    off = [told - true for told, true in zip(told, chip.moments, strict=False)]
    ages = 12 * 600_000 * 1.1
    assert max(off) <= ages * 26 / 300 and min(off) >= 0, off
    assert max(off) > 100_000 or life.world.port == "rp2"  # which sleeps by its steady clock


def test_a_low_battery_sends_less_and_says_so(life):
    pin = {"esp32": 34, "rp2": 26}[life.world.port]
    cell = {"type": "battery", "pin": pin, "ratio": 2}
    life.configure(dict(CONFIG, sensors={"cell": cell}))

    def charge(millivolts):
        life.world.adc.update({34: millivolts * 1000, 26: millivolts * 65535 // 3300})

    charge(2000)
    tries = []
    for day in (2, 4):
        life.after(lambda: tries.append(len(joins(life))), days=day)
    life.after(lambda: charge(1700), days=2)
    life.after(lambda: charge(2000), days=4)
    life.run(days=6)
    assert tries[1] - tries[0] <= tries[0] / 3
    assert [e["se_ac"] for e in life.said("battery")] == ["low", "ok"]


def test_a_sensor_that_fails_is_told_of_once_and_when_it_is_back(life):
    life.after(lambda: setattr(life.world.i2c[0x76], "broken", "mute"), days=1)
    life.after(lambda: setattr(life.world.i2c[0x76], "broken", None), days=2)
    life.run(days=3)
    errors = life.of("application_error")
    assert len(errors) == 1
    assert errors[0]["threadName"] == "sensor air"
    assert "no answer on its bus (" in errors[0]["message"]
    assert "check its wires" in errors[0]["message"]
    assert [e["se_la"] for e in life.said("sensor", "recovered")] == ["air"]
    assert len(life.of("sensor_reading")) >= 2 * 144 - 26


def test_crashes_in_a_row_lead_to_safe_mode_and_out_of_it(life, monkeypatch):
    from firmware import sensors

    broken = [True]

    def readings(sensor, found):
        if broken[0]:
            raise RuntimeError("it broke")
        return sensors.readings(sensor, found)

    monkeypatch.setattr("firmware.triggers.readings", readings)
    life.configure(dict(CONFIG, safe_mode_seconds=4 * 3600))
    life.after(lambda: broken.clear() or broken.append(False), hours=3)
    life.run(hours=24)
    assert life.ends[:3] == ["reset"] * 3
    assert life.said("board", "safe_mode")[0]["se_va"] == "3"
    assert life.of("application_error")[0]["message"] == "it broke"
    assert len(life.of("sensor_reading")) > 12 * 6  # it went back to work
    assert len(joins(life)) < 60


def test_boards_that_get_their_power_back_together_do_not_send_together(life):
    first = []
    for _ in range(8):
        start = life.world.true_ms
        life.run(seconds=120)
        first.append(life.requests[0][0] - start)
        life.requests.clear()
        life.world.reboot("power", 0)
    assert max(first) - min(first) > 2000 and max(first) < 20000


def test_the_intent_and_the_cause_are_told(life):
    life.run(days=2)
    health = life.of("health")[-1]
    if life.world.port == "esp32":
        assert health["resetCause"] == "deep_sleep" and health["resetIntent"] == "sleep"
        assert health["boots"] == 1
    assert health["wakes"] > 100
    assert json.dumps(health)


def test_losses_are_told_once_each_although_every_wake_may_be_a_boot(life):
    life.configure(dict(CONFIG, store_bytes=16384, buffer_bytes=4096, sample_seconds=60))
    life.answers = [OSError(errno.EHOSTUNREACH)]
    life.after(lambda: setattr(life, "answers", [200]), hours=10)
    life.run(days=4)
    told = sum(loss["overflow"] for loss in life.of("loss"))
    last = life.of("health")[-1]
    assert told == last["dropped"] == last["lost"]["overflow"] > 100


def test_a_reading_is_not_lost_in_a_sleep_if_memory_ran_out_while_it_was_stored(life, monkeypatch):
    from firmware.retained_memory import PageMemory

    missing = []
    real = PageMemory.__call__

    def keep(self, data=None):
        if data is not None and missing:
            raise MemoryError(missing.pop())
        return real(self, data)

    monkeypatch.setattr(PageMemory, "__call__", keep)
    life.after(lambda: missing.append("for a moment"), hours=5)
    life.run(hours=12)
    if life.world.port == "esp32":
        assert not missing
    gaps = [b - a for a, b in itertools.pairwise(times(life))]
    assert len(gaps) > 50 and max(gaps[3:]) < 700_000  # until it knows the time, one may be odd


def on_trial(life):
    """A config with a remote document that is on trial; it asks for none again."""
    remote = {"url": "http://192.168.4.1:9091/remote.json", "seconds": 604800}
    life.configure(dict(CONFIG, remote=dict(remote, trial_seconds=86400)))
    state = {"version": 5, "changes": {"app_id": "orchard"}, "trial": 1}
    Path("remote.json").write_text(json.dumps(state))


def test_a_remote_configuration_has_its_time_although_every_wake_may_be_a_boot(life):
    on_trial(life)
    life.answers = [OSError(errno.EHOSTUNREACH)]
    life.after(set_answers(life, 200), hours=10)
    life.run(hours=20)
    assert life.said("remote_config", "works") and not life.said("remote_config", "rolled_back")
    assert life.received[-1]["aid"] == "orchard"


def test_a_remote_configuration_that_crashes_is_taken_back(life, monkeypatch):
    from firmware import triggers

    def load(settings, board):
        if settings["app_id"] == "orchard":
            raise RuntimeError("it is the document")
        return real(settings, board)

    real = triggers.load
    monkeypatch.setattr(triggers, "load", load)
    on_trial(life)
    life.run(days=1)
    assert life.ends[:3] == ["reset"] * 3
    assert life.received[-1]["aid"] == "garden" and len(life.of("sensor_reading")) > 50


def test_losses_are_told_once_although_flash_could_not_be_read_at_a_boot(life, monkeypatch):
    config = dict(CONFIG, store_bytes=16384, buffer_bytes=4096)
    life.configure(dict(config, sample_seconds=120))
    life.answers = [OSError(errno.EHOSTUNREACH)]
    life.after(set_answers(life, 200), hours=10)
    life.run(days=2)
    told = sum(loss["overflow"] for loss in life.of("loss"))
    assert told > 50

    def fail(*_):
        raise OSError(5)

    with monkeypatch.context() as patch:
        patch.setattr(os, "mkdir", fail)
        patch.setattr(os, "stat", fail)
        life.world.reboot("power", 0)
        life.after(patch.undo, days=2, seconds=90)
        life.run(days=1, hours=1)
    assert sum(sum(loss.values()) for loss in life.of("loss")) == life.of("health")[-1]["dropped"]


def test_a_reset_after_a_sleep_ends_the_session(life):
    life.configure(dict(CONFIG, track=["session"]))
    life.run(hours=5)
    life.world.reboot("power", 0)
    life.run(hours=5)
    seen = []
    for event in life.received:
        for entity in json.loads(event["co"])["data"]:
            if "client_session" in entity["schema"]:
                seen.append(entity["data"]["sessionIndex"])
    assert seen == sorted(seen) and set(seen) == {1, 2}


# --- what a wake is for --------------------------------------------------------------------------
def test_the_radio_stays_off_while_there_is_nothing_to_send(life):
    threshold = {"when": "threshold", "seconds": 600, "sensor": "air", "quantity": "temperature"}
    life.configure(dict(CONFIG, triggers=[dict(threshold, above=80)]))
    life.run(days=3)
    assert len(joins(life)) <= 4  # the boot, and the health of each day
    health = life.of("health")[-1]
    assert health["wakes"] > 250 and health["wakeReasons"]["send"] <= 4


def test_only_wakes_in_which_something_was_due_count_towards_a_send(life, monkeypatch):
    Board = __import__("boards." + life.world.port, None, None, ("Board",)).Board
    real = Board.light_sleep if life.world.port == "rp2" else Board.deep_sleep
    name = real.__name__
    # As boards that wake at each interrupt of a pin or of the radio.
    monkeypatch.setattr(Board, name, lambda board, ms: real(board, max(ms // 6, 100)))
    life.run(days=2)
    assert len(joins(life)) <= 2 * 12 + 3
    health = life.of("health")[-1]
    samples = health["wakeReasons"]["sample"]
    assert samples <= health["uptime"] // 600 + 2 and health["wakes"] > 3 * samples


@pytest.mark.parametrize("count, seconds", [(3, 120), (5, 60)])
def test_many_networks_out_of_reach_are_no_reason_for_the_watchdog(life, count, seconds):
    networks = [{"ssid": "n%d" % i, "password": "x"} for i in range(count)]
    life.configure(dict(CONFIG, wifi={"networks": networks, "timeout": seconds}))
    life.world.joins = ["silent"]
    life.after(lambda: setattr(life.world, "joins", ["joined"]), hours=4)
    life.run(hours=12)
    assert set(life.ends) <= {"deep", "over"}
    assert len(life.of("sensor_reading")) > 20


def test_health_has_the_time_in_each_state(life):
    life.run(days=2)
    health = life.of("health")[-1]
    assert abs(health["awakeMs"] + health["asleepMs"] - health["uptime"] * 1000) <= 1000
    slept = sum(ms for what, *rest in life.world.log if "sleep" in what for ms in rest[:1])
    assert 0.97 * health["uptime"] * 1000 <= health["asleepMs"] <= slept
    # The radio is on for a join of 2.5 s and a send, once in two hours.
    assert 2500 <= health["radioMs"] / health["wakeReasons"]["send"] <= 20_000
    assert health["radioMs"] <= health["awakeMs"]
    sleep_ma = 0.8 if life.world.port == "rp2" else 0.01
    assert 0.9 < health["charge"] / (
        24 * (health["wakes"] if life.world.port == "esp32" else 1)
        + health["awakeMs"] * 0.04 + health["radioMs"] * 0.07
        + health["asleepMs"] * sleep_ma / 1000
    ) < 1.1  # fmt: skip


def test_the_repl_can_be_had_for_three_seconds_after_power_on_and_each_send(life):
    life.run(days=2)
    health = life.of("health")[-1]
    times = health["wakeReasons"]["send"]  # one of them is that after the report
    assert 3000 * times <= health["awakeMs"] - health["radioMs"] <= 6000 * times
