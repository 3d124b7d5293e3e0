"""The address of the page has what is shown; times and colours are as the user wants them."""

import pytest
from collecting import reading, struct, wait_for
from looking import ago, boxes, count_is, history, is_there, pixels, rows_are, text, until


def test_board_zoom_and_back(empty, visit):
    empty.send(*history(*range(1200, 0, -10)), reading(1, board="other"))
    page = visit(empty)
    page.locator(".card").filter(has_text="7c9ebd").locator(".name").click()
    page.wait_for_selector("figure canvas")
    page.click("#ranges >> text=15 min")
    page.keyboard.press("+")
    page.keyboard.press("ArrowLeft")  # One entry of the history for all of the zooming
    until(page, "location.hash.includes('from=') && location.hash.includes('board=7c9ebd')")
    wait_for(lambda: "live" not in text(page, "#range-text"))
    zoomed, shown = page.evaluate("location.href"), text(page, "#range-text")
    page.reload()
    page.wait_for_selector("figure canvas")
    wait_for(lambda: text(page, "#range-text") == shown)
    assert page.evaluate("location.href") == zoomed
    page.go_back()
    until(page, "location.hash === '#board?board=7c9ebd&range=900000'")
    page.wait_for_selector("[data-range='900000'][aria-pressed=true]")
    page.go_back()
    page.go_back()
    page.wait_for_selector("#live:not([hidden])")


def test_an_event_has_an_address_and_back_closes_it(empty, visit):
    empty.send(*[struct(se_la=f"number{i}") for i in range(5)])
    page = visit(
        empty,
        "#events?text=number",
        viewport={"width": 360, "height": 740},
        permissions=["clipboard-read", "clipboard-write"],
    )
    rows_are(page, 5)
    page.locator("#rows button").nth(1).click()
    page.wait_for_selector("#detail .table")
    until(page, "document.activeElement.id === 'detail'")
    link = page.evaluate("location.href")
    page.keyboard.press("j")
    is_there(page, "#detail .table", "number2")
    page.go_back()  # As on a phone
    page.wait_for_selector("#detail", state="hidden")
    until(page, "location.hash === '#events?text=number'")
    until(page, "document.activeElement.className === 'row'")
    page.evaluate("(link) => { location.href = link; }", link)
    is_there(page, "#detail .table", "number3")
    page.click("#detail >> text=Close")
    page.wait_for_selector("#detail", state="hidden")
    page.evaluate("""() => {  // The button says it for a moment only
      const button = document.getElementById("copy-link");
      window.said = [];
      new MutationObserver(() => said.push(button.textContent)).observe(button, {childList: true});
    }""")
    page.click("#copy-link")
    until(page, "said.includes('Copied')")
    assert page.evaluate("navigator.clipboard.readText()") == page.evaluate("location.href")


def test_typing_makes_one_entry_in_the_history(empty, visit):
    empty.send(struct(se_la="needle"), struct(se_la="hay"))
    page = visit(empty, "#events?good=1")
    rows_are(page, 2)
    before = page.evaluate("history.length")
    for end in range(1, 7):
        page.fill("[name=text]", "needle"[:end])
        until(page, f"location.hash.endsWith('text={'needle'[:end]}')")
    rows_are(page, 1)
    assert page.evaluate("history.length") == before + 1
    page.go_back()
    rows_are(page, 2)
    wait_for(lambda: page.input_value("[name=text]") == "")


def test_columns_of_the_list(empty, visit):
    empty.send(reading(1))
    page = visit(empty, "#events")
    is_there(page, ".row .app", "garden")
    assert page.locator(".row .board").count() == 0
    page.click(".menu summary")
    page.check("#columns [value=board]")
    page.uncheck("#columns [value=app]")
    count_is(page, ".row .app", 0)
    is_there(page, ".row .board", "garden")
    page.reload()
    is_there(page, ".row .board", "garden")
    assert page.locator(".row .app").count() == 0


def test_a_pause_and_the_chosen_row_stays(empty, visit):
    empty.send(struct(se_la="chosen"))
    page = visit(empty, "#events")
    page.click("#rows button")
    page.wait_for_selector("#detail .table")
    for start in range(0, 600, 100):
        empty.send(*[struct(se_la=f"n{i}") for i in range(start, start + 100)])
    is_there(page, "#pause", "Go on")  # It pauses by itself, or the row would have to go
    until(page, "document.querySelectorAll('#rows .chosen').length === 1")
    page.click("#detail >> text=Close")
    page.wait_for_selector("#detail", state="hidden")  # Else it would pause again
    page.click("#pause")
    is_there(page, "#rows", "n599")
    page.click("#pause")
    shown = page.evaluate("document.querySelector('#rows li').dataset.id")
    # What is in the list already is not new, also where the stream brings it later.
    page.evaluate("""async (id) =>
      (await import("/micro/ui/modules.js")).events.add([{id: Number(id)}])""", shown)
    assert text(page, "#pause") == "Go on"
    empty.send(struct(se_la="later"))
    is_there(page, "#pause", "Go on (1 new)")
    assert page.evaluate("document.querySelector('#rows li').dataset.id") == shown
    page.click("#pause")
    is_there(page, "#rows", "later")


def test_local_time_or_utc_everywhere(empty, visit):
    at = 1795744800000  # 2026-11-27 02:00 UTC, 11:00 in Tokyo
    empty.send(reading(1, ttm=str(at)), reading(2, ttm=str(at + 60000)))
    page = visit(empty, timezone_id="Asia/Tokyo")
    page.wait_for_selector("figure canvas")
    span = f"from={at - 3600000}&to={at + 3600000}"
    page.evaluate(f"location.hash = 'live?{span}'")
    is_there(page, "#range-text", "2026-11-27 10:00 to 12:00 (UTC+09:00)")
    is_there(page, "figcaption .when", "11:01:00")
    assert text(page, "#switch-zone") == "Local UTC+09:00"
    tokyo = pixels(page)
    page.click("#switch-zone")
    is_there(page, "#range-text", "2026-11-27 01:00 to 03:00 (UTC)")
    is_there(page, "figcaption .when", "02:01:00")
    until(page, "document.querySelector('figure canvas')")
    wait_for(lambda: pixels(page) != tokyo)  # The labels of the axis
    until(page, r"/^\d\d:\d\d UTC$/.test(document.querySelector('#timeline-from').textContent)")
    page.keyboard.press("2")
    page.click("#rows button")
    is_there(page, "#detail .table", "02:01:00.000 UTC")
    page.reload()
    is_there(page, "#switch-zone", "UTC")
    page.click("#switch-times")
    is_there(page, "#rows time", "ago")


def test_days_stand_on_the_axis(empty, visit):
    shown = visit(empty, timezone_id="America/New_York").evaluate("""async () => {
      const {timeLabels} = (await import("/micro/ui/modules.js")).times;
      // From noon on, over the night in which the clock jumps to 3:00
      const hour = 3600, start = Date.UTC(2026, 2, 7, 17) / 1000;
      const ticks = Array.from({length: 4}, (_, i) => start + i * 6 * hour);
      return [timeLabels(0, ticks, 0, 0, 6 * hour), timeLabels(0, ticks.slice(0, 1), 0, 0, 86400)];
    }""")
    assert shown == [["12:00\n03-07", "18:00", "00:00\n03-08", "07:00"], ["03-07"]]


def test_light_and_dark_by_a_switch(empty, visit):
    page = visit(empty, color_scheme="dark")

    def theme():
        return page.evaluate("document.documentElement.dataset.theme")

    assert (text(page, "#switch-theme"), theme()) == ("Auto", "dark")
    page.click("#switch-theme")
    assert (text(page, "#switch-theme"), theme()) == ("Light", "light")
    page.reload()
    is_there(page, "#switch-theme", "Light")
    assert theme() == "light"


def test_an_empty_database_says_what_to_do(empty, visit):
    page = visit(empty, "#events")
    is_there(page, "#nothing", "No event is stored yet")
    page.click("#nothing-guide")
    page.wait_for_selector("#empty")
    empty.send(struct())
    page.wait_for_selector("#empty", state="hidden")
    page.goto(page.url.split("#")[0] + "#events?text=absent")
    is_there(page, "#nothing", "No event passes these filters")


def test_the_timeline_by_keyboard(empty, visit):
    empty.send(reading(1, ttm=ago(0)))
    page = visit(empty)
    page.wait_for_selector("#timeline button")
    page.focus("#timeline button[tabindex='0']")
    page.keyboard.press("Enter")
    rows_are(page, 1)
    until(page, "location.hash.includes('from=')")


def test_back_from_a_board_leads_to_its_card(empty, visit):
    empty.send(*[reading(1, board=f"board{n}", aid="garden") for n in range(60)])
    page = visit(empty, "#live?sort=name")
    page.locator("[data-key=board59]").scroll_into_view_if_needed()
    page.click(".card .name >> text=garden · board59")
    page.wait_for_selector("#board-title")
    focused = "document.activeElement.closest('.card')?.dataset.key"
    for leave in (page.go_back, lambda: page.click("#board .to-live")):
        leave()
        until(page, "location.hash === '#live?sort=name'")
        until(page, f"{focused} === 'board59'")
        until(page, "scrollY > 0")
        page.keyboard.press("Enter")
        until(page, "document.activeElement.id === 'board-title'")


@pytest.mark.parametrize("size", [(360, 740), (820, 1180), (1440, 900)])
def test_the_time_bar_stays_in_view(empty, visit, size):
    empty.send(*[reading(1, f"quantity{n}") for n in range(12)])
    page = visit(empty, "#board?board=7c9ebd", viewport={"width": size[0], "height": size[1]})
    page.wait_for_selector("figure canvas")
    until(page, "scrollTo(0, document.body.scrollHeight / 2), scrollY > 200")

    def distance():
        header, bar = boxes(page, "body > header", "#time-bar")
        return bar["y"] - max(0, header["bottom"])

    wait_for(lambda: abs(distance()) < 2)
