"""@snowplow/node-tracker sends the same as ours, and picks global entities alike."""

import json
import os
import subprocess

import pytest

from host_tests.outside import node_tracker
from peers.conftest import HERE, comparable, engines
from snowplow_tracker.plugins import global_entities

EVENTS = 8 * 4


@pytest.fixture(scope="session")
def node():
    """Run node with arguments: its standard output. The tracker is installed once, in build/."""
    modules = node_tracker() / "node_modules"

    def run(*arguments):
        env = dict(os.environ, NODE_PATH=str(modules))
        command = ["node", *map(str, arguments)]
        done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stderr[-2000:]
        return done.stdout

    return run


def named_as_ours(event):
    """Its event with our name of the network id, our wrapper of entities, and text alone.

    It sends some numbers as JSON numbers, which Enrich refuses in a POST.
    """
    if "nuid" in event:
        event["tnuid"] = event.pop("nuid")
    for key in {"co", "cx"} & event.keys():
        assert event[key]["schema"].endswith("/contexts/jsonschema/1-0-0")
        event[key]["schema"] = event[key]["schema"][:-1] + "1"
    return {key: str(v) if isinstance(v, (int, float)) else v for key, v in event.items()}


@pytest.mark.parametrize("method", ("post", "get"))
@pytest.mark.parametrize("engine", ("cpython", "vm"))
def test_payloads_equal_node_trackers(sink, node, engine, method):
    if engine not in engines():
        pytest.skip("no MicroPython VM here: it has no wheel for this machine")
    node(HERE / "node_script.js", sink.port, method)
    theirs = [named_as_ours(comparable(event)) for event in sink.take()]
    command, env = engines()[engine]
    script = [*command, str(HERE / "node_script.py"), str(sink.port), method]
    done = subprocess.run(script, env=env, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr[-2000:]
    ours = [comparable(event) for event in sink.take()]
    assert len(theirs) == len(ours) == EVENTS
    for i, (their, mine) in enumerate(zip(theirs, ours, strict=True)):
        assert mine == their, f"event {i}, of type {mine['e']}"


def test_global_entities_are_picked_as_node_trackers_core_does(node):
    schemas = [
        f"iglu:{vendor}/{name}/jsonschema/{version}"
        for vendor in ("com.acme", "com.acme.garden", "com.acme.garden.bed", "org.acme.garden")
        for name in ("reading", "Reading_2")
        for version in ("1-0-0", "1-2-0", "2-0-11")
    ]
    rules = [
        f"iglu:{vendor}/{name}/jsonschema/{version}"
        # No * in the vendor: there its core compares the wrong way round, and never matches.
        for vendor in ("com.acme", "com.acme.garden", "org.acme")
        for name in ("*", "reading")
        for version in ("*-*-*", "1-*-*", "1-2-*", "1-2-0", "2-0-11")
    ]
    program = (
        "const core = require('@snowplow/tracker-core');"
        "const [rules, schemas] = JSON.parse(process.argv[1]);"
        "console.log(JSON.stringify(rules.map(rule => schemas.map(schema =>"
        " [core.isValidRule(rule), core.matchSchemaAgainstRuleSet({accept: rule}, schema)]))));"
    )
    found = json.loads(node("-e", program, json.dumps([rules, schemas])))
    compared = 0
    for rule, row in zip(rules, found, strict=True):
        patterns = global_entities._patterns(rule)
        for schema, (valid, expected) in zip(schemas, row, strict=True):
            if valid:
                assert global_entities._any(patterns, schema) == expected, (rule, schema)
                compared += 1
    assert compared == len(rules) * len(schemas)
