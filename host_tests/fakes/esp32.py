"""The port's own module `esp32`: the thermometers. Which one there is depends on the chip."""
import simulation


def _raw_temperature():
    return simulation.world.fahrenheit


def _mcu_temperature():
    return simulation.world.celsius


_CLASSIC = {"raw_temperature": _raw_temperature}
_NEWER = {"mcu_temperature": _mcu_temperature}
TABLES = {"esp32": _CLASSIC, "rp2": {}}


def __getattr__(name):
    newer = simulation.world.chip != "ESP32"
    tables = {"esp32": _NEWER, "rp2": {}} if newer else TABLES
    return simulation.by_port("esp32", tables)(name)
