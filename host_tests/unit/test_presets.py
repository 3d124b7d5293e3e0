"""boards/presets: each is a config that the firmware takes; and how a config overrides one."""

import json

import pytest

from firmware.on_demand.config import check
from tools.deploy import ROOT, Stop, boot_file, files, presets, unused_links, used

OWN = {"collector": "http://127.0.0.1:9", "app_id": "garden"}


def paths(**config):
    return {path for _, path in used(files(), config)}


@pytest.mark.parametrize("name", presets.names())
def test_every_preset_is_good(name):
    preset = presets.load(name)
    assert set(preset) == {"board", "chip", "source", "config"}
    assert preset["source"].startswith("https://")
    merged, chip = presets.apply({**OWN, "board": name})
    settings = check("config.json", merged)
    kinds = [kind for kind, _ in settings["links"]]
    assert kinds == (["ethernet"] if "ethernet" in preset["config"] else [])


def test_the_presets_that_there_are():
    assert len(presets.names()) == 21
    names = "olimex_esp32_poe wt32_eth01 w5500_evb_pico pico_w xiao_esp32c6 pimoroni_enviro_urban"
    for name in names.split():
        assert name in presets.names()


def test_the_docs_tell_of_each_preset_with_its_source():
    lines = (ROOT / "docs" / "boards.md").read_text(encoding="utf-8").splitlines()
    for name in presets.names():
        (line,) = [line for line in lines if line.startswith(f"| `{name}` |")]
        assert f"({presets.load(name)['source']})" in line


def test_a_config_overrides_a_preset_key_by_key():
    preset = {"led": 2, "buses": {"i2c": {"sda": 1, "scl": 2}}, "ethernet": {"type": "w5500"}}
    own = {"led": None, "buses": {"i2c": {"sda": 5}, "b": {}}, "app_id": "x", "ethernet": None}
    assert presets.merge(preset, own) == {
        "buses": {"i2c": {"sda": 5, "scl": 2}, "b": {}}, "app_id": "x",
    }  # fmt: skip
    assert preset["buses"] == {"i2c": {"sda": 1, "scl": 2}}
    merged, chip = presets.apply({**OWN, "board": "olimex_esp32_poe", "ethernet": {"power": 5}})
    assert chip == "ESP32" and merged["ethernet"]["power"] == 5
    assert merged["ethernet"]["mdc"] == 23 and "board" not in merged
    assert presets.apply(OWN) == (OWN, None)


@pytest.mark.parametrize("name, near", [
    ("olimex_poe", "olimex_esp32_poe"), ("pico w", "pico_w"),
    ("../x", "esp32_c3"), (5, "esp32_c3"),
])  # fmt: skip
def test_a_preset_that_is_not_there(name, near):
    with pytest.raises(Stop, match="board: there is no preset.*" + near):
        presets.apply({**OWN, "board": name})


def test_only_the_code_of_the_links_that_are_used_goes_to_a_board():
    wifi = {"/boards/wifi.py", "/boards/join.py"}
    ethernet = {"/boards/ethernet.py", "/boards/ethernet_start.py"}
    cellular = {"/boards/cellular.py", "/boards/dial.py"}
    checks = {"/firmware/on_demand/link_config.py", "/firmware/on_demand/link_keys.py"}
    of_links = wifi | ethernet | cellular | checks | {"/boards/links.py"}
    assert paths() & of_links == paths(wifi={}) & of_links == wifi
    assert paths(ethernet={}) & of_links == ethernet | checks
    assert paths(cellular={}, wifi={}) & of_links == of_links - ethernet
    assert {path for _, path in files()} >= of_links
    assert unused_links({}) <= {path for _, path in files()}
    assert not [path for path in paths() if path.endswith(".json")]


def test_a_preset_that_comes_to_a_board_says_what_to_do():
    with pytest.raises(ValueError, match="board: `make deploy` puts a preset's keys"):
        check("config.json", {**OWN, "board": "pico_w"})


def test_the_merged_config_is_what_is_deployed(tmp_path):
    from tools.deploy.user_config import check_config

    path = tmp_path / "config.json"
    path.write_text(json.dumps({**OWN, "board": "pico_w"}))
    config = check_config(None, tmp_path)
    assert config.chip == "RP2040" and config.path != path and config.name == str(path)
    assert json.loads(config.path.read_text()) == config.data
    assert config.data == presets.apply(json.loads(path.read_text()))[0]
    path.write_text(json.dumps(OWN))
    assert check_config(None, tmp_path).path == path


def test_a_board_gets_the_code_of_its_clock_chip_and_latch_only_if_it_has_them():
    clock = {"/boards/rtc/__init__.py", "/firmware/rtc.py", "/firmware/on_demand/rtc.py"}
    latch = {"/boards/latch.py", "/firmware/latched.py"}
    chips = {"/boards/rtc/ds3231.py", "/boards/rtc/pcf85063a.py"}
    of_both = clock | latch | chips
    assert not paths() & of_both
    rtc = {"type": "ds3231", "bus": "i2c"}
    assert paths(rtc=rtc) & of_both == clock | {"/boards/rtc/ds3231.py"}
    config = presets.load("pimoroni_enviro_weather")["config"]
    assert paths(**config) & of_both == clock | latch | {"/boards/rtc/pcf85063a.py"}
    for given, source in ((config, "boards/boot/held.py"), ({}, "firmware/boot.py")):
        assert boot_file(given) == source
        assert (ROOT / source, "/boot.py") in used(files(), given)
