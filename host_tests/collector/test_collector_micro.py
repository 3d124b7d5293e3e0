"""Micro's REST API, and the page with its stream."""

import http.client
import importlib.util
import json
import re
import shutil
import subprocess

import pytest
from collecting import (
    JSON,
    READING,
    READING_SCHEMA,
    ROOT,
    TP2,
    batch,
    entities,
    struct,
    unstruct,
    wait_for,
)

STATIC = ROOT / "tools" / "collector" / "static"


@pytest.fixture
def filled(empty):
    """Four good events, one bad, and one bad request."""
    empty.send(
        struct(se_la="first"),
        struct(e="ue", ue_pr=unstruct({"celsius": 21.5})),
        struct(co=entities({"celsius": 1})),
        struct(e="xx", aid="desk"),
    )
    empty.request("GET", "/i?e=pv&p=iot&tv=1")
    empty.request("POST", TP2, b"nonsense", JSON)
    return empty


def types(events):
    return [event["eventType"] for event in events]


def test_all(filled):
    for method in ("GET", "POST"):
        status, headers, body = filled.request(method, "/micro/all")
        assert status == 200 and headers["Content-Type"].startswith("application/json")
        assert json.loads(body) == {"total": 6, "good": 4, "bad": 2}


def test_good_is_newest_first(filled):
    assert types(filled.get("/micro/good")) == ["page_view", "struct", "unstruct", "struct"]


@pytest.mark.parametrize(
    "filters, expected",
    [
        ({}, ["page_view", "struct", "unstruct", "struct"]),
        ({"event_type": "struct"}, ["struct", "struct"]),
        ({"schema": READING}, ["unstruct"]),
        ({"contexts": [READING]}, ["struct"]),
        ({"contexts": [READING, "iglu:a/b/jsonschema/1-0-0"]}, []),
        ({"contexts": []}, ["page_view", "struct", "unstruct", "struct"]),
        ({"event_type": "struct", "contexts": [READING]}, ["struct"]),
        ({"limit": 2}, ["page_view", "struct"]),
        ({"limit": 0}, []),
        ({"event_type": "unstruct", "limit": 1}, ["unstruct"]),
        ({"event_type": None, "limit": None}, ["page_view", "struct", "unstruct", "struct"]),
        ({"event_type": "'; DROP TABLE events; --"}, []),
    ],
)
def test_good_with_filters(filled, filters, expected):
    assert types(filled.post("/micro/good", filters)) == expected


def test_bad(filled):
    request, event = filled.get("/micro/bad")
    for bad in (request, event):
        assert {"collectorPayload", "rawEvent", "errors"} <= set(bad)
        assert bad["collectorPayload"]["api"]["version"] == "tp2"
    assert request["rawEvent"] is None and request["collectorPayload"]["body"] == "nonsense"
    assert event["rawEvent"]["parameters"]["e"] == "xx"
    assert filled.post("/micro/bad", {"limit": 1}) == [request]
    assert filled.post("/micro/bad", {"version": "tp2"}) == [request, event]
    assert filled.post("/micro/bad", {"version": "tp1"}) == []
    assert filled.post("/micro/bad", {"vendor": "com.example"}) == []


@pytest.mark.parametrize(
    "body", [b"{", b"[]", b'{"limit":"1"}', b'{"limit":true}', b'{"limit":1.5}', b"[" * 9999]
)
def test_a_filter_that_is_none_is_explained(filled, body):
    for path in ("/micro/good", "/micro/bad"):
        status, _, text = filled.request("POST", path, body)
        assert status == 400 and b"Filters are: " in text
    assert filled.request("POST", "/micro/good", b'{"contexts":"x"}')[0] == 400
    assert filled.request("POST", "/micro/bad", b'{"vendor":[]}')[0] == 400


def test_more_events_than_are_read_at_once(empty):
    for start in range(0, 450, 50):
        empty.send(*[struct(se_la=str(i)) for i in range(start, start + 50)])
    labels = [int(event["event"]["se_label"]) for event in empty.get("/micro/good")]
    assert labels == list(range(449, -1, -1))
    assert len(empty.post("/micro/good", {"limit": 201})) == 201


def test_reset(filled):
    for method in ("GET", "POST"):
        filled.send(struct())
        status, _, body = filled.request(method, "/micro/reset")
        assert status == 200 and json.loads(body) == {"total": 0, "good": 0, "bad": 0}
        assert filled.get("/micro/good") == filled.get("/micro/bad") == []


def test_iglu(running):
    assert running.get("/micro/iglu/com.example/reading/jsonschema/1-0-0") == READING_SCHEMA
    for path in (
        "com.example/none/jsonschema/1-0-0",
        "com.example/reading/jsonschema/x",
        "../reading/jsonschema/1-0-0",
        "%2e%2e/reading/jsonschema/1-0-0",
    ):
        status, _, _ = running.request("GET", f"/micro/iglu/{path}")
        assert status == 404


# A test suite in JavaScript, which matches events as the example suites of Micro do: by event
# type, schema, data, columns and entities, and asks an event without entities for its data.
SUITE = """
const [base] = process.argv.slice(2);
const get = async (path, options) => (await fetch(base + path, options)).json();
const contains = (part, whole) => {
  if (part === whole) return true;
  if (!part || !whole || typeof part !== "object" || typeof whole !== "object") return false;
  if (Array.isArray(part)) return part.every((one) => whole.some((other) => contains(one, other)));
  return Object.keys(part).every((key) => contains(part[key], whole[key]));
};
const good = await get("/micro/good");
const withEntities = (entities) => good.filter(({ event }) =>
  event.contexts.hasOwnProperty("data") && contains(entities, event.contexts.data));
const withSchema = (schema) => good.filter(({ eventType, event }) =>
  eventType === "unstruct" && event.unstruct_event.data.schema === schema);
const reading = "iglu:com.example/reading/jsonschema/1-0-0";
console.log(JSON.stringify({
  all: await get("/micro/all"),
  bad: (await get("/micro/bad")).length,
  schema: withSchema(reading).length,
  data: withSchema(reading).filter(({ event }) =>
    contains({ celsius: 21.5 }, event.unstruct_event.data.data)).length,
  entities: withEntities([{ schema: reading, data: { celsius: 1 } }]).length,
  others: withEntities([{ schema: reading, data: { celsius: 2 } }]).length,
  columns: good.filter(({ event }) => contains({ se_label: "first" }, event)).length,
  derived: good.every(({ event }) => !event.derived_contexts.hasOwnProperty("data")),
  filtered: (await get("/micro/good", {
    method: "POST", body: JSON.stringify({ event_type: "struct" }) })).length,
  reset: await get("/micro/reset", { method: "POST" }),
}));
"""


def test_a_suite_in_javascript_finds_its_events(filled, tmp_path):
    if not shutil.which("node"):
        pytest.skip("no Node on this machine")
    (tmp_path / "suite.mjs").write_text(SUITE)
    done = subprocess.run(
        ["node", str(tmp_path / "suite.mjs"), f"http://127.0.0.1:{filled.port}"],
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {
        "all": {"total": 6, "good": 4, "bad": 2},
        **{"bad": 2, "schema": 1, "data": 1, "entities": 1, "others": 0, "columns": 1},
        **{"derived": True, "filtered": 2, "reset": {"total": 0, "good": 0, "bad": 0}},
    }


# --- The page ---


def messages(running, last_id=None):
    """Yield the messages of the page's stream as dicts of their fields."""
    connection = http.client.HTTPConnection("127.0.0.1", running.port, timeout=120)
    try:
        headers = {"Last-Event-ID": last_id} if last_id else {}
        connection.request("GET", "/micro/stream", headers=headers)
        answer = connection.getresponse()
        assert answer.headers["Content-Type"].startswith("text/event-stream")
        fields = {}
        for line in iter(answer.readline, b""):
            name, _, value = line.decode().rstrip("\n").partition(": ")
            if name:
                fields[name] = value
            elif fields:
                yield fields
                fields = {}
    finally:
        connection.close()


def events(stream, count):
    """Return the next ``count`` events of a stream, without the messages between them."""
    found = []
    while len(found) < count:
        message = next(stream)
        if "event" not in message:
            found.append({**json.loads(message["data"]), "message": message["id"]})
    return found


def test_the_stream_tells_what_is_there_and_what_comes(empty):
    empty.send(struct(se_la="before", aid="desk"))
    stream = messages(empty)
    counts = next(stream)
    assert counts["event"] == "counts"
    assert json.loads(counts["data"])["good"] == 1
    (before,) = events(stream, 1)
    assert before["text"] == "test / hello / before"
    assert (before["good"], before["app_id"], before["name"]) == (1, "desk", "struct")
    empty.send(struct(se_la="after"), struct(e="xx"))
    after, bad = events(stream, 2)
    assert after["text"] == "test / hello / after"
    assert bad["good"] == 0 and bad["text"].startswith('e: "xx" is not an event type')
    assert after["id"] == before["id"] + 1
    stream.close()
    # Connected again, the browser tells what it saw last.
    stream = messages(empty, after["message"])
    assert events(stream, 1)[0]["id"] == bad["id"]
    stream.close()
    # Of another collector, or before a reset, that means nothing.
    stream = messages(empty, "12345.999999")
    assert [event["id"] for event in events(stream, 3)] == [
        before["id"], after["id"], bad["id"],
    ]  # fmt: skip
    stream.close()


def test_a_reset_begins_a_new_generation(empty):
    stream = messages(empty)
    first = json.loads(next(stream)["data"])
    empty.post("/micro/reset", {})
    second = json.loads(next(stream)["data"])
    assert second["generation"] != first["generation"]
    stream.close()


def test_a_page_that_goes_away_does_no_harm(empty):
    for _ in range(5):
        stream = messages(empty)
        next(stream)
        stream.close()
        empty.send(struct())
    wait_for(lambda: empty.get("/micro/all")["good"] == 5)


def test_the_page_is_there_and_loads_nothing_from_elsewhere(running):
    for path in ("/", "/micro/ui", "/micro/ui/"):
        status, headers, body = running.request("GET", path)
        assert status == 200 and headers["Content-Type"].startswith("text/html")
        assert headers["Content-Security-Policy"].startswith("default-src 'self';")
        assert headers["X-Content-Type-Options"] == "nosniff"
    for path in re.findall(r'(?:src|href)="([^"]+)"', body.decode()):
        assert path.startswith(("/micro/", "#"))
        if path.startswith("#") or path == "/micro/forward/aside":  # That is there with --forward
            continue
        assert running.request("GET", path)[0] == 200
    for path in re.findall(r'"(/micro/ui/lib/.+)"', (STATIC / "plot.js").read_text()):
        brought = importlib.util.find_spec("uplot")
        assert running.request("GET", path)[0] == (200 if brought else 404)
    for name in ("modules.js", "main.js", "page.css", ""):
        status, headers, _ = running.request("GET", f"/micro/ui/{name}")
        kind = "text/javascript" if name.endswith(".js") else "text/"
        assert status == 200 and headers["Content-Type"].startswith(kind)
        unchanged = {"If-None-Match": headers["ETag"]}
        assert running.request("GET", f"/micro/ui/{name}", headers=unchanged)[::2] == (304, b"")
    assert running.request("GET", "/micro/ui/none.js")[0] == 404
    for file in STATIC.iterdir():
        text = file.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
        assert "http://" not in text and "https://" not in text and "//cdn" not in text


def test_the_page_shows_names_from_outside_as_text_only(empty):
    script = "".join(path.read_text(encoding="utf-8") for path in STATIC.glob("*.js"))
    for safe in (
        "link.href = address.href(",  # A view of this page, whose parameters are encoded
        'byId("board-export").href = `/micro/readings?${query}`',  # query is a URLSearchParams
        "this.csv.href = `/micro/readings?${new URLSearchParams(",
        'link.href = location.hash || "#live"',  # It is empty, or begins with #
        'style.href = "/micro/ui/lib/uPlot.min.css"',
        'script.src = "/micro/ui/lib/uPlot.iife.js"',
        "for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);",
    ):
        assert script.count(safe) <= 1
        script = script.replace(safe, "")
    for way_in in ("innerHTML", "outerHTML", "insertAdjacent", "document.write", "eval(",
                   "Function(", "setAttribute", ".href =", ".src =", "srcdoc"):  # fmt: skip
        assert way_in not in script
    # The policy forbids what stands in the page itself, so it must not stand there.
    page = (STATIC / "index.html").read_text(encoding="utf-8")
    assert not re.search(r"\son\w+=|<style|style=|<script(?![^>]*\ssrc=)", page)
    name = "<img src=x onerror=alert(1)>"
    empty.send(struct(aid=name))
    stream = messages(empty)
    (event,) = events(stream, 1)
    stream.close()
    assert event["app_id"] == name  # As data, in JSON: the script puts it into textContent


def test_an_event_in_full_for_the_page(empty):
    empty.send(struct(se_la="x"))
    stream = messages(empty)
    (event,) = events(stream, 1)
    stream.close()
    status, headers, body = empty.request("GET", f"/micro/event/{event['id']}")
    assert (status, headers["Content-Type"].partition(";")[0]) == (200, "application/json")
    assert json.loads(body)["event"]["se_label"] == "x"


def test_a_batch_of_50_is_counted_once_each(empty):
    empty.request("POST", TP2, batch(*[struct(eid="0" * 8 + "-0000" * 3 + "-" + "0" * 12)] * 50),
                  JSON)  # fmt: skip
    assert empty.get("/micro/all")["good"] == 50  # All duplicates are kept, as in the pipeline
