"""Clocks that move only when they are told to; runs on MicroPython too."""

import snowplow_tracker.clock.boot_history as boot_history
import snowplow_tracker.clock.set_clock as set_clock
from snowplow_tracker import clock

NOW = 1795350546723  # 2026-11-22
STATE = (
    "boot", "floor", "hook", "saver", "elapsed", "ticks", "date_start", "guess_start", "confirmed"
)  # fmt: skip
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
        set_clock.next_ask = 0

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
        self.epoch = clock.EPOCH_MS
        clock.EPOCH_MS = self.epoch_ms
        clock.floor = clock.EARLIEST
        self.boot()
        return self

    def __exit__(self, *_):
        super().__exit__()
        clock.EPOCH_MS = self.epoch
        boot_history.boots = []
        boot_history.path = ""
        boot_history.resumed = False

    def boot(self, off_ms=0, wall=None):
        """Restart: what the library holds in RAM is gone, and the ticks start anew."""
        self.wall = self.wall + off_ms if wall is None else wall
        self.mono = 500
        clock.ticks = clock.ticks_ms()
        clock.elapsed = clock.date_start = clock.guess_start = set_clock.next_ask = 0
        clock.confirmed = False
        clock.floor = clock.EARLIEST
        clock.hook = clock.saver = None
        clock.boot = (clock.boot * 7 + 1) & 0xFFFF
        boot_history.boots = []
        boot_history.resumed = False

    def time_ns(self):
        return (self.wall - self.epoch_ms) * 1000000

    def ticks_diff(self, end, start):
        half = self.period // 2
        return (end - start + half) % self.period - half
