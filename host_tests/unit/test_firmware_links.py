"""The firmware with several links on the simulated board, over hours."""
import errno

import pytest

from firmware_life import Life
from modem import Modem
from tools.deploy import presets

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
    "wifi": {"ssid": "barn", "password": "hay and straw"},
}
DEAD = OSError(errno.ETIMEDOUT, "no answer in 10000 ms")


@pytest.fixture
def start(simulate, tmp_path, monkeypatch):
    """start(**config) -> a Life on an ESP32 with Ethernet"""
    monkeypatch.chdir(tmp_path)
    world = simulate("esp32")
    world.ntp = ["true"]
    world.ethernet = {"type": "lan8720", "phy_addr": 0, "power": 12}

    def run(**config):
        merged, _ = presets.apply({**CONFIG, **config})
        return Life(world, tmp_path, monkeypatch, merged)

    return run


def set_to(thing, name, value):
    return lambda: setattr(thing, name, value)


def nothing_is_lost(life, seconds):
    made = [int(e["dtm"]) for e in life.received if "/sensor_reading/" in e.get("ue_pr", "")]
    assert life.ends == ["over"]
    assert len(set(e["eid"] for e in life.received)) == len(life.received)
    assert len(made) >= 2 * (seconds // 60 - 5)  # memory and cpu


def test_a_cable_that_is_out_for_a_while(start):
    life = start(board="olimex_esp32_poe")
    life.after(set_to(life.world, "cable", False), seconds=600)
    life.after(set_to(life.world, "cable", True), seconds=1500)
    life.run(seconds=2400)
    nothing_is_lost(life, 2400)
    assert life.of("health")[-1]["joins"] == 3
    assert [("rssi" in health) for health in life.of("health")][1:] == [True, True, False]


def test_an_ethernet_that_is_dead_from_the_start(start):
    life = start(board="olimex_esp32_poe")
    answers = life.answers

    class Answers(list):
        def __getitem__(self, place):
            return DEAD if life.board.rssi() is None else 200

    life.answers = Answers(answers)
    life.run(seconds=2400)
    nothing_is_lost(life, 1500)
    assert life.of("health")


def test_a_modem_that_hangs(start):
    life = start()
    config = {key: CONFIG[key] for key in CONFIG if key != "wifi"}
    config["cellular"] = {"apn": "internet", "tx": 27, "rx": 26, "reset": 5, "power": 23}
    life.configure(config)
    modem = life.world.uart[1] = Modem(reset=5, power=23)

    def hang():
        modem.hangs = "power"
        life.answers = [DEAD]

    def answers_again():
        life.answers = [200]

    life.after(hang, seconds=600)
    life.after(answers_again, seconds=1200)
    life.run(seconds=2400)
    nothing_is_lost(life, 2400)
    assert modem.hangs == "" and life.of("health")[-1]["rssi"] == -79


def test_on_a_battery_ethernet_is_off_while_it_sleeps(start):
    battery = {"wakes_per_send": 4}
    life = start(
        board="olimex_esp32_poe", mode="battery", battery=battery, sample_seconds=300,
        board_sensors=True,
    )  # fmt: skip
    levels = []
    sleep = life.world.sleep
    life.world.sleep = lambda depth, ms: (levels.append(life.world.pins.get(12)), sleep(depth, ms))
    life.after(set_to(life.world, "cable", False), seconds=3600)
    life.run(hours=2)
    assert set(life.ends) <= {"deep", "over"}
    made = sorted(e["derived"] for e in life.received if "/sensor_reading/" in e.get("ue_pr", ""))
    assert len(made) >= 2 * 18
    assert 1 not in levels  # the PHY has no supply: it was never on, or is off again
    with_radio = ["rssi" in health for health in life.of("health")]
    assert with_radio[0] is False and with_radio[-1] is True  # Ethernet, then Wi-Fi


class Answers(list):
    """No answer by Ethernet, 200 by Wi-Fi."""

    def __init__(self, life):
        super().__init__([200])
        self.life = life

    def __getitem__(self, place):
        return DEAD if self.life.board.rssi() is None else 200


BATTERY = {"mode": "battery", "battery": {"wakes_per_send": 1}, "sample_seconds": 300,
           "board_sensors": True}  # fmt: skip


def test_on_a_battery_a_dead_ethernet_is_left_for_wifi(start):
    life = start(board="olimex_esp32_poe", **BATTERY)
    life.answers = Answers(life)
    life.run(hours=3)
    assert set(life.ends) <= {"deep", "over"}
    made = sorted(int(e["dtm"]) for e in life.received if "/sensor_reading/" in e.get("ue_pr", ""))
    assert len(made) >= 2 * 30 and life.of("health")[-1]["rssi"] == -61


# 503 is no reason to take another link, which may cost more.
def test_on_a_battery_a_collector_that_is_down_changes_no_link(start):
    life = start(board="olimex_esp32_poe", **BATTERY)
    life.answers = [503]
    life.run(hours=3)
    assert not [entry for entry in life.world.log if entry[0] == "connect"]


def test_a_pin_that_is_not_there_is_no_reason_to_crash(start, capsys):
    life = start()
    config = dict(CONFIG, cellular={"apn": "internet", "tx": "TX1", "rx": 26})
    del config["wifi"]
    life.configure(config)
    life.run(seconds=900)
    assert life.ends == ["over"]
    assert "offline: cellular: invalid pin; check its options" in capsys.readouterr().out
