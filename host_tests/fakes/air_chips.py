"""Bosch's and Infineon's chips for air pressure, at the level of their registers; see chips.py."""
from struct import pack

import simulation
from chips import Chip


class _Measuring(Chip):
    """Registers that are filled when a measurement ends, `ms` after it was begun."""

    def __init__(self):
        super().__init__()
        self._ready_at = None

    def begin(self, ms):
        self._ready_at = simulation.world.now_ms + ms

    def ready(self):
        ended = self._ready_at is not None and simulation.world.now_ms >= self._ready_at
        return ended and self.broken != "busy"

    def read(self, n):
        self.fill(self.ready())
        return super().read(n)

    def put(self, register, data):
        self.registers[register : register + len(data)] = data


class Bmp390(_Measuring):
    """Calibration words of a real chip: the datasheet has no example. Its registers hold 0x800000
    before a measurement (datasheet 4.3.4)."""

    T = (27398, 18836, -10)
    P = (-1102, -3152, 35, 0, 24976, 30112, -2, -7, 17076, 18, -60)

    def __init__(self, temperature=8_300_000, pressure=6_700_000, id=0x60):
        super().__init__()
        self.raw = (pressure, temperature)
        self.registers[0] = id
        self.put(0x31, pack("<HHbhhbbHHbbhbb", *self.T, *self.P))
        self.put(0x04, b"\0\0\x80" * 2)

    def store(self, register, value):
        super().store(register, value)
        if register == 0x7E and value == 0xB6:
            self.registers[0x1B] = self.registers[0x1C] = self.registers[0x1F] = 0
            self._ready_at = None
            self.put(0x04, b"\0\0\x80" * 2)
        if register == 0x1B and value & 0x30:
            self.begin(20)

    def fill(self, ready):
        self.registers[3] = 0x60 if ready else 0x10
        if ready:
            self.put(0x04, b"".join([raw.to_bytes(3, "little") for raw in self.raw]))


class Bme680(_Measuring):
    """Calibration words of a real chip: the datasheet has no example."""

    T = (26241, 26408, 3)
    P = (36673, -10476, 88, 7096, -122, 30, 45, -560, -2543, 30)  # p1 to p10
    H = (776, 1010, 0, 45, 20, 120, -100)
    G = (-30, -5969, 18)  # g1, g2, g3
    HEAT, HEAT_RANGE, ERROR = 45, 1, 0

    def __init__(self, temperature=493_000, pressure=350_000, humidity=21_000, new=0):
        super().__init__()
        self.raw = (pressure, temperature, humidity)
        self.gas = (500, 5)
        self.hot = True
        r = self.registers
        r[0xD0], r[0xF0] = 0x61, new
        p1, p2, p3, p4, p5, p6, p7, p8, p9, p10 = self.P
        self.put(0x8A, pack("<hb", *self.T[1:]))
        self.put(0x8E, pack("<Hhb", p1, p2, p3))
        self.put(0x94, pack("<hhbb", p4, p5, p7, p6))
        self.put(0x9C, pack("<hhB", p8, p9, p10))
        h1, h2 = self.H[:2]
        self.put(0xE1, bytes((h2 >> 4, (h2 & 15) << 4 | h1 & 15, h1 >> 4)))
        self.put(0xE4, pack("<bbbBb", *self.H[2:]))
        self.put(0xE9, pack("<Hhbb", self.T[0], self.G[1], self.G[0], self.G[2]))
        r[0x00], r[0x02], r[0x04] = self.HEAT, self.HEAT_RANGE << 4, self.ERROR << 4

    def store(self, register, value):
        super().store(register, value)
        if register == 0xE0 and value == 0xB6:
            for at in range(0x5A, 0x76):
                self.registers[at] = 0
            self._ready_at = None
        if register == 0x74 and value & 3 == 1:
            # Each oversampling once: 7 ms; the heater as long as it is set for.
            wait = self.registers[0x64]
            self.begin(7 + (wait & 0x3F) * (1, 4, 16, 64)[wait >> 6])

    def fill(self, ready):
        r = self.registers
        r[0x1D] = 0x80 if ready else 0x20
        if not ready:
            return
        pressure, temperature, humidity = self.raw
        for at, raw in ((0x1F, pressure), (0x22, temperature)):
            self.put(at, bytes((raw >> 12, raw >> 4 & 0xFF, raw << 4 & 0xF0)))
        self.put(0x25, bytes((humidity >> 8, humidity & 0xFF)))
        adc, span = self.gas
        run = 0x20 if r[0xF0] else 0x10
        low = (adc & 3) << 6 | span
        if r[0x71] & run and r[0x5A]:
            low |= 0x20 | (0x10 if self.hot else 0)
        self.put(0x2C if r[0xF0] else 0x2A, bytes((adc >> 2, low)))


class Dps310(_Measuring):
    """c0, c1, c00, c10, c01, c11, c20, c21, c30 of a real chip: the datasheet has no example."""

    C = (204, -261, 82_228, -55_000, -3300, 1500, -9800, 120, -1300)

    def __init__(self, temperature=150_000, pressure=-75_000):
        super().__init__()
        self.raw = (pressure, temperature)
        c = self.C
        packed = (c[0] & 0xFFF) << 12 | c[1] & 0xFFF
        self.put(0x10, packed.to_bytes(3, "big"))
        packed = (c[2] & 0xFFFFF) << 20 | c[3] & 0xFFFFF
        self.put(0x13, packed.to_bytes(5, "big"))
        for i in range(5):
            self.put(0x18 + 2 * i, pack(">h", c[4 + i]))
        self.registers[0x0D], self.registers[0x28] = 0x10, 0x80
        self._mode = 0

    def store(self, register, value):
        super().store(register, value)
        if register == 0x0C:
            self.begin(40)
            self._mode = 0
        if register == 0x08:
            self._mode = value & 7
            self.begin({1: 28, 2: 4}[self._mode])

    def fill(self, ready):
        r = self.registers
        r[0x08] = 0
        if not self.ready():
            return
        r[0x08] = 0xC0
        pressure, temperature = self.raw
        if self._mode == 1 and r[0x06] == 4 and r[0x09] & 4:
            r[0x08] |= 0x10
            self.put(0x00, (pressure & 0xFFFFFF).to_bytes(3, "big"))
        if self._mode == 2 and r[0x07] & 0x80 == r[0x28] & 0x80:
            r[0x08] |= 0x20
            self.put(0x03, (temperature & 0xFFFFFF).to_bytes(3, "big"))
