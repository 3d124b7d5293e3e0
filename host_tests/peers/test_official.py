"""One script, written for the official Python tracker, sends the same with it and with ours."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from peers.conftest import HERE, comparable, engines

OFFICIAL = Path(sys.prefix) / "official"
SCRIPT = HERE / "official_script.py"
EVENTS = 16  # in each of the script's runs
RUNS = 4 * 5


def run(sink, command, env, method):
    done = subprocess.run(
        [*command, str(SCRIPT), str(sink.port), method],
        env=env,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return [comparable(event) for event in sink.take()]


@pytest.mark.parametrize("method", ("post", "get"))
@pytest.mark.parametrize("engine", ("cpython", "vm"))
def test_payloads_equal_the_official_trackers(sink, engine, method):
    if not OFFICIAL.is_dir():
        pytest.skip("the official tracker is not installed: see the Makefile")
    if engine not in engines():
        pytest.skip("no MicroPython VM here: it has no wheel for this machine")
    official = run(
        sink,
        [sys.executable, "-W", "ignore"],
        dict(os.environ, PYTHONPATH=str(OFFICIAL)),
        method,
    )
    ours = run(sink, *engines()[engine], method)
    assert len(official) == len(ours) == EVENTS * RUNS
    for i, (theirs, mine) in enumerate(zip(official, ours, strict=True)):
        # It gives the items of a transaction the time of the call as their true one.
        if theirs["e"] == "ti" and "ttm" not in mine:
            assert theirs.pop("ttm")
        assert mine == theirs, f"event {i} of a run, of type {mine['e']}"


@pytest.mark.parametrize("engine", ("cpython", "vm"))
def test_queries_are_percent_encoded_to_the_byte_with_entities_last(sink, engine):
    if engine not in engines():
        pytest.skip("no MicroPython VM here: it has no wheel for this machine")
    run(sink, *engines()[engine], "get")
    plain = set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~%=&")
    assert len(sink.queries) == EVENTS * RUNS
    for query in sink.queries:
        assert set(query) <= plain, query
        keys = [pair.split("=")[0] for pair in query.split("&")]
        for key in {"co", "cx"} & set(keys):
            assert keys[-1] == key, keys


@pytest.mark.parametrize("engine", ("cpython", "vm"))
def test_full_batches_are_sent_without_a_flush_as_by_the_official_tracker(sink, engine):
    if not OFFICIAL.is_dir():
        pytest.skip("the official tracker is not installed: see the Makefile")
    if engine not in engines():
        pytest.skip("no MicroPython VM here: it has no wheel for this machine")
    official = [sys.executable, "-W", "ignore"], dict(os.environ, PYTHONPATH=str(OFFICIAL))
    found = []
    for command, env in (official, engines()[engine]):
        script = [*command, str(HERE / "official_sending.py"), str(sink.port)]
        done = subprocess.run(script, env=env, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stderr[-2000:]
        found.append((done.stdout, [event["se_ac"] for event in sink.take()]))
    assert found[0][0] == "Emitter 6\nAsyncEmitter 6\nflush 7\n"
    # Its AsyncEmitter sends what is there when its thread comes to it.
    assert found[1][0].startswith("Emitter 6\n") and found[1][0].endswith("flush 7\n")
    assert found[1][1] == [*map(str, range(6)), *map(str, range(7))]
