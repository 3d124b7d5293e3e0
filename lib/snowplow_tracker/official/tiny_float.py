# MicroPython writes floats below 2.3e-308, which have fewer bits, with digits that say nothing:
# 4.940656458412465e-324 in place of 5e-324.


def shortest(value: float) -> str:
    """The float with as few digits as tell it from others, as CPython writes it."""
    for digits in range(17):
        found = "%.*e" % (digits, value)
        if float(found) == value:
            break
    return found
