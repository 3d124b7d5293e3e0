# Commands and words of 16 bits on I2C, as Sensirion's chips have them: each word has a checksum.
import time
from struct import pack, unpack

from boards.parts.crc8 import crc8


def send(i2c, address: int, command: int, words: tuple = (), ms: int = 0) -> None:
    """A command with its arguments, and the time that it takes."""
    data = bytearray((command >> 8, command & 0xFF))
    for word in words:
        pair = bytes((word >> 8, word & 0xFF))
        data += pair
        data.append(crc8(pair))
    i2c.writeto(address, data)
    time.sleep_ms(ms)


def ask(i2c, address: int, command: int, count: int, ms: int, words: tuple = ()) -> list:
    """The words that a command answers with; None in place of one with a wrong checksum."""
    send(i2c, address, command, words, ms)
    raw = i2c.readfrom(address, 3 * count)
    found = []
    for at in range(0, 3 * count, 3):
        good = crc8(raw[at : at + 2]) == raw[at + 2]
        found.append(raw[at] << 8 | raw[at + 1] if good else None)
    if not any([word is not None for word in found]):
        raise OSError("wrong checksum; the wires are long, or the bus is too fast")
    return found


def floats(words: list, names: tuple, decimals: int) -> dict:
    """Two words of ask() to a name: those that are whole, as floats; OSError if none is."""
    found = {}
    for i, name in enumerate(names):
        high, low = words[2 * i : 2 * i + 2]
        if high is not None and low is not None:
            found[name] = round(unpack(">f", pack(">HH", high, low))[0], decimals)
    if not found:
        raise OSError("wrong checksum; the wires are long, or the bus is too fast")
    return found
