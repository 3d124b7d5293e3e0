"""What the tests of `make setup` share: its server in a thread, and boards that are plugged in."""

import asyncio
import json
import sys
import threading
import time
import urllib.error
import urllib.request

import pytest

from tools.demo import Collector
from tools.deploy import console
from tools.engine import ROOT
from tools.flash import flashing, uf2
from tools.setup import server, steps

sys.path.insert(0, str(ROOT / "host_tests" / "board"))
STEP_MS = 600000  # for a step of the page, which starts a dozen programs: one alone may be slow


class Running:
    """The server in a thread; `url` has its token, `plain` has not."""

    def __init__(self, root, collector):
        self.setup = server.Setup(collector.url, collector.database, root)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._runner, self.url = self._run(server.start(self.setup, 0))
        self.plain = self.url.partition("?")[0]

    def _run(self, coroutine):
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(120)

    def stop(self):
        self._run(self._runner.cleanup())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def ask(self, path, body=None, **headers):
        """(status, JSON or text) of a request with the token's cookie."""
        headers = {"Cookie": f"{server.COOKIE}={self.setup.token}", **headers}
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.plain[:-1] + path, data, headers)
        try:
            with urllib.request.urlopen(request, timeout=120) as answer:
                return answer.status, json.loads(answer.read())
        except urllib.error.HTTPError as e:
            return e.code, e.read().decode()

    def job(self, step, body):
        """The last state of a job, once it is done."""
        status, answer = self.ask(f"/do/{step}", body)
        assert status == 200, answer
        until = time.monotonic() + 120
        while time.monotonic() < until:
            state = self.ask(f"/job/{answer['job']}")[1]
            if state["done"]:
                return state
            time.sleep(0.05)
        raise AssertionError(state)


@pytest.fixture
def served(tmp_path, monkeypatch):
    collector = Collector(tmp_path / "events.db", 0, ("--iglu", "none", "--quiet"))
    found = Running(tmp_path / "project", collector)
    monkeypatch.setattr(uf2, "places", lambda: [])
    # The program that is a board may stand still for longer than a board does.
    for module, name in ((flashing, "BOOT_SECONDS"), (flashing, "REPL_SECONDS"), (steps, "WAIT")):
        monkeypatch.setattr(module, name, 120)
    monkeypatch.setattr(console, "FOLLOW", STEP_MS / 1000)
    # The schemas of sessions are at Iglu Central only.
    monkeypatch.setattr(steps, "NEW", {**steps.NEW, "track": ["errors"]})
    yield found
    found.stop()
    collector.stop()


@pytest.fixture
def plugged(monkeypatch):
    """plugged(*ports): what find_ports() finds from now on."""
    ports = []
    monkeypatch.setattr(steps, "find_ports", lambda: [(port, "CP2102") for port in ports])

    def plug(*named):
        ports[:] = named

    return plug
