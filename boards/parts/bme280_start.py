# Resets a BME280 or BMP280 and reads its calibration, for boards/sensors/bme280.py, which loads it
# for that; the firmware frees it afterwards.
from struct import unpack


# read(register, n) -> bytes, write(register, bytes), sleep_ms(ms)
def start(read, write, sleep_ms) -> tuple:
    """(the humidity's words or (), the others)."""
    id = read(0xD0, 1)[0]
    if id not in (0x60, 0x58, 0x57, 0x56):
        raise OSError("bme280: id 0x%02x, which is neither BME280 nor BMP280" % id)
    write(0xE0, b"\xb6")  # reset: another program's filter and modes are gone
    sleep_ms(10)
    if read(0xF3, 1)[0] & 1:
        raise OSError("bme280: not ready 10 ms after its reset")
    humid: tuple = ()
    if id == 0x60:
        h2, h3, a, b, c, h6 = unpack("<hBbBbb", read(0xE1, 7))
        humid = (read(0xA1, 1)[0], h2, h3, a << 4 | b & 15, c << 4 | b >> 4, h6)
    words = unpack("<HhhHhhhhhhhh", read(0x88, 24))
    if not words[0] or not words[3]:  # both divide, and no chip has them zero
        raise OSError("bme280: no calibration")
    return humid, words
