"""Groups of boards, and the map of their places."""

import json
import re

import pytest
from collecting import (
    OURS,
    collector,
    entities,
    reading,
    struct,
    unstruct,
    wait_for,
    write_schema,
)
from looking import ago, axe_findings, boxes, count_is, is_there, text, until

OTHER = "iglu:com.example/other/jsonschema/1-0-0"
GEO = "iglu:com.snowplowanalytics.snowplow/geolocation_context/jsonschema/1-1-0"
WRAPPER = "iglu:com.snowplowanalytics.snowplow/contexts/jsonschema/1-0-1"
NAMES = ("Barn", "mill", "Weir")
ZURICH, BERN = (47.3769, 8.5417), (46.948, 7.4474)  # 95.5 km from each other


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    folder = tmp_path_factory.mktemp("places")
    for uri in (GEO, OTHER):
        write_schema(folder / "schemas", uri, "{}")
    with collector(folder / "c.db", "--quiet", "--schemas", str(folder / "schemas")) as one:
        yield one


def board(id, name=None, place=None, release=None, **more):
    """Return a reading of a board with a name, a place and a release."""
    about = {"port": "esp32", "model": "ESP32", "id": id, "firmware": "0.1.0"}
    about |= {key: value for key, value in (("name", name), ("release", release)) if value}
    data = [{"schema": f"{OURS}/board/jsonschema/1-0-2", "data": about}]
    if place:
        where = {"latitude": place[0], "longitude": place[1]}
        data.append({"schema": GEO, "data": where})
    return reading(21, board=id, co=json.dumps({"schema": WRAPPER, "data": data}), **more)


def headings(page):
    found = page.locator("#boards .group button").all_inner_texts()
    return [re.sub(r"\s+", " ", one) for one in found]


def test_two_hundred_boards_in_groups(empty, visit, screenshot):
    for first in range(0, 200, 40):
        empty.send(
            *[
                board(f"b{n}", f"{NAMES[n % 3]} {n}", release=7 + n % 2, aid=f"app{n % 4}")
                for n in range(first, first + 40)
            ]
        )
    empty.send(reading("bad", board="b1"), reading(1, board="nameless", aid="7"))
    page = visit(empty)
    count_is(page, "#boards .card", 201)
    page.select_option("#board-group", "name")
    count_is(page, "#boards .group", 4)
    page.select_option("#board-sort", "name")
    until(page, "location.hash.includes('sort=name')")
    wait_for(lambda: headings(page)[0].startswith("Barn"))
    assert headings(page) == [
        "Barn 67 boards, none with a problem",
        "mill 67 boards, 1 with a problem",
        "Weir 66 boards, none with a problem",
        "others 1 board, none with a problem",
    ]
    page.select_option("#board-sort", "problems")
    until(page, "document.querySelector('#boards .group b').textContent === 'mill'")
    toggle = page.locator("#boards .group button").first
    toggle.focus()
    page.keyboard.press("Enter")
    count_is(page, "#boards .card", 201 - 67)
    wait_for(lambda: toggle.get_attribute("aria-expanded") == "false")
    until(page, "document.activeElement.ariaExpanded === 'false'")  # The focus stays
    page.reload()
    count_is(page, "#boards .card", 201 - 67)
    screenshot(page, "groups")
    page.click("#groups-all")
    count_is(page, "#boards .card", 0)
    page.click("#groups-all")
    count_is(page, "#boards .card", 201)
    full = (
        "[...document.querySelectorAll('#boards .card')].filter((li) => li.children.length).length"
    )
    wait_for(lambda: 0 < page.evaluate(full) < 60)  # Only what is in view has content
    page.click("#board-table")
    page.select_option("#board-group", "release")
    until(page, "document.querySelectorAll('#boards .group').length === 3")
    kinds = ["release 8", "firmware 0.1.0", "release 7"]  # That of the problem first
    wait_for(lambda: [" ".join(one.split()[:2]) for one in headings(page)] == kinds)
    page.fill("#board-search", "b13")
    count_is(page, "#boards .card", 11)
    page.goto(page.url.split("#")[0] + "#live?group=app&closed=%25zz,app0")
    count_is(page, "#boards .group", 5)
    count_is(page, "#boards .card", 151)


def test_a_map_of_the_boards_that_have_a_place(empty, visit, screenshot):
    empty.send(board("z", "Zürich", ZURICH), board("b", "Bern", BERN), board("n", "nowhere"))
    empty.send(
        {
            **board("b", "Bern", BERN),
            "ue_pr": unstruct({"sensor": 1}, f"{OURS}/no/jsonschema/1-0-0"),
        }
    )
    page = visit(empty)
    page.click("#map-toggle")
    count_is(page, "#board-map a", 2)
    assert page.get_attribute("#board-map svg", "aria-label") == "Map with 2 boards, north is up"
    names = [one.get_attribute("aria-label") for one in page.locator("#board-map a").all()]
    assert names == ["Bern: with a warning", "Zürich: well"]
    assert "1 board without a place" in text(page, "#board-map .legend")
    bern, zurich = boxes(page, "#board-map a circle")
    assert zurich["x"] > bern["x"] and zurich["y"] < bern["y"]  # East of it, and north
    pixels = ((zurich["x"] - bern["x"]) ** 2 + (zurich["y"] - bern["y"]) ** 2) ** 0.5
    number, unit = page.locator("#board-map svg > text:not([aria-hidden])").text_content().split()
    assert unit == "km"
    bar = page.locator("#board-map .scale").evaluate("(bar) => bar.getBBox().width")
    assert pixels / bar * float(number) == pytest.approx(95.5, rel=0.05)
    screenshot(page, "map")
    page.reload()  # The address has the map
    page.locator("#board-map a").last.focus()
    empty.send(board("z", "Zürich", ZURICH))
    empty.send(board("g", "Geneva", (46.2044, 6.1432)))
    count_is(page, "#board-map a", 3)
    until(page, "document.activeElement.dataset.point === 'z'")
    page.keyboard.press("Enter")
    until(page, "location.hash === '#board?board=z'")
    is_there(page, "#board-title", "Zürich")
    page.go_back()
    page.fill("#board-search", "bern")
    count_is(page, "#board-map a", 1)
    page.locator("#board-map a circle").click()
    is_there(page, "#board-title", "Bern")


def test_boards_at_one_place_lie_beside_each_other(empty, visit, screenshot):
    gps = [reading(value, quantity, "gps", "gps", "deg")
           for quantity, value in (("latitude", BERN[0]), ("longitude", BERN[1]))]  # fmt: skip
    empty.send(*[board(f"b{n}", f"Bed {n}", BERN) for n in range(30)], *gps)
    page = visit(empty, "#live?map=1", viewport={"width": 360, "height": 740})
    count_is(page, "#board-map a", 31)
    assert len({(one["x"], one["y"]) for one in boxes(page, "#board-map a circle")}) == 31
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    screenshot(page, "map-phone")


def test_without_places_there_is_no_map(empty, visit):
    empty.send(reading(1), struct(p="iot", aid="desk"))
    empty.send(
        reading(1, board="b", co=entities({"latitude": "north"}, uri="iglu:a/b/jsonschema/1-0-0"))
    )
    page = visit(empty, "#live?map=1")
    count_is(page, ".card", 3)
    assert not page.is_visible("#map-toggle") and not page.is_visible("#board-map")


def test_the_release_and_the_config_by_air_of_a_board(empty, visit):
    update = f"{OURS}/update/jsonschema/1-0-0"
    one = board("a", "Bed", release=7, ttm=ago(60))
    for data in (
        {"step": "works", "version": 7},
        {"step": "applied", "version": 12, "kind": "config"},
    ):
        empty.send({**one, "ue_pr": unstruct(data, update)})
    empty.send(one)
    page = visit(empty, "#board?board=a")
    is_there(page, "#board-about dl div", "version 7 works")
    is_there(page, "#board-about dl div", "version 12 applied")
    is_there(page, "#board-about dl div", "Release by air")
    page.goto(page.url.split("#")[0] + "#live?table=1")
    page.reload()
    is_there(page, "#boards .cell", "7")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_finding_of_axe(empty, visit, scheme):
    empty.send(board("z", "Zürich", ZURICH), board("b", "Bern", BERN), board("n", "nowhere"))
    empty.send(*[board("b", "Bern", BERN, release="7") for _ in range(2)])  # The schema: a number
    bad = empty.get("/micro/list?good=0")[0]["id"]
    views = {
        "live?map=1&group=name": "#board-map a",
        "live?table=1&group=release&closed=firmware%25200.1.0": "#boards.table .group",
        f"events?event={bad}": ".failed-part mark.chosen",
    }
    page = visit(empty, color_scheme=scheme)
    assert axe_findings(page, scheme, views) == []
    wait_for(lambda: page.locator(".failed-part mark").count() >= 2)
