"""The form of `make setup` in Chromium: lists and objects of the config's schema in it."""

import pytest

pytest.importorskip("pty", reason="no pseudo-terminals on this machine")

from collecting import wait_for
from setting_up import STEP_MS
from vm_board import VmBoard

from tools import labels
from tools.config_schema import schema
from tools.setup import steps

pytestmark = pytest.mark.usefixtures("compiler", "vm_program")
HARDWARE = {
    "i2c": {"4,5": {"118": {"208": "60"}}},
    "onewire": {},
    "wifi": [["Hall", -71, 3], ["Guests", -55, 0]],
}


@pytest.fixture
def page(served, plugged, chromium, tmp_path, monkeypatch):
    """The page with a board's settings open; a config is kept, and not deployed: `kept`."""
    kept = []

    def keep(name, config, board=None, root=None):
        kept.append(steps.checked(name, config))
        return root / "x.json"

    monkeypatch.setattr(steps, "keep_config", keep)
    monkeypatch.setattr(steps, "bring", lambda port, path: {"portal": False})
    (tmp_path / "usb").mkdir()
    with VmBoard(tmp_path / "usb", hardware=HARDWARE) as board:
        board.wait_for(b">>> ")
        plugged(board.port)
        page = chromium.new_page()
        page.set_default_timeout(STEP_MS)
        page.kept, wrong = kept, []
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.goto(served.url)
        page.wait_for_selector("#scanned:has-text('Chips on I2C')")
        yield page
        page.close()
    assert wrong == []


def key(page, *keys):
    for one in keys:
        page.keyboard.press(one)


def test_lists_and_objects_are_filled_in(page, screenshot):
    page.fill("#pins", "4, 5")
    page.get_by_role("button", name="Search again").click()
    page.wait_for_selector("#sensors .row")
    assert page.input_value("#sensors .row input") == "bme280"
    assert not page.is_visible("#none")

    # Networks: the second by the keyboard only.
    page.fill("#wifi .row [name=password]", "correct horse")
    page.focus("#wifi .field:text('Add')")
    key(page, "Enter")
    page.keyboard.type("Guests")
    assert page.evaluate("document.activeElement.getAttribute('list')") == "networks"

    # The sensor's options, a table of the user's names, and pairs of numbers.
    sensor = page.locator("#sensors .row").first
    sensor.locator("summary:text-is('More')").first.click()
    sensor.locator("summary:text-is('Quantities')").click()
    sensor.locator("button:text('Add: Quantities')").click()
    page.keyboard.type("temperature")
    row = sensor.locator(".row").first
    row.locator("summary:text-is('More')").click()
    row.locator("[name=offset]").fill("-0.5")
    row.locator("summary:text-is('Points')").click()
    for pair in (("0", "1"), ("100", "101.5")):
        row.locator("button:text('Add: Points')").click()
        key(page, "Control+A")
        page.keyboard.type(pair[0])
        key(page, "Tab")
        page.keyboard.type(pair[1])

    page.click("#sensors > div > button")
    page.keyboard.type("adc")
    other = page.locator("#sensors > div > div > .row").last
    other.locator("select").first.select_option("ads1115")
    other.locator("[name=bus]").fill("i2c")
    other.locator("summary:text-is('More')").first.click()
    other.locator("[name=full_scale_mv]").select_option("4096")

    page.click("#all > summary")
    page.click("#more summary:text-is('Triggers')")
    page.click("#more button:text('Add: Triggers')")
    trigger = page.locator("#more .row").first
    trigger.locator("select").first.select_option("threshold")
    trigger.locator("[name=sensor]").fill("bme280")
    trigger.locator("[name=quantity]").fill("temperature")
    trigger.locator("summary:text-is('More')").first.click()
    trigger.locator("[name=above]").fill("30")
    trigger.locator("summary:text-is('Days')").click()
    trigger.locator("input[value=sat]").check()
    trigger.locator("summary:text-is('Set')").click()
    trigger.locator("[name=pin]").fill("LED")
    trigger.locator("[name=seconds]").last.fill("10")

    page.click("#more summary:text-is('Entities')")
    page.click("#more button:text('Add: Entities')")
    entity = page.locator("#more .row").first
    entity.locator("[name=schema]").fill("iglu:com.example/door/jsonschema/1-0-0")
    entity.locator("[name=data]").fill('{"open": [true, 2]}')
    page.click("#more summary:text-is('Location')")
    page.fill("#more [name=latitude]", "47.5")
    page.fill("#more [name=longitude]", "8")
    page.click("#more summary:text-is('Headers')")
    page.click("#more button:text('Add: Headers')")
    page.keyboard.type("X-Key")
    key(page, "Tab")
    page.keyboard.type("a b")
    screenshot(page, "setup-form")
    page.click("#deploy")
    page.wait_for_selector("#result.good")  # What was wrong while it was half filled in is gone
    assert page.inner_text("#wrong") == ""
    (config,) = page.kept
    assert config["wifi"]["networks"][0]["password"] == "correct horse"
    assert config["wifi"]["networks"][1] == {"ssid": "Guests", "password": ""}
    assert config["buses"] == {"i2c": {"sda": 4, "scl": 5}}
    assert config["sensors"]["bme280"]["quantities"] == {
        "temperature": {"offset": -0.5, "points": [[0, 1], [100, 101.5]]}
    }
    adc = {"type": "ads1115", "bus": "i2c", "full_scale_mv": 4096}
    assert config["sensors"]["adc"] == adc
    assert config["triggers"] == [
        {"when": "threshold", "sensor": "bme280", "quantity": "temperature", "above": 30,
         "days": ["sat"], "set": {"pin": "LED", "seconds": 10}}
    ]  # fmt: skip
    assert config["entities"][0]["data"] == {"open": [True, 2]}
    assert config["location"] == {"latitude": 47.5, "longitude": 8}
    assert config["headers"] == {"X-Key": "a b"}


def test_an_empty_list_is_something_else_than_none(page):
    page.fill("#wifi .row [name=ssid]", "")  # as the search has proposed
    page.click("#all > summary")
    for title in ("Track", "Triggers"):
        page.click(f"#more summary:text-is('{title}')")
    page.click("#deploy")
    page.wait_for_selector("#result.good")
    track = page.locator("#more details").filter(has=page.locator("summary:text-is('Track')"))
    track.get_by_label("None: an empty list, not errors").check()
    page.locator("#wifi").get_by_label("None: an empty list").first.check()
    page.click("#deploy")
    page.wait_for_selector("#result.good")
    track.locator("input[value=session]").check()  # what is in the list counts
    page.fill("#wifi .row [name=ssid]", "Guests")
    page.click("#deploy")
    page.wait_for_selector("#result.good")
    usual, empty, filled = page.kept
    assert usual["track"] == steps.NEW["track"] and "wifi" not in usual
    assert empty["track"] == [] and empty["wifi"] == {"networks": []}
    assert filled["track"] == ["session"]
    assert filled["wifi"] == {"ssid": "Guests", "password": ""}
    # There is no box where the list is empty anyway.
    triggers = page.locator("#more summary:text-is('Triggers') ~ div").first
    assert triggers.is_visible()
    assert not triggers.get_by_label("None: an empty list").first.is_visible()


def test_labels_are_on_a_page_of_their_own(page, served, monkeypatch, screenshot):
    made = [labels.Label("e6610001", "bed <1>", "snowplow-610001", "k7fm2xqp9wbt"),
            labels.Label("e6610002", "", "", "")]  # fmt: skip
    monkeypatch.setattr(labels, "ask", lambda port: made.pop(0))
    monkeypatch.setattr(steps, "bring", lambda port, path: {"portal": True})
    assert not page.is_visible("#label")
    page.click("#deploy")
    page.wait_for_selector("#result.good:has-text('The board opens its portal')")
    assert not page.is_visible("#readings")
    page.click("#make-label")
    page.wait_for_selector("#result.good:has-text('The label of bed <1> is made.')")
    page.click("#make-label")
    page.wait_for_selector("#result.good:has-text('It has no Wi-Fi')")
    assert "k7fm2xqp9wbt" not in page.content()
    with page.expect_popup() as opened:
        page.click("#labels")
    shown = opened.value
    shown.set_default_timeout(120000)
    shown.wait_for_selector("section >> nth=1")
    assert shown.url == served.plain + "labels"
    texts = shown.locator("section").all_inner_texts()
    assert [text.split() for text in texts] == [
        ["bed", "<1>", "Id", "e6610001", "Wi-Fi", "snowplow-610001", "Password", "k7fm2xqp9wbt"],
        ["e6610002", "Id", "e6610002"],
    ]
    style = "getComputedStyle(document.querySelector('section')).borderStyle"
    assert shown.evaluate(style) == "dashed"
    screenshot(shown, "labels")
    shown.close()
    assert served.ask("/labels", Cookie="")[0] == 401


def test_mistakes_are_shown_at_their_field(page):
    page.fill("#wifi .row [name=ssid]", "Hall")
    page.fill("#wifi .row [name=password]", "shorts")
    page.click("#deploy")

    def said(words, name):
        page.wait_for_selector(f"#wrong:has-text('{words}')")
        # The form may have said it before, when a field was left: then it had not the focus.
        wait_for(lambda: focused() == [name, "wrong", True])

    def focused():
        return page.evaluate("""() => {
            const field = document.activeElement;
            return [field.name, field.getAttribute("aria-describedby"), field.checkVisibility()];
        }""")

    said("wifi.password: expected 8 to 63 characters", "password")
    page.fill("#wifi .row [name=password]", "")
    page.click("#all > summary")
    page.click("#more summary:text-is('Entities')")
    page.click("#more button:text('Add: Entities')")
    page.fill("#more .row [name=data]", "{open}")
    page.click("#all > summary")  # closed: it is opened for the mistake
    page.click("#deploy")
    said("This is no JSON", "data")
    page.fill("#more .row [name=data]", "{}")
    page.click("#deploy")
    said("entities[0].schema is missing", "schema")
    page.click("#more .row button:text('Remove')")

    page.click("#sensors > div > button")
    page.keyboard.type("air")
    row = page.locator("#sensors .row").last
    row.locator("select").select_option("bme280")
    row.locator("[name=bus]").fill("left")
    page.click("#deploy")
    said("sensors.air.bus", "bus")
    page.click("#sensors > div > button")
    page.keyboard.type("air")
    page.click("#deploy")
    page.wait_for_selector("#wrong:has-text('Another row has this name')")
    assert page.kept == []


def test_every_key_of_the_schema_has_a_field(page):
    shown = page.evaluate("""() => [...document.querySelectorAll("#settings .field")]
        .map((field) => field.at())""")
    asked = {"$schema"}
    for name, rule in schema()["properties"].items():
        if name not in asked and not rule.get("deprecated"):
            assert any(at == name or at.startswith((name + ".", name + "[")) for at in shown), name
    definitions = schema()["definitions"]
    kinds = {
        kind: [name for name in definitions[f"sensor_{kind}"]["properties"] if name != "type"]
        for kind in definitions["sensor"]["properties"]["type"]["enum"]
    }
    page.click("#sensors > div > button")
    missing = page.evaluate(
        """(kinds) => {
            const row = document.querySelector("#sensors .row");
            const select = row.querySelector("select");
            return Object.entries(kinds).filter(([kind, names]) => {
                select.value = kind;
                select.dispatchEvent(new Event("change"));
                const shown = [...row.querySelectorAll(".field")].map((field) => field.at());
                const has = (name) => shown.some((at) => at.startsWith("sensors.." + name));
                return !names.every(has);
            });
        }""",
        kinds,
    )
    assert missing == [] and len(kinds) > 40
    assert page.kept == []


def test_what_is_chosen_from_a_list_is_what_the_schema_has_also_a_number(page):
    other = page.evaluate("""async () => {
        const { formOf } = await import("/static/form.js");
        const schema = (await (await fetch("/about")).json()).schema;
        const form = formOf(schema);
        const rules = Object.values(schema.definitions).flatMap((one) =>
            Object.values(one.properties ?? {}).filter((rule) => rule.enum));
        const values = rules.flatMap((rule) => rule.enum.map((value) =>
            [value, form.make(rule, () => "x", value).value()]));
        if (!values.some(([value]) => typeof value === "number")) throw new Error("no numbers");
        return values.filter(([value, read]) => value !== read);
    }""")
    assert other == []
