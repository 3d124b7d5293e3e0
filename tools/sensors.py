"""Write docs/sensors.md from what the drivers in boards/sensors declare.

    python -m tools.sensors
"""

import re
from pathlib import Path

from boards import sensors
from tools.engine import ROOT

PAGE = ROOT / "docs" / "sensors.md"
INTRO = """\
# Sensors

A sensor of `config.json` has a name of your choice, a `type` from the table below, and says where
it is. `make deploy` copies the drivers that the config uses, and no others. This page is made from
the drivers in [`boards/sensors/`](../boards/sensors) by `python -m tools.sensors`.

```json
"buses": {
  "i2c": {"sda": 4, "scl": 5},
  "spi": {"sck": 18, "mosi": 19, "miso": 16},
  "line": {"tx": 8, "rx": 9}
},
"sensors": {
  "air": {"type": "scd4x", "bus": "i2c"},
  "oven": {"type": "max31855", "bus": "spi", "cs": 17},
  "dust": {"type": "pms5003", "bus": "line", "power_pin": 22},
  "bed": {"type": "soil", "pin": 34, "dry_mv": 2800, "wet_mv": 1200},
  "inputs": {"type": "ads1115", "bus": "i2c"},
  "tank": {"type": "thermistor", "adc": "inputs", "channel": 2},
  "meter": {"type": "modbus", "bus": "line", "registers": {
    "voltage": {"register": 0, "kind": "input", "scale": 0.1, "unit": "V"}}}
}
```

| bus | keys of the bus | keys of the sensor |
|---|---|---|
| i2c | `sda`, `scl`, `freq` (100000), `id` of a hardware unit (without: by software) | `bus` |
| spi | `sck`, `mosi`, `miso`, `id` as for I2C | `bus`, `cs` |
| uart | `tx`, `rx`, `id` (1); the driver sets the speed | `bus` |
| onewire | | `pin` |
| pin | | `pin`, `pull` (`up`, `down`) |
| adc | | `pin`, or `adc` (the name of an `ads1115`) and `channel` |
| battery | | as adc; without, the board's own supply |
| board | | none but its options |

`power_pin` switches the sensor on for its readings alone: the pin is high for `warmup_ms` before
(the driver's own time, if you leave it out) and until it was read. A pin gives some milliamperes:
more needs a transistor. A chip on I2C or UART may draw current through its data pins while its
supply is off.

What is measured has the unit that [UCUM](https://ucum.org) writes so. What a chip cannot have
measured is left out. "Current" is the part's own; many modules have an LED and a regulator too.

| type | what it is | bus | options: range, default | quantities: unit | current | wiring |
|---|---|---|---|---|---|---|
"""
OUTRO = """
Where a maker's algorithm is not public, the raw value is given: `voc_raw`, `nox_raw` (SGP40,
SGP41), `h2_raw`, `ethanol_raw` (SGP30), `gas` in Ohm (BME680, whose air quality index is Bosch's).
The SEN5x computes its indices itself.

A sensor of your own is a file in `boards/sensors/`: the header of
[`__init__.py`](../boards/sensors/__init__.py) says what it declares.
"""


def drivers():
    """{type: module} of all drivers, in the order of the alphabet."""
    folder = Path(sensors.__file__).parent
    return {path.stem: sensors.load(path.stem) for path in sorted(folder.glob("[!_]*.py"))}


def header(module):
    """(what it is, its current, its wiring) from the comment at the head of a driver's file.

    ValueError if one is missing.
    """
    comment = re.match(r"(?:#.*\n)*", Path(module.__file__).read_text(encoding="utf-8"))[0]
    text = " ".join(line.removeprefix("#").strip() for line in comment.splitlines())
    found = re.match(r"(.+?)(?:\. |\.$).*?Current: (.+?)\. Wiring: (.+?)\.(?: |$)", text + " ")
    if not found:
        raise ValueError(f"{module.__name__}: its header has no 'Current: ... Wiring: ...'")
    return found.groups()


def row(kind, module):
    """The line of the table for a driver."""
    what, current, wiring = header(module)
    options = ", ".join(_option(name, bounds) for name, bounds in module.OPTIONS.items())
    quantities = ", ".join(
        f"`{name}`: {unit or 'none'}" for name, (unit, _, _) in module.Sensor.QUANTITIES.items()
    )
    cells = (f"`{kind}`", what, module.BUS, options, quantities or "those of its registers")
    return "| " + " | ".join((*cells, current, wiring)) + " |\n"


def _option(name, bounds):
    if isinstance(bounds[0], str):
        kind, low, *rest = bounds
        if kind == "one":
            text = ", ".join(map(str, low))
        elif kind == "table":
            text = "a row for each quantity: " + ", ".join(low)
        else:
            text = {"pin": "a pin", "points": "pairs of mV and value"}[kind]
        default = rest[1:]
    else:
        low, high, *default = bounds
        text = f"{low} to {high}"
    if name == "address":
        text = " to ".join(f"0x{n:02X}" for n in bounds[:2]) if bounds[0] > 1 else text
        default = [f"0x{default[0]:02X}"] if default and bounds[0] > 1 else default
    return f"`{name}`: {text}" + (f" ({default[0]})" if default else "")


def page():
    """The text of docs/sensors.md."""
    return INTRO + "".join(row(kind, module) for kind, module in drivers().items()) + OUTRO


if __name__ == "__main__":
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(page(), encoding="utf-8")
    print(f"{PAGE}: {len(drivers())} sensors")
