"""The real VM with its system clock moved: what arrives has the right times, or steady ones.

A module `time` on MICROPYPATH stands in front of the built-in one and shifts it.
"""

import asyncio
import email.utils
import json
import os
import subprocess
import time

import pytest

from host_tests.faults.wire import Collector
from tools.engine import ROOT

SHIM = """
import utime
from utime import sleep, sleep_ms, sleep_us, ticks_add, ticks_diff, ticks_ms, ticks_us, mktime
shift_ns = %d
def time_ns():
    return utime.time_ns() + shift_ns
def time():
    return time_ns() // 1000000000
def gmtime(t=None):
    return utime.gmtime(time() if t is None else t)
localtime = gmtime
"""
SCRIPT = """
import sys, time
from snowplow_tracker import Emitter, RingStore, Tracker, clock
from snowplow_tracker.transport.http import HttpTransport
url, step_ns, known = sys.argv[1], int(sys.argv[2]), sys.argv[3] == "known"
assert clock.known() == known, clock.unix_ms()
emitter = Emitter("h", transport=HttpTransport(url), event_store=RingStore(4000))
tracker = Tracker("ns", emitter)
tracker.track_struct_event("c", "first")
time.sleep_ms(300)
time.shift_ns += step_ns
tracker.track_struct_event("c", "second")
time.sleep_ms(200)
assert emitter.flush(5), emitter.last
tracker.track_struct_event("c", "third")
time.sleep_ms(100)
assert emitter.flush(5), emitter.last
emitter.close()
"""
YEAR = 31557600
EARLIEST = 1735689600000
NOW = "now"


async def play(program, tmp_path, url_of, script_arguments, shim):
    events = []

    class Dated(Collector):
        def store(self, batch):
            events.extend(batch)

    def judge(batch):
        collector.store(batch)
        date = email.utils.formatdate(time.time(), usegmt=True)
        return f"HTTP/1.1 200 OK\r\nDate: {date}\r\nContent-Length: 2\r\n\r\nok".encode()

    collector = await Dated(judge=judge).start()
    (tmp_path / "time.py").write_text(shim)
    process = await asyncio.create_subprocess_exec(
        *(program, "-X", "heapsize=96wk", "-c", SCRIPT, url_of(collector.port), *script_arguments),
        env=dict(os.environ, MICROPYPATH=f"{tmp_path}:.frozen:{ROOT / 'lib'}"),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    out, _ = await process.communicate()
    await collector.stop()
    assert process.returncode == 0, out.decode()
    return events


@pytest.mark.parametrize(
    ("start", "step_s", "known"),
    [
        (NOW, 0, True),
        (NOW, 3600, True),
        (NOW, -3600, True),
        (NOW, 5 * YEAR, True),
        (0, 0, False),  # 1970
        (946684800, 0, False),  # 2000
        (1609459200, 0, False),  # 2021
        (1609459200, NOW, False),  # 2021, until it is set between two events
        (2147483647, 0, True),  # over the end of 31 bits
        (4294967295, 0, True),
    ],
)
def test_times_that_arrive(start, step_s, known, tmp_path, vm_program):
    base = time.time_ns()
    shift = 0 if start == NOW else start * 10**9 - base
    step = -shift if step_s == NOW else step_s * 10**9
    arguments = [str(step), "known" if known else "unknown"]
    events = asyncio.run(
        play(
            vm_program,
            tmp_path,
            lambda port: f"http://127.0.0.1:{port}/x/y",
            arguments,
            SHIM % shift,
        )
    )
    first, second, third = [(int(e["dtm"]), int(e["stm"])) for e in events]
    # The collector's side takes the difference from its own time: it is that of the making.
    for (dtm, stm), age in ((first, 500), (second, 200), (third, 100)):
        assert age - 5 <= stm - dtm < age + 2000, json.dumps(events)
        assert dtm >= EARLIEST  # never a second in 1970, 2000 or 2021
    expected = (base + shift + step) // 10**6
    if known or step_s == NOW:
        assert 0 <= first[1] - expected < 20000
    # From the first answer on, the time is known in any case.
    if not known:
        assert abs(third[1] - time.time_ns() // 10**6) < 20000
