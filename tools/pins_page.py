"""Write the table of pins in docs/wiring.md from what `make deploy` knows of the chips.

    python -m tools.pins_page
"""

from tools.deploy.chips import CHIPS
from tools.deploy.pins import spans
from tools.engine import ROOT

PAGE = ROOT / "docs" / "wiring.md"
BEGIN, END = "<!-- made by tools/pins_page.py -->\n", "<!-- end -->\n"
NAMES = {"RP2040": "Pico W (RP2040), Pico 2 W (RP2350)"}
HEAD = """\
| chip | GPIOs | only inputs | flash is there | voltages | level at start | console | wake |
|---|---|---|---|---|---|---|---|
"""


def page():
    """The text of docs/wiring.md with the table as it must be."""
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    rows = "".join(_row(name, chip) for name, chip in CHIPS.items() if name != "RP2350")
    return before + BEGIN + HEAD + rows + END + rest.partition(END)[2]


def _row(name, chip):
    keys = ("pins", "inputs", "flash", "adc", "boot", "console", "wake")
    cells = (NAMES.get(name, name), *(spans(chip[key]) or "–" for key in keys))
    return "| " + " | ".join(cells) + " |\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    print(PAGE)
