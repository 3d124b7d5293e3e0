"""The tracker for browsers, with its plugins, in Chromium: the same calls give the same payloads.

The differences: it leaves out an offset of 0 of a page ping; and events that wait for others of
their kind (seeks, volume) have the time at which they are sent there, here that of the call.
"""

import json
import os
import subprocess

import pytest

from host_tests.outside import node_package
from peers.conftest import HERE, comparable, engines
from peers.test_judge import UUID, assert_good, iglu, lenient, verdicts  # noqa: F401
from tools.collector.enrich.iglu import Schemas
from tools.engine import ROOT

# Each has a UMD build, which needs nothing else.
PACKAGES = (
    ("@snowplow/browser-tracker", "4.10.1"),
    ("@snowplow/browser-plugin-screen-tracking", "4.10.2"),
    ("@snowplow/browser-plugin-snowplow-ecommerce", "4.10.2"),
    ("@snowplow/browser-plugin-media", "4.10.2"),
    ("@snowplow/browser-plugin-button-click-tracking", "4.6.8"),
)
# What only a browser knows, or has by itself.
BROWSERS = {
    "duid", "vid", "sid", "cookie", "cs", "vp", "ds", "res", "cd", "lang", "tz", "url", "refr",
    "page",
}  # fmt: skip
START = 1795350546723  # as in host_tests/library/fake_time.py


@pytest.fixture(scope="module")
def builds():
    """The UMD builds, installed once in build/: the text of each."""
    found = []
    for name, version in PACKAGES:
        # A folder for each: npm removes what it does not find in package.json.
        package = node_package(ROOT / "build" / "browser" / name.split("/")[1], name, version)
        found.append((package / "dist" / "index.umd.min.js").read_text(encoding="utf-8"))
    return found


@pytest.fixture
def theirs(sink, browse, builds):
    """(the link that it decorated, its events)."""
    scripts = [(HERE / "browser_clock.js").read_text().replace("START", str(START)), *builds]
    scripts.append((HERE / "browser_script.js").read_text())
    sink.pages["/"] = (
        '<!DOCTYPE html><meta charset="utf-8"><title>page</title>'
        '<a href="https://shop.example.com/?a=1#b">shop</a>'
        + "".join(f"<script>{script}</script>" for script in scripts)
    )
    assert "<title>done</title>" in browse(f"http://127.0.0.1:{sink.port}/")
    about, *events = sink.take()
    return about["link"], events


def same(event):
    """An event without what only a browser has, its entities in an order of their own."""
    found = comparable({key: str(event[key]) for key in event})
    pages = ("pv", "pp")
    found = {k: v for k, v in found.items() if k not in BROWSERS or found["e"] in pages}
    for key in BROWSERS - {"url", "refr", "page"}:
        found.pop(key, None)
    # Theirs leaves out an offset of 0.
    found = {k: v for k, v in found.items() if not (k.startswith("pp_") and v == "0")}
    if "co" in found:
        wrapper = found["co"]
        assert wrapper["schema"][:-1].endswith("/contexts/jsonschema/1-0-")
        found["co"] = sorted(
            (e["schema"], json.dumps(e["data"], sort_keys=True))
            for e in map(without_zeros, wrapper["data"])
            if "/web_page/" not in e["schema"]
        )
        if not found["co"]:
            del found["co"]
    return found


def without_zeros(entity):
    """2.0 and 2 are the same number in JSON."""
    data = {
        key: int(value) if isinstance(value, float) and value == int(value) else value
        for key, value in entity["data"].items()
    }
    return {"schema": entity["schema"], "data": data}


def run(engine, *arguments):
    """What our script prints: its events (a list of dicts), and its link."""
    if engine not in engines():
        pytest.skip("no MicroPython VM here: it has no wheel for this machine")
    command, env = engines()[engine]
    name = "PYTHONPATH" if engine == "cpython" else "MICROPYPATH"
    env = dict(env, **{name: env[name] + os.pathsep + str(ROOT / "host_tests" / "library")})
    script = [*command, str(HERE / "browser_script.py"), *arguments]
    done = subprocess.run(script, env=env, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout[-500:] + done.stderr[-2000:]
    *lines, link = done.stdout.splitlines()
    return [json.loads(line) for line in lines], link


@pytest.mark.parametrize("engine", ("cpython", "vm"))
def test_payloads_equal_those_of_the_tracker_for_browsers(theirs, engine):
    decorated, events = theirs
    user, now, session = decorated.split("_sp=")[1].split(".")[:3]
    ours, link = run(engine, user, session, now)
    for i, (their, mine) in enumerate(zip(map(same, events), map(same, ours), strict=True)):
        assert mine == their, f"event {i}"
    assert link == decorated


@pytest.mark.parametrize("engine", ("cpython", "vm"))
def test_each_of_these_payloads_is_good(engine, iglu, lenient):  # noqa: F811
    events, _ = run(engine, UUID, UUID, str(START))
    schemas = Schemas([lenient, iglu])
    wrapper = "iglu:com.snowplowanalytics.snowplow/payload_data/jsonschema/1-0-4"
    for event in events:
        body = json.dumps({"schema": wrapper, "data": [event]}).encode()
        assert_good(verdicts(schemas, body))
    assert len(events) == 67
