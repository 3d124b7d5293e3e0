"""Sensor chips on the fake I2C bus, at the level of their registers and commands.

Each has `broken`: None, "mute" (OSError in mid-transfer), "corrupt" (a flipped bit on the
wire), "busy" (never ready). They hold raw readings; converting them is the driver's work.
"""


class Chip:
    """Registers behind a pointer that counts on, as most chips have them."""

    def __init__(self):
        self.registers = bytearray(256)
        self.broken = None
        self.writes = []
        self._pointer = 0

    def write(self, data):
        if self.broken == "mute":
            raise OSError(5)
        self.writes.append(data)
        if data:
            self._pointer = data[0]
            for value in data[1:]:
                self.store(self._pointer, value)

    def store(self, register, value):
        self.registers[register] = value

    def read(self, n):
        if self.broken == "mute":
            raise OSError(5)
        return self.registers[self._pointer : self._pointer + n]


class Bme280(Chip):
    """Compensation words and raw readings of the BMP280 datasheet's worked example (3.12)."""

    T = (27504, 26435, -1000)
    P = (36477, -10685, 3024, 2855, 140, -7, 15500, -14600, 6000)
    # The humidity words are of a real chip; the datasheet has no example for them.
    H = (75, 353, 0, 340, 0, 30)

    def __init__(self, id=0x60, temperature=519888, pressure=415148, humidity=30000):
        super().__init__()
        r = self.registers
        r[0xD0] = id
        for i, word in enumerate(self.T + self.P):
            r[0x88 + 2 * i] = word & 0xFF
            r[0x89 + 2 * i] = word >> 8 & 0xFF
        h1, h2, h3, h4, h5, h6 = self.H
        r[0xA1] = h1
        r[0xE1], r[0xE2], r[0xE3] = h2 & 0xFF, h2 >> 8, h3
        r[0xE4], r[0xE5], r[0xE6] = h4 >> 4, h4 & 0xF | (h5 & 0xF) << 4, h5 >> 4
        r[0xE7] = h6
        self.set(temperature, pressure, humidity)
        self.modes = []

    def set(self, temperature, pressure, humidity):
        r = self.registers
        for at, raw in ((0xF7, pressure), (0xFA, temperature)):
            r[at], r[at + 1], r[at + 2] = raw >> 12, raw >> 4 & 0xFF, raw << 4 & 0xF0
        r[0xFD], r[0xFE] = humidity >> 8, humidity & 0xFF

    def store(self, register, value):
        super().store(register, value)
        if register == 0xF4:
            self.modes.append(value & 3)
            self.registers[0xF3] = 8 if self.broken == "busy" else 0


def crc8(data, crc=0xFF):
    """x^8 + x^5 + x^4 + 1, the highest bit first: SHT3x and AHT20."""
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc << 1 ^ 0x31) & 0xFF if crc & 0x80 else crc << 1
    return crc


class Sht3x(Chip):
    """Answers the command for a single shot (0x24..) with two words and their checksums."""

    def __init__(self, temperature=0x6666, humidity=0x8000):
        super().__init__()
        self.words = (temperature, humidity)

    def write(self, data):
        super().write(data)
        self._measured = data[:1] == b"\x24"

    def read(self, n):
        if self.broken == "mute" or not self._measured:
            raise OSError(5)
        answer = bytearray()
        for word in self.words:
            pair = bytes((word >> 8, word & 0xFF))
            answer += pair + bytes((crc8(pair),))
        if self.broken == "corrupt":
            answer[1] ^= 4
        return answer[:n]


class Aht20(Chip):
    """Status, 20 bits of humidity, 20 bits of temperature, checksum; starts uncalibrated."""

    def __init__(self, humidity=0x80000, temperature=0x60000):
        super().__init__()
        self.raw = (humidity, temperature)
        self.calibrated = False

    def write(self, data):
        super().write(data)
        if data[:1] == b"\xbe":
            self.calibrated = True

    def read(self, n):
        if self.broken == "mute":
            raise OSError(5)
        humidity, temperature = self.raw
        status = (0x80 if self.broken == "busy" else 0) | (8 if self.calibrated else 0)
        packed = humidity << 20 | temperature
        answer = bytearray([status] + [packed >> shift & 0xFF for shift in (32, 24, 16, 8, 0)])
        answer.append(crc8(answer))
        if self.broken == "corrupt":
            answer[2] ^= 1
        return answer[:n]


class Bh1750(Chip):
    """Two bytes of counts after the command for one measurement in high resolution."""

    def __init__(self, counts=0x8390):
        super().__init__()
        self.counts = counts

    def read(self, n):
        if self.broken == "mute":
            raise OSError(5)
        return bytes((self.counts >> 8, self.counts & 0xFF))[:n]
