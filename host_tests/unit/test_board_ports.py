"""boards/esp32.py and boards/rp2.py through the fakes: what they read and what they tell."""
import importlib
import subprocess
import sys
import types
from pathlib import Path

import pytest

import boards
import machine
from boards import base, cellular, esp32, ethernet, links, rp2, wifi

BOARDS = {"esp32": esp32, "rp2": rp2}


@pytest.fixture(params=["esp32", "rp2"])
def world(request, simulate):
    return simulate(request.param)


# --- import ----------------------------------------------------------------------------------
@pytest.mark.parametrize("port", ["esp32", "rp2"])
def test_importing_and_making_a_board_touch_no_pin_and_no_radio(simulate, port):
    world = simulate(port)
    for name in ("base", "link", "wifi", "chip", port):
        importlib.reload(sys.modules["boards." + name])
    sys.modules["boards." + port].Board()
    assert world.log == []
    assert world.radio is None


def test_unix_needs_neither_fakes_nor_machine():
    root = str(Path(boards.__file__).parents[1])
    code = "import sys; sys.path.insert(0, %r); import boards; boards.load()" % root
    run = [sys.executable, "-I", "-c", code + "; print('machine' in sys.modules)"]
    assert subprocess.run(run, capture_output=True, text=True, check=True).stdout == "False\n"


# --- load ------------------------------------------------------------------------------------
def on(monkeypatch, implementation, platform):
    fake = types.SimpleNamespace(
        platform=platform, implementation=types.SimpleNamespace(name=implementation)
    )
    monkeypatch.setattr(boards, "sys", fake)


@pytest.mark.parametrize(
    "implementation, platform, module",
    [
        ("micropython", "esp32", "esp32"),
        ("micropython", "rp2", "rp2"),
        ("micropython", "linux", "unix"),
        ("micropython", "darwin", "unix"),
        ("cpython", "linux", "unix"),
        ("cpython", "win32", "unix"),
    ],
)
def test_load(simulate, monkeypatch, implementation, platform, module):
    simulate(module if module in BOARDS else "rp2")
    on(monkeypatch, implementation, platform)
    assert type(boards.load()).__module__ == "boards." + module


def test_load_passes_options_on_and_a_typo_is_an_error(simulate, monkeypatch):
    world = simulate("esp32")
    on(monkeypatch, "micropython", "esp32")
    boards.load(led=2).led(True)
    assert world.pins == {2: 1}
    with pytest.raises(TypeError):
        boards.load(lcd=2)


def test_an_unknown_port_is_told_how_to_be_added(monkeypatch):
    on(monkeypatch, "micropython", "zephyr")
    with pytest.raises(ImportError, match=r"boards/zephyr\.py.*boards/base\.py"):
        boards.load()


def test_what_a_board_file_itself_cannot_import_is_not_hidden(monkeypatch, tmp_path):
    (tmp_path / "samd.py").write_text("import no_such_module\n")
    monkeypatch.setattr(boards, "__path__", [*boards.__path__, str(tmp_path)])
    on(monkeypatch, "micropython", "samd")
    with pytest.raises(ImportError, match="no_such_module"):
        boards.load()


# --- identity --------------------------------------------------------------------------------
def test_identity(world):
    board = BOARDS[world.port].Board()
    assert board.id() == {"esp32": "a4cf12059b7c", "rp2": "e6614c311b7e7a28"}[world.port]
    assert board.model
    assert board.stopping() is False


@pytest.mark.parametrize(
    "port, number, name",
    [
        ("esp32", 1, "power_on"),
        ("esp32", 2, "hard"),
        ("esp32", 3, "watchdog"),
        ("esp32", 4, "deep_sleep"),
        ("esp32", 5, "soft"),
        ("esp32", 0, None),
        ("rp2", 1, "power_on"),
        ("rp2", 3, "watchdog"),
    ],
)
def test_reset_cause(simulate, port, number, name):
    simulate(port).reset_cause = number
    assert BOARDS[port].Board().reset_cause() == name


# --- pins ------------------------------------------------------------------------------------
def test_led_of_a_pico(simulate):
    world = simulate("rp2")
    board = rp2.Board()
    board.led(True)
    assert world.pins == {"LED": 1}
    assert world.log == [("pin", "LED", 1)]  # as an output
    board.led(False)
    assert world.pins == {"LED": 0}


def test_an_esp32_has_the_led_that_it_is_told_of(simulate):
    world = simulate("esp32")
    board = esp32.Board(led=2)
    board.led(1)
    assert world.pins == {2: 1}
    assert [line.split(":")[0] for line in board.absent] == ["supply voltage"]


def test_an_esp32_that_is_told_of_no_led_says_so(simulate):
    world = simulate("esp32")
    board = esp32.Board()
    board.led(True)
    assert world.pins == {}
    assert [line.split(":")[0] for line in board.absent] == ["led", "supply voltage"]


# RP2040 datasheet 4.9: 12 bits of the 3.3 V reference, of which u16 is a spread copy.
@pytest.mark.parametrize("raw, millivolts", [(1, 0), (0xFFE, 3299), (0x800, 1650), (876, 705)])
def test_adc_of_a_pico(simulate, raw, millivolts):
    simulate("rp2").adc[26] = raw << 4
    assert rp2.Board().adc(26) == millivolts


def test_a_pico_reads_its_adc_pins_only(simulate):
    simulate("rp2")
    with pytest.raises(ValueError):
        rp2.Board().adc(5)


# ESP32 datasheet: at 11 dB up to about 3.1 V, and not at all above.
@pytest.mark.parametrize("uv, millivolts", [(142_000, 142), (1_650_900, 1650), (3_099_000, 3099)])
def test_adc_of_an_esp32(simulate, uv, millivolts):
    simulate("esp32").adc[34] = uv
    assert esp32.Board().adc(34) == millivolts


@pytest.mark.parametrize("full", [False, True])
def test_an_adc_at_an_end_of_its_scale_measures_nothing(world, full):
    pin = {"esp32": 34, "rp2": 26}[world.port]
    world.adc[pin] = {"esp32": 3_300_000, "rp2": 0xFFFF}[world.port] * full
    with pytest.raises(OSError, match="pin %d is at an end" % pin):
        BOARDS[world.port].Board().adc(pin)


# espressif/arduino-esp32 issue 901: Wi-Fi uses ADC2.
def test_a_pin_of_adc2_while_wifi_is_on(simulate, monkeypatch):
    simulate("esp32").adc[25] = 1_500_000

    def read(adc):
        raise OSError(-263, "ESP_ERR_TIMEOUT")

    for name in ("read_u16", "read_uv"):
        monkeypatch.setattr(machine.TABLES["esp32"]["ADC"], name, read)
    with pytest.raises(OSError, match="pin 25: .*ADC2 .* Wi-Fi"):
        esp32.Board().adc(25)


def test_a_board_without_an_adc_says_so():
    with pytest.raises(OSError, match="adc"):
        base.Board().adc(0)


# --- temperature -----------------------------------------------------------------------------
# RP2040 datasheet 4.9.5: 0.706 V at 27 degrees, 1.721 mV less for each degree more. One step
# of the ADC is 0.47 degrees.
@pytest.mark.parametrize("volts, celsius", [(0.706, 27), (0.706 - 0.01721, 37), (0.7749, -13)])
def test_temperature_of_a_pico(simulate, volts, celsius):
    simulate("rp2").adc[4] = round(volts / 3.3 * 65535)
    assert rp2.Board().temperature() == pytest.approx(celsius, abs=0.47)


# At an end of its scale, and where no chip works.
@pytest.mark.parametrize("raw", [0, 0xFFFF, 0x2800, 0x4000])
def test_a_temperature_that_no_pico_has(simulate, raw):
    world = simulate("rp2")
    board = rp2.Board()
    cpu = board.sensors()["cpu"]
    world.adc[4] = raw
    assert board.temperature() is None
    with pytest.raises(OSError, match="no reading"):
        cpu.read()


def test_temperature_of_the_first_esp32_is_in_fahrenheit(simulate):
    simulate("esp32").fahrenheit = 128
    assert esp32.Board().temperature() == 53.3


def test_temperature_of_the_newer_esp32s_is_in_celsius(simulate):
    simulate("esp32", chip="ESP32C3").celsius = -7
    assert esp32.Board().temperature() == -7


def test_an_esp32_without_a_thermometer_says_so(simulate, monkeypatch):
    world = simulate("esp32")
    monkeypatch.setattr(sys.modules["esp32"], "_CLASSIC", {})
    board = esp32.Board(led=2)
    assert board.temperature() is None
    assert list(board.sensors()) == ["memory"]
    assert board.absent[0].startswith("cpu temperature:")
    assert world.log == []


# --- sensors ---------------------------------------------------------------------------------
def test_sensors(world):
    world.adc[4] = 14_000
    board = BOARDS[world.port].Board()
    readings = {name: sensor.read() for name, sensor in board.sensors().items()}
    assert readings == {
        "memory": {"memory_free": 150_000},
        "cpu": {"temperature": board.temperature()},
    }
    assert {name: sensor.unit for name, sensor in board.sensors().items()} == {
        "memory": "By", "cpu": "Cel",
    }  # fmt: skip


def test_the_template_is_a_board_without_anything():
    board = base.Board()
    board.join("any", "thing")
    board.led(True)
    board.idle()
    assert board.online() and board.set_clock()
    assert not board.stopping()
    assert [board.id(), board.mac(), board.rssi(), board.temperature()] == [None] * 4
    assert board.reset_cause() is None
    assert board.memory_free() is None and board.sensors() == {}  # CPython does not tell


def public(thing):
    return {name for name in dir(thing) if not name.startswith("_")}


def test_every_board_keeps_to_the_contract(world):
    # A method that base.py does not know is one that the firmware must not use; and those of
    # chips, which do not build on it, must have all of it.
    contract = public(base.Board)
    of_link = {"online", "dns", "rssi", "mac"}  # which a chip's Board asks its link for
    for module in BOARDS.values():
        assert public(module.Board) == contract - of_link, module.__name__
        for name in of_link:
            assert callable(getattr(module.Board(), name))
    assert public(sys.modules["boards.unix"].Board) == contract
    for kind in (wifi.Link, ethernet.Link, cellular.Link, links.Links):
        assert public(kind) >= public(base.Link) | of_link, kind
