import gc
import importlib
import os
import signal
import socket
import sys
import types

import pytest

from snowplow_tracker import clock
from snowplow_tracker.clock import boot_history, set_clock
from tools.engine import NO_COMPILER, ROOT, find_compiler, find_vm


def pytest_configure(config):
    # A shell starts what is to run in its background with SIGINT ignored, and all that a program
    # starts inherits it: some tests send it to their own programs.
    if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(items):
    # Of these files each takes minutes. Begun last, they would run on while all others wait.
    long = ("test_update_power_cuts.py", "test_life.py", "test_power_cuts.py", "test_fuzz.py")
    items.sort(key=lambda item: item.path.name not in long)


def pytest_collection_finish(session):
    # The code on a board collects garbage often: without all modules it takes a tenth of the time.
    gc.freeze()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers(config):
    # Most tests wait for a board, a collector or a browser; they compute in a third of their time.
    return 2 * (os.cpu_count() or 1)


@pytest.fixture(scope="session")
def vm_program():
    """Path of the MicroPython VM, or a skip that says why there is none."""
    program = find_vm()
    if not program:
        pytest.skip("no MicroPython VM here: it has no wheel for this machine")
    return program


@pytest.fixture(scope="session")
def compiler():
    """Skip, saying why, where nothing can be compiled for boards."""
    if not find_compiler():
        pytest.skip(NO_COMPILER)


@pytest.fixture
def closing_line(record_property):
    """closing_line(text): print it below all tests, whichever process runs this one."""
    return lambda text: record_property("closing line", text)


@pytest.fixture
def count_fault(record_property):
    """count_fault(engine, lost): for the line that the faults come to."""
    return lambda engine, lost: record_property("fault", [engine, lost])


def pytest_terminal_summary(terminalreporter):
    found = {"closing line": [], "fault": []}
    for reports in terminalreporter.stats.values():
        for report in reports:
            if getattr(report, "when", None) == "call":
                for name, value in report.user_properties:
                    found[name].append(value)
    if found["fault"]:
        engines = [engine for engine, _ in found["fault"]]
        found["closing line"].append(
            "faults: %d scenarios on CPython, %d on the VM, %d events lost"
            % (engines.count("cpython"), engines.count("vm"), sum(n for _, n in found["fault"]))
        )
    for line in sorted(found["closing line"]):
        terminalreporter.write_line(line)


class NtpSocket(socket.socket):
    """socket.socket, where the simulated NTP server answers."""

    def __new__(cls, family=-1, type=-1, *rest, **options):
        if type == socket.SOCK_DGRAM:
            return importlib.import_module("ntp_server").Datagrams()
        return super().__new__(cls)


@pytest.fixture
def simulate(monkeypatch):
    """simulate(port, chip="ESP32") -> the World behind the fakes; boards/ runs on its time."""

    def start(port, chip="ESP32"):
        import boards.base
        import boards.cellular
        import boards.chip
        import boards.common
        import boards.dial
        import boards.esp32
        import boards.ethernet
        import boards.ethernet_start
        import boards.join
        import boards.latch
        import boards.link
        import boards.links
        import boards.ntp
        import boards.open_link
        import boards.rp2
        import ntp_server
        import simulation

        for folder in ("parts", "rtc", "sensors"):
            for path in (ROOT / "boards" / folder).glob("*.py"):
                importlib.import_module("boards.%s.%s" % (folder, path.stem))
        world = simulation.start(port, chip)
        for name, module in list(sys.modules.items()):
            if name.startswith("boards.") and hasattr(module, "time"):
                monkeypatch.setattr(module, "time", world.time)
        heap = types.SimpleNamespace(collect=lambda: None, mem_free=lambda: world.memory_free)
        monkeypatch.setattr(boards.common, "gc", heap)
        monkeypatch.setattr(socket, "socket", NtpSocket)
        monkeypatch.setattr(socket, "getaddrinfo", ntp_server.getaddrinfo)
        return world

    return start


@pytest.fixture(autouse=True)
def remembered():
    """The firmware unloads modules, and sets the clock; tests that come later have both still."""
    def loaded():
        return {n: sys.modules[n] for n in sys.modules if n.startswith(("snowplow_", "firmware"))}

    before = loaded()
    clocks = [(module, dict(vars(module))) for module in (clock, boot_history, set_clock)]
    yield
    sys.modules.update(before)
    for module, state in clocks:
        vars(module).update(state)
    for name, module in loaded().items():
        package, _, own = name.rpartition(".")
        if package:
            setattr(importlib.import_module(package), own, module)
