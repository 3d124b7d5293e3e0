"""Pictures of the documentation that are drawn from data: `python -m tools.pictures`.

    docs/pictures/wired.svg    a board with a sensor: its header, a preset, a driver (wiring.py)
    docs/pictures/*.svg        charts of docs/figures.json, which `make bench` writes (charts.py)

The same data gives the same bytes. host_tests/browser/pictures.py takes those of the pages.
"""

from tools.engine import ROOT
from tools.pictures import charts, figures, wiring

FOLDER = ROOT / "docs" / "pictures"


def drawn():
    """{file name: SVG text} of all of them."""
    found = {"wired.svg": wiring.drawing(*wiring.README)}
    found.update(charts.drawn(figures.load()))
    return found
