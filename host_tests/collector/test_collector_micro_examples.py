"""The helpers for Cypress and Nightwatch that Snowplow publishes for Micro run unchanged.

They are in a repository of Snowplow's own and in no package: clone snowplow-micro-examples into
build/, or name the folder in MICRO_EXAMPLES.
"""

import json
import os
import shutil
import subprocess
import uuid
from pathlib import Path

import pytest
from collecting import READING, ROOT, entities, struct, unstruct

OTHER = "iglu:com.example/other/jsonschema/1-0-0"
AIR = [{"schema": READING, "data": {"celsius": 7}}]


@pytest.fixture
def examples():
    """The folder of the examples, or a skipped test."""
    folder = Path(os.environ.get("MICRO_EXAMPLES") or ROOT / "build" / "snowplow-micro-examples")
    if not (folder / "testing/jsm/helpers.js").exists():
        pytest.skip(f"the examples of Snowplow Micro are not in {folder}: git clone them there")
    if not shutil.which("node"):
        pytest.skip("no Node here")
    return folder.resolve()


def reading(celsius, second, **more):
    """An unstructured event of that second."""
    time = f"17953505{second:02d}000"
    data = unstruct({"celsius": celsius, "count": second})
    return struct(e="ue", ue_pr=data, dtm=time, stm="1795350600000", eid=str(uuid.uuid4()), **more)


def test_the_official_helpers_run_unchanged(empty, examples, tmp_path):
    empty.send(
        reading(21.5, 1, co=entities({"celsius": 7}, {"celsius": 8})),
        reading(22.5, 2, uid="tester", tna="kitchen"),
        struct(se_la="first", se_pr="p", se_va="12.5"),
        struct(e="pv", url="http://shop.example/a", page="A"),
        struct(e="pp", url="http://shop.example/a"),
    )
    first = {"schema": READING, "values": {"celsius": 21.5}}
    second = {"schema": READING, "values": {"celsius": 22.5}}
    checks = [  # suite, helper, its arguments, whether it is to pass
        ("cypress", "noBadEvents", [], True),
        ("cypress", "numGoodEvents", [5], True),
        ("cypress", "numGoodEvents", [4], False),
        ("cypress", "eventsWithEventType", ["unstruct", 2], True),
        ("cypress", "eventsWithEventType", ["struct"], True),
        ("cypress", "eventsWithEventType", ["page_view"], True),
        ("cypress", "eventsWithEventType", ["page_ping"], True),
        ("cypress", "eventsWithSchema", [READING, 2], True),
        ("cypress", "eventsWithSchema", [OTHER, 0], True),
        ("cypress", "eventsWithProperties", [{"values": {"count": 2}}], True),
        ("cypress", "eventsWithProperties", [{**first, "contexts": AIR}], True),
        ("cypress", "eventsWithProperties", [{**second, "contexts": AIR}], False),
        (
            *("cypress", "eventsWithProperties"),
            [{"schema": READING, "parameters": {"user_id": "tester", "name_tracker": "kitchen"}}],
            True,
        ),
        ("cypress", "eventsWithParams", [{"se_category": "test", "se_value": 12.5}], True),
        ("cypress", "eventsWithParams", [{"page_title": "A", "page_urlpath": "/a"}], True),
        ("cypress", "eventsWithParams", [{"platform": "iot"}, 5], True),
        ("cypress", "eventsWithContexts", [AIR, 1], True),
        ("cypress", "eventsWithContexts", [[{"schema": OTHER}], 0], True),
        ("cypress", "eventsWithOrder", [[first, second]], True),
        ("cypress", "eventsWithOrder", [[second, first]], False),
        ("nightwatch", "noBadEvents", [], True),
        ("nightwatch", "noOfGoodEvents", [5], True),
        ("nightwatch", "noOfTotalEvents", [5], True),
        ("nightwatch", "noOfTotalEvents", [6], False),
        ("nightwatch", "successfulEvent", [{**first, "eventType": "unstruct"}], True),
        ("nightwatch", "successfulEvent", [{"schema": OTHER}], False),
        ("nightwatch", "orderOfEvents", [[first, second]], True),
        ("nightwatch", "orderOfEvents", [[second, first]], False),
        ("cypress", "resetMicro", [], True),
        ("cypress", "numGoodEvents", [0], True),
        ("nightwatch", "noOfTotalEvents", [0], True),
    ]
    run(examples, empty.port, checks, tmp_path)
    empty.send(struct(e="xx"))
    run(examples, empty.port, [("cypress", "noBadEvents", [], False)], tmp_path)
    run(examples, empty.port, [("nightwatch", "noBadEvents", [], False)], tmp_path)


def run(examples, port, checks, tmp_path):
    expected = tmp_path / "expected.json"
    expected.write_text(json.dumps(checks))
    script = Path(__file__).with_name("micro_examples.js")
    command = ["node", script, examples, f"http://127.0.0.1:{port}", expected]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    assert len(done.stdout.splitlines()) == len(checks)
