# Any Modbus RTU device by UART: meters, soil probes, weather stations. `registers` says what its
# manual says: a quantity, its register and kind, what a count is worth, and its unit.
# Current: the device's. Wiring: a 3.3 V RS-485 transceiver (MAX3485) at `tx` and `rx` that
# switches direction by itself.
import time
from struct import unpack

BUS = "uart"
_FORMATS = {"uint16": ">H", "int16": ">h", "uint32": ">I", "int32": ">i", "float": ">f"}
OPTIONS = {
    "registers": (
        "table",
        {
            "register": ("int", 0, 65535),  # its number, as the device counts
            "kind": ("one", ("holding", "input"), 1, "holding"),  # which table it is in
            # what its 16 or 32 bits are
            "format": ("one", ("uint16", "int16", "uint32", "int32", "float"), 1, "uint16"),
            "low_word_first": ("bool", 0, 1, False),  # of 32 bits, the lower 16 come first
            "scale": ("number", None, None, 1),  # what a count is worth
            "offset": ("number", None, None, 0),  # what is added after that
            "unit": ("text", 1, 16, None),  # its unit, as a UCUM code
        },
        0,
    ),
    "address": (1, 247, 1),  # the device's number on the line
    "baudrate": (1200, 115200, 9600),
    "parity": ("one", ("none", "even", "odd"), 1, "none"),
    "stop": (1, 2, 1),  # stop bits
}


class _NoAnswer(OSError):
    pass


def crc16(data: bytes) -> int:
    """Of a frame: x^16 + x^15 + x^2 + 1 from 0xFFFF, the lowest bit first."""
    crc = 0xFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0xA001 if crc & 1 else 0)
    return crc


class Sensor:
    QUANTITIES: dict = {}  # those of the registers

    def __init__(
        self,
        uart,
        registers: dict,
        address: int = 1,
        baudrate: int = 9600,
        parity: str = "none",
        stop: int = 1,
    ):
        self._uart = uart
        self._registers = registers
        self._address = address
        self._line = (baudrate, 8, {"none": None, "even": 0, "odd": 1}[parity], stop)
        self.QUANTITIES = {
            name: (registers[name].get("unit"), None, None) for name in registers
        }

    def read(self) -> dict:
        """What the registers hold, each times its scale."""
        self._uart.init(*self._line)
        found = {}
        for name in self._registers:
            try:
                found[name] = self._value(self._registers[name])
            except OSError as e:
                error = e
                if isinstance(e, _NoAnswer) and not found:
                    break  # each of the others would wait as long
        if not found:
            raise error
        return found

    def _value(self, row):
        form = _FORMATS[row.get("format", "uint16")]
        count = 1 if form in (">H", ">h") else 2
        data = self._ask(3 if row.get("kind") != "input" else 4, row["register"], count)
        if count == 2 and row.get("low_word_first"):
            data = data[2:] + data[:2]
        value = unpack(form, data)[0]
        if value - value != 0:
            raise OSError("modbus: register %d holds no number" % row["register"])
        scale = row.get("scale", 1)
        offset = row.get("offset", 0)
        return value * scale + offset if scale != 1 or offset else value

    def _ask(self, function, register, count):
        request = bytes((self._address, function, register >> 8, register & 255, 0, count))
        crc = crc16(request)
        time.sleep_ms(2 + 38500 // self._line[0])  # 3.5 characters of 11 bits before a frame
        self._uart.read()
        self._uart.write(request + bytes((crc & 255, crc >> 8)))
        size = 5 + 2 * count
        got = b""
        start = self._address, function
        for _ in range(100):
            time.sleep_ms(5)
            got += self._uart.read(64) or b""
            # A transceiver may give back what was sent.
            if got[:8] == request + bytes((crc & 255, crc >> 8)):
                got = got[8:]
            if len(got) >= 5 and got[:2] == bytes((start[0], function | 0x80)):
                if crc16(got[:5]) == 0:
                    raise OSError("modbus: register %d: exception %d" % (register, got[2]))
            if len(got) >= size:
                break
        else:
            raise _NoAnswer("modbus: no answer from %d; check A and B, baudrate" % self._address)
        if got[:3] != bytes((start[0], function, 2 * count)) or crc16(got[:size]):
            raise OSError("modbus: register %d: wrong checksum or frame" % register)
        return got[3 : 3 + 2 * count]
