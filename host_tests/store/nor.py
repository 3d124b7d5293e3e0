"""A NOR flash as MicroPython's block device, for the VM: programs clear bits, erases set blocks.

Geometries are those of the boards' littlefs; the number of blocks is the caller's.
"""

import vfs

BLOCK = 4096
# name: (bytes of a program, options of littlefs, blocks of the real file system)
GEOMETRY = {"rp2": (256, {"progsize": 256}, 212), "esp32": (32, {}, 512)}


class Flash:
    """Counts bytes programmed and read, and erases; asks `before` ahead of every change."""

    def __init__(self, geometry, blocks=None, image=None):
        self.geometry = geometry
        self.prog, self.options, default = GEOMETRY[geometry]
        if image:
            self.data = bytearray(image)
        else:
            self.data = bytearray((blocks or default) * BLOCK)
            self._fill(0, len(self.data))
        self.blocks = len(self.data) // BLOCK
        self.before = None  # before(torn): torn() makes half of the change
        self.trouble = None  # trouble(what) may raise OSError; what is read, program or erase
        # Whether littlefs is left by that, as on ESP32, or is told by a result, as by an SD card.
        self.raises = True
        self.programmed = self.programs = self.erases = self.read = 0

    def _fill(self, start, stop):
        view = memoryview(self.data)
        for at in range(start, stop, BLOCK // 2):
            view[at : at + BLOCK // 2] = _ERASED[: BLOCK // 2]

    def _program(self, at, buf):
        view = memoryview(self.data)[at : at + len(buf)]
        if view == _ERASED[: len(buf)]:
            view[:] = buf
        else:
            n = int.from_bytes(view, "little") & int.from_bytes(buf, "little")
            view[:] = n.to_bytes(len(buf), "little")

    def readblocks(self, n, buf, offset=0):
        if self.trouble:
            # What a read that fails leaves there, littlefs may use.
            buf[:] = _ERASED[: len(buf)] if self.raises else bytes(len(buf))
            try:
                self.trouble("read")
            except OSError as e:
                if self.raises:
                    raise
                return -e.errno
        at = n * BLOCK + offset
        self.read += len(buf)
        buf[:] = memoryview(self.data)[at : at + len(buf)]

    def writeblocks(self, n, buf, offset=0):
        if self.trouble:
            self.trouble("program")
        assert offset % self.prog == 0 and len(buf) % self.prog == 0
        at = n * BLOCK + offset
        if self.before:
            self.before(lambda: self._program(at, memoryview(buf)[: len(buf) // 2]))
        self.programmed += len(buf)
        self.programs += 1
        self._program(at, memoryview(buf))

    def ioctl(self, op, arg):
        if op == 4:
            return self.blocks
        if op == 5:
            return BLOCK
        if op == 6:
            if self.trouble:
                self.trouble("erase")
            at = arg * BLOCK
            if self.before:
                self.before(lambda: self._fill(at, at + BLOCK // 2))
            self.erases += 1
            self._fill(at, at + BLOCK)
            return 0

    def format(self):
        vfs.VfsLfs2.mkfs(self, **self.options)

    def mount(self, where):
        vfs.mount(vfs.VfsLfs2(self, **self.options), where)


_ERASED = memoryview(b"\xff" * BLOCK)
