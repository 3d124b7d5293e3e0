"""The boards of the page: cards, table, the page of one, comparison, alarms, 200 of them."""

import json

import pytest
from collecting import OURS, collector, reading, struct, unstruct, wait_for, write_schema
from looking import (
    ago,
    at_noon,
    axe_findings,
    count_is,
    history,
    is_there,
    rows_are,
    text,
    until,
)

NEXT_FRAME = "new Promise((next) => requestAnimationFrame(() => requestAnimationFrame(next)))"
HEALTH = f"{OURS}/health/jsonschema/1-0-0"


def health(board="7c9ebd", at=0, **more):
    data = {"uptime": 100, "boots": 1, "stored": 0, "dropped": 0, "memoryFree": 30720, **more}
    data = {"wakes": 0, "memoryLargest": 9000, "flashSize": 1 << 20, "flashFree": 1 << 19, **data}
    return {**reading(0, board=board, ttm=ago(at)), "ue_pr": unstruct(data, HEALTH)}


def names_are(page, *expected):
    """Wait until the cards begin with these names."""
    found = page.locator(".card .name")
    wait_for(lambda: found.all_inner_texts()[: len(expected)] == list(expected))


def test_cards_say_what_is_measured_and_stay_in_place(empty, visit, screenshot):
    empty.send(*history(600, 400, 200, board="b"), *history(600, 400, 200, board="a"))
    empty.send(reading(101322, "pressure", "air", "a", "Pa"), health("a", rssi=-60))
    page = visit(empty, timezone_id=at_noon())
    is_there(page, ".card", "1,013.2 hPa")
    names_are(page, "garden · a", "garden · b")
    page.wait_for_selector(".card .spark svg")
    is_there(page, ".card .today", "20 to 22 °C")
    empty.send(reading(23.5, board="b"))
    is_there(page, ".card", "23.5 °C")
    names_are(page, "garden · a", "garden · b")
    empty.send(health("b", dropped=7))
    is_there(page, ".card .problems", "Dropped: 7 events")
    names_are(page, "garden · b", "garden · a")  # Problems first
    screenshot(page, "cards")
    page.select_option("#board-sort", "name")
    until(page, "document.querySelector('.card .name').textContent === 'garden · a'")


@pytest.mark.parametrize("pressed, opened", [(".card .name", "#board?"), (".good", "#events?")])
def test_what_is_pressed_while_events_come_is_clicked(empty, visit, pressed, opened):
    empty.send(reading(1, board="a"), reading(1, board="b"))
    page = visit(empty)

    is_there(page, "#timeline-to", "now")  # What is above the cards is there

    def press():  # It may move away before that, as a bar does
        page.hover(pressed)
        page.mouse.down()
        is_down = page.locator(f"{pressed}:active").count()
        return is_down or page.mouse.up()

    wait_for(press)
    with page.expect_response("**/micro/overview"), page.expect_response("**/micro/timeline"):
        empty.send(reading(2, board="a"), reading(2, board="b"))
    page.evaluate(NEXT_FRAME)
    page.mouse.up()
    until(page, f"location.hash.startsWith({opened!r})")


def test_a_name_in_the_config_is_the_title(empty, visit):
    about = {"port": "esp32", "model": "ESP32", "id": "b1", "firmware": "1", "name": "Bed 1"}
    entity = {"schema": f"{OURS}/board/jsonschema/1-0-1", "data": about}
    wrapper = "iglu:com.snowplowanalytics.snowplow/contexts/jsonschema/1-0-1"
    empty.send(reading(1, co=json.dumps({"schema": wrapper, "data": [entity]})), reading(2))
    page = visit(empty)
    is_there(page, ".card .name", "Bed 1")
    names_are(page, "Bed 1", "garden")


def test_a_wrong_time_is_not_the_newest(empty, visit):
    empty.send(*history(600, 300), reading(99, ttm="4070908800000"), reading(5, ttm="1000"))
    empty.send(reading(21.25, ttm=ago(0)))
    page = visit(empty)
    page.wait_for_selector("figure canvas")
    is_there(page, "figcaption .value", "21.25 °C")
    page.click("#ranges >> text=All")
    assert "1970" not in text(page, "#range-text") and "2099" not in text(page, "#range-text")


def test_a_spike_is_seen_among_many_readings(empty, visit):
    start = int(ago(3600))
    # In two columns of the chart, since between two pixels there may be one that none is at.
    values = [
        reading(59.4 if at in (1588, 1600) else 20 + at % 3, ttm=str(start + 1000 * at))
        for at in range(0, 3600, 4)
    ]
    for first in range(0, len(values), 300):
        empty.send(*values[first : first + 300])
    # An hour that does not go on with the time
    hour = f"#live?from={start}&to={start + 3600000}"
    page = visit(empty, hour, viewport={"width": 420, "height": 900})
    page.wait_for_selector("figure canvas")
    plot = page.locator(".u-over")
    spike = int(plot.bounding_box()["width"] * 1600 / 3600)
    seen = []
    for x in range(spike - 15, spike + 15):
        plot.hover(position={"x": x, "y": 60})
        page.evaluate(NEXT_FRAME)  # in which it is drawn
        seen.append(text(page, "figcaption .when"))
        if "to 59.4 °C" in seen[-1]:
            return
    raise AssertionError(seen)


def test_the_page_of_a_board(empty, visit, screenshot):
    empty.send(*history(600, 400, 200), reading(1, board="other"))
    empty.send(health(at=900, boots=1), health(at=500, boots=2, uptime=3))
    loss = unstruct({"overflow": 5}, f"{OURS}/loss/jsonschema/1-0-0")
    empty.send({**reading(0, ttm=ago(300)), "ue_pr": loss})
    page = visit(empty, "#board?board=7c9ebd")
    page.wait_for_selector("figure canvas")
    is_there(page, "#marks", "reboot, number 2")
    is_there(page, "#marks", "lost 5")
    about = text(page, "#board-about")
    assert "0.1.0" in about and "ESP32" in about
    page.click("#charts summary")
    is_there(page, "figure", "30 KiB")  # A number of health has its unit
    count_is(page, "#board-rows li", 6)
    screenshot(page, "board")
    page.locator("#board-rows button").first.click()
    page.wait_for_selector("#detail .table")
    page.go_back()
    page.click("#board-all")
    rows_are(page, 6)
    page.goto(page.url.split("#")[0] + "#board?board=absent")
    page.wait_for_selector("#board-unknown")


def test_one_quantity_of_several_boards(empty, visit, screenshot):
    for board in ("a", "b", "c"):
        empty.send(*history(600, 400, 200, 10, board=board))
    empty.send(reading(3, "humidity", board="a", unit="%"))
    page = visit(empty)
    page.wait_for_selector("#compare-with:not([hidden])")
    options = page.locator("#compare-with option").all_inner_texts()
    assert options == ["Compare …", "temperature"]
    page.select_option("#compare-with", index=1)
    page.wait_for_selector("#compare-plot canvas")
    count_is(page, "#compare-legend :checked", 3)
    screenshot(page, "compare")
    page.locator("#compare-legend input").first.uncheck()
    count_is(page, "#compare-legend :checked", 2)
    page.reload()
    count_is(page, "#compare-legend :checked", 2)
    empty.send(reading(44.5, board="b"))
    is_there(page, "#compare-legend li", "44.5 °C")


def test_a_page_that_is_open_for_weeks_holds_few_readings(empty, visit):
    empty.send(reading(1, board="a"), reading(1, board="b"))
    page = visit(empty, "#compare?quantity=temperature&unit=Cel")
    page.wait_for_selector("#compare-plot canvas")
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    add = """async () => {
      const {boards, compare} = await import("/micro/ui/modules.js");
      const [{ id, at }] = boards.allSeries();
      const readings = Array.from({ length: 3100 }, (_, i) => [id, at + i, i]);
      compare.add([{ readings }]);
      const {empty, insert} = (await import("/micro/ui/modules.js")).readings;
      window.held = empty();
      for (const [, moment, value] of readings) insert(held, moment, value);
      return held.at.length;
    }"""
    assert page.evaluate(add) == 3001
    # The chart may be there before the readings of this series, which takes no others until then.
    wait_for(lambda: [url for url in asked if "/micro/readings/" in url] or not page.evaluate(add))


def test_alarms_make_a_card_red(empty, visit, screenshot):
    empty.send(reading(21, board="a"), reading(22, board="b"))
    page = visit(empty, "#board?board=b")
    page.click("#board-alarms summary")
    page.fill("[aria-label='temperature of cpu above']", "25")
    page.evaluate("document.activeElement.blur()")
    assert not page.locator("figure.alarm").count()
    empty.send(reading(31.5, board="b"))
    page.wait_for_selector("figure.alarm")
    is_there(page, "#board-about .problems", "31.5 °C is above 25 °C")
    page.keyboard.press("1")
    page.wait_for_selector(".card.has-alarm")
    names_are(page, "garden · b")
    page.click(".card.has-alarm .name")
    page.fill("[aria-label='temperature of cpu minutes without']", "0.0001")
    page.evaluate("document.activeElement.blur()")
    is_there(page, "#board-about .problems", "temperature of cpu: last reading")
    page.keyboard.press("1")
    page.reload()  # This browser keeps it
    page.wait_for_selector(".card.has-alarm")
    screenshot(page, "alarm")
    page.click("#all-alarms summary")
    page.fill("#all-alarms [aria-label='Minutes without an event']", "0.0001")
    page.evaluate("document.activeElement.blur()")
    count_is(page, ".card.has-alarm", 2)
    is_there(page, ".card .problems", "silent: last event")


def test_an_alarm_is_notified_once(empty, visit):
    empty.send(reading(21, board="b"))
    page = visit(empty, "#board?board=b")
    page.evaluate("""() => {
      window.told = [];
      window.Notification = class {
        static permission = "granted";
        constructor(title, { body }) { window.told.push(`${title}: ${body}`); }
      };
    }""")
    page.click("#board-alarms summary")
    page.fill("[aria-label='temperature of cpu above']", "25")
    page.evaluate("document.activeElement.blur()")
    for value in (31.5, 32, 20, 33):
        empty.send(reading(value, board="b"))
        is_there(page, "figcaption .value", str(value))
        above = f"temperature of cpu: {value} °C is above 25 °C"
        count_is(page, "#board-about .problems", int(value > 25))
    told = [f"garden: {above.replace('33', '31.5')}", f"garden: {above}"]
    wait_for(lambda: page.evaluate("told") == told)


def test_two_hundred_boards(empty, visit, screenshot):
    for first in range(0, 200, 40):
        numbers = range(first, first + 40)
        empty.send(*[reading(n, board=f"board{n}", aid=f"app{n % 50}") for n in numbers])
    page = visit(empty)
    count_is(page, "#boards li", 200)
    page.wait_for_selector(".card .spark circle")
    full = "[...document.querySelectorAll('#boards li')].filter((li) => li.children.length).length"
    wait_for(lambda: 0 < page.evaluate(full) < 60)  # Only what is in view has content
    names_are(page, "app0 · board0")
    page.evaluate("scrollTo(0, document.body.scrollHeight)")
    is_there(page, ".card .name", "app49 · board199")
    wait_for(lambda: page.evaluate(full) < 60)
    page.click("#board-table")
    until(page, "document.querySelector('#boards.table')")
    page.fill("#board-search", "board17")
    count_is(page, "#boards li", 11)
    is_there(page, "#board-count", "11 of 200 boards")
    screenshot(page, "table")
    page.reload()
    count_is(page, "#boards li", 11)
    page.click(".card .name >> text=app17 · board17")
    page.wait_for_selector("figure canvas")


def test_failures_are_counted_in_the_database(empty, visit):
    for _ in range(3):
        empty.send(*[struct(aid="desk", se_va="warm") for _ in range(60)])
    page = visit(empty, "#failed")
    is_there(page, "#failures .times", "180 times since")
    is_there(page, "#failures", "from desk")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_finding_of_axe(empty, visit, scheme):
    empty.send(*history(600, 400, 200), *history(600, 300, board="other"), health(dropped=2))
    empty.send(struct(aid="desk", se_va="warm"))
    page = visit(empty, color_scheme=scheme)
    bad = page.evaluate("fetch('/micro/list?good=0').then((one) => one.json())")[0]["id"]
    views = {
        "live": ".card .today",
        "live?table=1": "#boards.table .cell",
        "board?board=7c9ebd": "figure canvas",
        f"events?event={bad}": "#detail .reasons",
        "failed": "#failures li",
        "compare?quantity=temperature&unit=Cel": "#compare-plot canvas",
    }
    assert axe_findings(page, scheme, views) == []


def test_failed_events_are_judged_again(tmp_path, visit):
    schemas = tmp_path / "schemas"
    write_schema(schemas, "iglu:com.example/other/jsonschema/1-0-0", "{}")
    with collector(tmp_path / "c.db", "--quiet", "--schemas", str(schemas)) as running:
        running.send({**struct(), "e": "ue", "ue_pr": unstruct({"celsius": 21.5})})
        page = visit(running, "#failed")
        is_there(page, "#failures .advice", "Then replay")
        write_schema(schemas)
        page.click("#replay")  # Then the page loads itself anew, as what is stored has changed
        page.wait_for_selector("#none-failed")
        page.close()


def test_readings_of_a_board_as_csv(empty, visit):
    empty.send(reading(21.5, ttm=ago(90)), reading(1, board="other"))
    page = visit(empty, "#board?board=7c9ebd")
    page.wait_for_selector("figure canvas")
    with page.expect_download() as download:
        page.click("#board-export")
    header, line = download.value.path().read_text().splitlines()
    assert header == "time,board,sensor,quantity,value,unit"
    assert line.endswith("7c9ebd,cpu,temperature,21.5,Cel")
    empty.send(reading(55, "humidity", unit="%"))
    with page.expect_download() as download:
        page.click("figure:has-text('temperature') a")  # Of one chart
    assert len(download.value.path().read_text().splitlines()) == 2
    page.keyboard.press("1")
    with page.expect_download() as download:
        page.click("#boards-section .bar >> text=Readings as CSV")
    assert len(download.value.path().read_text().splitlines()) == 4
