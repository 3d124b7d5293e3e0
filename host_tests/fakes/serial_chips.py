"""Chips on SPI and devices on a serial line, for the fakes of machine.SPI and machine.UART."""
import simulation
from chips import Chip


class SpiChip:
    """Answers in its mode (polarity, phase) up to its highest clock; else with nonsense."""

    mode = (0, 0)
    most = 5_000_000

    def exchange(self, data, mode, baudrate):
        if mode != self.mode or baudrate > self.most:
            return bytes([0x5A] * len(data))
        return self.answer(data)


class Max31855(SpiChip):
    """The 32 bits of its datasheet (tables 2, 4, 5); `fault`: 1 open, 2 to ground, 4 to supply."""

    def __init__(self, hot=0b00000001100100, cold=0b000110010000, fault=0):
        self.hot, self.cold, self.fault = hot, cold, fault

    def answer(self, data):
        word = self.hot << 18 | bool(self.fault) << 16 | self.cold << 4 | self.fault
        return word.to_bytes(4, "big")[: len(data)]


class Max6675(SpiChip):
    """Datasheet table 2: 12 bits of a quarter degree, the thermocouple's input, 0 and the state.
    A read ends the measurement that runs and begins one (0.22 s)."""

    most = 4_300_000

    def __init__(self, raw=0x190, open=False):
        self.raw, self.open = raw, open
        self._shown = 0xFFF
        self._began = None

    def answer(self, data):
        now = simulation.world.now_ms
        if self._began is not None and now - self._began >= 220:
            self._shown = self.raw
        self._began = now
        return (self._shown << 3 | self.open << 2).to_bytes(2, "big")[: len(data)]


class Max31865(SpiChip):
    """Registers behind an address, whose highest bit means a write; it measures once, 62.5 ms,
    if its bias was on for 10 ms. `raw`: the 15 bits of the ratio."""

    mode = (0, 1)

    def __init__(self, raw=0x2000, fault=0):
        self.raw, self.fault = raw, fault
        self.config = 0xC0  # measures by itself, as another program left it
        self._address = None
        self._bias_at = self._ready_at = None

    def answer(self, data):
        now = simulation.world.now_ms
        if data[0] & 0x80:
            value = data[1]
            if value & 0x80 and not self.config & 0x80:
                self._bias_at = now
            if value & 0x20:
                steady = self._bias_at is not None and now - self._bias_at >= 10
                self._ready_at = now + 62 if steady else None
            self.config = value & 0xDD
            return bytes(len(data))
        if len(data) == 1 and self._address is None and data[0]:
            self._address = data[0]
            return b"\0"
        if len(data) == 1 and self._address is None:
            self._address = 0
            return b"\0"
        address, self._address = self._address, None
        ready = self._ready_at is not None and now >= self._ready_at
        word = (self.raw if ready else 0) << 1 | bool(self.fault)
        registers = bytes((self.config, word >> 8, word & 0xFF, 0, 0, 0, 0, self.fault))
        return registers[address : address + len(data)]


class Device:
    """On a serial line: `line` is (baudrate, bits, parity, stop); what it sends on another is
    nonsense, and what it hears so it does not understand. A byte takes its time."""

    line = (9600, 8, None, 1)

    def __init__(self):
        self.broken = None
        self.heard = []
        self._coming = []  # (ms at which it has arrived, byte)

    def hear(self, data, line, now):
        self.heard.append(data)
        if line == self.line and self.broken != "mute":
            self.answer(data, now)

    def answer(self, data, now):
        pass

    def send(self, data, at):
        bits = 10 if self.line[2] is None else 11
        for i, byte in enumerate(data):
            self._coming.append((at + (i + 1) * 1000 * bits // self.line[0], byte))

    def waiting(self, now):
        self.look(now)
        return len([1 for at, _ in self._coming if at <= now])

    def look(self, now):
        """Called before each look at the line: what it sends by itself."""

    def take(self, n, line):
        got = bytes([byte for _, byte in self._coming[:n]])
        self._coming = self._coming[n:]
        return got if line == self.line else bytes([byte ^ 0xA5 for byte in got])


class Periodic(Device):
    """Sends `data` every `period` ms, from the middle of one on."""

    def __init__(self, data=b"", period=1000):
        super().__init__()
        self.data, self.period = data, period
        self._next = None

    def look(self, now):
        if self.broken == "mute":
            return
        if self._next is None:
            self.send(self.data[len(self.data) // 3 :], now)
            self._next = now + self.period
        while now >= self._next:
            self.send(self.data, self._next)
            self._next += self.period


def pms5003_frame(words):
    data = b"BM\x00\x1c" + b"".join([word.to_bytes(2, "big") for word in words])
    return data + sum(data).to_bytes(2, "big")


class Pms5003(Periodic):
    """Sends each second, once it was woken and told to (its manual, appendix A and B)."""

    WORDS = (9, 14, 16, 8, 13, 15, 1500, 430, 90, 10, 4, 2, 0x9100)

    def __init__(self, words=WORDS):
        super().__init__(pms5003_frame(words), 900)
        self.awake = self.active = False

    def answer(self, data, now):
        self.awake = self.awake or b"\x42\x4d\xe4\x00\x01\x01\x74" in data
        self.active = self.active or b"\x42\x4d\xe1\x00\x01\x01\x71" in data

    def look(self, now):
        if self.awake and self.active:
            if self.broken == "corrupt":
                self.data = self.data[:12] + b"\x55" + self.data[13:]
            super().look(now)


class Pmsa003i(Chip):
    """The same frame by I2C, from the start of its registers (its manual). Its RESET and SET are
    pulled low by the board here, as by an RP2040 after a reset, until they are driven."""

    pins = (9, 10)

    def read(self, n):
        world = simulation.world
        if self.broken == "mute" or not all([world.pins.get(pin) for pin in self.pins]):
            raise OSError(5)
        frame = pms5003_frame(Pms5003.WORDS)
        if self.broken == "corrupt":
            frame = frame[:12] + b"\x55" + frame[13:]
        return frame[:n]


class Mhz19(Device):
    """The example of its manual: FF 86 02 60 47 00 00 00 D1, 608 ppm."""

    reply = b"\xff\x86\x02\x60\x47\x00\x00\x00\xd1"

    def answer(self, data, now):
        if data == b"\xff\x01\x86\x00\x00\x00\x00\x00\x79":
            reply = self.reply
            if self.broken == "corrupt":
                reply = reply[:2] + b"\x03" + reply[3:]
            self.send(reply, now + 10)


def crc16(data):
    """MODBUS over serial line 6.2.2, by the definition of the polynomial."""
    crc = 0xFFFF
    for byte in data:
        for bit in range(8):
            mix = (crc ^ byte >> bit) & 1
            crc = crc >> 1 ^ (0xA001 if mix else 0)
    return crc.to_bytes(2, "little")


class ModbusDevice(Device):
    """`registers`: (function, register) -> word. One that is not there is exception 2."""

    def __init__(self, registers, address=1, echo=False):
        super().__init__()
        self.registers, self.address, self.echo = registers, address, echo

    def answer(self, data, now):
        if self.echo:
            self.send(data, now)
        if data[0] != self.address or crc16(data[:-2]) != data[-2:]:
            return  # a device stays silent
        function, first, count = data[1], data[2] << 8 | data[3], data[4] << 8 | data[5]
        try:
            words = [self.registers[function, first + i] for i in range(count)]
            body = bytes((2 * count,)) + b"".join([word.to_bytes(2, "big") for word in words])
        except KeyError:
            function |= 0x80
            body = b"\x02"
        reply = bytes((self.address, function)) + body
        reply += crc16(reply)
        if self.broken == "corrupt":
            reply = reply[:3] + bytes((reply[3] ^ 1,)) + reply[4:]
        self.send(reply, now + 20)


class Hx711:
    """At two pins of a world: 24 bits, the highest first, one at each rise of the clock; after 25
    of them the data line is high until the next measurement (datasheet figure 2)."""

    def __init__(self, world, data, clock, raw=0x123456):
        self.world, self.data, self.raw = world, data, raw
        self.bits = 0
        self.held = 0  # rises of the clock with interrupts allowed: they may make it sleep
        world.watchers[clock] = self.clocked
        world.pins[data] = 0

    def clocked(self, level):
        if not level:
            return
        irq = [entry for entry in self.world.log if entry[0] == "irq"]
        self.held += not irq or irq[-1] != ("irq", False)
        self.world.pins[self.data] = self.raw >> 23 - self.bits & 1 if self.bits < 24 else 1
        self.bits += 1
