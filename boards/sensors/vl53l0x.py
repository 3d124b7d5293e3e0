# ST VL53L0X (distance by the flight of infrared light) by I2C. It measures for 200 ms, up to
# 1.2 m, and less in the sun. Its registers are not documented: what is written here, and in which
# order, is as in ST's API (UM2039). All is done at each reading, as power may have been away.
# Current: 5 uA idle, 19 mA for 0.3 s. Wiring: 3.3 V, SDA, SCL, and XSHUT to 3.3 V where the module
# does not do that; it has one address.
import time

from boards.sensors import within

BUS = "i2c"
OPTIONS: dict = {}

_ADDRESS = 0x29
_DONE = 11  # of the statuses of a measurement; the others are without echo, or failures
# Pairs of a register and its value. 0xFF chooses among pages of registers.
_UNLOCK = b"\x80\x01\xff\x01\x00\x00"
_LOCK = b"\x00\x01\xff\x00\x80\x00"
_ASK_FUSES = b"\xff\x07\x81\x01\x80\x01\x94\x6b\x83\x00"  # for the reference diodes
_REFERENCE = b"\xff\x01\x4f\x00\x4e\x2c\xff\x00\xb6\xb4"
_TUNING = (  # ST's, the same for all chips
    b"\xff\x01\x00\x00\xff\x00\x09\x00\x10\x00\x11\x00\x24\x01\x25\xff\x75\x00\xff\x01\x4e\x2c"
    b"\x48\x00\x30\x20\xff\x00\x30\x09\x54\x00\x31\x04\x32\x03\x40\x83\x46\x25\x60\x00\x27\x00"
    b"\x50\x06\x51\x00\x52\x96\x56\x08\x57\x30\x61\x00\x62\x00\x64\x00\x65\x00\x66\xa0\xff\x01"
    b"\x22\x32\x47\x14\x49\xff\x4a\x00\xff\x00\x7a\x0a\x7b\x00\x78\x21\xff\x01\x23\x34\x42\x00"
    b"\x44\xff\x45\x26\x46\x05\x40\x40\x0e\x06\x20\x1a\x43\x40\xff\x00\x34\x03\x35\x44\xff\x01"
    b"\x31\x04\x4b\x09\x4c\x05\x4d\x04\xff\x00\x44\x00\x45\x20\x47\x08\x48\x28\x67\x00\x70\x04"
    b"\x71\x01\x72\xfe\x76\x00\x77\x00\xff\x01\x0d\x01\xff\x00\x80\x01\x01\xf8\xff\x01\x8e\x01"
    b"\x00\x01\xff\x00\x80\x00"
)
# An interrupt, which is polled, at each measurement; and 200 ms for one without two of its steps:
# 4935 periods of 38.131 us, of which 151 are the first step's.
_MEASURING = b"\x0a\x04\x0b\x01\x71\x05\x72\x9a"


class Sensor:
    QUANTITIES = {"distance": ("mm", 0, 2001)}

    def __init__(self, i2c):
        self._i2c = i2c

    def read(self) -> dict:
        """distance in mm."""
        self._reset()
        self._write(b"\x88\x00" + _UNLOCK)
        stop = self._get(0x91)
        self._write(_LOCK + b"\x01\xff")
        self._choose_diodes()
        self._write(_TUNING)
        self._write(_MEASURING)
        for steps, start in (1, 0x41), (2, 0x01):  # its own calibrations
            self._write(bytes((1, steps)))
            self._measure(start)
            self._write(b"\x00\x00")
        self._write(b"\x01\xe8")
        self._write(_UNLOCK + bytes((0x91, stop)) + _LOCK)
        result = self._measure(1)
        if result[0] >> 3 & 15 != _DONE:
            raise OSError("vl53l0x: nothing within its range, or too much light")
        return within({"distance": result[10] << 8 | result[11]}, self.QUANTITIES)

    def _reset(self):
        if self._get(0xC0) not in (0, 0xEE):  # 0 in a reset that was not ended
            raise OSError("vl53l0x: another chip answers at 0x29")
        for value in 0, 1:
            self._write(bytes((0xBF, value)))
            time.sleep_ms(5)
        if self._get(0xC0) != 0xEE:
            raise OSError("vl53l0x: it does not start")
        self._write(bytes((0x89, self._get(0x89) | 1)))  # its bus at the voltage of the supply

    # Of the 48 reference diodes those in the map of the good ones, as many as the chip's fuses
    # say, from the 12th on if they say that they are to have an aperture.
    def _choose_diodes(self):
        self._write(_UNLOCK + b"\xff\x06")
        self._write(bytes((0x83, self._get(0x83) | 4)) + _ASK_FUSES)
        self._wait(0x83, 0xFF, 100)
        self._write(b"\x83\x01")
        count = self._get(0x92)
        self._write(b"\x81\x00\xff\x06")
        self._write(bytes((0x83, self._get(0x83) & 0xFB)) + b"\xff\x01" + _LOCK)
        first = 12 if count & 0x80 else 0
        count &= 0x7F
        good = bytearray(self._i2c.readfrom_mem(_ADDRESS, 0xB0, 6))
        for i in range(48):
            bit = 1 << (i & 7)
            if good[i >> 3] & bit:
                if i >= first and count:
                    count -= 1
                else:
                    good[i >> 3] ^= bit
        self._write(_REFERENCE)
        self._i2c.writeto_mem(_ADDRESS, 0xB0, good)

    def _measure(self, start):
        self._write(bytes((0, start)))
        self._wait(0x13, 7, 500)
        result = self._i2c.readfrom_mem(_ADDRESS, 0x14, 12)
        self._write(b"\x0b\x01")
        return result

    def _wait(self, register, bits, ms):
        for _ in range(ms // 5):
            if self._get(register) & bits:
                return
            time.sleep_ms(5)
        raise OSError("vl53l0x: no measurement within %d ms" % ms)

    def _get(self, register):
        return self._i2c.readfrom_mem(_ADDRESS, register, 1)[0]

    def _write(self, pairs):
        for i in range(0, len(pairs), 2):
            self._i2c.writeto_mem(_ADDRESS, pairs[i], pairs[i + 1 : i + 2])
