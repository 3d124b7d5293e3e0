"""More chips for the fake buses; see chips.py."""
from chips import Chip


def crc8(data, crc=0xFF):
    """x^8 + x^5 + x^4 + 1, the highest bit first: SHT3x and AHT20."""
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc << 1 ^ 0x31) & 0xFF if crc & 0x80 else crc << 1
    return crc


class Sht3x(Chip):
    """Answers the command for a single measurement (0x24..) with two words and their checksums.

    SHT3x datasheet 4.5 to 4.10: while it measures periodically it takes no other command (no
    acknowledge) but break, 0x3093; a reset, 0x30A2, which also ends heating, only when idle.
    `corrupt` is the word or words that arrive wrong.
    """

    def __init__(self, temperature=0x6666, humidity=0x8000, corrupt=(0, 1)):
        super().__init__()
        self.words = (temperature, humidity)
        self.corrupt = corrupt
        self.periodic = self.heating = self._measured = False

    def write(self, data):
        super().write(data)
        if data == b"\x30\x93":
            self.periodic = False
        elif self.periodic:
            raise OSError(5)
        elif data == b"\x30\xa2":
            self.heating = False
        elif data == b"\x30\x6d":
            self.heating = True
        self._measured = data[:1] == b"\x24"

    def read(self, n):
        if self.broken == "mute" or not self._measured:
            raise OSError(5)
        answer = bytearray()
        for i, word in enumerate(self.words):
            if i == 0 and self.heating:
                word += 0x800  # some degrees more
            pair = bytearray((word >> 8, word & 0xFF))
            pair.append(crc8(pair))
            if self.broken == "corrupt" and i in self.corrupt:
                pair[1] ^= 4
            answer += pair
        return answer[:n]


class Aht20(Chip):
    """Status, 20 bits of humidity, 20 bits of temperature, checksum; starts uncalibrated.

    AHT20 datasheet 5.3 to 5.5: 0xBA is a reset, after which it may want to be initialised.
    """

    def __init__(self, humidity=0x80000, temperature=0x60000):
        super().__init__()
        self.raw = (humidity, temperature)
        self.calibrated = False

    def power_cycle(self):
        self.calibrated = False

    def write(self, data):
        super().write(data)
        if data[:1] == b"\xba":
            self.power_cycle()
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
    """Two bytes of counts after the command for one measurement in high resolution.

    BH1750 datasheet: the counts grow with the measurement time, which is 69 at power-on and set
    in two parts (01000xxx, 011xxxxx); a measurement of mode 0x20 or 0x10 needs power on (0x01)
    or makes it itself.
    """

    def __init__(self, counts=0x8390):
        super().__init__()
        self.counts = counts  # at the default time
        self.time = 69
        self._shown = 0

    def write(self, data):
        super().write(data)
        command = data[0]
        if command >> 3 == 0b01000:
            self.time = self.time & 31 | (command & 7) << 5
        elif command >> 5 == 0b011:
            self.time = self.time & 0xE0 | command & 31
        elif command in (0x10, 0x20):
            self._shown = min(self.counts * self.time // 69, 0xFFFF)

    def read(self, n):
        if self.broken == "mute":
            raise OSError(5)
        return bytes((self._shown >> 8, self._shown & 0xFF))[:n]


def onewire_crc(data):
    """Dallas/Maxim: x^8 + x^5 + x^4 + 1, the lowest bit first."""
    crc = 0
    for byte in data:
        for _ in range(8):
            mix = (crc ^ byte) & 1
            crc = crc >> 1 ^ (0x8C if mix else 0)
            byte >>= 1
    return crc


class Ds18b20:
    """A probe: `raw` is what it will measure, in 16ths of a degree.

    DS18B20 datasheet: at power-on the scratchpad holds 85 degrees (0x0550) and, for alarms and
    resolution, what is in its EEPROM. Bytes 5 to 7 differ by maker: 0xFF, 0x0C, 0x10 at power-on
    of a genuine one, and byte 6 changes with the measurement; of clones it may be anything and
    constant (github.com/cpetrich/counterfeit_DS18B20). Below 12 bits the lowest ones are
    undefined: set, here.

    fault: "power" (lost while it measures), "noise" (each answer has a wrong bit), "hiccup"
    (the next answer has), "short" (the line is at ground), "gone" (answers the search only).
    """

    def __init__(self, raw=0x0191, reserved=None, eeprom=b"\x4b\x46\x7f", fault=None):
        self.raw = raw
        self.fault = fault
        self._eeprom = eeprom
        self._reserved = reserved
        self.power_cycle()

    def power_cycle(self):
        self._temperature = 0x0550
        self.settings = self._eeprom
        self._fresh = True

    def write(self, data):
        self.settings = bytes(data)

    def convert(self):
        if self.fault == "power":
            self.power_cycle()
            return
        undefined = (1 << 3 - (self.settings[2] >> 5 & 3)) - 1
        self._temperature = (self.raw | undefined) & 0xFFFF
        self._fresh = False

    def read(self):
        if self.fault == "gone":
            return None
        if self.fault == "short":
            return bytes(9)
        t = self._temperature
        sixth = self._reserved
        if sixth is None:
            sixth = 0x0C if self._fresh else 0x10 - (t & 0xF)
        data = bytearray((t & 0xFF, t >> 8)) + self.settings + bytes((0xFF, sixth, 0x10))
        data.append(onewire_crc(data))
        if self.fault in ("noise", "hiccup"):
            data[0] ^= 0x40
            if self.fault == "hiccup":
                self.fault = None
        return bytes(data)
