"""ST's VL53L0X, as its API (STSW-IMG005, described in UM2039) shows it: pages of registers, fuses
that are asked for, two calibrations, and measurements whose time is in the registers. See
chips.py; `registers` is page 0."""
import simulation
from chips import Chip

# Of the API's DefaultTuningSettings: page, register, value. These stand for all.
TUNED = ((0, 0x57, 0x30), (0, 0x66, 0xA0), (0, 0x45, 0x20), (1, 0x49, 0xFF), (1, 0x8E, 1))
STOP = 0x3C  # the variable that each measurement needs, another one in each chip
ID = bytes((0xEE, 0xAA, 0x10))


class Vl53l0x(Chip):
    """`distance` in mm, `status` of the measurement; `fuses`: how many reference diodes, and 0x80
    if those with an aperture; `good`: the map of those that work."""

    def __init__(self, distance=1234, status=11, fuses=0x85, good=b"\xff\xff\x3d\xff\xff\x0f"):
        super().__init__()
        self.distance, self.status = distance, status
        self.fuses, self.good = fuses, good
        self.registers[0xC0:0xC3] = ID
        self.power_cycle()

    def power_cycle(self):
        known = self.registers[0xC0:0xC3]
        self.registers = bytearray(256)
        self.registers[0xC0:0xC3] = known
        self.registers[0xB0:0xB6] = self.good
        self.pages = {0: self.registers, 1: bytearray(256), 6: bytearray(256), 7: bytearray(256)}
        self.page = 0
        self.in_reset = self.calibrated = self.asked_at = self.done_at = self.stop = None
        self.calibrated = set()
        self.free_running = False

    # As another program left it: it measures again and again, and takes no other order.
    def run_on(self):
        self.free_running = True
        self.pages[1][0x91] = 0x99

    def write(self, data):
        super().write(data[:1])
        for i, value in enumerate(data[1:]):
            self.store(data[0] + i, value)

    def store(self, register, value):
        if self.page == 0 and register == 0xBF:
            if value == 0:
                self.power_cycle()
            self.in_reset = value == 0
            return
        if register == 0xFF:
            self.page = value
            return
        page = self.pages[self.page]
        if self.page == 0 and register == 0:
            self.start(value)
        elif self.page == 0 and register == 0x0B:
            self.registers[0x13] = 0
        elif self.page == 7 and register == 0x83 and value == 0:
            open_ = self.registers[0x80] or self.pages[7][0x80]
            if open_ and page[0x94] == 0x6B and page[0x81] == 1 and self.pages[6][0x83] & 4:
                self.asked_at = simulation.world.now_ms
        elif self.page == 1 and register == 0x91 and page[0] == 0 and self.registers[0x80]:
            self.stop = value
        page[register] = value

    def read(self, n):
        if self.broken == "mute":
            raise OSError(5)
        if self.in_reset:
            return bytes(n)
        now = simulation.world.now_ms
        if self.page == 1 and self.registers[0x80] and self.pages[1][0] == 0:
            self.pages[1][0x91] = 0x99 if self.free_running else STOP
        if self.page == 7 and self.asked_at is not None and now > self.asked_at:
            self.pages[7][0x83], self.pages[7][0x92] = 0x10, self.fuses
        if self.done_at is not None and now >= self.done_at and self.broken != "busy":
            self.done_at = None
            self.registers[0x13] = 4
        return super().read(n) if self.page == 0 else self.pages[self.page][self._pointer:][:n]

    # What a measurement takes, by the formulas of the API.
    def budget_us(self):
        r = self.registers

        def periods(high):
            return (r[high + 1] << r[high]) + 1

        def us(count, vcsel):
            return count * ((2304 * (vcsel + 1) * 2 * 1655 + 500) // 1000) // 1000

        first = us(r[0x46] + 1, r[0x50])
        steps = r[1]
        total = 1910 + 960
        if steps & 0x10:
            total += first + 590
        if steps & 0x08:
            total += 2 * (first + 690)
        elif steps & 0x04:
            total += first + 660
        if steps & 0x40:
            total += us(periods(0x51), r[0x50]) + 660
        if steps & 0x80:
            total += us(periods(0x71) - periods(0x51) * (steps >> 6 & 1), r[0x70]) + 550
        return total

    def start(self, value):
        if not value & 1 or self.free_running:
            return
        r = self.registers
        if r[0x0A] != 4:  # the interrupt of a measurement
            return
        steps = r[1]
        if steps in (1, 2):
            if (steps, value) in ((1, 0x41), (2, 0x01)):
                self.calibrated.add(steps)
            self.done_at = simulation.world.now_ms + 4
            return
        self.done_at = simulation.world.now_ms + self.budget_us() // 1000
        status, distance = self.status, self.distance
        if self.calibrated != {1, 2} or not self.diodes_are_right() or not self.is_tuned():
            status = 2  # the light failed its own test
        elif self.stop != STOP:
            distance = 20
        self.stop = None
        r[0x14] = status << 3 | 1
        r[0x1E], r[0x1F] = distance >> 8, distance & 0xFF

    def is_tuned(self):
        return all([self.pages[page][register] == value for page, register, value in TUNED])

    def diodes_are_right(self):
        first = 12 if self.fuses & 0x80 else 0
        working = [i for i in range(first, 48) if self.good[i >> 3] >> (i & 7) & 1]
        wanted = set(working[: self.fuses & 0x7F])
        chosen = {i for i in range(48) if self.registers[0xB0 + (i >> 3)] >> (i & 7) & 1}
        ready = self.registers[0xB6] == 0xB4 and self.pages[1][0x4E] == 0x2C
        return chosen == wanted and ready
