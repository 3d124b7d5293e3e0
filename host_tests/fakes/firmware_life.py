"""The life of a simulated board on CPython: the whole firmware over sleeps, resets and losses
of power, on the world's clock, so that months pass in seconds.

    life = Life(world, directory, monkeypatch, config)
    life.run(days=30)
    life.received           # the events that the collector got, as dicts, in order

The files in `directory` are the flash. The wire is replaced below the library's transport by
`life.answers`: statuses or exceptions, the last of which repeats.
"""
import asyncio
import errno
import json
import os
import selectors
import sys
from pathlib import Path

import boards
import simulation
from snowplow_tracker import clock
from snowplow_tracker.clock import boot_history as boots
from snowplow_tracker.clock import set_clock
from snowplow_tracker.store.segment_log import open_folders
from snowplow_tracker.transport import http

FIRMWARE = Path(__file__).resolve().parents[2] / "firmware"
# The library's state of one boot, as it is after import. Which modules of a package are loaded is
# no part of it: the firmware unloads some.
_CLEAN = {
    module: {name: value for name, value in vars(module).items() if type(value) is not type(os)}
    for module in (clock, boots, set_clock)
}


class _Selector(selectors.BaseSelector):
    """Waits by moving the world on; there is nothing else to wait for."""

    def __init__(self, world):
        self._world = world
        self._map = {}

    def register(self, fileobj, events, data=None):
        key = self._map[fileobj] = selectors.SelectorKey(fileobj, 0, events, data)
        return key

    def unregister(self, fileobj):
        return self._map.pop(fileobj)

    def get_map(self):
        return self._map

    def select(self, timeout=None):
        self._world.look()
        if timeout:
            self._world.advance(max(1, round(timeout * 1000)))
        return []


class Life:
    def __init__(self, world, directory, monkeypatch, config):
        self.world = world
        self.answers = [200]
        self.to = {}  # host -> its own answers
        self.received = []
        self.requests = []  # (true ms, number of events or the exception)
        self.ends = []  # why each run ended: deep, reset, watchdog, ...
        self.boots = 0
        for module, clean in _CLEAN.items():
            for name, value in clean.items():  # so that the test's end puts it back
                monkeypatch.setattr(module, name, value, raising=False)
        # What runs at a boot; a board whose supply a pin holds has a boot.py before it.
        self.programs = [compile((FIRMWARE / "main.py").read_text(), "main.py", "exec")]
        # The firmware loads modules again and again.
        monkeypatch.setattr(sys, "dont_write_bytecode", False)
        self._until = None
        self._born = world.now_ms
        self._plan = []
        os.chdir(directory)
        self.configure(config)
        monkeypatch.setattr(boards, "load", self._board)
        monkeypatch.setattr(http.HttpTransport, "send", _sender(self))
        monkeypatch.setattr(http.HttpTransport, "close", lambda transport: None)
        from firmware import always_on, sensors

        fake = type("asyncio", (), {"run": self._run_loop, "sleep": asyncio.sleep})
        fake.create_task = asyncio.create_task
        monkeypatch.setattr(always_on, "asyncio", fake)
        monkeypatch.setattr(sensors, "time", type("time", (), {"sleep": self._sleep}))
        world.look = self._look

    def configure(self, config):
        Path("config.json").write_text(json.dumps(config))

    def _sleep(self, seconds):
        self.world.advance(round(seconds * 1000))

    def _board(self, **options):
        module = __import__("boards." + self.world.port, None, None, ("Board",))
        self.board = module.Board(**options)
        return self.board

    def after(self, do, days=0, hours=0, seconds=0):
        """Have `do` called when so much of the life is over; RAM lives on meanwhile."""
        ms = self._born + ((days * 24 + hours) * 3600 + seconds) * 1000
        self._plan.append((ms, do))
        self._plan.sort(key=lambda plan: plan[0])

    def _look(self):
        while self._plan and self._plan[0][0] <= self.world.now_ms:
            self._plan.pop(0)[1]()
        if self.world.now_ms >= self._until:
            raise simulation.Ended("over", 0)

    def boot(self):
        """One run of main.py, until it ends; -> why it did."""
        for module, clean in _CLEAN.items():
            vars(module).update(clean)
        open_folders.clear()
        self._pretend()
        clock.boot = 1 + self.boots * 7919 % 65535
        self.boots += 1
        try:
            for program in self.programs:
                exec(program, {"__name__": "__main__"})
            why, ms = "stopped", 0
        except simulation.Ended as end:
            why, ms = end.args
        self.ends.append(why)
        if why not in ("over", "stopped"):
            self.world.reboot(why, ms)
        return why

    def _pretend(self):
        time = self.world.time
        clock.time = time
        clock.ticks_ms, clock.ticks_diff, clock.sleep_ms = (
            time.ticks_ms, time.ticks_diff, time.sleep_ms,
        )  # fmt: skip
        clock.ticks = time.ticks_ms()
        clock.EPOCH_MS = time._epoch()

    def run(self, days=0, hours=0, seconds=0):
        """Boot again and again until so much time has passed."""
        # Not on a minute: NTP sets a clock to half a second, so that what is due then may come
        # before the end or after it.
        self._until = self.world.now_ms + ((days * 24 + hours) * 3600 + seconds) * 1000 - 1000
        while self.world.now_ms < self._until:
            if self.boot() in ("over", "stopped"):
                break
            assert self.ends[-20:] != ["reset"] * 20, "it resets again and again"
        return self

    def _run_loop(self, main):
        loop = asyncio.SelectorEventLoop(_Selector(self.world))
        loop.time = lambda: self.world.now_ms / 1000
        loop.set_exception_handler(lambda loop, context: None)
        asyncio.set_event_loop(loop)
        try:
            return loop.run_until_complete(main)
        finally:
            self.world.look = lambda: None
            tasks = asyncio.all_tasks(loop)
            for task in tasks:
                task.cancel()
            loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
            asyncio.set_event_loop(None)
            loop.close()
            self.world.look = self._look

    # --- what the collector got -----------------------------------------------------------
    def of(self, name):
        """The data of the received events of a self-describing type, in order."""
        found = []
        for event in self.received:
            if "ue_pr" in event:
                inner = json.loads(event["ue_pr"])["data"]
                if "/%s/" % name in inner["schema"]:
                    found.append(inner["data"])
        return found

    def said(self, category, action=None):
        """The received structured events of a category."""
        return [
            event
            for event in self.received
            if event.get("se_ca") == category and action in (None, event["se_ac"])
        ]


def _sender(life):
    def send(transport, length, body):
        world = life.world
        transport.wrote = False
        transport.date = transport.retry_after = None
        if transport.get:
            yield 5
            raise OSError("there is no remote configuration")
        data = b"".join([bytes(part) for part in body(bytearray(1400))])
        yield 5
        answer = simulation.next_of(life.to.get(transport.host, life.answers))
        if not life.board.online():
            answer = OSError(errno.EHOSTUNREACH, "EHOSTUNREACH")
        if isinstance(answer, Exception):
            life.requests.append((world.true_ms, answer))
            yield 100
            raise answer
        transport.wrote = True
        events = json.loads(data)["data"]
        life.requests.append((world.true_ms, len(events)))
        if answer == 200:
            for event in events:  # as the pipeline does it
                late = int(event["stm"]) - int(event["dtm"])
                event["derived"] = world.true_ms - late
            life.received += events
        return answer

    return send
