"""`make scan`: what a board sees, and what is proposed for its config."""

import json

import pytest
from vm_board import VmBoard

from firmware.on_demand.config import check
from tools.scan import __main__ as program
from tools.scan import by_address, proposal, scan

BME280, BMP280, BME680 = {"208": "60"}, {"208": "58"}, {"208": "61"}
HARDWARE = {
    "i2c": {
        "21,22": {"118": BME280, "98": {}, "68": {}, "60": {}, "64": {"254": "5449"}},
        "4,5": {"119": BME680},
    },
    "onewire": {"15": ["28ff641e8216035b", "28aa0102030405c1"], "16": ["3b00112233445566"]},
    "wifi": [["Hall ü", -71, 3], ["", -40, 3], ["Guests", -55, 0]],
}


@pytest.fixture
def wired(tmp_path, vm_program):
    with VmBoard(tmp_path, hardware=HARDWARE) as board:
        board.wait_for(b">>> ")
        yield board


def test_what_is_there_is_found_and_proposed(wired):
    found = scan(wired.port, [(21, 22), (4, 5)], [15, 16, 99])
    chips = {(chip.sda, chip.address): (chip.types, chip.sure) for chip in found.chips}
    assert chips == {
        (21, 0x76): (["bme280"], True),
        (21, 0x62): (["scd4x"], False),
        (21, 0x44): (["sht4x", "sht3x", "hdc302x", "ina219"], False),
        (21, 0x3C): ([], False),  # a display
        (21, 0x40): (["ina226"], True),
        (4, 0x77): (["bme680"], True),
    }
    assert found.networks == [("Guests", -55, False), ("Hall ü", -71, True)]
    assert found.failed == ["onewire 99 invalid pin"]
    proposed = proposal(found)
    assert proposed["buses"] == {"i2c": {"sda": 21, "scl": 22}, "i2c2": {"sda": 4, "scl": 5}}
    assert proposed["sensors"] == {
        "bme280": {"type": "bme280", "bus": "i2c"},
        "scd4x": {"type": "scd4x", "bus": "i2c"},
        "ina226": {"type": "ina226", "bus": "i2c"},
        "bme680": {"type": "bme680", "bus": "i2c2", "address": 0x77},
        "probes": {"type": "ds18b20", "pin": 15},
    }
    check("config.json", {"collector": "http://c", "app_id": "a", **proposed})


def test_the_command_shows_it_and_lets_the_firmware_go_on(wired, tmp_path, capsys):
    config = {"buses": {"i2c": {"sda": 21, "scl": 22}}}
    (tmp_path / "config.json").write_text(json.dumps(config))
    boots = wired.hard_boots
    assert program.main(["--port", wired.port, "--onewire", "15"], root=tmp_path) == 0
    printed = capsys.readouterr().out
    for line in (
        "Wi-Fi    Guests, -55 dBm, without a password",
        "I2C      0x76 at SDA 21, SCL 22: BME280",
        "I2C      0x62 at SDA 21, SCL 22: SCD4X?",
        "I2C      0x3c at SDA 21, SCL 22: a chip that is not known?",
        "1-Wire   28ff641e8216035b at 15: DS18B20",
    ):
        assert line + "\n" in printed
    assert '"type": "bme280"' in printed
    wired.wait_for(b">>> ", since=len(wired.output) - 4)
    assert wired.hard_boots == boots + 1


def test_a_board_that_sees_nothing(board, tmp_path, capsys):
    assert program.main(["--port", board.port, "--i2c", "4,5"], root=tmp_path) == 0
    assert "No sensor answers: check power and wires" in capsys.readouterr().out
    assert program.main(["--port", board.port], root=tmp_path) == 0
    printed = capsys.readouterr().out
    assert "No pins to search at" in printed and "No sensor answers" not in printed
    assert program.main(["--port", board.port, "--i2c", "x"], root=tmp_path) == 1
    assert "expected the pins as SDA,SCL" in capsys.readouterr().err


def test_addresses_are_those_of_the_drivers():
    found = by_address()
    assert set(found[0x76]) == {"bme280", "bme680", "bmp390", "dps310"}
    assert found[0x62] == ["scd4x"] and found[0x5C] == ["light"] and 0x3C not in found
