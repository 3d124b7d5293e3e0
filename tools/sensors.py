"""Write the table in docs/sensors.md from what the drivers in boards/sensors declare.

    python -m tools.sensors
"""

import re
from pathlib import Path

from boards import sensors
from tools.engine import ROOT

PAGE = ROOT / "docs" / "sensors.md"
BEGIN, END = "<!-- made by tools/sensors.py -->\n", "<!-- end -->\n"
HEAD = """\
| type | what it is | bus | options: range, default | quantities: unit | current | wiring |
|---|---|---|---|---|---|---|
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
    """The text of docs/sensors.md with the table as it must be."""
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    table = HEAD + "".join(row(kind, module) for kind, module in drivers().items())
    return before + BEGIN + table + END + rest.partition(END)[2]


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    print(f"{PAGE}: {len(drivers())} sensors")
