"""An ESP32 on a pty: the ROM loader's serial protocol, and MicroPython once it is flashed.

The protocol is that of Espressif's documentation ("Serial Protocol" of esptool): SLIP frames, 8
answers to a SYNC, a stub in RAM that says OHAI and then takes over, flash that is erased by
sectors. The chip is reset by DTR and RTS, which a pty has not: here a SYNC brings it into its
loader, and closing the port out of it. Then the real VM runs, if there is an image to start.
"""

import hashlib
import os
import pty
import select
import struct
import threading
import time
import tty
import zlib
from pathlib import Path

from vm_board import VmBoard

SECTOR = 4096
SYNC = b"\xc0\x00\x08\x24\x00"
MAGIC = {"ESP32": 0x00F01D83, "ESP32S2": 0x000007C6}  # at 0x40001000
CHIP_IDS = {"ESP32C3": 5, "ESP32S3": 9, "ESP32C6": 13}  # the older ones do not tell
START = {"ESP32": 0x1000, "ESP32S2": 0x1000}
FLASH_ID = 0x1640C8  # 4 MiB of GigaDevice
RESULTS = (0x3FF42080, 0x3F402080, 0x60002058, 0x60002080)  # where an SPI command's result is


class EspBoard:
    """A chip whose port is the path `port`, until close(). `flash` is what it holds.

    cut_after: how many bytes are written to its flash before the cable is pulled, until plug().
    """

    def __init__(self, directory, chip="ESP32", size=4 << 20):
        self.port = str(Path(directory) / "ttyESP")
        self.chip = chip
        self.flash = bytearray(b"\xff" * size)
        self.cut_after = None
        self.erased = self.written = 0
        self._vm_folder = Path(directory) / "vm"
        self._vm_folder.mkdir()
        self._vm = self._vm_line = None
        self._stop, self._stopper = os.pipe()
        self._plug()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        os.write(self._stopper, b"!")
        self._thread.join()
        self._power_vm(False)
        if os.path.lexists(self.port):
            self._unplug()
        os.close(self._stop)
        os.close(self._stopper)

    def plug(self):
        """Put the cable in again."""
        os.write(self._stopper, b"P")
        while not os.path.lexists(self.port):
            time.sleep(0.01)

    # --- the cable -------------------------------------------------------------------------
    def _plug(self):
        self._host, end = pty.openpty()
        tty.setraw(end)
        os.symlink(os.ttyname(end), self.port)
        os.close(end)  # so that the host's closing is seen
        self._loader = self._stub = False
        self._rest = b""
        self._power_vm(self.has_image())

    def _unplug(self):
        os.unlink(self.port)
        os.close(self._host)

    def has_image(self):
        """Whether there is something to start."""
        start = START.get(self.chip, 0)
        return self.flash[start] == 0xE9 and self.flash[0x8000:0x8002] == b"\xaa\x50"

    def _power_vm(self, on):
        if self._vm and not on:
            os.close(self._vm_line)
            self._vm.close()
            self._vm = None
        elif on and not self._vm:
            self._vm = VmBoard(self._vm_folder)
            self._vm_line = os.open(self._vm.port, os.O_RDWR | os.O_NOCTTY)
            tty.setraw(self._vm_line)

    def _run(self):
        while True:
            lines = [self._stop, self._host] + ([self._vm_line] if self._vm else [])
            ready = select.select(lines, [], [], 1)[0]
            if self._stop in ready:
                return
            if self.cut_after is not None and self.written >= self.cut_after:
                self.cut_after = None
                self._unplug()
                if os.read(self._stop, 1) == b"!":
                    return
                self._plug()
                continue
            if self._vm and self._vm_line in ready:
                text = os.read(self._vm_line, 4096)
                if select.select([], [self._host], [], 0)[1]:
                    os.write(self._host, text)
            if self._host in ready:
                try:
                    self._take(os.read(self._host, 65536))
                except OSError:  # EIO: nobody has the port open
                    if self._loader:
                        self._loader = self._stub = False
                        self._power_vm(self.has_image())
                    self._stop_or_wait()

    def _stop_or_wait(self):
        select.select([self._stop], [], [], 0.02)

    def _take(self, text):
        if not self._loader:
            if SYNC not in text:
                if self._vm:
                    os.write(self._vm_line, text)
                return
            self._power_vm(False)
            self._loader, self._rest, text = True, b"", text[text.index(SYNC) :]
        self._rest += text
        while self._rest.count(b"\xc0") >= 2:
            frame, self._rest = self._rest[self._rest.index(b"\xc0") + 1 :].split(b"\xc0", 1)
            if len(frame) >= 8:
                frame = frame.replace(b"\xdb\xdc", b"\xc0").replace(b"\xdb\xdd", b"\xdb")
                if not self._obey(frame):
                    return

    def _send(self, data):
        data = data.replace(b"\xdb", b"\xdb\xdd").replace(b"\xc0", b"\xdb\xdc")
        data = b"\xc0" + data + b"\xc0"
        while data:
            select.select([], [self._host], [], 5)
            data = data[os.write(self._host, data) :]

    def _answer(self, op, value=0, data=b"", error=0):
        status = bytes([1, error] if error else [0, 0]) + (b"" if self._stub else b"\0\0")
        data += status
        self._send(struct.pack("<BBHI", 1, op, len(data), value) + data)

    # --- the protocol ----------------------------------------------------------------------
    def _obey(self, frame):
        direction, op, size, check = struct.unpack("<BBHI", frame[:8])
        data = frame[8:]
        words = struct.unpack(f"<{len(data) // 4}I", data[: len(data) // 4 * 4])
        if direction or size != len(data):
            return True
        if op in (0x07, 0x11) and _xor(data[16:]) != check & 0xFF:
            self._answer(op, error=0x07)
            return True
        if op == 0x08:
            for _ in range(8):
                self._answer(op, 0 if self._stub else 0x20120707)
        elif op == 0x0A:
            self._answer(op, self._register(words[0]))
        elif op == 0x14 and self.chip in CHIP_IDS:
            told = struct.pack("<IB7BII", 0, 0, *[0] * 7, CHIP_IDS[self.chip], 0)
            self._answer(op, data=told)
        elif op == 0x06:  # the end of a program for the RAM: the stub starts
            self._answer(op)
            self._stub = True
            self._send(b"OHAI")
        elif op in (0x05, 0x07, 0x09, 0x0B, 0x0D, 0x0F, 0x12):
            self._answer(op)
        elif not self._stub:
            self._answer(op, error=0x05)
        elif op == 0xD0:
            self.flash[:] = b"\xff" * len(self.flash)
            self.erased += 1
            self._answer(op)
        elif op == 0xD2:
            self._read(*words[:3])
        elif op == 0x10:
            self._at, self._unpack = words[3], zlib.decompressobj()
            self._answer(op)
        elif op == 0x11:
            return self._write(data[16:])
        elif op == 0x13:
            self._answer(op, data=hashlib.md5(self.flash[words[0] :][: words[1]]).digest())
        else:
            self._answer(op, error=0x05)
        return True

    def _register(self, address):
        if address == 0x40001000:
            return MAGIC.get(self.chip, 0)
        return FLASH_ID if address in RESULTS else 0

    def _read(self, at, size, block):
        self._answer(0xD2)
        for start in range(at, at + size, block):
            self._send(bytes(self.flash[start : min(start + block, at + size)]))
        self._send(hashlib.md5(self.flash[at : at + size]).digest())

    # The stub erases each sector as it comes to it.
    def _write(self, packed):
        data = self._unpack.decompress(packed)
        for n in range(0, len(data), SECTOR):
            part = data[n : n + SECTOR]
            for start in range(-(-self._at // SECTOR) * SECTOR, self._at + len(part), SECTOR):
                self.flash[start : start + SECTOR] = b"\xff" * SECTOR
            if self.cut_after is not None and self.written >= self.cut_after:
                return False  # in the middle of a sector
            self.flash[self._at : self._at + len(part)] = part
            self._at += len(part)
            self.written += len(part)
        self._answer(0x11)
        return True


def _xor(data):
    check = 0xEF
    for byte in data:
        check ^= byte
    return check
