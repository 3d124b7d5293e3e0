"""Clocks that move only when they are told to; runs on MicroPython too."""

import snowplow_tracker.boots as boots
from snowplow_tracker import clock

NOW = 1795350546723  # 2026-11-22
STATE = ("boot", "floor", "hook", "keeper", "_ms", "_ticks", "_origin", "_guess", "_ask_at")
PATCHED = ("ms", "unix_ms", "sleep_ms", "ticks_ms", "ticks_diff", "time")


class Time:
    """In place of the library's clock: `mono` and `wall` in milliseconds."""

    def __init__(self, wall):
        self.wall = wall
        self.mono = 1000

    def __enter__(self):
        self._real = {name: getattr(clock, name) for name in PATCHED + STATE}
        clock.ms = lambda: self.mono
        clock.unix_ms = lambda: self.wall
        clock.sleep_ms = self.pass_ms
        return self

    def __exit__(self, *_):
        for name in self._real:
            setattr(clock, name, self._real[name])

    def pass_ms(self, ms):
        self.wall += ms
        self.mono += ms


class Machine(Time):
    """Below the library's clock: a machine whose system clock shows `wall`, and its ticks."""

    def __init__(self, wall, period=1 << 30, epoch_ms=0):
        super().__init__(wall)
        self.period = period
        self.epoch_ms = epoch_ms

    def __enter__(self):
        super().__enter__()
        clock.ms, clock.unix_ms = self._real["ms"], self._real["unix_ms"]
        clock.time = self
        clock.ticks_ms = lambda: self.mono % self.period
        clock.ticks_diff = self.ticks_diff
        self.epoch = clock._EPOCH_MS
        clock._EPOCH_MS = self.epoch_ms
        clock.floor = clock._NEVER
        self.boot()
        return self

    def __exit__(self, *_):
        super().__exit__()
        clock._EPOCH_MS = self.epoch
        boots._boots = []
        boots._path = ""
        boots._resumed = False

    def boot(self, off_ms=0, wall=None):
        """Restart: what the library holds in RAM is gone, and the ticks start anew."""
        self.wall = self.wall + off_ms if wall is None else wall
        self.mono = 500
        clock._ticks = clock.ticks_ms()
        clock._ms = clock._origin = clock._guess = clock._ask_at = 0
        clock.floor = clock._NEVER
        clock.hook = clock.keeper = None
        clock.boot = (clock.boot * 7 + 1) & 0xFFFF
        boots._boots = []
        boots._resumed = False

    def time_ns(self):
        return (self.wall - self.epoch_ms) * 1000000

    def ticks_diff(self, end, start):
        half = self.period // 2
        return (end - start + half) % self.period - half
