"""The real VM with its system clock moved: what arrives has the right times, or steady ones.

A module `time` on MICROPYPATH stands in front of the built-in one and shifts it; for what is
below Python, Debian's faketime stands in front of the C library.
"""

import asyncio
import datetime
import email.utils
import json
import os
import shutil
import ssl
import subprocess
import time

import pytest
import trustme

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
# An ESP32's: it counts from 2000, its ticks wrap 400 ms after the start, and the wall clock runs
# `rate` times as fast as they do.
ESP32 = """
import utime
from utime import sleep, sleep_ms, sleep_us, mktime
shift_ns, rate = %d, %d
first_ms, first_ns = utime.ticks_ms(), utime.time_ns()
def ticks_ms():
    return utime.ticks_ms() - first_ms - 400 & 0x3FFFFFFF
def ticks_add(a, b):
    return a + b & 0x3FFFFFFF
def ticks_diff(a, b):
    return (a - b + 0x20000000 & 0x3FFFFFFF) - 0x20000000
def time_ns():
    return first_ns + (utime.time_ns() - first_ns) * rate + shift_ns - 946684800000000000
def time():
    return time_ns() // 1000000000
def gmtime(t=None):
    return utime.gmtime((time() if t is None else t) + 946684800)
localtime = gmtime
"""
SCRIPT = """
import sys, time
from snowplow_tracker import Emitter, RingStore, Tracker, clock
from snowplow_tracker.transport.http import HttpTransport
url, step_ns, known = sys.argv[1], int(sys.argv[2]), sys.argv[3] == "known"
assert clock.known() == known, clock.unix_ms()
emitter = Emitter("h", transport=HttpTransport(url, timeout=120), event_store=RingStore(4000))
tracker = Tracker("ns", emitter)
tracker.track_struct_event("c", "first")
time.sleep_ms(300)
time.shift_ns += step_ns
tracker.track_struct_event("c", "second")
time.sleep_ms(200)
assert emitter.flush(240), emitter.last_result
tracker.track_struct_event("c", "third")
time.sleep_ms(100)
assert emitter.flush(240), emitter.last_result
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


def check(events, begin_ns):
    """Check times against how long all took, since a busy machine may stand still; return how
    many ms that were, and (dtm, stm) of each event.

    The clock is moved by an hour at least, or made 20 times as fast.
    """
    took = (time.time_ns() - begin_ns) // 10**6
    found = [(int(e["dtm"]), int(e["stm"])) for e in events]
    # The collector's side takes the difference from its own time: it is that of the making.
    for (dtm, stm), age in zip(found, (500, 200, 100), strict=True):
        assert age - 5 <= stm - dtm <= took, json.dumps(events)
        assert dtm >= EARLIEST  # never a second in 1970, 2000 or 2021
    return took, found


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
    took, (first, _, third) = check(events, base)
    expected = (base + shift + step) // 10**6
    if known or step_s == NOW:
        assert 0 <= first[1] - expected <= took
    # From the first answer on, the time is known in any case.
    if not known:
        assert abs(third[1] - time.time_ns() // 10**6) < took + 2000


@pytest.mark.parametrize(("start", "rate"), [(946684800, 1), (NOW, 1), (NOW, 20)])
def test_an_epoch_of_2000_ticks_that_wrap_and_drift(start, rate, tmp_path, vm_program):
    base = time.time_ns()
    shift = 0 if start == NOW else start * 10**9 - base
    arguments = ["0", "known" if start == NOW else "unknown"]
    shim = ESP32 % (shift, rate)
    url = "http://127.0.0.1:%d/x/y"
    events = asyncio.run(play(vm_program, tmp_path, lambda port: url % port, arguments, shim))
    took, (first, _, third) = check(events, base)
    sent = first[1] if start == NOW else third[1]
    assert abs(sent - base // 10**6) < (took + 2000) * rate


# mbedTLS reads the clock of the C library, which no module of Python's can stand in front of.
DATED = """
import sys
from snowplow_tracker import Emitter, RingStore, Tracker, clock
from snowplow_tracker.transport.http import HttpTransport
url, roots, times = sys.argv[1:4]
transport = HttpTransport(url, roots=roots)
emitter = Emitter("h", transport=transport, event_store=RingStore(4000))
tracker = Tracker("ns", emitter)
tracker.track_struct_event("c", "first")
for then in sys.argv[4:]:
    with open(times, "w") as file:
        file.write(then)
    print(clock.known(), emitter.flush(30), emitter.last_result)
emitter.close()
"""


@pytest.fixture
def preload():
    """What the loader is to put in front of the C library, so that a file tells its time."""
    if not shutil.which("faketime"):
        pytest.skip("no faketime on this machine (Debian: apt install faketime)")
    told = subprocess.run(["faketime", "now", "env"], capture_output=True, text=True, check=True)
    lines = [line for line in told.stdout.splitlines() if line.startswith("LD_PRELOAD=")]
    if not lines:
        pytest.skip("this machine's faketime does not work by LD_PRELOAD")
    return lines[0].partition("=")[2]


def test_a_certificate_is_checked_by_the_boards_clock(vm_program, preload, tmp_path):
    now = datetime.datetime.now(datetime.timezone.utc)
    day = datetime.timedelta(days=1)
    ca = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate = ca.issue_cert("localhost", not_before=now - day, not_after=now + 9 * day)
    certificate.configure_cert(context)
    roots, times = tmp_path / "root.der", tmp_path / "times"
    roots.write_bytes(ssl.PEM_cert_to_DER_cert(ca.cert_pem.bytes().decode()))
    times.write_text("@2021-01-01 00:00:00")

    async def play():
        collector = await Collector(ssl=context).start()
        process = await asyncio.create_subprocess_exec(
            *(vm_program, "-X", "heapsize=96wk", "-c", DATED),
            *(f"https://localhost:{collector.port}/x/y", str(roots), str(times)),
            *("@2021-01-01 00:00:05", "+10d", "+0"),
            env=dict(
                os.environ,
                MICROPYPATH=f".frozen:{ROOT / 'lib'}",
                LD_PRELOAD=preload,
                FAKETIME_TIMESTAMP_FILE=str(times),
                FAKETIME_NO_CACHE="1",
                FAKETIME_DONT_FAKE_MONOTONIC="1",  # ticks go on whatever the clock is set to
            ),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        out, _ = await process.communicate()
        await collector.stop()
        return out.decode(), collector.stored

    out, stored = asyncio.run(play())
    unset, late, right = out.splitlines()
    assert unset.startswith("False False ") and "the clock is not set" in unset
    assert late.startswith("True False ") and "certificate" in late.lower()
    assert "not set" not in late
    assert right == "True True 200" and len(stored) == 1
