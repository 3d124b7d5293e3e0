"""`machine` of both ports: pins, ADC, identity, reset causes."""
import simulation


class _Pin:
    def __init__(self, id, mode=-1, pull=-1, *, value=None):
        if simulation.world.port == "esp32" and not isinstance(id, int):
            raise ValueError("invalid pin")
        self._id = id
        simulation.world.log.append(("pin", id, mode))
        if value is not None:
            self.value(value)

    def value(self, *x):
        pins = simulation.world.pins
        if x:
            pins[self._id] = int(bool(x[0]))
            return None
        return pins.get(self._id, 0)

    def on(self):
        self.value(1)

    def off(self):
        self.value(0)

    def toggle(self):
        self.value(not self.value())


class _Esp32Pin(_Pin):
    IN = 1
    OUT = 3
    OPEN_DRAIN = 7
    PULL_DOWN = 1
    PULL_UP = 2


class _Rp2Pin(_Pin):
    IN = 0
    OUT = 1
    OPEN_DRAIN = 2
    PULL_UP = 1
    PULL_DOWN = 2


def _source(id):
    # A Pin that becomes an ADC input; both ports take its number as well.
    return id._id if isinstance(id, _Pin) else id


class _Esp32Adc:
    ATTN_0DB = 0
    ATTN_2_5DB = 1
    ATTN_6DB = 2
    ATTN_11DB = 3
    # What each attenuation can read at most, in microvolts (ESP32 datasheet, suggested
    # ranges); the reading stops there.
    _RANGE = (950_000, 1_250_000, 1_750_000, 3_100_000)

    def __init__(self, id, *, atten=0):
        self._id = _source(id)
        self._atten = atten
        if self._id not in simulation.world.adc:
            raise ValueError("invalid pin")  # no ADC behind this one

    def read_uv(self):
        return min(simulation.world.adc[self._id], self._RANGE[self._atten])

    def read_u16(self):
        return self.read_uv() * 65535 // self._RANGE[self._atten]


class _Rp2Adc:
    CORE_TEMP = 4

    def __init__(self, id):
        source = _source(id)
        if isinstance(id, _Pin) and source not in (26, 27, 28, 29):
            raise ValueError("Pin doesn't have ADC capabilities")
        if source not in (0, 1, 2, 3, 4, 26, 27, 28, 29):
            raise ValueError("invalid channel")
        self._source = source + 26 if source < 4 else source

    def read_u16(self):
        # 12 bits, spread over 16 as the port does it.
        raw = simulation.world.adc[self._source] >> 4
        return raw << 4 | raw >> 8


def _unique_id():
    return simulation.world.unique_id


def _reset_cause():
    return simulation.world.reset_cause


TABLES = {
    "esp32": {
        "Pin": _Esp32Pin,
        "ADC": _Esp32Adc,
        "HARD_RESET": 2,
        "DEEPSLEEP_RESET": 4,
        "SOFT_RESET": 5,
    },
    "rp2": {"Pin": _Rp2Pin, "ADC": _Rp2Adc},
}
for _table in TABLES.values():
    _table.update(PWRON_RESET=1, WDT_RESET=3, unique_id=_unique_id, reset_cause=_reset_cause)
__getattr__ = simulation.by_port("machine", TABLES)
