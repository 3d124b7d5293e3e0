import types

import pytest


@pytest.fixture
def simulate(monkeypatch):
    """simulate(port, chip="ESP32") -> the World behind the fakes; boards/ runs on its time."""

    def start(port, chip="ESP32"):
        import boards.base
        import boards.wifi
        import simulation

        world = simulation.start(port, chip)
        monkeypatch.setattr(boards.base, "time", world.time)
        monkeypatch.setattr(boards.wifi, "time", world.time)
        heap = types.SimpleNamespace(collect=lambda: None, mem_free=lambda: world.memory_free)
        monkeypatch.setattr(boards.base, "gc", heap)
        return world

    return start
