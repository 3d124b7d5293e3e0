"""Chips on I2C with registers of 16 bits, the high byte first; and light sensors of bytes.

A measurement takes the time that the datasheet says; until then the registers show what they
had, and the flag of a new measurement is not set. `broken` as in chips.py.
"""
import simulation
from chips import Chip
from other_chips import crc8


class WordChip(Chip):
    """`words`: register -> its word. A subclass says what a write of a register begins."""

    ms = 0  # of a measurement

    def __init__(self, words):
        super().__init__()
        self.reset_words = dict(words)
        self.words = dict(words)
        self.ready_at = None

    def write(self, data):
        if self.broken == "mute":
            raise OSError(5)
        self.writes.append(data)
        self._pointer = data[0]
        if len(data) > 2:
            self.store(data[0], data[1] << 8 | data[2])

    def store(self, register, word):
        self.words[register] = word

    def begin(self):
        self.ready_at = simulation.world.now_ms + self.ms

    def ready(self):
        measured = self.ready_at is not None and simulation.world.now_ms >= self.ready_at
        return measured and self.broken != "busy"

    def word(self, register):
        return self.words.get(register, 0)

    def read(self, n):
        if self.broken == "mute":
            raise OSError(5)
        word = self.word(self._pointer)
        return bytes((word >> 8, word & 0xFF))[:n]


class Mcp9808(WordChip):
    """0x0194 is 25.25 degrees; the upper three bits are alerts. It is asleep, as another program
    left it, and measures 250 ms after it wakes (datasheet table 5-7, 16ths)."""

    ms = 250

    def __init__(self, raw=0x0194):
        super().__init__({1: 0x0100, 5: 0, 6: 0x0054, 7: 0x0400})
        self.raw = raw

    def store(self, register, word):
        super().store(register, word)
        if register == 1 and not word & 0x0100:
            self.begin()

    def word(self, register):
        if register == 5 and self.ready() and not self.words[1] & 0x0100:
            self.words[5] = 0xC000 | self.raw
        return self.words.get(register, 0)


class Tmp117(WordChip):
    """Datasheet table 7-1: 0x0C80 is 25 degrees. At power-on and reset the register holds 0x8000,
    -256 degrees, and it measures by itself."""

    ms = 124

    def __init__(self, raw=0x0C80):
        super().__init__({0: 0x8000, 1: 0x0220, 15: 0x0117})
        self.raw = raw

    def store(self, register, word):
        if register == 1 and word & 2:
            self.words = dict(self.reset_words)
            self.ready_at = None
            return
        super().store(register, word)
        if register == 1 and word & 0x0C00 == 0x0C00:
            self.begin()

    def word(self, register):
        if register == 0 and self.ready():
            return self.raw
        if register == 1:
            return self.words[1] | (0x2000 if self.ready() else 0)
        return self.words.get(register, 0)


class Lm75(WordChip):
    """0x1900 is 25 degrees (LM75A datasheet table 9). Asleep, with 80 degrees from before."""

    ms = 100

    def __init__(self, raw=0x1900):
        super().__init__({0: 0x5000})
        self.registers[1] = 1
        self.raw = raw

    def write(self, data):
        if self.broken == "mute":
            raise OSError(5)
        self._pointer = data[0]
        if data[0] == 1 and len(data) == 2:
            self.registers[1] = data[1]
            if not data[1] & 1:
                self.begin()

    def read(self, n):
        if self._pointer == 1:
            return bytes(self.registers[1:2])
        if self.ready():
            self.words[0] = self.raw | 0x1F  # the lower bits say nothing
        return super().read(n)


class Opt3001(WordChip):
    """Datasheet table 9: 0x3456 is 88.80 lx, 0x789A 2818.56 lx."""

    ms = 800

    def __init__(self, raw=0x789A, overflow=False):
        super().__init__({0: 0, 1: 0xC810, 0x7F: 0x3001})
        self.raw = raw
        self.overflow = overflow

    def store(self, register, word):
        super().store(register, word)
        if register == 1 and word & 0x0600:
            self.begin()

    def word(self, register):
        if register == 0 and self.ready():
            return self.raw
        if register == 1 and self.ready():
            return self.words[1] & 0xF9FF | 0x0080 | (0x0100 if self.overflow else 0)
        return self.words.get(register, 0)


class Ina219(WordChip):
    """Datasheet table 8: 20 mV at the shunt (0x07D0) and 11.98 V (0x5D98): 10 A with 2 mOhm."""

    ms = 137

    def __init__(self, shunt=0x07D0, bus=0x5D98):
        super().__init__({0: 0x399F})
        self.raw = (shunt, bus & 0xFFF8)

    def store(self, register, word):
        self.words[register] = word
        if register == 0:
            self.ready_at = None
            if word & 0x8000:
                self.words = dict(self.reset_words)
            elif word & 3 and not word & 4:
                self.begin()
            elif not word & 7 and self.kept:
                pass  # asleep; what was measured stays

    kept = False

    def word(self, register):
        if self.ready():
            self.kept = True
        if register == 1 and self.kept:
            return self.raw[0]
        if register == 2:
            return (self.raw[1] if self.kept else 0) | (2 if self.ready() else 0)
        return self.words.get(register, 0)


class Ina226(WordChip):
    """Datasheet table 9: 20 mV at the shunt (0x1F40) and 11.98 V (0x2570): 10 A with 2 mOhm."""

    ms = 141

    def __init__(self, shunt=0x1F40, bus=0x2570):
        super().__init__({0: 0x4127, 0xFE: 0x5449, 0xFF: 0x2260})
        self.raw = (shunt, bus)

    def store(self, register, word):
        self.words[register] = word
        if register == 0 and word & 0x8000:
            self.words = dict(self.reset_words)
        elif register == 0 and word & 3:
            self.begin()

    def word(self, register):
        if register in (1, 2):
            return self.raw[register - 1] if self.ready() else 0
        if register == 6:
            return 8 if self.ready() else 0
        return self.words.get(register, 0)


class Max17048(WordChip):
    """3.9 V (49920 of 78.125 uV), 80.5 % (0x5080), -2.1 % an hour (-10 of 0.208)."""

    def __init__(self, cell=49920, charge=0x5080, rate=0xFFF6):
        super().__init__({2: cell, 4: charge, 8: 0x0012, 0x16: rate})


class Ads1115(WordChip):
    """`inputs`: millivolts of each channel. Datasheet table 8: 0x7FFF and 0x8000 at the ends."""

    ms = 8

    def __init__(self, inputs=(1000.0, 2000.0, 500.0, 3300.0)):
        super().__init__({0: 0, 1: 0x8583})
        self.inputs = inputs

    def store(self, register, word):
        super().store(register, word)
        if register == 1 and word & 0x8000:
            self.begin()

    def word(self, register):
        config = self.words[1]
        if register == 0 and self.ready():
            full = (6144, 4096, 2048, 1024, 512, 256)[config >> 9 & 7]
            assert config & 0x4000, "a difference of two channels"
            raw = round(self.inputs[config >> 12 & 3] * 32768 / full)
            return min(32767, max(-32768, raw)) & 0xFFFF
        if register == 1:
            return config & 0x7FFF | (0x8000 if self.ready() else 0)
        return self.words.get(register, 0)


class Hdc1080(WordChip):
    """Datasheet 8.6.1, 8.6.2: raw / 2^16 * 165 - 40, raw / 2^16 * 100. A write of the pointer 0
    begins; the chip does not acknowledge a read before it has measured (13 ms)."""

    ms = 13

    def __init__(self, temperature=0x6400, humidity=0x8000):
        super().__init__({2: 0x3000, 0xFE: 0x5449, 0xFF: 0x1050})
        self.raw = (temperature, humidity)

    def store(self, register, word):
        self.words[register] = word & 0x7FFF
        if word & 0x8000:
            self.words = dict(self.reset_words, **{})
            self.words[2] = 0x1000

    def write(self, data):
        super().write(data)
        if data == b"\0":
            self.begin()

    def read(self, n):
        if self._pointer != 0:
            return super().read(n)
        if self.broken == "mute" or not self.ready():
            raise OSError(5)
        heat = 0x800 if self.words[2] & 0x2000 else 0
        t, h = self.raw
        t += heat
        return bytes((t >> 8, t & 0xFF, h >> 8, h & 0xFF))[:n]


class Si7021(Chip):
    """0xF3 and 0xF5 without stretching of the clock: no acknowledge until it has measured (SHT21
    datasheet, the slowest of them: 85 and 29 ms). The checksum begins with 0 (HTU21D: that of
    0x683A is 0x7C, of 0x4E85 0x6B, which are 24.7 degrees and 32.3 %)."""

    def __init__(self, temperature=0x683A, humidity=0x4E85):
        super().__init__()
        self.raw = {0xF3: (85, temperature), 0xF5: (29, humidity)}
        self._command = None

    def write(self, data):
        super().write(data)
        self._command = self.raw.get(data[0])
        self._ready_at = simulation.world.now_ms + (self._command[0] if self._command else 15)

    def read(self, n):
        if self.broken == "mute" or not self._command or simulation.world.now_ms < self._ready_at:
            raise OSError(5)
        word = self._command[1] | 2  # a status bit
        pair = bytes((word >> 8, word & 0xFF))
        crc = crc8(pair, 0)
        if self.broken == "corrupt":
            crc ^= 1
        return (pair + bytes((crc,)))[:n]


class As5600(Chip):
    def __init__(self, angle=1024, status=0x20):
        super().__init__()
        self.registers[0x0B] = status
        self.registers[0x0C], self.registers[0x0D] = angle >> 8, angle & 0xFF


class Veml7700(Chip):
    """`lux`: counts are lux * gain / 0.0672 in 100 ms (application note 84323, table 1); little
    endian; a measurement ends 100 ms after it was switched on, with the gain of then."""

    def __init__(self, lux=100.0):
        super().__init__()
        self.lux = lux
        self.config = 0
        self._began = None
        self._counts = 0

    def write(self, data):
        super().write(data)
        if data[0] == 0 and len(data) == 3:
            self.config = data[1] | data[2] << 8
            self._began = None if self.config & 1 else simulation.world.now_ms

    def read(self, n):
        if self.broken == "mute":
            raise OSError(5)
        if self._began is not None and simulation.world.now_ms - self._began >= 103:
            gain = {0: 1, 1: 2, 2: 0.125, 3: 0.25}[self.config >> 11 & 3]
            self._counts = min(65535, round(self.lux * gain / 0.0672))
        return bytes((self._counts & 0xFF, self._counts >> 8))[:n]


class Ltr390(Chip):
    """Counts of light at gain 1 and of ultraviolet at gain 18 and 20 bits. It shows the mode that
    it measured last."""

    def __init__(self, light=1000, ultraviolet=4600):
        super().__init__()
        self.counts = {0x0D: light, 0x10: ultraviolet}
        self.registers[0], self.registers[6] = 0x0A, 0xB2  # measures ultraviolet already
        self._ready_at = None

    def store(self, register, value):
        super().store(register, value)
        if register == 0:
            self._ready_at = None
            if value & 2:
                ms = {0: 400, 1: 200, 2: 100}[self.registers[4] >> 4]
                self._ready_at = simulation.world.now_ms + ms

    def read(self, n):
        ready = self._ready_at is not None and simulation.world.now_ms >= self._ready_at
        if ready and self.broken != "busy":
            register = 0x10 if self.registers[0] & 8 else 0x0D
            right = {0x0D: (0x22, 0), 0x10: (0x04, 4)}[register]
            counts = self.counts[register] if right == tuple(self.registers[4:6]) else 0xFFFFF
            self.registers[register : register + 3] = counts.to_bytes(3, "little")
            self.registers[7] = 8
        found = super().read(n)
        if self._pointer == 7:
            self.registers[7] = 0
        return found


class Tsl2591(Chip):
    """Counts at gain 1 in 100 ms; a register is named with 0xA0."""

    def __init__(self, full=400, infrared=100):
        super().__init__()
        self.counts = (full, infrared)
        self._ready_at = None

    def write(self, data):
        assert data[0] & 0xE0 == 0xA0
        super().write(bytes((data[0] & 0x1F,)) + data[1:])

    def store(self, register, value):
        super().store(register, value)
        if register == 0:
            self._ready_at = simulation.world.now_ms + 100 if value & 3 == 3 else None

    def read(self, n):
        r = self.registers
        r[0x12] = 0x50
        ready = self._ready_at is not None and simulation.world.now_ms >= self._ready_at
        r[0x13] = 1 if ready and self.broken != "busy" else 0
        if ready:
            gain = {0x00: 1, 0x10: 25}[r[1]]
            for at, count in zip((0x14, 0x16), self.counts):  # noqa: B905 - none on MicroPython
                r[at : at + 2] = min(36863, count * gain).to_bytes(2, "little")
        return super().read(n)


class Bh1745(Chip):
    """Counts of 160 ms at gain 1. 0x80 at 0x40 is a reset, as at power-on; after it the counts are
    wrong until 0x44 is 2 (datasheet, MODE_CONTROL3); VALID (bit 7 of 0x42) is 0 until they are
    new."""

    def __init__(self, counts=(1000, 2000, 800, 900)):
        super().__init__()
        self.counts = counts  # red, green, blue, clear
        self.registers[0x40] = 0x0B
        self._ready_at = None

    def store(self, register, value):
        if register == 0x40 and value & 0x80:
            self.registers[0x41:0x45] = bytes(4)
            self._ready_at = None
            return
        super().store(register, value)
        if register == 0x42:
            self._ready_at = simulation.world.now_ms + 170 if value & 0x10 else None

    def read(self, n):
        ready = self._ready_at is not None and simulation.world.now_ms >= self._ready_at
        if ready and self.broken != "busy":
            self.registers[0x42] |= 0x80
            for i in range(4):
                count = self.counts[i] if self.registers[0x44] == 2 else 1
                self.registers[0x50 + 2 * i : 0x52 + 2 * i] = count.to_bytes(2, "little")
        return super().read(n)


class Ltr559(Chip):
    """Counts at gain 1 in 100 ms: both, and infrared alone."""

    def __init__(self, both=1000, infrared=200):
        super().__init__()
        self.counts = (infrared, both)
        self.registers[0x86] = 0x92
        self._ready_at = None

    def store(self, register, value):
        super().store(register, value)
        if register == 0x80 and value & 2:
            self.registers[0x80] = 0
            self._ready_at = None
        elif register == 0x80 and value & 1:
            self._ready_at = simulation.world.now_ms + 110

    def read(self, n):
        ready = self._ready_at is not None and simulation.world.now_ms >= self._ready_at
        self.registers[0x8C] = 4 if ready and self.broken != "busy" else 0
        if ready:
            infrared, both = self.counts
            self.registers[0x88:0x8A] = infrared.to_bytes(2, "little")
            self.registers[0x8A:0x8C] = both.to_bytes(2, "little")
        return super().read(n)
