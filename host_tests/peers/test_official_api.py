"""Every public call of the official package, found by introspection, is accepted by ours too."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from peers.conftest import HERE, engines
from tools.engine import ROOT

OFFICIAL = Path(sys.prefix) / "official"
# By design, each under the name by which the list of differences has it.
REFUSED = {
    "Tracker.track_screen_view": "track_screen_view()",  # the schema wants a name or an id
    "AsyncEmitter.consume": "consume()",
}
# What the official one never returns from, and so is not tried with it.
ENDLESS = ["AsyncEmitter.consume", "needed alone", "async_emitter().consume()"]


@pytest.fixture(scope="module")
def listing():
    """[name, way, code] of each call."""
    if not OFFICIAL.is_dir():
        pytest.skip("the official tracker is not installed: see the Makefile")
    command = [sys.executable, "-W", "ignore", str(HERE / "official_listing.py")]
    env = dict(os.environ, PYTHONPATH=str(OFFICIAL))
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout)


def make(command, env, sink, listing, folder):
    """What each of the calls came to, in the order of the list."""
    path = folder / "calls.json"
    path.write_text(json.dumps(listing))
    script = [*command, str(HERE / "official_calls.py"), str(sink.port), str(path)]
    done = subprocess.run(script, env=env, capture_output=True, text=True, timeout=240)
    lines = [line for line in done.stdout.splitlines() if line.startswith('["')]
    found = [json.loads(line) for line in lines]
    assert found and found.pop() == ["end"], done.stdout[-1000:] + done.stderr[-2000:]
    assert [number for _, number, _ in found] == list(range(len(listing)))
    return [came for _, _, came in found]


@pytest.fixture
def accepted(listing, sink, tmp_path):
    """The calls that the official package accepts, and what each returns."""
    command = [sys.executable, "-W", "ignore"]
    env = dict(os.environ, PYTHONPATH=str(OFFICIAL))
    came = make(command, env, sink, listing, tmp_path)
    # The values are such as it takes.
    assert not [it for it in zip(listing, came, strict=True) if not it[1].startswith("returned ")]
    return [*listing, ENDLESS], [*came, "never returned"]


def differences():
    """The names in the list of what differs from the official tracker."""
    text = (ROOT / "docs" / "coming_from.md").read_text(encoding="utf-8")
    part = text[text.index("A script for the official tracker runs") :]
    return set(re.findall(r"`([^`\n]+)`", part[: part.index("\n## ")]))


def in_list(name, listed):
    """Whether the page lists a call, by its name or by one that ends in an ellipsis."""
    name = name.split(".")[-1]
    return any(
        it.partition("(")[0] == name or "…" in it and name.startswith(it.partition("…")[0])
        for it in listed
    )


@pytest.mark.parametrize("engine", ("cpython", "vm"))
def test_every_call_of_the_official_package(accepted, sink, tmp_path, engine, closing_line):
    if engine not in engines():
        pytest.skip("no MicroPython VM here: it has no wheel for this machine")
    calls, theirs = accepted
    command, env = engines()[engine]
    if engine == "vm":
        command = [command[0], "-X", "heapsize=4096wk"]
    ours = make(command, env, sink, calls, tmp_path)
    refused = [(calls[i], came) for i, came in enumerate(ours) if came.startswith("raised ")]
    assert {name for (name, _, _), _ in refused} == set(REFUSED), refused
    other = set()
    for (name, _, _), their, our in zip(calls, theirs, ours, strict=True):
        if our != their and our.startswith("returned "):
            other.add((name, their, our))
    listed = differences()
    for name, their, our in sorted(other):
        why = f"docs/coming_from.md does not list {name}: {our}, theirs {their}"
        assert in_list(name, listed), why
    for name in REFUSED.values():
        assert name in listed, f"docs/coming_from.md does not list {name}"
    assert len(calls) - len(refused) >= 240 and len(refused) <= 10
    if engine == "cpython" and "vm" in engines():
        return  # the VM's count is told, which is that of both
    closing_line(
        f"official API: {len(calls) - len(refused)} of {len(calls)} calls, "
        f"{len(refused)} refused by design"
    )
