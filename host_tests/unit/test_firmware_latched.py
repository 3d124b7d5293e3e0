"""The mode battery on boards that switch themselves off (Pimoroni's Enviro): lives over days,
on a clock chip, a supply and a rain gauge that are as unkind as real ones."""
import errno
import itertools

import pytest

import chips
import word_chips
from enviro import Enviro
from firmware_life import FIRMWARE, Life
from rtc_chips import Pcf85063a
from tools.deploy import presets

pytestmark = [
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]
# CPython has no gc.mem_free(), and its time is not the world's.
HOLD = (FIRMWARE.parent / "boards/boot/held.py").read_text().partition("gc.collect()")[0]
HOLD = HOLD.replace("    import time\n", "    time = __import__('simulation').world.time\n")
OWN = {
    "collector": "http://192.168.4.1:9090",
    "app_id": "garden",
    "board": "pimoroni_enviro_weather",
    "mode": "battery",
    "sample_seconds": 1800,
    "health_seconds": 86400,
    "buffer_bytes": 8192,
    "store_bytes": 524288,
    "board_sensors": False,
    "wifi": {"ssid": "barn", "password": "secret"},
    "battery": {"wakes_per_send": 4},
}
CONFIG = presets.apply(OWN)[0]


@pytest.fixture
def life(simulate, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    world = simulate("rp2")
    world.i2c.update({0x77: chips.Bme280(), 0x23: word_chips.Ltr559(), 0x51: Pcf85063a(ppm=20)})
    world.adc[26] = 65535 * 33 // 43  # the vane shows north: 33 kOhm to the supply's 10 kOhm
    world.ntp = ["true"]
    life = Life(world, tmp_path, monkeypatch, CONFIG)
    life.supply = Enviro(world, world.i2c[0x51])
    life.programs.insert(0, compile(HOLD, "boot.py", "exec"))
    world.pins[10] = 0
    return life


def moments(life):
    return [int(e["dtm"]) for e in life.received if "/sensor_reading/" in e.get("ue_pr", "")]


def of(life, sensor):
    return [
        {reading["quantity"]: reading["value"] for reading in event["readings"]}
        for event in life.of("sensor_reading")
        if event["sensor"] == sensor
    ]


def test_weeks_without_power_between_the_wakes(life):
    days = 5
    life.run(days=days)
    assert life.supply.deaths > days * 48 - 10  # it was off in between
    assert set(life.ends) == {"power", "over"}
    air = of(life, "air")
    assert days * 48 - 5 <= len(air) <= days * 48 + 1
    assert len({event["eid"] for event in life.received}) == len(life.received)
    assert air[5]["temperature"] == 25.08
    assert of(life, "wind_vane")[5] == {"wind_direction": 0}
    # Aligned to the clock, as far as a chip's goes wrong in a day.
    late = [(ms + 5000) % 1_800_000 for ms in moments(life)[60:]]
    assert max(late) < 20_000, sorted(late)[-5:]
    assert len([e for e in life.world.log if e[0] == "connect"]) <= days * 12 + 2
    assert len(life.said("board", "boot")) == 1
    health = life.of("health")
    assert days - 1 <= len(health) <= days + 1
    assert health[-1]["boots"] == 1 and health[-1]["resetIntent"] == "sleep"
    assert health[-1]["asleepMs"] > 0.9 * health[-1]["uptime"] * 1000
    # The time of each is the true one, but for whole seconds (NTP's, the chip's twice) and the
    # chip's error of a day.
    off = [e["derived"] - int(e["dtm"]) for e in life.received[20:]]
    assert max(map(abs, off)) < 4000, (min(off), max(off))


def test_what_is_not_sent_outlives_the_power(life):
    life.after(lambda: setattr(life, "answers", [OSError(errno.ETIMEDOUT, "timeout")]), hours=12)
    life.after(lambda: setattr(life, "answers", [200]), hours=36)
    life.run(days=3)
    assert 3 * 48 - 6 <= len(of(life, "air")) <= 3 * 48 + 1
    assert life.of("loss") == []
    apart = [b - a for a, b in itertools.pairwise(sorted(moments(life))) if b - a > 60_000]
    assert max(apart) < 1_840_000


def test_a_chip_that_was_never_set_still_wakes_the_board(life):
    life.world.ntp = [OSError(errno.ETIMEDOUT)]
    life.world.joins = ["not_found"]
    life.after(lambda: setattr(life.world, "joins", ["joined"]), hours=12)
    life.after(lambda: setattr(life.world, "ntp", ["true"]), hours=12)
    life.run(days=2)
    assert life.supply.deaths > 80
    assert len(of(life, "air")) > 2 * 48 - 10
    # The first day's have their place in it, although the time was learned after it.
    derived = sorted(e["derived"] for e in life.received if "/sensor_reading/" in str(e))
    assert derived[-1] <= life.world.true_ms and derived[0] > life.world.true_ms - 2 * 86_405_000
    assert max(b - a for a, b in itertools.pairwise(derived)) < 1_840_000


# --- rain ----------------------------------------------------------------------------------------
def tips(life):
    return round(sum(reading["rain"] for reading in of(life, "rain")) / 0.2794)


def rain(life, count, seconds, each):
    """So many tips, the first one after so many seconds, one in each of so many seconds."""
    start = life.world.now_ms + seconds * 1000
    life.supply.tips = [start + round(each * 1000 * i) for i in range(count)]
    life.supply.plan()


def test_rain_while_it_is_off(life):
    rain(life, 195, seconds=7200, each=37)
    life.run(hours=8)
    assert tips(life) == 195
    found = [reading["rain"] for reading in of(life, "rain")]
    assert 12 < max(found) < 15 and found[-3:] == [0, 0, 0]
    assert len(life.said("board", "boot")) == 1


def test_a_cloudburst_is_more_than_the_chip_can_count(life):
    life.configure({**CONFIG, "sample_seconds": 7200})
    rain(life, 400, seconds=7300, each=10)
    life.run(hours=8)
    assert tips(life) == 400


def test_rain_while_it_is_awake(life):
    rain(life, 40, seconds=7190, each=0.7)
    life.run(hours=6)
    assert tips(life) == 40


def test_a_contact_that_stays_shut_is_one_tip(life):
    life.supply.shut_ms = 90_000
    rain(life, 1, seconds=4000, each=1)
    life.run(hours=5)
    assert tips(life) == 1
    assert len(of(life, "air")) > 5


# --- on USB, by the button, after a crash --------------------------------------------------------
def test_on_usb_it_keeps_its_power_and_goes_on(life):
    life.supply.usb = True
    rain(life, 50, seconds=7200, each=60)

    def unplug():
        life.supply.usb = False
        life.supply.check()

    life.after(unplug, days=1)
    life.run(days=2)
    assert 40 < life.supply.deaths < 56
    assert len(of(life, "air")) >= 2 * 48 - 6
    assert len(life.said("board", "boot")) == 1
    assert tips(life) == 50


def test_the_button_reads_and_sends_at_once(life):
    life.configure({**CONFIG, "sensors": {"air": CONFIG["sensors"]["air"]}})
    rain(life, 1, seconds=7200 + 133, each=1)  # a contact that nobody counts: the button
    pressed = life.world.true_ms + 7_333_000
    life.run(hours=4)
    assert [at for at, _ in life.requests if 0 < at - pressed < 20_000]
    assert [ms for ms in moments(life) if abs(ms - pressed) < 10_000]


def test_a_reset_does_not_end_it(life, monkeypatch):
    from firmware import sensors

    broken = []

    def readings(sensor, found):
        if broken:
            raise RuntimeError(broken.pop())
        return sensors.readings(sensor, found)

    monkeypatch.setattr("firmware.triggers.readings", readings)
    life.after(lambda: broken.append("it broke"), days=1)
    life.run(days=2)
    assert "reset" in life.ends
    assert life.of("application_error")[0]["message"] == "it broke"
    assert len(of(life, "air")) > 2 * 48 - 8


def test_a_clock_chip_that_fails_for_hours(life):
    chip = life.world.i2c[0x51]
    life.supply.usb = True
    life.after(lambda: setattr(chip, "broken", "mute"), hours=6, seconds=1)
    life.after(lambda: setattr(chip, "broken", None), hours=18)
    life.run(days=1)
    assert len(of(life, "air")) > 48 - 8


def test_batteries_that_are_changed(life):
    def change():
        life.world.i2c[0x51].power_cycle()
        rain(life, 1, seconds=300, each=1)  # the button
        life.world.end("power", 300_000)

    life.after(change, days=1, seconds=601)
    life.run(days=2)
    assert len(of(life, "air")) > 2 * 48 - 10
    assert len(life.said("board", "boot")) == 2
    off = [e["derived"] - int(e["dtm"]) for e in life.received[-40:]]
    assert max(map(abs, off)) < 4000
