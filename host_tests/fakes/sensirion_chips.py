"""Sensirion's chips on I2C: commands of 16 bits, words of 16 bits with a checksum each.

What all have in common (datasheets of SCD4x 3.2, SGP40 4.2, SPS30 6.2): a chip that still works
on a command does not acknowledge a read before its execution time is over; a command of which
the checksum of an argument is wrong, or which it does not take in its present state, is not
acknowledged; an answer can be read once.
"""
import simulation
from other_chips import crc8


def packed(words):
    """Words as they are on the wire, each with its checksum."""
    answer = bytearray()
    for word in words:
        pair = bytes((word >> 8, word & 0xFF))
        answer += pair + bytes((crc8(pair),))
    return answer


class Sensirion:
    """`answers`: command -> (ms that it takes, words that it gives). `idle_only`: commands that
    are refused while it measures, from a command in `begins` to one in `ends`."""

    answers: dict = {}
    idle_only: tuple = ()
    begins: tuple = ()
    ends: tuple = ()

    def __init__(self):
        self.broken = None
        self.commands = []
        self.arguments = {}  # of each command, the last ones
        self.measuring = False
        self._answer = None
        self._ready_at = 0

    def power_cycle(self):
        self.measuring = False
        self._answer = None

    def write(self, data):
        if self.broken == "mute":
            raise OSError(5)
        command = data[0] << 8 | data[1]
        arguments = []
        for at in range(2, len(data), 3):
            if crc8(data[at : at + 2]) != data[at + 2]:
                raise OSError(5)
            arguments.append(data[at] << 8 | data[at + 1])
        if command not in self.answers or self.measuring and command in self.idle_only:
            raise OSError(5)
        self.commands.append(command)
        self.arguments[command] = arguments
        ms, _ = self.answers[command]
        self._ready_at = simulation.world.now_ms + ms
        if command in self.begins:
            self.measuring = True
            self.began_at = simulation.world.now_ms
        if command in self.ends:
            self.measuring = False
        self._answer = packed(self.answer(command))

    def answer(self, command):
        return self.answers[command][1]

    def read(self, n):
        if self.broken == "mute" or not self._answer or simulation.world.now_ms < self._ready_at:
            raise OSError(5)
        answer, self._answer = self._answer, None
        if self.broken == "corrupt":
            for at in range(0, len(answer), 3):
                answer[at] ^= 4
        return answer[:n] + b"\xff" * (n - len(answer))


class Scd4x(Sensirion):
    """Datasheet (version 1.4, 3.5.2): 500 ppm, 25 degrees, 37 %."""

    answers = {
        0x3F86: (500, ()), 0x21B1: (0, ()), 0x3646: (30, ()),
        0xE4B8: (1, ()), 0xEC05: (1, (0x01F4, 0x6667, 0x5EB9)),
    }  # fmt: skip
    begins, ends, idle_only = (0x21B1,), (0x3F86,), (0x3646, 0x21B1)

    def answer(self, command):
        ready = self.measuring and simulation.world.now_ms - self.began_at >= 5000
        if self.broken == "busy":
            ready = False
        if command == 0xE4B8:
            return (0x8006 if ready else 0x8000,)
        if command == 0xEC05 and not ready:
            raise OSError(5)  # 3.5.2: no data in the buffer
        return self.answers[command][1]


class Scd30(Sensirion):
    """Interface description (version 0.94, 1.4.5): 439.09 ppm (0x43DB8C2E, cut
    off), 27.2 degrees, 48.8 %."""

    answers = {
        0xD304: (2000, ()), 0x4600: (3, ()), 0x0010: (3, ()), 0x0202: (3, ()),
        0x0300: (3, (0x43DB, 0x8C2E, 0x41D9, 0xE7FF, 0x4243, 0x3A1B)),
    }  # fmt: skip
    begins, ends = (0x0010,), (0xD304,)

    def answer(self, command):
        if command == 0x0202:
            ready = self.measuring and simulation.world.now_ms - self.began_at >= 2000
            return (int(ready and self.broken != "busy"),)
        return self.answers[command][1]


class Sgp(Sensirion):
    """SGP40 (0x260F) and SGP41 (0x2612, 0x2619): the raw signals; `hot_ms` how long it was
    conditioned at most, which must not be over 10 s (SGP41 datasheet 3.2)."""

    answers = {
        0x3615: (1, ()), 0x260F: (30, (0x7530,)),
        0x2612: (50, (0x7530,)), 0x2619: (50, (0x7530, 0x3E80)),
    }  # fmt: skip

    def __init__(self):
        super().__init__()
        self.hot_ms = 0
        self._hot_since = None

    def write(self, data):
        command = data[0] << 8 | data[1]
        if self._hot_since is not None:
            self.hot_ms = max(self.hot_ms, simulation.world.now_ms - self._hot_since)
        if command == 0x2612 and self._hot_since is None:
            self._hot_since = simulation.world.now_ms
        elif command != 0x2612:
            self._hot_since = None
        super().write(data)


class Sgp30(Sensirion):
    answers = {0x2003: (10, ()), 0x2050: (25, (0x3400, 0x4A00))}


class Sen5x(Sensirion):
    """PM1 to PM10 in tenths, humidity in hundredths, temperature in 200ths, indices in tenths
    (datasheet 6.1.4)."""

    answers = {
        0xD304: (100, ()), 0x0104: (200, ()), 0x0021: (50, ()), 0x0202: (20, ()),
        0x03C4: (20, (21, 35, 42, 50, 4512, 4380, 1010, 12)),
    }  # fmt: skip
    begins, ends = (0x0021,), (0xD304, 0x0104)

    def answer(self, command):
        if command == 0x0202:
            ready = self.measuring and simulation.world.now_ms - self.began_at >= 1000
            return (int(ready and self.broken != "busy"),)
        return self.answers[command][1]


class Sps30(Sensirion):
    """Floats; datasheet 4.2: a mass concentration is given after a second."""

    answers = {
        0xD304: (100, ()), 0x0010: (20, ()), 0x0104: (20, ()), 0x0202: (1, ()),
        0x0300: (1, (0x4020, 0x0000, 0x4080, 0x0000, 0x40A0, 0x0000, 0x40C0, 0x0000)),
    }  # fmt: skip
    begins, ends, idle_only = (0x0010,), (0xD304, 0x0104), (0x0010,)

    def answer(self, command):
        if command == 0x0202:
            ready = self.measuring and simulation.world.now_ms - self.began_at >= 1000
            return (int(ready and self.broken != "busy"),)
        return self.answers[command][1]


class Sht4x:
    """Commands of one byte (datasheet table 8): 0x94 is a reset, 0xFD measures in 8.3 ms."""

    def __init__(self, temperature=0x6666, humidity=0x8000):
        self.words = (temperature, humidity)
        self.broken = None
        self.writes = []
        self._ready_at = None

    def write(self, data):
        if self.broken == "mute":
            raise OSError(5)
        self.writes.append(data)
        self._ready_at = simulation.world.now_ms + 9 if data == b"\xfd" else None

    def read(self, n):
        busy = self._ready_at is None or simulation.world.now_ms < self._ready_at
        if self.broken == "mute" or busy:
            raise OSError(5)
        self._ready_at = None
        answer = packed(self.words)
        if self.broken == "corrupt":
            answer[0] ^= 4
            answer[3] ^= 4
        return answer[:n]


class Hdc302x(Sensirion):
    """TI, with the commands and the checksum of Sensirion (datasheet 7.5.7)."""

    answers = {0x3093: (1, ()), 0x30A2: (3, ()), 0x2400: (15, (0x6666, 0x8000))}
    ends, idle_only = (0x3093,), (0x2400, 0x30A2)
