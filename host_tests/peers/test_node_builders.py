"""What @snowplow/tracker-core builds of consent and advertisements, and what we do."""

import json
import os
import subprocess

import pytest

from host_tests.outside import node_tracker
from snowplow_tracker import Emitter, RingStore, Tracker

# Name of its builder, its arguments, our call's.
DOCUMENT = {"id": "terms", "version": "3", "name": "Térms", "description": "All of them"}
OURS = ("terms", "3", "Térms", "All of them")
IMPRESSION = {
    "impressionId": "i", "costModel": "cpm", "cost": 0.5, "targetUrl": "https://a/",
    "bannerId": "b", "zoneId": "z", "advertiserId": "a", "campaignId": "c",
}  # fmt: skip
CASES = (
    ("buildConsentGranted", {**DOCUMENT, "expiry": "2030-01-01T00:00:00Z"},
     "track_consent_granted", (*OURS, "2030-01-01T00:00:00Z")),
    ("buildConsentGranted", {"id": "t", "version": "1"}, "track_consent_granted", ("t", "1")),
    ("buildConsentWithdrawn", {**DOCUMENT, "all": False},
     "track_consent_withdrawn", (False, *OURS)),
    ("buildAdImpression", IMPRESSION, "track_ad_impression", tuple(IMPRESSION.values())),
    ("buildAdImpression", {"bannerId": "b"}, "track_ad_impression", (None,) * 4 + ("b",)),
)  # fmt: skip
PROGRAM = """
const core = require('@snowplow/tracker-core');
const cases = JSON.parse(process.argv[1]);
console.log(JSON.stringify(cases.map(([name, given]) => {
  const built = core[name](given);
  return [(built.event || built).getJson()[0].json, built.context || []];
})));
"""


@pytest.fixture(scope="module")
def built():
    """(the event's JSON, its entities) of each case."""
    env = dict(os.environ, NODE_PATH=str(node_tracker() / "node_modules"))
    command = ["node", "-e", PROGRAM, json.dumps([case[:2] for case in CASES])]
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout)


def test_events_and_documents_are_those_of_the_core(built):
    for (_, _, call, args), (event, context) in zip(CASES, built, strict=True):
        sent = []

        class Keep:
            def send(self, length, body, sent=sent):
                sent += json.loads(b"".join(map(bytes, body(bytearray(1400)))))["data"]
                return 200

        emitter = Emitter("host", transport=Keep(), event_store=RingStore(10000))
        t = Tracker("ns", emitter)
        getattr(t, call)(*args)
        assert t.flush()
        assert json.loads(sent[0]["ue_pr"]) == event
        assert json.loads(sent[0].get("co", '{"data":[]}'))["data"] == context
