"""`make soak`: many events through random faults and sudden reboots, on the VM in a 96 K heap.

    python -m host_tests.soak --events 100000 --seed 1

Nothing that was synced may be missing, nothing may come twice under two ids, and the heap must
be flat. With a persistent store the board is killed at random moments and started again; where
there is none (RingStore), it is not, and the line at the end says so.
"""

import argparse
import asyncio
import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from host_tests.faults import wire
from tools.engine import ROOT, find_vm
from tools.package import compile_library

BOARD = Path(__file__).parent / "board.py"
HEAP = "96wk"
# Bytes that the heap may differ by between the first look of a run and its last: runs of
# 100,000 events gave -32 to +2,080, whatever their number.
FLAT = 4096
EVENTS_PER_KILL = 1500
KINDS = (
    ["good"] * 90
    + ["503", "500", "429", "404", "302", "silence", "drip", "garbage", "endless"]
    + ["reset_before", "reset_after", "close_before", "close_after", "half", "goodbye"]
)


class Collector(wire.Collector):
    """Each request meets one of KINDS."""

    def __init__(self, seed, hurry):
        super().__init__([], hurry=hurry)
        self.random = random.Random(seed)
        self.seen = {}  # (run, number) -> eids
        self.faults = 0

    async def _serve(self, reader, writer):
        self.plan = [hostile] * (self.connections + 1)
        await super()._serve(reader, writer)

    def store(self, events):
        for event in events:
            self.seen.setdefault((event["se_ac"], int(event["se_va"])), set()).add(event["eid"])


async def hostile(collector, reader, writer):
    """Requests on one connection, until one of them goes wrong in a way that ends it."""
    while True:
        events = await collector.request(reader)
        collector.requests.clear()
        kind = collector.random.choice(KINDS)
        collector.faults += kind != "good"
        if kind.isdigit():
            writer.write(wire.status(int(kind), "Location: /x"))
        elif kind in ("good", "half", "goodbye", "reset_after", "close_after"):
            collector.store(events)
        if kind in ("good", "goodbye"):
            writer.write(wire.OK)
        elif kind == "half":
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf")
        elif kind == "garbage":
            writer.write(os.urandom(300))
        elif kind == "silence":
            await wire.silence(collector, reader)
        elif kind == "drip":
            await wire.drip(collector, reader, writer)
        elif kind == "endless":
            await wire.again(b"X: y\r\n")(collector, reader, writer)
        elif kind.startswith("reset"):
            wire.reset(writer)
            return
        await writer.drain()
        if kind in ("half", "garbage", "goodbye") or kind.startswith("close"):
            return


class Soak:
    """One soak; `run()` returns what came of it as a dict."""

    def __init__(self, events, seed, persistent):
        self.events = events
        self.random = random.Random(seed)
        self.seed = seed
        self.persistent = persistent
        self.safe = {}  # run -> up to which number its events were synced
        self.reboots = 0

    async def run(self):
        """Board after board, until all events are through."""
        with tempfile.TemporaryDirectory() as folder:
            mpy = compile_library(Path(folder) / "mpy")
            self.hurry = str(Path(folder) / "hurry")
            self.collector = Collector(self.seed, wire.Hurry(self.hurry))
            store = Path(folder) / "events"
            store.mkdir()
            self.env = dict(os.environ, MICROPYPATH=f".frozen:{mpy}")
            self.store = str(store) if self.persistent else ""
            await self.collector.start()
            try:
                while True:
                    last = await self.board(str(self.reboots), self.events - self.tracked())
                    if last:
                        return self.judge(last)
                    self.reboots += 1
            finally:
                await self.collector.stop()

    def tracked(self):
        return sum(self.safe.values())

    async def board(self, run, events):
        """Run the board to its end, or kill it after a while; -> what it said at its end."""
        kill_at = None
        if self.persistent and events > EVENTS_PER_KILL:
            kill_at = self.random.randrange(20, 2 * EVENTS_PER_KILL)
        url = f"http://127.0.0.1:{self.collector.port}/com.snowplowanalytics.snowplow/tp2"
        process = await asyncio.create_subprocess_exec(
            *(find_vm(), "-X", f"heapsize={HEAP}", BOARD, url, self.store, run),
            str(events),
            self.hurry,
            env=self.env,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        lines = [b""]
        async for line in process.stdout:
            lines.append(line)
            if line.startswith(b"synced ") and line.endswith(b"\n"):  # it may be killed in it
                self.safe[run] = int(line.split()[1])
                if kill_at and self.safe[run] >= kill_at:
                    # Anywhere in the sending that follows, or in the next writes.
                    await asyncio.sleep(self.random.random() * 0.02)
                    # process.kill() would look first, and take the status that wait() is to get.
                    with contextlib.suppress(ProcessLookupError):  # it has just ended
                        os.kill(process.pid, signal.SIGKILL)
                    kill_at = None
        if await process.wait() == 0:
            return json.loads(lines[-1])
        if process.returncode != -9:
            raise SystemExit(b"".join(lines[-30:]).decode())
        return None

    def judge(self, last):
        """Compare what was safe with what the collector has."""
        seen = self.collector.seen
        lost = [
            (run, number)
            for run, safe in self.safe.items()
            for number in range(1, safe + 1)
            if (run, number) not in seen
        ]
        heaps = last["heaps"]
        return {
            "events": self.tracked(),
            "reboots": self.reboots,
            "faults": self.collector.faults,
            "lost": len(lost),
            "first_lost": lost[:5],
            "two_ids": sum(len(eids) > 1 for eids in seen.values()),
            "heap_growth": heaps[-1] - heaps[0],
            **{key: last[key] for key in ("stored", "dropped", "given_up", "sockets", "gap_ms")},
            "causes": last["causes"],
        }


def soak(events, seed=1):
    """Run one, with the persistent store if there is one."""
    persistent = (ROOT / "lib/snowplow_tracker/store/segments.py").exists()
    return asyncio.run(Soak(events, seed, persistent).run())


def well(result):
    """Whether a soak came out as it must."""
    bad = [result[key] for key in ("lost", "two_ids", "stored", "given_up", "sockets")]
    # A kill in the middle of a write tears a page on this machine's file system, which littlefs
    # does not let happen. Nobody was told that its records are safe, but the store counts them.
    bad.append(result["dropped"] - result["causes"]["corruption"])
    return not any(bad) and result["heap_growth"] <= FLAT


def main():
    """Command line of `make soak`."""
    parser = argparse.ArgumentParser(prog="make soak", description=__doc__.split("\n")[0])
    parser.add_argument("--events", type=int, default=100000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    result = soak(options.events, options.seed)
    print(json.dumps(result))
    print(
        "soak: %(events)d events, %(faults)d faults, %(reboots)d reboots, "
        "%(lost)d lost, heap %(heap_growth)+d bytes" % result
    )
    return 0 if well(result) else 1


if __name__ == "__main__":
    sys.exit(main())
