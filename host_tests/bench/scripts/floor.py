# What track_floor.py and track_reading.py share: how they measure on the VM, and the UUID of their
# floors, as one writes it in plain MicroPython.
import gc
import time
from binascii import hexlify
from os import urandom


def uuid4():
    b = bytearray(urandom(16))
    b[6] = b[6] & 0x0F | 0x40
    b[8] = b[8] & 0x3F | 0x80
    h = hexlify(b).decode()
    return "-".join((h[:8], h[8:12], h[12:16], h[16:20], h[20:]))


def microseconds(f, n):
    """Of `n` calls."""
    gc.collect()
    start = time.ticks_us()
    for _ in range(n):
        f()
    return time.ticks_diff(time.ticks_us(), start)


# The fastest of short slices in turn: what else the machine does only adds to them.
def ratio(ours, floor, n):
    """The time of `ours` over that of `floor`, in slices of `n` calls."""
    slices = [(microseconds(floor, n), microseconds(ours, n)) for _ in range(80)]
    return min([b for _, b in slices]) / min([a for a, _ in slices])


def garbage(f, n):
    """Bytes of heap that one of `n` calls leaves to the collector."""
    gc.collect()
    gc.disable()
    before = gc.mem_alloc()
    for _ in range(n):
        f()
    after = gc.mem_alloc()
    gc.enable()
    return (after - before) // n
