"""The port's own module `rp2`: the part of it that has a use here."""
import simulation


def _bootsel_button():
    return 0


TABLES = {"esp32": {}, "rp2": {"bootsel_button": _bootsel_button}}
__getattr__ = simulation.by_port("rp2", TABLES)
