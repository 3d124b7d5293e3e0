"""The port's own module `esp32`: the IDF's heap, and the thermometer that the chip has."""
import simulation


def _raw_temperature():
    return simulation.world.fahrenheit


def _mcu_temperature():
    return simulation.world.celsius


def _idf_heap_info(capabilities):
    assert capabilities == 4
    return simulation.world.heap


_BOTH = {"HEAP_DATA": 4, "idf_heap_info": _idf_heap_info}
_CLASSIC = dict(_BOTH, raw_temperature=_raw_temperature)
_NEWER = dict(_BOTH, mcu_temperature=_mcu_temperature)
TABLES = {"esp32": _CLASSIC, "rp2": {}}


def __getattr__(name):
    newer = simulation.world.chip != "ESP32"
    tables = {"esp32": _NEWER, "rp2": {}} if newer else TABLES
    return simulation.by_port("esp32", tables)(name)
