"""The collector's page in Chromium: it moves as boards send, and says why an event is bad."""

import contextlib
import json
import re
import urllib.request

import pytest
from collecting import (
    JSON,
    TP2,
    batch,
    collector,
    reading,
    struct,
    unstruct,
    wait_for,
    write_schema,
)
from looking import ago, count_is, history, is_there, pixels, rows_are, text, until

from host_tests.outside import Handler, serving

EVIL = '<img src=x onerror="window.hacked=1"><script>window.hacked=1</script>\'"&lt;'


def test_the_first_visit_leads_to_the_first_event(empty, visit, screenshot):
    page = visit(empty)
    page.wait_for_selector("#empty")
    assert not page.is_visible("#boards-section")
    is_there(page, "#config", str(empty.port))
    line = text(page, "#curl")
    assert re.fullmatch(r'"collector": "http://[0-9.]+:\d+"', text(page, "#config"))
    page.wait_for_selector("#local")
    screenshot(page, "first-visit")
    url = re.fullmatch(r"curl '(http://127\.0\.0\.1:\d+/i\?[^']+)'", line)[1]
    urllib.request.urlopen(url).read()
    is_there(page, "#boards .card", "desk")
    page.wait_for_selector("#empty", state="hidden")
    wait_for(lambda: text(page, "#good") == "1")


def test_a_chart_moves_as_a_board_sends(empty, visit, screenshot):
    empty.send(*history(*range(600, 0, -10)))
    page = visit(empty)
    page.wait_for_selector("figure canvas")
    is_there(page, "figcaption", "temperature")
    page.wait_for_timeout(300)
    before = pixels(page)
    empty.send(reading(43.25, ttm=ago(0)))
    is_there(page, "figcaption .value", "43.25 °C")
    wait_for(lambda: pixels(page) != before)
    is_there(page, "#boards .card", "garden")
    wait_for(lambda: text(page, "#good") == "61")
    screenshot(page, "live")


@pytest.mark.parametrize(
    "view, value",
    [
        ("live", "figcaption .value"),
        ("compare?quantity=temperature&unit=Cel", "#compare-legend .value"),
    ],
)
def test_a_reading_that_comes_while_its_chart_is_loaded(empty, visit, view, value):
    empty.send(*history(*range(600, 0, -10)))
    page = visit(empty, "#failed")
    held = []
    page.route("**/micro/readings/*", lambda route: held.append((route, route.fetch())))
    page.evaluate(f"location.hash = '{view}'")
    wait_for(lambda: page.evaluate("1") and held)
    empty.send(reading(43.25, ttm=ago(0)))
    is_there(page, value, "43.25 °C")
    for route, answer in held:
        route.fulfill(response=answer)
    plot = page.locator(".u-over")
    plot.hover(position={"x": 5, "y": 60})
    wait_for(lambda: "43.25" not in text(page, value))
    plot.hover(position={"x": plot.bounding_box()["width"] - 2, "y": 60})
    is_there(page, value, "43.25 °C")  # It is in the line, too


def test_a_late_reading_and_a_gap(empty, visit):
    empty.send(*history(*range(600, 400, -10), *range(200, 0, -10)))
    page = visit(empty)
    page.wait_for_selector("figure canvas")
    page.wait_for_timeout(300)
    before = pixels(page)
    empty.send(reading(25, ttm=ago(300)))
    wait_for(lambda: pixels(page) != before)
    # What arrived last counts: the time of a reading may be wrong
    until(page, "document.querySelector('figure').ariaLabel.includes(': 25 °C at')")
    drawn = page.evaluate("""async () => {
      const {columns, empty, insert} = (await import("/micro/ui/modules.js")).readings;
      const data = empty();
      for (const at of [1000, 2000, 3000, 9000, 10000, 6000, 6000]) insert(data, at, at / 1000);
      return columns(data);
    }""")
    assert drawn[0] == [1, 2, 3, 6, 9, 10]  # 3 s is no more than three times the usual second
    drawn = page.evaluate("""async () => {
      const {columns, isolated, longestStep} = (await import("/micro/ui/modules.js")).readings;
      const at = [1000, 2000, 3000, 4000, 9000, 14000, 15000], value = at.map(() => 1);
      const [x, y] = columns({at, value, low: value, high: value});
      return [x, y, isolated(y), longestStep([1, 2]) === Infinity];
    }""")
    assert drawn == [
        [1, 2, 3, 4, 6.5, 9, 11.5, 14, 15], [1, 1, 1, 1, None, 1, None, 1, 1], [5], True,
    ]  # fmt: skip


def test_zoom_by_mouse_and_keys_and_back(empty, visit, screenshot):
    empty.send(*history(*range(1200, 0, -10)), *history(*range(1200, 0, -30), quantity="load"))
    page = visit(empty)
    page.wait_for_selector("figure canvas")
    is_there(page, "#timeline-to", "now")  # What is above the charts is there
    live = page.locator("[data-move=live]")
    wait_for(live.is_disabled)
    box = page.locator(".u-over").first.bounding_box()
    page.mouse.move(box["x"] + 80, box["y"] + 40)
    page.mouse.down()
    page.mouse.move(box["x"] + 200, box["y"] + 40, steps=5)
    page.mouse.up()
    wait_for(live.is_enabled)
    page.wait_for_timeout(200)
    screenshot(page, "zoomed")
    zoomed = pixels(page)
    page.keyboard.press("ArrowLeft")
    wait_for(lambda: pixels(page) != zoomed)
    page.keyboard.press("+")
    page.keyboard.press("0")
    wait_for(live.is_disabled)
    box = page.locator(".u-over").first.bounding_box()
    page.mouse.move(box["x"] + 100, box["y"] + 40)
    there = text(page, "figcaption .when")
    # Its reading is not among those of the zoomed range, which the chart may still have.
    page.mouse.move(box["x"] + 400, box["y"] + 40)
    until(page, f"document.querySelector('figcaption .when').textContent !== '{there}'")
    page.keyboard.press("-")
    page.mouse.dblclick(box["x"] + 100, box["y"] + 40)
    wait_for(live.is_disabled)
    page.click("#ranges >> text=15 min")
    page.wait_for_selector("[data-range='900000'][aria-pressed=true]")


def test_units_and_labels_as_people_read_them(empty, visit):
    shown = visit(empty).evaluate("""async () => {
      const {quantity, labels} = (await import("/micro/ui/modules.js")).format;
      const {duration} = (await import("/micro/ui/modules.js")).times;
      return [quantity(21.456, "Cel"), quantity(5 * 2 ** 20, "By"), quantity(101325, "Pa"),
        quantity(0.5, "1"), quantity(7, null), quantity(1234567, "lx"), quantity(1e-9, "m"),
        labels([0, 0.25, 0.5], "Cel"), labels([1e6, 2e6], "By"), labels([3], null),
        labels([8569934643, 8579934643], "By"), duration(59), duration(7300), duration(200000)];
    }""")
    assert shown == [
        *[["21.46", "°C"], ["5", "MiB"], ["1,013.3", "hPa"], ["0.5", ""], ["7", ""]],
        *[["1,234,567", "lx"], ["1.00e-9", "m"], ["0.00", "0.25", "0.50"]],
        ["0.954 MiB", "1.907 MiB"],
        *[["3"], ["7.98137 GiB", "7.99069 GiB"], "59 s", "2 h", "2 d"],
    ]


def test_an_old_series_is_found_at_once(empty, visit):
    empty.send(*history(*range(90000, 80000, -600)))
    page = visit(empty)
    page.wait_for_selector("figure canvas")
    page.wait_for_selector("[data-range='86400000'][aria-pressed=true]")


def test_a_bad_event_shows_its_field_value_rule_and_payload(empty, visit, screenshot):
    page = visit(empty, "#failed")
    is_there(page, "#none-failed", "No event has failed")
    empty.send(struct(aid="desk", se_va="warm"), reading("hot", aid="greenhouse"))
    is_there(page, "#failures .reasons", "is not a decimal number")
    reasons = page.locator("#failures > li").filter(has_text="se_va")
    assert reasons.locator("b").nth(1).inner_text() == "se_va"
    assert reasons.locator("code").first.inner_text() == "warm"
    other = page.locator("#failures > li").filter(has_text="ue_pr/readings/0/value")
    assert 'is a string, not of type "number"' in other.inner_text()
    other.locator("summary").click()
    assert '\\"value\\": \\"hot\\"' in other.locator("pre").inner_text()
    empty.request("POST", TP2, b'{"half a body', JSON)
    is_there(page, "#failures > li", "a whole request")
    wait_for(lambda: text(page, "#failed-count") == "3")
    empty.send(struct(aid="desk", se_va="cold"))
    is_there(page, "#failures .times", "2 times")
    count_is(page, "#failures > li", 3)
    screenshot(page, "failed")


def test_failed_events_are_judged_again_when_the_schema_is_mended(tmp_path, visit):
    schemas = tmp_path / "schemas"
    write_schema(schemas, "iglu:com.example/other/jsonschema/1-0-0")
    with collector(tmp_path / "c.db", "--quiet", "--schemas", str(schemas)) as running:
        running.send(struct(e="ue", aid="desk", ue_pr=unstruct({"celsius": 21.5})))
        page = visit(running, "#failed")
        is_there(page, "#failures .advice", "into a folder of SCHEMAS as com.example/")
        page.click("text=Judge again")
        is_there(page, "#failures button", "0 of 1 are good now")
        assert "good=0&format=csv" in page.get_attribute("#failed-export", "href")
        write_schema(schemas)
        page.reload()
        page.click("text=Judge again")
        is_there(page, "#none-failed", "No event has failed")
        page.close()


def test_the_list_search_filters_and_one_event_in_full(empty, visit, screenshot):
    empty.send(struct(aid="desk", se_la="needle"), reading(21.5), struct(aid="desk", se_va="x"))
    page = visit(empty, "#events")
    rows = page.locator("#rows li")
    is_there(page, "#rows li", "needle")
    rows_are(page, 3)
    page.keyboard.press("/")
    until(page, "document.activeElement.name === 'text'")
    page.keyboard.insert_text("NEEDLE")  # At once, or a part of it would be searched for, too
    rows_are(page, 1)
    until(page, "location.hash.includes('text=NEEDLE')")
    empty.send(struct(se_la="hay"), struct(se_la="another needle"))  # What comes is filtered too
    is_there(page, "#rows li.new", "another needle")
    rows_are(page, 2)
    page.fill("[name=text]", "")
    page.select_option("[name=good]", "0")
    rows_are(page, 1)
    rows.first.locator("button").click()
    is_there(page, "#detail .reasons", "se_va")
    page.select_option("[name=good]", "")
    rows_are(page, 5)
    count_is(page, "#rows .chosen", 1)  # It stays open, and its row is marked
    page.keyboard.press("Escape")
    page.wait_for_selector("#detail", state="hidden")
    page.keyboard.press("j")
    is_there(page, "#detail .table", "another needle")
    page.keyboard.press("j")
    is_there(page, "#detail .table", "hay")
    page.keyboard.press("k")
    is_there(page, "#detail .table", "another needle")
    screenshot(page, "event")
    page.keyboard.press("Escape")
    page.wait_for_selector("#detail", state="hidden")
    page.select_option("[name=board]", "7c9ebd")
    rows_are(page, 1)
    is_there(page, "#rows li", "cpu temperature=21.5 Cel")
    page.reload()
    rows_are(page, 1)
    wait_for(lambda: page.input_value("[name=board]") == "7c9ebd")
    with page.expect_download() as download:
        page.click(".export [value=jsonl]")
    lines = download.value.path().read_text().splitlines()
    assert [json.loads(line)["app_id"] for line in lines] == ["garden"]


def test_older_events_come_when_asked_for(empty, visit):
    for start in range(0, 250, 50):
        empty.send(*[struct(se_la=f"number{i}") for i in range(start, start + 50)])
    page = visit(empty, "#events")
    rows_are(page, 100)
    page.click("#older")
    rows_are(page, 200)
    page.click("#older")
    rows_are(page, 250)
    assert "number0" in page.locator("#rows li").last.inner_text()
    page.wait_for_selector("#older", state="hidden")


def test_from_a_board_and_from_the_timeline_to_the_events(empty, visit):
    empty.send(reading(1), reading(2, board="other"))
    page = visit(empty)
    page.wait_for_selector("#timeline .good")
    page.locator("#timeline .good").last.click()
    is_there(page, "#time-filter", " to ")
    rows_are(page, 2)
    page.click("#time-filter")
    until(page, "location.hash === '#events'")
    page.click("nav >> text=Live")
    page.locator(".card").filter(has_text="other").locator(".more").click()
    rows_are(page, 1)
    page.keyboard.press("1")
    page.locator(".card").filter(has_text="other").locator(".name").click()
    until(page, "document.querySelectorAll('figure').length === 1")
    wait_for(lambda: text(page, "#board-title") == "garden · other")
    until(page, "document.activeElement.id === 'board-title'")


def test_nothing_that_a_board_sends_runs_in_the_page(empty, visit):
    empty.send(
        struct(aid=EVIL, tna=EVIL, se_ca=EVIL, se_ac=EVIL, se_pr=EVIL, se_va="1", duid="a" + EVIL),
        struct(aid=EVIL, se_va=EVIL),
        reading(1, quantity=EVIL[:64], sensor=EVIL[:64], unit="<b>", board=EVIL[:64]),
    )
    empty.request("POST", TP2, batch(struct()).replace(b"hello", b'"' + EVIL.encode()), JSON)
    page = visit(empty)
    is_there(page, ".card", "<img src=x")
    page.keyboard.press("2")
    is_there(page, "#rows li", "<script>")
    for row in page.locator("#rows button").all():
        row.click()
        page.wait_for_selector("#detail")
    page.keyboard.press("3")
    is_there(page, "#failures", "<script>")
    for knob in page.locator("#failures summary, #failures .more").all():
        knob.click()
    assert page.evaluate("window.hacked") is None
    assert page.locator("main img, main script, main b b").count() == 0


def test_it_goes_on_when_the_collector_comes_back(tmp_path, visit):
    with collector(tmp_path / "c.db", "--quiet") as running:
        running.send(reading(1))
        page = visit(running)
        is_there(page, ".card", "1 event")
        port = str(running.port)
    page.wait_for_selector("#link.waiting")
    with collector(tmp_path / "c.db", "--quiet", "--port", port) as running:
        running.send(reading(2))
        page.wait_for_selector("#link:not(.waiting)")
        is_there(page, ".card", "2 events")
        page.close()  # or it would ask again, when the collector is gone
    page.errors.clear()  # It was not reachable, which the browser notes


def test_a_reset_empties_the_page(empty, visit):
    empty.send(reading(1))
    page = visit(empty)
    is_there(page, ".card", "garden")
    empty.post("/micro/reset", {})
    page.wait_for_selector("#empty")
    page.wait_for_selector("#boards-section", state="hidden")


def test_the_list_of_keys(empty, visit):
    page = visit(empty)
    page.keyboard.press("?")
    page.wait_for_selector("#keys")
    page.keyboard.press("Escape")
    page.wait_for_selector("#keys", state="hidden")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_on_a_phone(empty, visit, screenshot, scheme):
    empty.send(*history(*range(600, 0, -10)), struct(aid="a" * 200, se_la="b" * 3000, se_va="x"))
    size = {"width": 360, "height": 740}
    page = visit(empty, viewport=size, color_scheme=scheme, has_touch=True, is_mobile=True)
    views = {"live": ".card .today", "events": "#rows li", "failed": "#failures li"}
    for view, last in views.items():
        page.tap(f"nav [data-view={view}]")
        page.wait_for_selector(last)
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, view
        screenshot(page, f"phone-{view}-{scheme}")
    page.tap("nav [data-view=events]")
    page.locator("#rows button").first.tap()
    page.wait_for_selector("#detail .table")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    screenshot(page, f"phone-event-{scheme}")


def test_dark_has_other_colours(empty, visit):
    def back(scheme):
        page = visit(empty, color_scheme=scheme)
        return page.evaluate("getComputedStyle(document.body).backgroundColor")

    assert back("light") != back("dark")


def test_a_simulated_outage_is_announced(tmp_path, visit):
    with collector(tmp_path / "c.db", "--fault", "503,10s/60s") as running:
        page = visit(running)
        is_there(page, "#faults", "--fault 503,10s/60s")
        page.close()


# --- The pixel, which a page that a board serves brings in ---


@contextlib.contextmanager
def board(html):
    """Serve a page as a board would."""

    class Page(Handler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(html.encode())

    with serving(Page) as server:
        yield server.url + "/"


def test_a_pixel_in_a_page_that_a_board_serves(empty, chromium):
    tag = pytest.importorskip("snowplow_tracker.pixel").pixel_tag
    html = tag(f"http://127.0.0.1:{empty.port}", "Greenhouse", aid="board", uid="u1")
    with board(f"<!doctype html><title>x</title>{html}") as url:
        page = chromium.new_page()
        page.goto(url, timeout=120000)
        wait_for(lambda: page.evaluate("1") and empty.get("/micro/all")["total"])
        page.close()
    assert empty.get("/micro/bad") == []
    (event,) = empty.get("/micro/good")
    assert event["eventType"] == "page_view"
    assert (event["event"]["app_id"], event["event"]["page_title"]) == ("board", "Greenhouse")
    assert event["event"]["page_url"] == url
