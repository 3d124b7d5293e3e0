# Bytes of a Pico W's flash that files of these lengths take.
import os
import sys

from nor import BLOCK, Flash

flash = Flash("rp2")
flash.format()
flash.mount("/flash")
before = os.statvfs("/flash")[3]
for n, size in enumerate(sys.argv[1:]):
    with open("/flash/%d" % n, "wb") as file:
        file.write(b"\x55" * int(size))
print((before - os.statvfs("/flash")[3]) * BLOCK)
