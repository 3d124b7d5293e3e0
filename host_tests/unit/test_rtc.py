"""Clock chips (boards/rtc): what they show is read and set as the data sheets say, and what the
library's clock makes of it at a boot of the firmware."""
import calendar

import pytest

import chips
from boards import esp32, rp2, rtc
from firmware_life import Life
from rtc_chips import Ds3231, Pcf85063a
from snowplow_tracker import clock

CHIPS = {"ds3231": (0x68, Ds3231), "pcf85063a": (0x51, Pcf85063a)}
CONFIG = {
    "collector": "http://192.168.4.1:9090",
    "app_id": "garden",
    "sample_seconds": 60,
    "board_sensors": False,
    "buses": {"i2c": {"sda": 4, "scl": 5}},
    "sensors": {"air": {"type": "bme280", "bus": "i2c"}},
    "wifi": {"ssid": "barn", "password": "secret"},
}


@pytest.fixture(params=["esp32", "rp2"])
def world(request, simulate):
    return simulate(request.param)


@pytest.fixture(params=sorted(CHIPS))
def both(request, world):
    """(the driver, its chip, the world)"""
    address, kind = CHIPS[request.param]
    chip = world.i2c[address] = kind()
    board = {"esp32": esp32, "rp2": rp2}[world.port].Board()
    return rtc.load(request.param).Chip(board.i2c(4, 5)), chip, world


def ms(*date):
    return calendar.timegm(date) * 1000


@pytest.mark.parametrize("date", [
    (2026, 1, 1, 0, 0, 0), (2028, 2, 29, 23, 59, 59), (2027, 12, 31, 12, 30, 5),
    (2098, 12, 31, 23, 59, 0), (2032, 3, 1, 0, 0, 0),
])  # fmt: skip
def test_it_is_set_and_read(both, date):
    driver, chip, world = both
    assert driver.read() is None  # it had no power before
    world.now_ms += 3000
    driver.set(ms(*date))
    assert abs(chip.unix_ms - ms(*date)) <= 500
    world.now_ms += 86_400_000
    assert abs(driver.read() * 1000 + 500 - ms(*date) - 86_400_000) <= 1000


@pytest.mark.parametrize("part", range(0, 1000, 97))
def test_it_is_set_to_half_a_second(both, part):
    driver, chip, world = both
    world.now_ms += 3000
    driver.set(ms(2026, 6, 1, 10, 0, 0) + part)
    assert abs(chip.unix_ms - ms(2026, 6, 1, 10, 0, 0) - part) <= 500


def test_the_registers_of_the_data_sheets(world):
    # DS3231 figure 1, PCF85063A table 5: two decimal digits in a byte, in these orders.
    i2c = rp2.chip.Board().i2c(4, 5)
    world.now_ms += 3000
    for kind, first, wanted in (
        ("ds3231", 0, "56 34 12 05 25 12 26"), ("pcf85063a", 4, "56 34 12 25 05 12 26"),
    ):  # fmt: skip
        address, fake = CHIPS[kind]
        world.i2c[address] = fake()
        world.i2c[address].starts_at = -1000
        rtc.load(kind).Chip(i2c).set(ms(2026, 12, 25, 12, 34, 56))
        assert bytes(world.i2c[address].registers[first : first + 7]) == bytes.fromhex(wanted)


def test_what_is_no_time(both):
    driver, chip, world = both
    world.now_ms += 3000
    driver.set(ms(2026, 6, 1, 10, 0, 0))
    chip.power_cycle()
    assert driver.read() is None  # its battery was out
    with pytest.raises(OSError, match="does not run"):
        driver.set(ms(2026, 6, 1, 10, 0, 0))  # the oscillator needs half a second
    world.now_ms += 3000
    driver.set(ms(2026, 6, 1, 10, 0, 0))
    chip.broken = "mute"
    with pytest.raises(OSError):
        driver.read()


@pytest.mark.parametrize("raw", [
    "ff" * 7, "60000000010126", "00000031030426", "00000032010126", "00002401010126",
    "0000000a010126", "00000000010126",
])  # fmt: skip
def test_registers_that_hold_no_time(world, raw):
    class Still:
        def write(self, data):
            self.at = data[0]

        def read(self, n):
            return bytes.fromhex(raw)[:n] if self.at == 4 else bytes(n)

    world.i2c[0x51] = Still()
    assert rtc.load("pcf85063a").Chip(rp2.chip.Board().i2c(4, 5)).read() is None


# --- the alarm of the PCF85063A ----------------------------------------------------------------
@pytest.fixture
def alarm(world):
    chip = world.i2c[0x51] = Pcf85063a()
    driver = rtc.load("pcf85063a").Chip(rp2.chip.Board().i2c(4, 5))
    world.now_ms += 3000
    driver.set(ms(2026, 6, 1, 23, 50, 0))
    return driver, chip, world


def test_the_alarm_rings_at_its_time_and_goes_on(alarm):
    driver, chip, world = alarm
    driver.set_alarm(driver.read() + 1200)  # past midnight
    world.now_ms += 1_198_000
    assert not driver.rings() and not chip.rings()
    world.now_ms += 3000
    assert driver.rings() and chip.rings()
    world.now_ms += 7_200_000
    driver.ring()
    assert chip.rings()
    driver.set_alarm(driver.read() + 60)
    assert not chip.rings()


def test_it_rings_soon_also_if_it_was_never_set(alarm):
    driver, chip, world = alarm
    chip.power_cycle()
    driver.ring()
    world.now_ms += 3000
    assert chip.rings()


def test_its_memory_and_its_clock_output(alarm):
    driver, chip, world = alarm
    driver.ram(0xA5)
    driver.set(ms(2026, 6, 1, 23, 50, 0))
    driver.set_alarm(driver.read() + 60)
    assert driver.ram() == 0xA5 and chip.registers[1] & 7 == 7  # off: at an Enviro it lights a LED
    chip.power_cycle()
    assert driver.ram() == 0


# --- the time at a boot ------------------------------------------------------------------------
@pytest.fixture(params=sorted(CHIPS))
def life(request, simulate, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    world = simulate("rp2")
    address, chip = CHIPS[request.param]
    world.i2c.update({0x76: chips.Bme280(), address: chip()})
    world.ntp = ["true"]
    config = dict(CONFIG, rtc={"type": request.param, "bus": "i2c"})
    life = Life(world, tmp_path, monkeypatch, config)
    life.chip = world.i2c[address]
    return life


def without_network(life):
    life.world.ntp = [OSError(110)]
    life.world.joins = ["not_found"]


def off(life, hours):
    life.world.reboot("power", hours * 3600_000)


def test_a_board_without_network_knows_the_time(life):
    life.run(seconds=150)
    assert abs(life.chip.unix_ms - life.world.true_ms) < 2000  # it was set after NTP
    without_network(life)
    off(life, hours=5)
    life.run(seconds=90)
    assert clock.known() and abs(clock.unix_ms() - life.world.true_ms) < 2000
    assert not clock.confirmed  # no second source: it deletes nothing


def test_one_that_was_set_too_long_ago_is_a_guess(life):
    life.run(seconds=150)
    without_network(life)
    off(life, hours=80 * 24)
    life.run(seconds=90)
    assert not clock.known() and abs(clock.unix_ms() - life.world.true_ms) < 2000
    assert life.world.year == 2026  # good for certificates
    off(life, hours=1)
    life.run(seconds=90)
    assert not clock.known()


def test_one_that_stood_still_or_that_others_have_set_is_not_asked(life):
    without_network(life)
    kind = {"Ds3231": "ds3231", "Pcf85063a": "pcf85063a"}[type(life.chip).__name__]
    life.world.now_ms += 3000
    rtc.load(kind).Chip(rp2.chip.Board().i2c(4, 5)).set(life.world.true_ms)
    life.run(seconds=90)
    assert not clock.known()  # somebody's local time, for all we know
    life.world.ntp = ["true"]
    life.world.joins = ["joined"]
    off(life, hours=1)
    life.run(seconds=150)
    assert clock.known()
    without_network(life)
    life.chip.power_cycle()
    off(life, hours=1)
    life.run(seconds=90)
    assert not clock.known()


def test_it_learns_the_time_of_a_collector(life):
    life.world.ntp = [OSError(110)]
    from snowplow_tracker.clock import http_date

    life.after(lambda: http_date.set_time(life.world.true_ms), seconds=60)
    life.run(seconds=240)
    assert abs(life.chip.unix_ms - life.world.true_ms) < 3000


def test_a_chip_that_is_not_there_is_told_of(life, capsys):
    for address, _ in CHIPS.values():
        life.world.i2c.pop(address, None)
    life.run(seconds=90)
    assert "absent: rtc: no answer on its bus" in capsys.readouterr().out
    assert life.of("sensor_reading") and clock.known()


def test_esp32_in_deep_sleep_with_a_good_clock(simulate, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    world = simulate("esp32")
    world.i2c.update({0x76: chips.Bme280(), 0x68: Ds3231()})
    world.ntp, world.drift = ["true"], 26 / 300
    config = dict(CONFIG, mode="battery", sample_seconds=600, battery={"wakes_per_send": 12},
                  buffer_bytes=200000, rtc={"type": "ds3231", "bus": "i2c"})  # fmt: skip
    life = Life(world, tmp_path, monkeypatch, config)
    seen = []
    real = chips.Bme280.store

    def store(chip, register, value):
        real(chip, register, value)
        if register == 0xF4:
            seen.append(world.true_ms)

    monkeypatch.setattr(chips.Bme280, "store", store)
    life.run(days=1)
    told = [e["derived"] for e in life.received if "/sensor_reading/" in e.get("ue_pr", "")]
    late = [a - b for a, b in zip(told, seen, strict=False)][13:]
    assert len(late) > 100 and max(map(abs, late)) < 4000, late  # and not 26 s in each 300
