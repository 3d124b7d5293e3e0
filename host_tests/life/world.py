"""The world of one life: true time, power, flash, retained memory, heap and chance.

All of it is decided by one seed. Time is virtual: it passes when the library sleeps or the board
does something. A cut of the power is an exception that no `except Exception` catches; what still
runs after it changes nothing.
"""

import os
import random
import sys

from nor import BLOCK, Flash

import micropython

START = 1795350546723  # 2026-11-22
DAY = 86400000
EIO = 5
ENOSPC = 28


class PowerCut(BaseException):
    """The power is gone, or a watchdog has reset the board."""


class Fault(BaseException):
    """What the account found; args: kind, text, number of events."""


class World:
    def __init__(self, seed, trace=False):
        self.seed = seed
        self.tracing = trace
        random.seed(seed * 7919 + 1)
        self._noise = (seed * 2654435761 + 12345) & 0xFFFFFFFF
        self.now = START + random.randrange(400 * DAY)
        self.born = self.now
        # ESP32 counts from 2000 and starts there, rp2 starts in 2021, others in 1970.
        self.epoch, self.power_on = random.choice(
            ((946684800000, 946684800000), (0, 1609459200000), (0, 0))
        )
        self.period = 1 << 30
        self.dead = False
        self.calls = 0
        self.patience = 1 << 30
        self.locked = False
        self.exhausted = False  # whether that was so, since the program did its last thing
        self.was_exhausted = False  # the same, in all of this life
        self.failed = False  # whether an allocation failed since then
        self.flash = None
        self.memory = Memory(self)
        self.cut_flash = self.cut_memory = self.cut_yield = 0  # so many more, then it is cut
        self.trouble = 0  # how likely a single access of the flash fails
        self.trouble_read = self.trouble_write = False
        self.troubled = False  # whether flash ever failed
        self.half_done = False  # whether something may have been written in part
        self.no_memory = 0  # so many more allocations that are watched, then one fails
        self.largest = 1 << 30  # the largest block that can be had
        self.power_up(0)

    # --- chance -----------------------------------------------------------------------------
    def chance(self, percent):
        return random.getrandbits(16) * 100 < percent << 16

    def pick(self, items):
        return random.choice(items)

    def between(self, low, high):
        return random.randint(low, high)

    def weighted(self, weights):
        """One of the keys of a list of (key, weight)."""
        at = random.randrange(sum([w for _, w in weights]))
        for key, weight in weights:
            at -= weight
            if at < 0:
                return key

    def urandom(self, n):
        """For the library: other bytes in each life, and no part of the life's own chance."""
        self.alive()
        x = self._noise
        out = b""
        while len(out) < n:
            x ^= x << 13 & 0xFFFFFFFF
            x ^= x >> 17
            x ^= x << 5 & 0xFFFFFFFF
            out += x.to_bytes(4, "little")
        self._noise = x
        return out[:n]

    def trace(self, *what):
        if self.tracing:
            print("%12.3f" % ((self.now - self.born) / 1000), *what)

    def trace_error(self, error):
        if self.tracing:
            sys.print_exception(error)

    # --- power and time ---------------------------------------------------------------------
    def alive(self):
        if self.locked:
            self.unlock()
        if self.dead:
            raise PowerCut

    def die(self, why):
        self.trace("CUT:", why)
        self.dead = True
        self.cut_flash = self.cut_memory = self.cut_yield = 0

    def power_up(self, off_ms, clock_kept=False):
        """A board begins to run, after so long."""
        self.now += off_ms
        self.dead = False
        self.trouble = 0
        self.booted = self.now
        self.ticks_at_boot = random.getrandbits(30) if self.chance(20) else 0
        if not clock_kept:
            self.wall = self.power_on - self.now  # what the system's clock is off by

    def pass_ms(self, ms):
        self.now += ms

    def sleep_ms(self, ms):
        self.alive()
        self.now += ms
        self.at_yield()

    def at_yield(self):
        self.alive()
        if self.cut_yield:
            self.cut_yield -= 1
            if not self.cut_yield:
                self.die("at a yield")
                raise PowerCut

    def ticks_ms(self):
        self.alive()
        self.calls += 1
        self.now += not self.calls & 7  # what runs takes time
        if self.calls > self.patience:
            raise Fault("raised", "it hangs", 1)
        return (self.now - self.booted + self.ticks_at_boot) & self.period - 1

    def ticks_diff(self, end, start):
        half = self.period >> 1
        return (end - start + half & self.period - 1) - half

    def time_ns(self):
        self.alive()
        return (self.now + self.wall - self.epoch) * 1000000

    def set_system(self, unix_ms):
        """Set the system's clock."""
        self.alive()
        self.wall = unix_ms - self.now

    # --- heap -------------------------------------------------------------------------------
    def allocates(self, size):
        """Ahead of an allocation that is watched: it may fail."""
        self.alive()
        if size > self.largest:
            self.failed = True
            self.trace("no block of", size)
            raise MemoryError
        if self.no_memory:
            self.no_memory -= 1
            if not self.no_memory:
                self.failed = True
                self.trace("MemoryError for", size)
                raise MemoryError

    def lock(self):
        """Behind a call that is watched: the next allocation, of whatever kind, may fail."""
        if self.no_memory:
            self.no_memory -= 1
            if not self.no_memory:
                self.trace("the heap is full for a moment")
                self.locked = self.exhausted = self.was_exhausted = True
                self.failed = self.half_done = True
                micropython.heap_lock()

    def unlock(self):
        if self.locked:
            self.locked = False
            micropython.heap_unlock()


class BoardFlash(Flash):
    """As a port's driver: it returns a negative errno. What is torn by a cut stays half done."""

    world = None

    def __init__(self, geometry, blocks):
        super().__init__(geometry, blocks)
        self._all = memoryview(self.data)

    def _refuses(self, what):
        w = self.world
        if w.locked:
            w.unlock()
        if w.dead:
            return True
        fails = w.trouble_read if what == "read" else w.trouble_write
        if fails and w.trouble and w.chance(w.trouble):
            self.code = ENOSPC if what == "program" and w.chance(20) else EIO
            w.trace("flash: errno", self.code, "for a", what)
            w.troubled = True
            w.half_done = w.half_done or what != "read"
            return True
        return False

    code = EIO

    def _cut(self):
        w = self.world
        if w.cut_flash:
            w.cut_flash -= 1
            if not w.cut_flash:
                self.code = EIO
                w.die("at a change of the flash")
                return True
        return False

    # Half of all lines that run in a life are those of a read.
    def readblocks(self, n, buf, offset=0):
        w = self.world
        if (w.locked or w.dead or w.trouble) and self._refuses("read"):
            return -self.code
        at = n * BLOCK + offset
        buf[:] = self._all[at : at + len(buf)]

    def writeblocks(self, n, buf, offset=0):
        if self._refuses("program"):
            return -self.code
        at = n * BLOCK + offset
        buf = memoryview(buf)
        if self._cut():
            if self.world.chance(50):
                self._program(at, buf[: len(buf) // 2])
            return -EIO
        self._program(at, buf)

    def ioctl(self, op, arg):
        if self.world.locked:
            self.world.unlock()
        if op == 6:
            if self._refuses("erase"):
                return -EIO
            at = arg * BLOCK
            if self._cut():
                if self.world.chance(50):
                    self._fill(at, at + BLOCK // 2)
                return -EIO
            self._fill(at, at + BLOCK)
            return 0
        return Flash.ioctl(self, op, arg)


# A board's flash driver is written in C and allocates nothing. Ours is not: no allocation may fail
# below littlefs, which would be left in the middle of what it does. So memory is there again
# before each call that leads there. (With *args a call would allocate before that.)
class File:
    left_open: list = []  # which the end of a boot closes: no finaliser is to find them

    def __init__(self, world, file):
        self._world = world
        self._file = file
        self.left_open.append(self)

    def __enter__(self):
        return self

    def __exit__(self, kind, error, where):
        self.close()

    def close(self):
        self._world.unlock()
        if self in self.left_open:
            self.left_open.remove(self)
            self._file.close()

    @staticmethod
    def close_all():
        for file in list(File.left_open):
            try:
                file.close()
            except OSError:
                pass

    def seek(self, at, whence=0):
        self._world.unlock()
        return self._file.seek(at, whence)

    def read(self, n=-1):
        self._world.unlock()
        return self._file.read(n)

    def readinto(self, buf):
        self._world.unlock()
        return self._file.readinto(buf)

    def write(self, data):
        self._world.unlock()
        return self._file.write(data)


class Os:
    """The module `os`, for the stores."""

    def __init__(self, world):
        self._world = world

    def __getattr__(self, name):
        self._world().unlock()
        return getattr(os, name)


class Memory:
    """Memory that outlives a reset and deep sleep, as ESP32's RTC().memory()."""

    def __init__(self, world):
        self.world = world
        self.kept = b""
        self.whole = True

    def __call__(self, data=None):
        w = self.world
        w.alive()
        if data is None:
            return self.kept
        assert len(data) <= 2048, "RTC memory has 2048 bytes"
        data = bytes(data)
        if w.cut_memory:
            w.cut_memory -= 1
            if not w.cut_memory:
                if w.chance(50):
                    half = len(data) // 2
                    self.kept = data[:half] + (self.kept + bytes(len(data)))[half : len(data)]
                    self.whole = False
                w.die("at a write of retained memory")
                raise PowerCut
        self.kept = data

    def lose(self):
        """What a loss of power leaves."""
        n = len(self.kept)
        w = self.world
        self.kept = w.pick((b"", b"\xff" * n, bytes(n), self.kept[1:] + self.kept[:1]))
        self.whole = True


class Time:
    """In place of the module `time`, where the library uses it."""

    def __init__(self, world, real):
        self._world = world
        self._real = real
        self.time_ns = world.time_ns

    def gmtime(self, seconds=None):
        if seconds is None:
            seconds = self.time_ns() // 1000000000
        return self._real.gmtime(seconds + self._world.epoch // 1000)


def load(name):
    """A module of the library by its path, whatever its package's __getattr__ says."""
    __import__(name)
    return sys.modules[name]
