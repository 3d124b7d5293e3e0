"""What a config says of events, entities, actions and a module of the user's own, on the real VM:
real sockets, and the real collector at the end, which judges every event."""
# ruff: noqa: F811

import json
import time

import pytest

from host_tests.vm.test_firmware_vm import (  # noqa: F401
    collector,
    fakes,
    start,
    stopped,
    until,
)
from tools.engine import ROOT

MORE = [["i2c", 0x77, "chips", "Bme280"]]  # a larger heap: it is everything at once
TIMING = "iglu:com.snowplowanalytics.snowplow/timing/jsonschema/1-0-0"
CONSENT = "iglu:com.snowplowanalytics.snowplow/consent_document/jsonschema/1-0-0"
DOCUMENT = {"schema": CONSENT, "data": {"id": "12", "version": "3"}}


def entities(event):
    if "co" not in event:
        return {}
    found = [(e["schema"].split("/")[1], e["data"]) for e in json.loads(event["co"])["data"]]
    assert len(dict(found)) == len(found)
    return dict(found)


def test_events_without_code(start, monkeypatch, tmp_path):
    monkeypatch.setenv("WATCH", "22,23")
    board, collected = start(
        "esp32",
        MORE,
        name="barn",
        location={"latitude": 47.4, "longitude": 8.5, "altitude": 408},
        lang="de-CH",
        headers={"X-Api-Key": "secret key"},
        entities=[DOCUMENT],
        sensors={
            "air": {
                "type": "bme280", "bus": "i2c",
                "entities": [{"schema": TIMING.replace("timing", "web_page"),
                              "data": {"id": "3f2b1c3e-7c1b-4d6f-9a55-2f3e5d6c7b8a"}}],
            },
        },
        triggers=[
            {"when": "every", "seconds": 1, "read": ["air"]},
            {
                "when": "every", "seconds": 1,
                "event": {"schema": TIMING, "data": {
                    "category": "oven", "variable": "air", "timing": "${air.temperature}",
                    "label": "it is ${air.temperature} C",
                }},
            },
            {
                "when": "edge", "pin": 14, "pull": "up", "set": {"pin": 22, "seconds": 1},
                "event": {
                    "category": "door", "action": "bell", "label": "rang ${count} times",
                    "value": "${air.humidity}",
                },
            },
            {
                "when": "threshold", "seconds": 1, "sensor": "air", "quantity": "temperature",
                "above": 20, "set": {"pin": 23, "seconds": 60, "level": 0},
            },
            {"when": "heartbeat", "seconds": 5, "url": "https://barn.example.com/door"},
            {"when": "every", "seconds": 1, "between": "00:00-24:00", "days": ["mon"],
             "read": ["cpu"]},
        ],
        timezone="CET-1CEST,M3.5.0,M10.5.0/3",
    )  # fmt: skip
    until(lambda: len(collected.of("timing")) > 2, board)
    (tmp_path / "board" / "edge_14_0").write_text("")
    until(lambda: collected.said("door"), board)
    until(lambda: [e for e in collected.events() if e["e"] == "pp"], board)
    until(lambda: "pin 22: 0" in board.lines[board.lines.index("pin 22: 1") :], board)
    console = board.stop()
    tracked, sent, unsent, dropped = stopped(console)
    events = collected.events()
    assert (len(events), unsent, dropped) == (tracked, 0, 0), console
    for event in events:
        found = entities(event)
        assert found["board"]["name"] == "barn" and event["lang"] == "de-CH"
        assert found["consent_document"] == DOCUMENT["data"]
        assert found["geolocation_context"] == {
            "latitude": 47.4, "longitude": 8.5, "altitude": 408,
        }  # fmt: skip
        is_air = "sensor_reading" in event.get("ue_pr", "") and '"air"' in event["ue_pr"]
        assert ("web_page" in found) == (is_air or event["e"] in ("pv", "pp"))
    timing = collected.of("timing")[0]
    assert timing["timing"] == 25.08 and timing["label"] == "it is 25.08 C"
    (bell,) = collected.said("door", "bell")
    assert bell["se_la"] == "rang 1 times" and float(bell["se_va"]) > 0
    assert not collected.said("edge")
    (crossed,) = collected.said("threshold")
    assert crossed["se_pr"] == "temperature"
    views = [entities(e)["web_page"]["id"] for e in events if e["e"] == "pv"]
    pings = [entities(e)["web_page"]["id"] for e in events if e["e"] == "pp"]
    assert len(views) == 1 and set(pings) == set(views)
    # The pump was still on when the firmware was stopped.
    levels = [line for line in board.lines if line[:7] == "pin 23:"]
    assert levels[0] == "pin 23: 1" and levels[-1] == "pin 23: 1" and "pin 23: 0" in levels
    assert "secret" not in console and "secret" not in json.dumps(events)
    assert {r["sensor"] for r in collected.of("sensor_reading")} <= {"air", "cpu"}


def test_anonymous_events_by_get_in_base64(start):
    board, collected = start(
        "rp2", anonymous=True, method="get", encode_base64=True, user_id="me",
        track=["session", "errors"],
    )  # fmt: skip
    until(lambda: len(collected.events()) > 5, board)
    console = board.stop()
    tracked, sent, unsent, dropped = stopped(console)
    events = collected.events()
    assert (len(events), unsent, dropped) == (tracked, 0, 0), console
    for event in events:
        assert not {"uid", "duid", "co", "ue_pr", "nuid", "sid"} & set(event), event
        assert "cx" in event
    assert "e6614c311b7e7a28" not in json.dumps(events)


BAD_APP = """
import machine
class Late:
    def read(self):
        return {"x": "many"}
def start(app):
    app.add_sensor("late", Late())
    app.add_action("boom", lambda: 1 // 0)
    app.add_action("leave", leave)
    app.add_entity(lambda: ("iglu:nonsense", {}))
    raise RuntimeError("half started")
def leave():
    raise SystemExit("bye")
"""


@pytest.mark.parametrize("port", ["esp32", "rp2"])
def test_an_app_of_the_user(start, tmp_path, port):
    source = (ROOT / "firmware" / "examples" / "my_app.py").read_text()
    (tmp_path / "board").mkdir()
    (tmp_path / "board" / "my_app.py").write_text(
        source.replace("iglu:com.example/door/jsonschema/1-0-0", CONSENT)
        .replace('{"color": "green"}', '{"id": "12", "version": "3"}')
    )
    board, collected = start(
        port, app="my_app",
        triggers=[
            {"when": "every", "seconds": 1, "do": "knock"},
            {"when": "every", "seconds": 1, "read": ["dice"],
             "event": {"category": "dice", "action": "thrown", "value": "${dice.pips}"}},
            {"when": "threshold", "seconds": 1, "sensor": "dice", "quantity": "pips", "above": 3},
        ],
    )  # fmt: skip
    until(lambda: len(collected.said("dice")) > 1 and collected.said("threshold"), board)
    console = board.stop()
    tracked, sent, unsent, dropped = stopped(console)
    events = collected.events()
    assert (len(events), unsent, dropped) == (tracked, 0, 0), console
    assert collected.said("door", "knock") and collected.said("dice")[0]["se_va"] == "4"
    reading = {"quantity": "pips", "value": 4, "unit": "1"}
    assert {"sensor": "dice", "readings": [reading], "trigger": "every"} in collected.of(
        "sensor_reading"
    )
    assert all("consent_document" in entities(event) for event in events)


def test_an_app_that_fails_stops_nothing(start, tmp_path):
    (tmp_path / "board").mkdir()
    (tmp_path / "board" / "bad.py").write_text(BAD_APP)
    board, collected = start(
        app="bad",
        triggers=[
            {"when": "every", "seconds": 1},
            {"when": "every", "seconds": 1, "do": "boom"},
            {"when": "every", "seconds": 1, "do": "leave"},
            {"when": "every", "seconds": 1, "do": "missing"},
        ],
    )
    until(lambda: len(collected.of("sensor_reading")) > 8, board)
    time.sleep(2)
    console = board.stop()
    tracked, sent, unsent, dropped = stopped(console)
    assert (len(collected.events()), unsent, dropped) == (tracked, 0, 0), console
    assert not collected.again or board.waited_in_vain()
    assert board.boots == 1
    told = {(e["message"], e["threadName"]) for e in collected.of("application_error")}
    assert ("half started", "app bad: start") in told
    assert ("bye", "app bad: action leave") in told
    assert len(told) == len(collected.of("application_error")) == 5, told
    assert "app bad: no action missing, which a trigger does" in console
    assert "app bad: entity: ValueError: " in console


# It spoils what is the firmware's own, which ends it.
SPOILER = """
def start(app):
    def spoil():
        import firmware.triggers
        firmware.triggers.readings = None
    app.add_action("spoil", spoil)
"""


def test_a_crash_and_a_reset_while_a_pin_is_set(start, tmp_path, monkeypatch):
    monkeypatch.setenv("WATCH", "22")
    (tmp_path / "board").mkdir()
    (tmp_path / "board" / "bad.py").write_text(SPOILER)
    board, collected = start(
        app="bad",
        triggers=[
            {"when": "boot", "set": {"pin": 22, "seconds": 600}},
            {"when": "edge", "pin": 14, "pull": "up", "do": "spoil"},
            {"when": "every", "seconds": 1},
        ],
    )
    until(lambda: "pin 22: 1" in board.lines, board)
    (tmp_path / "board" / "edge_14_0").write_text("")
    until(lambda: board.boots == 2 and board.lines.count("pin 22: 1") == 2, board)
    levels = [line[8:] for line in board.lines if line[:6] == "pin 22" or line[:6] == "world:"]
    assert levels[:1] == ["0"] and " ".join(levels).count("1 0") >= 1  # off before the reset
    console = board.stop()
    assert "crash: 'NoneType' object" in console
    assert [line for line in board.lines if line[:6] == "pin 22"][-1] == "pin 22: 0"
