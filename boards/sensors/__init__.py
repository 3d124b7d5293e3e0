# One file for each sensor, loaded when the config or a program names it. Each declares what the
# config check, docs/sensors.md and the event are made from:
#
#   BUS       what its Sensor takes first: "i2c", "spi" (and a machine.Pin, its chip select),
#             "uart", "onewire", "pin" (a machine.Pin), "adc" (a function that gives millivolts),
#             "board", or "battery" (as adc, but of the board's own supply where no pin is named)
#   OPTIONS   the other arguments: name to (lowest, highest, default) or, where there is no
#             default, (lowest, highest); whole numbers, unless `lowest` is a float. If it begins
#             with a text, that is a kind of firmware/on_demand/config.py
#   WARMUP_MS from its power to its first good reading, if that is more than 100
#   Sensor    QUANTITIES: name to (unit as a UCUM code, or None; a number below and one above all
#             that it can measure)
#             read() -> dict of quantity to number
#             start() -> ms, if a measurement takes longer than a second: begins one, which
#             read() gives after so many ms. read() alone starts one and waits for it.
#
# A quantity of which there are several has a name for each: temperature_0316a2798aff. The header
# of each file names the part; its lines "Current:" and "Wiring:" are for docs/sensors.md.
#
# read() leaves out a quantity that was not measured: no answer, a wrong checksum, or a value
# that the sensor cannot have measured. It raises OSError when none is left. It may be called
# again at once. Chips keep their power when a board resets, so each driver first undoes what
# another program may have set.


def load(kind: str):
    """The module of a sensor by its name; ImportError if there is none."""
    name = "boards.sensors." + kind
    try:
        return __import__(name, None, None, ("Sensor",))
    except ImportError as e:
        if "'%s'" % name not in str(e):
            raise  # something that it needs is not there
    from boards import own_sensor

    return own_sensor.load(kind)


# Beyond the end of a scale all values read as the end, so a value at an end is none.
def within(found: dict, quantities: dict) -> dict:
    """The quantities inside their range, as QUANTITIES has it; OSError if there is none."""
    good = {}
    for name in found:
        _, low, high = quantities[name]
        if low < found[name] < high:
            good[name] = found[name]
    if not good:
        wrong = ["%s %s" % (name, found[name]) for name in found]
        raise OSError("out of its range: " + ", ".join(wrong))
    return good
