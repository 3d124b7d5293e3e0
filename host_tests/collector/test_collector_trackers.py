"""Snowplow's own trackers, for Python and Node, deliver to the collector; every event is good."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from collecting import collector, shared, wait_for

from host_tests.outside import node_tracker
from tools.collector.__main__ import OWN_SCHEMAS

OFFICIAL = Path(sys.prefix) / "official"
LINK = {
    "schema": "iglu:com.snowplowanalytics.snowplow/link_click/jsonschema/1-0-1",
    "data": {"targetUrl": "http://a.b/c"},
}

PYTHON = """
import sys
from snowplow_tracker import (Emitter, PagePing, PageView, ScreenView, SelfDescribing,
                              SelfDescribingJson, StructuredEvent, Subject, Tracker)
link = SelfDescribingJson(%(schema)r, %(data)r)
for method, port in (("post", int(sys.argv[1])), ("get", int(sys.argv[1]))):
    emitter = Emitter("127.0.0.1", protocol="http", port=port, method=method, batch_size=3)
    subject = Subject().set_platform("srv").set_user_id("ü").set_timezone("Europe/Berlin")
    tracker = Tracker("official", emitter, subject=subject, app_id="py",
                      encode_base64=method == "get")
    tracker.track(PageView(page_url="http://a.b/", page_title="t"))
    tracker.track(StructuredEvent(category="c", action="a", label="l", property_="p", value=1.5))
    tracker.track(SelfDescribing(event_json=link, context=[link]))
    tracker.flush()
"""

NODE = """
const {newTracker, buildPageView, buildStructEvent, buildSelfDescribingEvent} = require(
  "@snowplow/node-tracker");
const endpoint = "http://127.0.0.1:" + process.argv[2];
for (const eventMethod of ["post", "get"]) {
  const tracker = newTracker({namespace: "official", appId: "node",
    encodeBase64: eventMethod === "get"}, {endpoint, eventMethod, bufferSize: 1,
    connectionTimeout: 600000});
  const link = JSON.parse(process.argv[3]);
  tracker.setUserId("ü");
  tracker.track(buildPageView({pageUrl: "http://a.b/", pageTitle: "t"}));
  tracker.track(buildStructEvent({category: "c", action: "a", label: "l", value: 1.5}));
  tracker.track(buildSelfDescribingEvent({event: link}), [link]);
  tracker.flush();
}
"""


@pytest.fixture
def central(tmp_path):
    """A collector with the schemas that trackers use."""
    schemas = os.pathsep.join([str(shared("iglu")), str(OWN_SCHEMAS)])
    with collector(tmp_path / "c.db", "--schemas", schemas) as running:
        yield running


def check(running, app_id):
    wait_for(lambda: running.get("/micro/all")["total"] >= 6)
    assert running.get("/micro/bad") == []
    events = running.get("/micro/good")
    assert {event["event"]["app_id"] for event in events} == {app_id}
    assert {event["event"]["user_id"] for event in events} == {"ü"}
    kinds = sorted(event["eventType"] for event in events)
    assert kinds == ["page_view", "page_view", "struct", "struct", "unstruct", "unstruct"]
    links = [event for event in events if event["eventType"] == "unstruct"]
    for event in links:
        assert event["schema"] == LINK["schema"] and LINK["schema"] in event["contexts"]
    values = [event["event"]["se_value"] for event in events if event["eventType"] == "struct"]
    assert values == [1.5, 1.5]


def test_python(central, tmp_path):
    if not OFFICIAL.is_dir():
        pytest.skip("snowplow-tracker is not installed: make test does that")
    script = tmp_path / "official.py"
    script.write_text(PYTHON % LINK, encoding="utf-8")
    there = {**os.environ, "PYTHONPATH": str(OFFICIAL)}
    run([sys.executable, script, str(central.port)], env=there)
    check(central, "py")


def test_node(central, tmp_path):
    folder = node_tracker()
    script = folder / "deliver.js"
    script.write_text(NODE, encoding="utf-8")
    run(["node", script, str(central.port), json.dumps(LINK)], cwd=folder)
    check(central, "node")


def run(command, **more):
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, **more)
    assert done.returncode == 0, done.stderr
