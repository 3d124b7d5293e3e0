"""The port's own module `esp32`: the IDF's heap, and the thermometer that the chip has."""
import simulation


def _raw_temperature():
    return simulation.world.fahrenheit


def _mcu_temperature():
    return simulation.world.celsius


def _idf_heap_info(capabilities):
    assert capabilities == 4
    return simulation.world.heap


# ports/esp32/modesp32.c: EXT0 takes one pin, which must be one of the RTC's.
def _wake_on_ext0(pin, level):
    simulation.world.wakes[2] = (pin._id, int(level))


def _wake_on_ext1(pins, level):
    (pin,) = pins
    simulation.world.wakes[3] = (pin._id, int(level))


def _wake_on_gpio(pins, level):
    (pin,) = pins
    simulation.world.wakes[7] = (pin._id, int(level))


_WAKES = {
    "ESP32C3": {"wake_on_gpio": _wake_on_gpio},
    "ESP32C6": {"wake_on_ext1": _wake_on_ext1},
}
_EXT = {"wake_on_ext0": _wake_on_ext0, "wake_on_ext1": _wake_on_ext1}
_BOTH = {"HEAP_DATA": 4, "idf_heap_info": _idf_heap_info}
_CLASSIC = dict(_BOTH, raw_temperature=_raw_temperature)
_NEWER = dict(_BOTH, mcu_temperature=_mcu_temperature)
TABLES = {"esp32": _CLASSIC, "rp2": {}}


def __getattr__(name):
    chip = simulation.world.chip
    table = dict(_CLASSIC if chip == "ESP32" else _NEWER, **_WAKES.get(chip, _EXT))
    tables = {"esp32": table, "rp2": {}}
    return simulation.by_port("esp32", tables)(name)
