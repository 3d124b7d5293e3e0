"""A drawing of a board with sensors on its I2C bus, from data: where the pins are on its header,
which of them its preset names, and what the sensors' drivers declare.
"""

from boards import sensors as drivers
from tools.deploy import presets
from tools.pictures.svg import GREY, box, dot, line, picture, text

# The pins of a header as they lie, from the end with the USB socket on: left row, right row.
# Source: Raspberry Pi, "Raspberry Pi Pico W Datasheet", figure 2; Pico 2 W has the same.
_PICO = (
    "0 1 GND 2 3 4 5 GND 6 7 8 9 GND 10 11 12 13 GND 14 15".split(),
    "VBUS VSYS GND 3V3_EN 3V3 VREF 28 GND 27 26 RUN 22 GND 21 20 19 18 GND 17 16".split(),
)
HEADERS = {"pico_w": _PICO, "pico_2_w": _PICO}
README = ("pico_w", {"air": "bme280"})  # what the README shows
COLOURS = {"3V3": "#d64545", "GND": "#323f4b", "SDA": "#2680c2", "SCL": "#e9b949"}
ROW, TOP, LEFT = 20, 74, 60
BOARD, MODULE = 220, 210  # widths
GAP = 190  # for the wires


def wires(preset):
    """[(what it is for the sensor, its pin on the header: (column, row))] of an I2C sensor, in
    the order of COLOURS. 3V3 and GND are the nearest to the data pins' own column where there is
    a choice.
    """
    left, right = HEADERS[preset]
    bus = presets.load(preset)["config"]["buses"]["i2c"]
    found = {}
    for name, pin in (("3V3", "3V3"), ("SDA", str(bus["sda"])), ("SCL", str(bus["scl"]))):
        column = 0 if pin in left else 1
        found[name] = (column, HEADERS[preset][column].index(pin))
    rows = [n for n, name in enumerate(right) if name == "GND"]
    found["GND"] = (1, min(rows, key=lambda n: abs(n - found["3V3"][1])))
    return [(name, found[name]) for name in COLOURS]


def drawing(preset, sensors):
    """The SVG of the board of this preset with I2C `sensors`, {name: type}: str.

    ValueError for a sensor that is on no I2C bus.
    """
    for kind in sensors.values():
        if drivers.load(kind).BUS != "i2c":
            raise ValueError(f"{kind}: not on I2C")
    about = presets.load(preset)
    columns = HEADERS[preset]
    height = TOP + ROW * len(columns[0]) + 74
    parts = [text(LEFT, 34, about["board"], font_size=18, font_weight=600)]
    parts += _board(columns, preset)
    right = LEFT + BOARD + GAP
    modules = []
    for n, (name, kind) in enumerate(sensors.items()):
        top = TOP + 40 + n * 190
        modules.append(top)
        parts += _module(right, top, name, kind)
    parts += _wires(preset, right, modules)
    config = about["config"]["buses"]["i2c"]
    words = f'"buses": {{"i2c": {{"sda": {config["sda"]}, "scl": {config["scl"]}}}}}'
    parts.append(text(LEFT, height - 16, words, font_family="monospace", fill=GREY))
    title = f"{about['board']} with " + ", ".join(kind.upper() for kind in sensors.values())
    return picture(right + MODULE + 60, height, f"{title}, wired by I2C", parts)


def _board(columns, preset):
    rows = len(columns[0])
    parts = [box(LEFT, TOP - 22, BOARD, ROW * rows + 34, "#0b7a4b", rx=8)]
    parts.append(box(LEFT + BOARD / 2 - 26, TOP - 34, 52, 26, "#9aa5b1", rx=3))
    parts.append(text(LEFT + BOARD / 2, TOP - 16, "USB", "middle", font_size=11))
    used = {place: name for name, place in wires(preset)}
    for column, names in enumerate(columns):
        x = _pin_x(column)
        for row, name in enumerate(names):
            y = TOP + row * ROW
            wire = used.get((column, row))
            parts.append(dot(x, y, 6, COLOURS[wire] if wire else "#cbd2d9",
                             stroke="#f5f7fa", stroke_width=1))  # fmt: skip
            inside, anchor = (x + 12, "start") if column == 0 else (x - 12, "end")
            label = f"GP{name}" if name.isdigit() else name
            weight = {"font_weight": 700} if wire else {}
            parts.append(text(inside, y + 4, label, anchor, "#ffffff", font_size=12, **weight))
            number = row + 1 if column == 0 else 2 * len(names) - row
            outside, anchor = (LEFT - 5, "end") if column == 0 else (LEFT + BOARD + 5, "start")
            above = -4 if wire else 4  # of the wire
            parts.append(text(outside, y + above, number, anchor, GREY, font_size=10))
    return parts


def _pin_x(column):
    return LEFT + 10 if column == 0 else LEFT + BOARD - 10


def _module(x, top, name, kind):
    parts = [box(x, top, MODULE, 128, "#5e35b1", rx=8)]
    parts.append(text(x + MODULE - 14, top + 26, kind.upper(), "end", "#ffffff", font_size=16,
                      font_weight=600))  # fmt: skip
    for n, quantity in enumerate(list(drivers.load(kind).Sensor.QUANTITIES)[:4]):
        parts.append(text(x + MODULE - 14, top + 50 + 18 * n, quantity, "end", "#e0d7f5"))
    for n, wire in enumerate(COLOURS):
        y = top + 24 + n * 26
        parts.append(dot(x + 12, y, 6, COLOURS[wire], stroke="#f5f7fa", stroke_width=1))
        label = "VCC" if wire == "3V3" else wire
        parts.append(text(x + 25, y + 4, label, fill="#ffffff", font_weight=700))
    for n, words in enumerate(
        (f'"sensors": {{"{name}":', f'{{"type": "{kind}", "bus": "i2c"}}}}')
    ):
        parts.append(text(x, top + 150 + 18 * n, words, fill=GREY, font_family="monospace"))
    return parts


def _wires(preset, right, modules):
    # Each wire has a lane of its own in the gap; those of the left column go below the board.
    parts = []
    columns = HEADERS[preset]
    bottom = TOP + ROW * len(columns[0]) + 12
    for n, (name, (column, row)) in enumerate(wires(preset)):
        y = TOP + row * ROW
        lane = LEFT + BOARD + 40 + 28 * n
        start = [(_pin_x(column), y)]
        if column == 0:
            out = LEFT - 26 - 10 * (n % 2)
            below = bottom + 10 + 10 * (n % 2)
            start += [(out, y), (out, below), (lane, below)]
        else:
            start += [(lane, y)]
        for top in modules:
            target = top + 24 + n * 26
            points = [*start, (lane, target), (right + 12, target)]
            parts.append(line(points, COLOURS[name], stroke_width=3, stroke_linejoin="round"))
    return parts
