"""Pins that wake a board in the mode battery, and pulses that count while a Pico sleeps."""
import pytest

import chips
from firmware_life import Life

pytestmark = [
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]
DOOR = {"category": "door", "action": "open", "value": "${count}"}
CONFIG = {
    "collector": "http://192.168.4.1:9090",
    "app_id": "garden",
    "mode": "battery",
    "buffer_bytes": 100000,
    "health_seconds": 0,
    "board_sensors": False,
    "buses": {"i2c": {"sda": 4, "scl": 5}},
    "sensors": {"air": {"type": "bme280", "bus": "i2c"}},
    "wifi": {"ssid": "barn", "password": "secret"},
    "battery": {"wakes_per_send": 1},
    "triggers": [
        {"when": "every", "seconds": 600},
        {"when": "wake", "pin": 27, "level": 0, "pull": "up", "event": DOOR},
    ],
}
MINUTE = 60_000


def start(simulate, tmp_path, monkeypatch, port, **options):
    monkeypatch.chdir(tmp_path)
    world = simulate(port)
    world.i2c[0x76] = chips.Bme280()
    world.ntp = ["true"]
    return Life(world, tmp_path, monkeypatch, {**CONFIG, **options})


def opened(life):
    """Minutes of the life at which the door was opened, by the events' own times."""
    first = life.world.true_ms - (life.world.now_ms - life.world.born_ms)
    return [round((e["derived"] - first) / MINUTE, 1) for e in life.said("door", "open")]


# Opened for a moment, for an hour over several wakes of the timer, and twice in a minute.
@pytest.mark.parametrize("port", ["esp32", "rp2"])
def test_a_door_wakes_the_board_once_each_time(simulate, tmp_path, monkeypatch, port):
    life = start(simulate, tmp_path, monkeypatch, port)
    for at, until in ((33, 33.01), (45, 105), (127, 127.2), (127.5, 127.7)):
        life.world.levels += [(int(at * MINUTE), 27, 0), (int(until * MINUTE), 27, 1)]
    life.run(hours=3)
    assert opened(life) == pytest.approx([33, 45, 127, 127.5], abs=0.11)
    readings = life.of("sensor_reading")
    assert 17 <= len(readings) <= 19 and {r["trigger"] for r in readings} == {"every"}
    assert not life.of("application_error")


def test_a_door_that_stays_open_does_not_keep_the_board_awake(simulate, tmp_path, monkeypatch):
    life = start(simulate, tmp_path, monkeypatch, "esp32")
    life.world.levels = [(45 * MINUTE, 27, 0)]
    life.run(hours=5)
    assert opened(life) == pytest.approx([45], abs=0.11)
    assert life.boots < 5 * 6 + 5


@pytest.mark.parametrize("chip", ["ESP32", "ESP32S3", "ESP32C3", "ESP32C6"])
def test_each_chip_wakes_in_its_own_way(simulate, tmp_path, monkeypatch, chip):
    life = start(simulate, tmp_path, monkeypatch, "esp32")
    life.world.chip = chip
    life.world.levels = [(33 * MINUTE, 27, 0), (34 * MINUTE, 27, 1)]
    life.run(hours=1)
    assert opened(life) == pytest.approx([33], abs=0.11)


def test_two_pins_with_levels_of_their_own(simulate, tmp_path, monkeypatch):
    gate = {"when": "wake", "pin": 26, "level": 1, "pull": "down",
            "event": {"category": "gate", "action": "open"}}  # fmt: skip
    life = start(simulate, tmp_path, monkeypatch, "esp32", triggers=[*CONFIG["triggers"], gate])
    life.world.levels = [
        (33 * MINUTE, 27, 0), (34 * MINUTE, 27, 1), (50 * MINUTE, 26, 1), (51 * MINUTE, 26, 0),
    ]  # fmt: skip
    life.run(hours=2)
    assert len(life.said("door")) == len(life.said("gate")) == 1


def test_pulses_count_while_a_pico_sleeps_lightly(simulate, tmp_path, monkeypatch):
    rain = {"rain": {"type": "rain_gauge", "pin": 20}}
    life = start(
        simulate, tmp_path, monkeypatch, "rp2", sensors=rain,
        triggers=[{"when": "every", "seconds": 600}],
    )  # fmt: skip
    for i in range(100):
        at = (20 + i) * MINUTE
        life.world.levels += [(at, 20, 0), (at + 80, 20, 1)]
    life.run(hours=3)
    rain = [r["readings"][0]["value"] for r in life.of("sensor_reading")]
    assert sum(rain) == pytest.approx(100 * 0.2794, abs=0.01)
    assert len(rain) >= 17


# Its deep sleep would lose them.
def test_an_esp32_refuses_to_count_on_a_battery(monkeypatch):
    from firmware.on_demand import config, config_sensors

    data = {
        "collector": "http://h", "app_id": "a", "mode": "battery",
        "sensors": {"rain": {"type": "pulses", "pin": 4}},
    }  # fmt: skip
    assert config.check("x", data)["sensors"]["rain"]
    monkeypatch.setattr(config_sensors.sys, "platform", "esp32")
    with pytest.raises(config.ConfigError, match="pulses needs the mode always_on"):
        config.check("x", data)
