"""What `make deploy` says of pins, for the chip that the board tells of."""

import pytest

from firmware.on_demand.config import check as check_config
from tools.deploy import Stop, pins, presets
from tools.deploy.one_board import check_chip
from tools.deploy.user_config import Config, check_wifi

OWN = {"collector": "http://127.0.0.1:9", "app_id": "garden"}
WIFI = {"ssid": "barn", "password": "hay and straw"}
RMII = {"type": "lan8720", "phy_addr": 0, "mdc": 23, "mdio": 18}
SOIL = {"type": "soil", "dry_mv": 2800, "wet_mv": 1200}


def checked(chip, has_radio=False, **config):
    return pins.check("config.json", check_config("c", {**OWN, **config}), chip, has_radio)


def i2c(sda, scl):
    return {"buses": {"i2c": {"sda": sda, "scl": scl}}}


@pytest.mark.parametrize("name", presets.names())
def test_every_preset_fits_its_chip(name):
    merged, chip = presets.apply({**OWN, "board": name, "wifi": WIFI})
    settings = check_config("c", merged)
    pins.check("c", settings, chip, chip[:2] == "RP" and "ethernet" not in merged)


@pytest.mark.parametrize("chip, config, words", [
    ("ESP32", i2c(24, 5), "buses.i2c.sda: GPIO 24: ESP32 has no such pin; it has 0 to 19, 21"),
    ("ESP32", i2c(4, 4), "buses.i2c.sda: GPIO 4 is also buses.i2c.scl; each needs a pin of"),
    ("ESP32", i2c(4, 6), "buses.i2c.scl: GPIO 6: the chip's flash is there"),
    ("ESP32", i2c(4, 34), "buses.i2c.scl: GPIO 34 can only be read; choose one of 0 to 5, 12"),
    ("ESP32", {"led": 35}, "led: GPIO 35 can only be read"),
    ("ESP32", {"sensors": {"bed": dict(SOIL, pin=4)}, "wifi": WIFI},
     "sensors.bed.pin: GPIO 4 cannot be measured while Wi-Fi is on; choose one of 32 to 39"),
    ("ESP32", {"sensors": {"bed": dict(SOIL, pin=18)}}, "sensors.bed.pin: GPIO 18 cannot measure"),
    ("ESP32C3", {"sensors": {"t": {"type": "dht22", "pin": 14}}}, "GPIO 14: the chip's flash"),
    ("ESP32S3", {"ethernet": RMII}, "ethernet.type: ESP32S3 has no Ethernet built in; use a w55"),
    ("ESP32", {"ethernet": dict(RMII, clock_pin=5)}, "ethernet.clock_pin: expected 0, 16 or 17"),
    ("ESP32", {"ethernet": dict(RMII, clock_pin=17)}, "ethernet.clock_mode: expected out"),
    ("ESP32", {"ethernet": RMII, **i2c(21, 22)},
     "ethernet, as TX_EN of the PHY: GPIO 21 is also buses.i2c.sda"),
    ("RP2040", i2c(4, 30), "GPIO 30: RP2040 has no such pin; it has 0 to 29"),
    ("RP2040", {"led": "GP29", "triggers": [{"when": "edge", "pin": 29}]}, "led: GPIO 29 is also"),
    ("ESP32", {"sensors": {"t": {"type": "dht22", "pin": 35}}}, "GPIO 35 can only be read"),
    ("ESP32", {"sensors": {"far": {"type": "hcsr04", "trigger": 36, "echo": 39}}},
     "sensors.far.trigger: GPIO 36 can only be read"),
    ("ESP32", {"cellular": {"apn": "x", "tx": 4, "rx": 5}, "buses": {"g": {"tx": 18, "rx": 19}}},
     "buses.g.id: the modem has UART 1; take another one"),
    ("RP2040", {"cellular": {"apn": "x", "tx": 4, "rx": 5}}, "only an ESP32 has PPP"),
    ("ESP32", {"cellular": {"apn": "x", "tx": "TX1", "rx": 5}},
     "cellular.tx: expected the number of a pin, got 'TX1'"),
    ("ESP32", {"ethernet": dict(RMII, power="GP12")}, "ethernet.power: expected the number"),
    ("ESP32", {"triggers": [{"when": "boot", "set": {"pin": 35, "seconds": 1}}]},
     "triggers[0].set.pin: GPIO 35 can only be read"),
    ("ESP32", {"mode": "battery", "triggers": [{"when": "wake", "pin": 5}]},
     "triggers[0].pin: GPIO 5 cannot wake the chip; choose one of 0, 2, 4, 12 to 15, 25 to 27"),
    ("ESP32C3", {"mode": "battery", "sensors": {"rain": {"type": "rain_gauge", "pin": 4}}},
     "sensors.rain: an ESP32's deep sleep loses what it counts; write"),
    ("RP2350", {"ethernet": {"type": "w5500", "sck": 18, "mosi": 19, "miso": 16, "cs": 17}},
     "ethernet.reset is missing"),
    ("ESP32", {"ethernet": {"type": "w5500", "sck": 18, "mosi": 19, "miso": 16, "cs": 17}},
     "ethernet.int is missing"),
])  # fmt: skip
def test_what_cannot_work_is_refused(chip, config, words):
    with pytest.raises(Stop) as caught:
        checked(chip, **config)
    assert str(caught.value).startswith("config.json: ") and words in str(caught.value)


def test_the_radio_s_pins_of_a_pico_w():
    assert checked("RP2040", led=25) == []
    with pytest.raises(Stop, match="led: GPIO 25: the radio is there"):
        checked("RP2040", True, led=25)
    assert checked("RP2040", True, led="LED") == []


def test_what_may_work_is_warned_of():
    (strapping,) = checked("ESP32", **i2c(4, 12))
    assert strapping.startswith("buses.i2c.scl: GPIO 12: its level at reset decides")
    assert "console" in checked("ESP32C3", **i2c(18, 4))[0]
    assert checked("ESP32", **i2c(21, 22)) == []


@pytest.mark.parametrize("machine, chip", [
    ("LOLIN_C3_MINI with ESP32-C3FH4", "ESP32C3"), ("NANOS3 with ESP32-S3", "ESP32S3"),
    ("LOLIN_S2_MINI with ESP32-S2FN4R2", "ESP32S2"), ("Generic ESP32C6 with ESP32C6", "ESP32C6"),
    ("Generic ESP32 module with ESP32", "ESP32"), ("TINYPICO with ESP32-PICO-D4", "ESP32-PICO-D4"),
    ("Raspberry Pi Pico W with RP2040", "RP2040"), ("Pico Plus with RP2350B", "RP2350B"),
    ("", ""),
])  # fmt: skip
def test_the_chip_that_a_board_names(machine, chip):
    assert pins.chip(machine) == chip


def test_a_button_that_opens_no_portal_is_warned_of():
    for link in ({"ethernet": RMII}, {"ethernet": RMII, "wifi": WIFI}, {"wifi": WIFI}, {}):
        said = [text for text in checked("ESP32", portal_pin=13, **link) if "portal_pin" in text]
        assert len(said) == (link == {"ethernet": RMII}), link


def test_a_w5500_of_a_pico_may_have_its_names():
    w5500 = {"type": "w5500", "sck": "GP18", "mosi": 19, "miso": 16, "cs": 17, "reset": "GP20"}
    assert checked("RP2040", ethernet=w5500) == []


def test_adc2_without_wifi_and_two_quantities_at_one_pin():
    sensors = {"a": {"type": "voltage", "pin": 4}, "b": {"type": "voltage", "pin": 4}}
    assert checked("ESP32", sensors=sensors, ethernet=dict(RMII, power=12)) == []


def test_one_pin_may_switch_the_power_of_two_sensors():
    soil = dict(SOIL, power_pin=25)
    sensors = {"a": dict(soil, pin=32), "b": dict(soil, pin=33)}
    assert checked("ESP32", sensors=sensors) == []


def test_a_chip_that_is_not_known_is_not_checked_but_for_pins_used_twice():
    assert checked("linux [GCC] version", **i2c(99 - 50, 5)) == []
    with pytest.raises(Stop, match="is also"):
        checked("", **i2c(4, 4))


def test_the_board_that_is_there_is_another(capsys):
    merged, chip = presets.apply({**OWN, "board": "olimex_esp32_poe"})
    config = Config(None, "config.json", merged, check_config("c", merged), chip)
    check_chip("Generic ESP32 module with ESP32", config)
    with pytest.raises(Stop, match="board: that one has an ESP32, and this board is: Raspberry"):
        check_chip("Raspberry Pi Pico W with RP2040", config)
    config = config._replace(chip=None, settings=check_config("c", {**OWN, **i2c(4, 12)}))
    check_chip("Generic ESP32 module with ESP32", config)
    assert capsys.readouterr().out.startswith("Warning  buses.i2c.scl: GPIO 12")


@pytest.mark.parametrize("password, good", [
    ("", True), ("a" * 7, False), ("a" * 6, False), ("a" * 5, True), ("a" * 8, True),
])  # fmt: skip
def test_passwords(password, good):
    network = dict(WIFI, password=password)
    for wifi in (network, {"networks": [WIFI, network]}):
        if good:
            check_wifi("c", wifi)
            continue
        with pytest.raises(Stop, match="expected 8 to 63 characters") as caught:
            check_wifi("c", wifi)
        assert "aaaa" not in str(caught.value)


def test_the_example_s_network():
    with pytest.raises(Stop, match="write the name of your network"):
        check_wifi("c", {"ssid": "my network", "password": "my password"})
    check_wifi("c", None)
