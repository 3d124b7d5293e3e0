"""Real-time clock chips, which go on while the board has no power. See chips.py."""
import json
import time as _time

import simulation
from chips import Chip

FAR = 1 << 62


def _bcd(n):
    return n // 10 << 4 | n % 10


def _number(byte):
    return (byte >> 4) * 10 + (byte & 15)


class Clock(Chip):
    """Counts seconds since 2000 on the world's time; `ppm`: by how much it is too fast.

    `order`: register of the second, minute, hour, day, weekday, month, year.
    """

    order: tuple = ()
    stopped = (0, 0)  # register and bit that tell that the oscillator stood still

    def __init__(self, ppm=0):
        super().__init__()
        self.ppm = ppm
        self.starts_at = 0  # the ms at which the oscillator runs: until then the flag comes back
        self.power_cycle()

    def power_cycle(self):
        """The chip's own battery was out."""
        self.registers = bytearray(256)
        self.registers[self.stopped[0]] |= self.stopped[1]
        self.starts_at = self._at = self._now()
        self._shown = 0  # ms since 2000

    def _now(self):
        return simulation.world.now_ms

    def running(self):
        return True

    def catch_up(self):
        """Count on to the present."""
        now = self._now()
        if self.running():
            before = self._shown
            self._shown += (now - self._at) * (1000000 + self.ppm) // 1000000
            self.passed(before // 1000, self._shown // 1000)
        self._at = now
        t = _time.gmtime(self._shown // 1000 + 946684800)
        fields = (t[5], t[4], t[3], t[2], t[6], t[1], t[0] % 100)
        for i, value in enumerate(fields):
            register = self.order[i]
            if i == 4:  # the day of the week is as it was written
                continue
            flag = self.stopped[1] if register == self.stopped[0] else 0
            self.registers[register] = _bcd(value) | self.registers[register] & flag

    def passed(self, before, now):
        """The seconds went from `before` to `now`."""

    def take_over(self, phase):
        """The time registers were written; `phase`: ms of the second that are over."""
        second, minute, hour, day, _, month, year = [
            _number(self.registers[r] & (0xFF if r == self.order[6] else 0x7F)) for r in self.order
        ]
        months = (0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334)
        days = year * 365 + (year + 3) // 4 + months[(month - 1) % 12] + day - 1
        days += month > 2 and year % 4 == 0
        self._shown = (((days * 24 + hour) * 60 + minute) * 60 + second) * 1000 + phase
        self._at = self._now()

    def write(self, data):
        self.catch_up()
        super().write(data[:1])
        self.writes[-1] = data
        self.registers[data[0] : data[0] + len(data) - 1] = data[1:]
        if self._now() < self.starts_at + 500:
            self.registers[self.stopped[0]] |= self.stopped[1]

    def read(self, n):
        self.catch_up()
        return super().read(n)

    @property
    def unix_ms(self):
        """What it shows, since 1970."""
        self.catch_up()
        return self._shown + 946684800000


class Ds3231(Clock):
    """Datasheet: OSF (status, bit 7) is 1 at power-on, and is cleared by a write of 0 alone; a
    write of the seconds begins a new second."""

    order = (0, 1, 2, 4, 3, 5, 6)
    stopped = (0x0F, 0x80)

    def power_cycle(self):
        super().power_cycle()
        self.registers[0x0E] = 0x1C

    def write(self, data):
        flag = self.registers[0x0F] & 0x80
        super().write(data)
        if data[0] == 0x0F and len(data) > 1:
            self.registers[0x0F] &= 0x7F | flag  # a 1 sets nothing
        if data[0] == 0 and len(data) > 1:
            self.take_over(0)


class Pcf85063a(Clock):
    """Datasheet rev. 6: a stop ends with a first second of 508 ms; AF and TF are cleared by a
    write of 0 and stay with a 1; a field of the alarm with bit 7 is not compared, and if none is,
    there is no alarm; INT is low while AIE and AF are set."""

    order = (4, 5, 6, 7, 8, 9, 10)
    stopped = (4, 0x80)

    def power_cycle(self):
        super().power_cycle()
        self.registers[0x0B:0x10] = b"\x80" * 5

    def running(self):
        return not self.registers[0] & 0x20

    def write(self, data):
        was_stopped = self.registers[0] & 0x20
        flags = self.registers[1]
        super().write(data)
        registers = range(data[0], data[0] + len(data) - 1)
        if 1 in registers:
            self.registers[1] &= 0xB7 | flags & 0x48
        if 4 in registers:
            self.take_over(0 if self.registers[0] & 0x20 else self._shown % 1000)
        if was_stopped and not self.registers[0] & 0x20:
            self._shown = self._shown // 1000 * 1000 + 492
        self.check()

    def passed(self, before, now):
        if self._next_alarm(before) <= now:
            self.registers[1] |= 0x40

    def _next_alarm(self, after):
        wanted = [None if byte & 0x80 else _number(byte) for byte in self.registers[0x0B:0x0F]]
        if wanted == [None] * 4:
            return FAR
        second = after + 1
        while second < after + 32 * 86400:
            t = _time.gmtime(second + 946684800)
            step = 1
            for i, length in enumerate((1, 60, 3600, 86400)):
                if wanted[i] not in (None, t[5 - i]):
                    step = length
            if step == 1 and wanted[0] in (None, t[5]):
                return second
            second += step - second % step if step > 1 else 1
        return FAR

    def rings(self):
        """Whether INT is low."""
        self.catch_up()
        return self.registers[1] & 0xC0 == 0xC0

    def ms_to_ring(self):
        """Until INT is low by itself."""
        self.catch_up()
        if not self.registers[1] & 0x80:
            return FAR
        second = self._next_alarm(self._shown // 1000)
        return FAR if second == FAR else second * 1000 - self._shown

    def check(self):
        """Called after each write."""


class StoredPcf85063a(Pcf85063a):
    """For processes that end with each loss of power: its state is in a file, and pin 2 holds the
    supply."""

    path = "pcf85063a.json"

    def __init__(self):
        super().__init__()
        try:
            with open(self.path) as file:
                registers, self._shown, self._at = json.load(file)
            self.registers = bytearray(registers)
            self.starts_at = 0
        except OSError:
            pass
        self._held = False
        simulation.world.watchers[2] = self._hold

    def _hold(self, level):
        self._held = level == 1
        if not self._held and not self.rings():
            self.check()
            simulation.world.end("power", self.ms_to_ring())

    def check(self):
        with open(self.path, "w") as file:
            json.dump([list(self.registers), self._shown, self._at], file)
