# One file for each sensor, loaded when the config or a program names it. Each has
#
#   BUS       what its Sensor takes first: "i2c", "onewire", "pin" (a machine.Pin), "adc" (a
#             function that gives millivolts), "board", or "battery" (as adc, but of the
#             board's own supply where no pin is named)
#   OPTIONS   the other arguments: name to (lowest, highest, default) or, where there is no
#             default, (lowest, highest); whole numbers, unless `lowest` is a float
#   Sensor    read() -> dict of quantity to number, in the units of boards/common.py
#
# read() leaves out a quantity that was not measured: no answer, a wrong checksum, or a value
# that the sensor cannot have measured. It raises OSError when none is left. It may be called
# again at once. Chips keep their power when a board resets, so each driver first undoes what
# another program may have set.


def load(kind: str):
    """The module of a sensor by its name; ImportError if there is none."""
    return __import__("boards.sensors." + kind, None, None, ("Sensor",))


# Beyond the end of a scale all values read as the end, so a value at an end is none.
def within(found: dict, ranges: dict) -> dict:
    """The quantities inside their range (lowest, highest); OSError if there is none."""
    good = {name: found[name] for name in found if ranges[name][0] < found[name] < ranges[name][1]}
    if not good:
        wrong = ["%s %s" % (name, found[name]) for name in found]
        raise OSError("out of its range: " + ", ".join(wrong))
    return good


# x^8 + x^5 + x^4 + 1 from 0xFF, the highest bit first; that of Sensirion and Aosong.
def crc8(data: bytes) -> int:
    """Checksum of a few bytes."""
    crc = 0xFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc << 1 ^ 0x31 if crc & 0x80 else crc << 1) & 0xFF
    return crc
