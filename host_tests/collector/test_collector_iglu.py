"""Schemas from a server that stands in for Iglu Central: found, absent, slow, away."""

import contextlib
import http.client
import json
import threading

from collecting import JSON, TP2, batch, collector, struct, unstruct, wait_for

from host_tests.outside import Handler, serving

URI = "iglu:com.acme/lamp/jsonschema/1-0-0"
PATH = "/schemas/com.acme/lamp/jsonschema/1-0-0"
LAMP = {
    "self": {"vendor": "com.acme", "name": "lamp", "format": "jsonschema", "version": "1-0-0"},
    "type": "object",
    "properties": {"on": {"type": "boolean"}},
    "required": ["on"],
}


@contextlib.contextmanager
def central(schemas, answers=None):
    """Serve {path: text}; yield (URL, list of the paths that were asked for).

    Until the event ``answers``, or the end, it hangs.
    """
    asked = []

    class Central(Handler):
        def do_GET(self):
            asked.append(self.path)
            if answers:
                answers.wait(600)
            text = schemas.get(self.path)
            self.send_response(200 if text is not None else 404)
            self.end_headers()
            with contextlib.suppress(OSError):  # Who asked may have given up
                self.wfile.write((text or "").encode())

    with serving(Central) as server:
        try:
            yield server.url, asked
        finally:
            if answers:
                answers.set()


def lamp(on=True, uri=URI):
    return struct(e="ue", ue_pr=unstruct({"on": on}, uri))


def reason(running):
    return running.get("/micro/bad")[0]["errors"][0]


def test_a_schema_is_fetched_once_and_kept_on_disk(tmp_path):
    with central({PATH: json.dumps(LAMP)}) as (url, asked):
        with collector(tmp_path / "c.db", "--iglu", url) as running:
            running.send(lamp(), lamp())
            running.send(lamp("no"))
            assert running.get("/micro/all") == {"total": 3, "good": 2, "bad": 1}
            assert 'ue_pr/on: "no" is a string, not of type "boolean"' in reason(running)
            assert running.get("/micro/iglu/com.acme/lamp/jsonschema/1-0-0") == LAMP
    assert asked == [PATH]
    kept = tmp_path / "iglu-cache/com.acme/lamp/jsonschema/1-0-0"
    assert json.loads(kept.read_text()) == LAMP
    assert [path.name for path in kept.parent.iterdir()] == ["1-0-0"]
    with collector(tmp_path / "c.db", "--iglu", url) as running:  # The server is away now
        running.send(lamp())
        assert running.get("/micro/all")["good"] == 3


def test_an_absent_schema_is_asked_for_once_and_says_so(tmp_path):
    with central({}) as (url, asked), collector(tmp_path / "c.db", "--iglu", url) as running:
        for _ in range(3):
            running.send(lamp())
        assert f"unresolved: no such schema; looked in {running.own}" in reason(running)
        assert f"{url} (answered 404)" in reason(running)
        status, _, body = running.request("GET", "/micro/iglu/com.acme/lamp/jsonschema/1-0-0")
        assert status == 404 and json.loads(body)["lookedIn"][-1] == f"{url} (answered 404)"
    assert asked == [PATH]


def test_something_else_than_the_schema_is_not_kept(tmp_path):
    for text in ("<html>", "[]", json.dumps({**LAMP, "self": {}}), "{" * 9999, "x" * (2 << 20)):
        with central({PATH: text}) as (url, _):
            with collector(tmp_path / "c.db", "--iglu", url) as running:
                running.send(lamp())
                assert f"{url} (answered " in reason(running)
    assert not list(tmp_path.glob("iglu-cache/**/1-0-0"))


def test_a_server_that_hangs_delays_nobody_else(tmp_path):
    answers = threading.Event()
    with central({}, answers) as (url, asked):
        with collector(tmp_path / "c.db", "--iglu", url) as running:
            waiting = http.client.HTTPConnection("127.0.0.1", running.port, timeout=120)
            waiting.request("POST", TP2, batch(lamp()), JSON)
            wait_for(lambda: asked)
            running.send(struct())
            answers.set()
            assert waiting.getresponse().read() == b"ok"
            waiting.close()
            # The other one was stored while this one waited for its schema.
            assert [one["good"] for one in running.get("/micro/list")] == [0, 1]
            assert f"{url} (answered 404)" in reason(running)


def test_a_server_that_hangs_is_left_alone(tmp_path):
    limits = {"enrich.registry._TIMEOUT": 0.3, "enrich.registry._PAUSE_SECONDS": 600}
    with central({}, threading.Event()) as (url, asked):
        with collector(tmp_path / "c.db", "--iglu", url, limits=limits) as running:
            running.send(lamp())
            assert f"{url} (no answer, asked " in reason(running)
            running.send(lamp(), lamp(uri=URI.replace("lamp", "other")))
            assert running.get("/micro/all")["bad"] == 3
            wait_for(lambda: asked)  # It may come to that later than the collector gave up
    assert len(asked) == 1


def test_no_network_costs_next_to_nothing(tmp_path):
    arguments = (tmp_path / "c.db", "--iglu", "http://127.0.0.1:9")
    with collector(*arguments, limits={"enrich.registry._PAUSE_SECONDS": 600}) as running:
        for number in range(50):
            running.send(lamp(uri=URI.replace("lamp", f"lamp{number}")))
        texts = [event["errors"][0] for event in running.get("/micro/bad")]
        (asked,) = {text.partition("http://127.0.0.1:9")[2] for text in texts}
        assert len(texts) == 50 and asked.startswith(" (not reachable, asked ")


def test_a_flood_of_unknown_schemas_is_bounded(tmp_path):
    with central({}) as (url, asked), collector(tmp_path / "c.db", "--iglu", url) as running:
        running.send(*[lamp(uri=f"iglu:com.acme/x{i}/jsonschema/1-0-0") for i in range(100)])
        assert running.get("/micro/all")["bad"] == 100
    assert len(asked) == 8


def test_names_that_lead_out_are_never_asked_for(tmp_path):
    with central({}) as (url, asked), collector(tmp_path / "c.db", "--iglu", url) as running:
        for uri in ("iglu:../x/jsonschema/1-0-0", "iglu:com.acme/x/avro/1-0-0", "http://x/y"):
            running.send(lamp(uri=uri))
        assert running.get("/micro/all")["bad"] == 3
    assert asked == []
