# One file a sensor, loaded when the config or a program names it. Each has
#
#   BUS       what its Sensor takes first: "i2c", "onewire", "pin" (a machine.Pin), "adc" (a
#             function that gives millivolts), "board", or "battery" (as adc, but of the
#             board's own supply where no pin is named)
#   OPTIONS   the other arguments: name to (lowest, highest, default) or, where there is no
#             default, (lowest, highest); whole numbers, unless `lowest` is a float
#   Sensor    read() -> dict of quantity to number, in the units of boards/common.py
#
# read() raises OSError when there is no answer, when a checksum is wrong, and for a value
# that the sensor cannot have measured. It may be called again at once.


def load(kind):
    """The module of a sensor by its name; ImportError if there is none."""
    return __import__("boards.sensors." + kind, None, None, ("Sensor",))


def within(what, value, low, high):
    """`value` if a sensor can have measured it, else OSError."""
    if not low <= value <= high:
        raise OSError("%s: %s is out of its range, %s to %s" % (what, value, low, high))
    return value


# x^8 + x^5 + x^4 + 1 from 0xFF, the highest bit first; that of Sensirion and Aosong.
def crc8(data):
    """Checksum of a few bytes."""
    crc = 0xFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc << 1 ^ 0x31 if crc & 0x80 else crc << 1) & 0xFF
    return crc
