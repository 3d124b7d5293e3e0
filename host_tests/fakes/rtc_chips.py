"""Real-time clock chips, which go on while the board has no power, and the supply of a board that
such a chip switches on. See chips.py."""
import json
import time as _time

import simulation
from chips import Chip

_FAR = 1 << 62


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
            return _FAR
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
        return _FAR

    def rings(self):
        """Whether INT is low."""
        self.catch_up()
        return self.registers[1] & 0xC0 == 0xC0

    def ms_to_ring(self):
        """Until INT is low by itself."""
        self.catch_up()
        if not self.registers[1] & 0x80:
            return _FAR
        second = self._next_alarm(self._shown // 1000)
        return _FAR if second == _FAR else second * 1000 - self._shown

    def check(self):
        """Called after each write."""


class Enviro:
    """The supply of a board: there while `hold` is high, the chip's INT is low, the contact is
    closed, or USB is there. A reset lets go of `hold`."""

    def __init__(self, world, chip, hold=2, contact=10):
        self.world, self.chip, self._contact = world, chip, contact
        self.usb = False
        self.shut_ms = 400  # of the contact at each tip
        self.tips = []  # the world's ms at which it is shut
        self._held = False
        self._is_shut = False
        self.deaths = 0
        world.watchers[hold] = self._hold
        chip.check = self.check
        self._reboot = world.reboot
        world.reboot = self.reboot

    def _hold(self, level):
        self._held = level == 1
        self.check()

    def powered(self):
        return self._held or self.usb or self._is_shut or self.chip.rings()

    def check(self):
        if not self.powered():
            self.deaths += 1
            self.world.end("power", self._ms_off())

    def _ms_off(self):
        tip = self.tips[0] - self.world.now_ms if self.tips else _FAR
        ms = min(self.chip.ms_to_ring(), tip)
        assert ms < _FAR, "nothing switches the board on again"
        return max(0, ms)

    def reboot(self, why, ms=0):
        self._held = False
        if why != "power" and not self.powered():
            why, ms = "power", self._ms_off()
        self._reboot(why, ms)
        if self.tips and self.tips[0] <= self.world.now_ms:
            self.shut()
        else:
            self.plan()
        assert self.powered(), "it was switched on by nothing"

    def plan(self):
        """Have the next tip come, also in the middle of a sleep."""
        if self.tips:
            self._at(self.tips[0], self.shut)

    def _at(self, ms, do):
        # `do` is called once, at this time.
        def call(key):
            self.world.timers = [timer for timer in self.world.timers if timer[3] is not key]
            do()

        self.world.timers.append([1 << 40, ms, call, object()])

    def shut(self):
        """The contact is shut for a while."""
        self.tips.pop(0)
        self._is_shut = True
        self.world.edge(self._contact, 1)
        self._at(self.world.now_ms + self.shut_ms, self._open)

    def _open(self):
        self._is_shut = False
        self.world.edge(self._contact, 0)
        self.plan()
        self.check()


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
