"""What a program does not use it does not load."""

import json
import subprocess

import pytest

from host_tests.bench.machine import SCRIPTS
from peers.conftest import engines

# The modules of the core that the tracker is responsible for; the rest is the sender's.
CORE = {"__init__", "clock/__init__", "record", "tracker", "cpython"}
SENDER = ("emitter", "store/", "transport/")


@pytest.mark.parametrize("engine", ("cpython", "vm"))
def test_a_program_with_structured_events_loads_none_of_the_rest(engine):
    if engine not in engines():
        pytest.skip("no MicroPython VM here: it has no wheel for this machine")
    command, env = engines()[engine]
    script = [*command, str(SCRIPTS / "core.py")]
    done = subprocess.run(script, env=env, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    for name in json.loads(done.stdout):
        name = name.removeprefix("snowplow_tracker/").rsplit(".", 1)[0]
        # On a computer options are set: full batches are sent as by the official tracker.
        if name == "validators" and engine == "cpython":
            continue
        assert name in CORE or name.startswith(SENDER), name
        assert name != "cpython" or engine == "cpython"
