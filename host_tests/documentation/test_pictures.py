"""The drawings are those of the data: no picture shows a pin or a number that nothing else has."""

import json
import re
import xml.etree.ElementTree as xml

import pytest

from host_tests.documentation import pages
from tools import pictures
from tools.deploy import ROOT, presets
from tools.deploy.chips import CHIPS
from tools.pictures import charts, figures, wiring

FIGURES = figures.load()


def texts(svg):
    return [element.text for element in xml.fromstring(svg).iter() if element.text]


def test_drawings_are_those_of_the_data():
    for name, text in pictures.drawn().items():
        path = pictures.FOLDER / name
        assert path.read_text(encoding="utf-8") == text, "run: python -m tools.pictures"


def test_every_picture_of_a_page_is_made_by_a_tool_and_every_one_is_shown():
    made = {*pictures.drawn(), "page.png", "setup.png"}
    shown = set()
    for path in pages.PAGES:
        shown |= {t.rpartition("/")[2] for t in pages.links(path) if "pictures/" in t}
    assert made == shown == {path.name for path in pictures.FOLDER.iterdir()}


@pytest.mark.parametrize("preset", wiring.HEADERS)
def test_wires_end_at_the_pins_of_the_preset(preset):
    about = presets.load(preset)
    pins = [name for row in wiring.HEADERS[preset] for name in row]
    numbers = [int(name) for name in pins if name.isdigit()]
    assert len(set(numbers)) == len(numbers) and set(numbers) <= CHIPS[about["chip"]]["pins"]
    assert [len(row) for row in wiring.HEADERS[preset]] == [20, 20]
    found = {
        name: wiring.HEADERS[preset][column][row]
        for name, (column, row) in wiring.wires(preset)
    }
    bus = about["config"]["buses"]["i2c"]
    assert found == {"3V3": "3V3", "GND": "GND", "SDA": str(bus["sda"]), "SCL": str(bus["scl"])}
    # From the data sheet: 3V3(OUT) is pin 36, GP4 and GP5 are 6 and 7, the grounds every fifth.
    left, right = wiring.HEADERS[preset]
    assert [left.index("4") + 1, left.index("5") + 1, 40 - right.index("3V3")] == [6, 7, 36]
    grounds = [n + 1 for n, name in enumerate(left) if name == "GND"]
    grounds += [40 - n for n, name in enumerate(right) if name == "GND"]
    assert sorted(grounds) == [3, 8, 13, 18, 23, 28, 33, 38]


def test_the_drawing_names_what_is_wired():
    said = texts(wiring.drawing("pico_w", {"air": "bme280"}))
    for words in ("Raspberry Pi Pico W", "BME280", "humidity", "SDA", "VCC", "GP4"):
        assert words in said
    lines = re.findall(r"<polyline", wiring.drawing("pico_w", {"a": "bme280", "b": "sht4x"}))
    assert len(lines) == 8
    with pytest.raises(ValueError, match="ds18b20: not on I2C"):
        wiring.drawing("pico_w", {"probe": "ds18b20"})


def test_charts_have_the_figures_with_day_and_machine():
    drawn = charts.drawn(FIGURES)
    assert len(drawn) == len(charts.CHARTS), "a figure is missing: run make bench"
    for name, _, _, bars in charts.CHARTS:
        said = texts(drawn[name])
        for words, figure, _ in bars:
            assert words in said and charts._short(FIGURES[figure]["value"]) in said
            assert any(FIGURES[figure]["on"] in text for text in said)
            assert any(FIGURES[figure]["machine"] in text for text in said)
    few = {key: FIGURES[key] for key in list(FIGURES)[:1]}
    assert charts.drawn(few) == {}  # no chart is drawn without its figures


def test_the_longest_bar_is_the_largest_number():
    bars = [("a", {"value": value, "on": "d", "machine": "m"}, True) for value in (3, 12, 0)]
    svg = charts.chart("t", "u", bars)
    widths = [float(w) for w in re.findall(r'<rect x="\d+" y="\d+" width="([\d.]+)"', svg)]
    assert widths[1] == 4 * widths[0] and widths[2] == 1
    assert [charts._short(v) for v in (0, 0.0634, 1.1, 12.34, 705.2, 1234)] == [
        "0", "0.0634", "1.10", "12.3", "705", "1230"
    ]  # fmt: skip


def test_a_figure_is_noted_with_its_day_and_only_when_it_is_news(tmp_path):
    path = tmp_path / "figures.json"
    figures.note({"a": (1, "x", "what"), "b": (2, "", "other")}, path, now=0)
    figures.note({"a": (1, "x", "what"), "b": (3, "", "other")}, path, now=86400 * 400)
    found = json.loads(path.read_text())
    assert (found["a"]["on"], found["b"]["on"]) == ("1970-01-01", "1971-02-05")
    assert found["b"]["value"] == 3 and found["a"]["machine"] == figures.machine()


def test_numbers_in_the_readme_are_those_that_were_measured():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for name, words in (
        ("core_mpy_bytes", lambda v: f"**{v / 1024:.0f} KB** of bytecode"),
        ("store_years_rp2", lambda v: f"**{v:.0f} years**"),
    ):
        assert words(FIGURES[name]["value"]) in readme, name
    heap = int(re.search(r"a heap of (\d+) KB", readme)[1])  # 1 more or less by names of folders
    assert 0 <= heap - FIGURES["core_import_heap_vm"]["value"] <= 1
