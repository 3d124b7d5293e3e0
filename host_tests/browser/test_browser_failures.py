"""A failed event on the page: its data beside the schema, with the failing places marked."""

import json
import shlex
import subprocess

import pytest
from collecting import JSON, TP2, collector, entities, struct, unstruct, wait_for, write_schema
from looking import count_is, is_there, until

SCHEMA = "iglu:com.example/garden/jsonschema/1-0-0"
RULES = {
    "type": "object",
    "definitions": {"percent": {"type": "number", "maximum": 100}},
    "properties": {
        "celsius": {"type": "number"},
        "moisture": {"$ref": "#/definitions/percent"},
        "beds": {"type": "array", "items": {"enum": ["a, b", "c"]}},
        "id": {"type": "string"},
    },
    "required": ["id"],
    "additionalProperties": False,
}


@pytest.fixture
def garden(tmp_path):
    schemas = tmp_path / "schemas"
    write_schema(schemas, SCHEMA, json.dumps(RULES))
    with collector(tmp_path / "c.db", "--quiet", "--schemas", str(schemas)) as running:
        running.schemas = schemas
        yield running


def send(running, data, *more):
    """Send a bad event, with entities; return its id."""
    event = {**struct(), "e": "ue", "ue_pr": unstruct(data, SCHEMA)}
    running.send({**event, **({"co": entities(*more, uri=SCHEMA)} if more else {})})
    return running.get("/micro/list?good=0")[0]["id"]


def marks(page, pane):
    """Return the marked lines, each as its number and its text."""
    found = page.locator(f".side-by-side [aria-label^='{pane}'] mark").all_text_contents()
    return {tuple(text.split(None, 1)) for text in map(str.strip, found)}


def test_the_failing_places_are_marked_in_data_and_schema(garden, visit, screenshot):
    wrong = {"celsius": "21.5", "moisture": 120, "beds": ["c", "d"], "colour": "red"}
    page = visit(garden, f"#events?event={send(garden, wrong)}")
    page.wait_for_selector(".side-by-side mark.chosen")
    texts = page.locator(".place").all_text_contents()
    number = {text.split()[1].strip(":"): text[0] for text in texts}
    assert marks(page, "Data") == {
        (number["celsius"], '"celsius": "21.5",'),
        (number["moisture"], '"moisture": 120,'),
        (number["colour"], '"colour": "red"'),
        (number["id"], '"id": missing'),
        (number["beds/1"], '"d"'),
    }
    assert marks(page, "Schema") == {
        (number["celsius"], '"type": "number"'),
        (number["moisture"], '"maximum": 100'),
        (number["colour"], '"additionalProperties": false'),
        (number["id"], '"required": ["id"],'),
        (number["beds/1"], '"enum": ["a, b", "c"]'),
    }
    screenshot(page, "schema-beside-data")


def test_a_place_is_chosen_with_the_keyboard_and_seen_on_a_phone(garden, visit, screenshot):
    many = {**RULES, "properties": {**{f"p{n}": {} for n in range(600)}, **RULES["properties"]}}
    write_schema(garden.schemas, SCHEMA, json.dumps(many))
    wrong = {"celsius": "21.5", **{f"p{n}": n for n in range(600)}, "colour": 1}
    event = send(garden, wrong)
    page = visit(garden, f"#events?event={event}", viewport={"width": 360, "height": 740})
    page.wait_for_selector(".side-by-side mark.chosen")
    place = page.locator(".place", has_text="colour")
    place.focus()
    page.keyboard.press("Enter")
    wait_for(lambda: place.get_attribute("aria-pressed") == "true")
    for pane in page.locator(".side-by-side pre").all():
        pane.scroll_into_view_if_needed()
        top, mark, bottom = pane.evaluate("""(pane) => {
            const [box, mark] = [pane, pane.querySelector("mark.chosen")]
                .map((one) => one.getBoundingClientRect());
            return [box.y, mark.y, box.bottom];
        }""")
        assert top <= mark <= bottom
        assert pane.locator("code > *").count() < 400  # Of 600 lines, those around the marks
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    screenshot(page, "schema-beside-data-phone")
    page.locator(".side-by-side pre").first.focus()  # It scrolls with the keys
    before = page.evaluate("document.activeElement.scrollTop")
    page.keyboard.press("PageUp")
    until(page, f"document.activeElement.scrollTop < {before}")


def test_entities_and_a_schema_that_was_mended(garden, visit):
    event = send(garden, {"id": "x"}, {"id": "good"}, {"id": 5})
    page = visit(garden, f"#events?event={event}")
    is_there(page, ".failed-part h3", "co[1]")
    count_is(page, ".failed-part", 1)
    assert {text for _, text in marks(page, "Data")} == {'"id": 5'}
    write_schema(garden.schemas, SCHEMA, "{}")
    page.goto(page.url.split("#")[0] + "#failed")
    page.click("#failures .more >> text=Event in full")
    is_there(page, ".failed-part", "valid with the schema that is found now")
    page.click("#failures .more >> text=Judge again")
    wait_for(lambda: garden.get("/micro/all")["bad"] == 0)
    page.wait_for_selector("#none-failed")


def test_a_schema_that_is_not_found_has_no_pane(garden, visit):
    garden.send({**struct(), "e": "ue", "ue_pr": unstruct({}, SCHEMA.replace("garden", "none"))})
    garden.send(struct(se_va="warm"))
    newest, oldest = garden.get("/micro/list?good=0")
    for event in (newest, oldest):
        assert garden.get(f"/micro/event/{event['id']}/schemas") == []
    page = visit(garden, f"#events?event={oldest['id']}")
    is_there(page, "#detail .reasons", "unresolved")
    assert not page.locator(".failed-part").count()
    assert garden.request("GET", "/micro/event/999/schemas")[0] == 404


def copies(page, count):
    """Return what "Copy as curl" copies of each failure."""
    count_is(page, "#failures > li", count)
    page.evaluate("navigator.clipboard.writeText = async (text) => { window.copied = text; }")
    copied = []
    for item in page.locator("#failures > li").all():
        item.locator("summary", has_text="As it was sent").click()
        item.locator(".copy", has_text="Copy as curl").click()
        copied.append(page.evaluate("copied"))
    return copied


def test_what_failed_is_copied_as_curl(garden, visit):
    body = """{"it's": "no batch", "ü": 1}"""
    garden.request("POST", f"{TP2}?x=1", body.encode(), JSON)
    garden.send(struct(se_va="it's warm"))
    event, request = map(shlex.split, copies(visit(garden, "#failed"), 2))
    origin = f"http://127.0.0.1:{garden.port}"
    assert request == ["curl", f"{origin}{TP2}?x=1", "-H", "Content-Type: application/json",
                       "--data-raw", body]  # fmt: skip
    assert event[0] == "curl" and event[1].startswith(f"{origin}/i?")
    garden.request("GET", event[1].removeprefix(origin))
    again, before, _ = garden.get("/micro/list?good=0")
    assert again["text"] == before["text"]


def test_what_is_copied_cannot_control_a_terminal(garden, visit):
    body = "it's \\ ü\x03\x1b[201~\ntouch x\t\x7f1"  # Ctrl-C, the end of a paste, a command
    garden.request("POST", TP2, body.encode(), JSON)
    (command,) = copies(visit(garden, "#failed"), 1)
    assert not set(command) & {*map(chr, range(32)), "\x7f"}
    shown = command.replace("curl", "printf '%s\\0'", 1)
    found = subprocess.run(["bash", "-c", shown], capture_output=True, text=True, check=True)
    assert found.stdout.split("\0")[-2] == body
