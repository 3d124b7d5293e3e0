# Boots the firmware of the current directory on a simulated ESP32, and prints what it takes of
# the heap, in bytes, each second of its work; and how many names the VM has, before it and each
# time. With the argument `image`, the firmware is one.
import gc
import os
import sys

import simulation

world = simulation.start_real("esp32", "world.json")
world.join_ms = 100

import vfs  # noqa: E402

import chips  # noqa: E402
import esp32  # noqa: E402
import machine  # noqa: E402
import machine_buses  # noqa: E402, F401
import micropython  # noqa: E402
import network  # noqa: E402

FAKES = (esp32, machine, micropython, network)
world.i2c[0x76] = chip = chips.Bme280()
micropython.qstr_info()
gc.collect()
base = gc.mem_alloc()
taken = []
if sys.argv[1:] == ["image"]:
    here = os.getcwd()
    vfs.umount("/")
    vfs.mount(vfs.VfsPosix(here), "/")
    os.chdir("/")
    sys.path[:] = ["/releases", "", ".frozen", "/lib"]
    __import__("loader").load()
    del sys.modules["loader"]
    gc.collect()
mounted = gc.mem_alloc()
import boards  # noqa: E402

gc.collect()
base += gc.mem_alloc() - mounted


def load(**options):
    import time

    board = __import__("boards.esp32", None, None, ("Board",)).Board(**options)
    end = time.time() + 4

    def stopping():
        if time.time() > end - 3 + len(taken):
            # The fake chip notes what is written to it: that grows, and is not the firmware's.
            chip.writes.clear()
            chip.modes.clear()
            gc.collect()
            micropython.qstr_info()
            taken.append(gc.mem_alloc() - base)
        return len(taken) == 3

    board.stopping = stopping
    return board


boards.load = load
for name in ("boot.py", "main.py"):
    with open(name) as file:
        code = compile(file.read(), name, "exec")  # a board keeps no source either
    exec(code)
print(taken)
