# Runs on the MicroPython VM, as `flash.py IMAGE CONTROL MODE ID WIRED`: what a port's C code and
# frozen `_boot.py` do before the REPL. IMAGE is the flash, CONTROL a file descriptor on which
# the supervisor hears "B" (booted), "R" (hard reset) and "S" (soft reset). MODE: `hard`,
# `soft`, `soft-raw` (a soft reset from the raw REPL: boot.py runs, main.py does not) or
# `dump` (print every file).
import json
import os
import sys
import time

import vfs

_BLOCK = 4096


class Flash:
    # The extended block device of a file; its length is the size of the flash.
    def __init__(self, file):
        self.file = file
        self.blocks = file.seek(0, 2) // _BLOCK

    def readblocks(self, block, buf, offset=0):
        self.file.seek(block * _BLOCK + offset)
        self.file.readinto(buf)

    def writeblocks(self, block, buf, offset=0):
        self.file.seek(block * _BLOCK + offset)
        self.file.write(buf)

    def ioctl(self, op, arg):
        if op == 4:
            return self.blocks
        if op == 5:
            return _BLOCK
        return 0


class Machine:
    # Stands in for the VM's own `machine`, which cannot reset.
    def __init__(self, control, unique_id):
        self.control = control
        self.id = unique_id

    def unique_id(self):
        return self.id

    def reset(self, order=b"R"):
        import time

        self.control.write(order)
        for _ in range(9):  # until the supervisor pulls the plug, so that no `finally` runs
            try:
                time.sleep(1)
            except KeyboardInterrupt:
                pass


class Bus:
    # A SoftI2C with chips that have registers: {address: {register: bytes in hex}}.
    def __init__(self, chips):
        self.chips = {int(address): chips[address] for address in chips}

    def scan(self):
        return sorted(self.chips)

    def readfrom_mem(self, address, register, size):
        value = self.chips[address].get(str(register))
        if value is None:
            raise OSError(19)  # ENODEV, as a chip that does not answer
        return bytes.fromhex(value)[:size]


def wire(machine, hardware):
    # What is wired to the board: {"i2c": {"sda,scl": chips}, "onewire": {pin: [numbers in hex]},
    # "wifi": [[name, signal, security]], "wifi_ms": how long a scan of these takes}.
    i2c, probes = hardware.get("i2c", {}), hardware.get("onewire", {})

    def soft_i2c(scl, sda, freq):
        return Bus(i2c.get("%d,%d" % (sda, scl), {}))

    def pin(number):
        if number > 60:
            raise ValueError("invalid pin")
        return number

    machine.Pin, machine.SoftI2C = pin, soft_i2c

    class Wires:
        def __init__(self, pin):
            self.pin = pin

        def scan(self):
            return [bytearray(bytes.fromhex(rom)) for rom in probes.get(str(self.pin), [])]

    class Wlan:
        def __init__(self, interface):
            pass

        def active(self, on):
            pass

        def scan(self):
            time.sleep_ms(hardware.get("wifi_ms", 0))
            return [(n.encode(), b"", 1, rssi, lock, 0) for n, rssi, lock in hardware["wifi"]]

    class Module:
        pass

    if hardware:
        sys.modules["onewire"] = module = Module()
        module.OneWire = Wires
        sys.modules["network"] = module = Module()
        module.WLAN, module.STA_IF = Wlan, 0


def mount(image):
    flash = Flash(open(image, "r+b"))
    try:
        fs = vfs.VfsLfs2(flash)
    except OSError:
        vfs.VfsLfs2.mkfs(flash)
        fs = vfs.VfsLfs2(flash)
    vfs.umount("/")
    vfs.mount(fs, "/")
    os.chdir("/")
    sys.path[:] = ["", ".frozen", "/lib"]


def dump(folder):
    from binascii import hexlify

    for name, kind, *_ in os.ilistdir(folder or "/"):
        path = folder + "/" + name
        if kind == 0x4000:
            dump(path)
        else:
            with open(path, "rb") as f:
                print(path, hexlify(f.read()).decode())


def run(name):
    try:
        with open(name) as f:
            code = f.read()
    except OSError:
        return
    try:
        exec(compile(code, name, "exec"), {"__name__": "__main__"})
    except SystemExit:  # a board starts again
        sys.modules["machine"].reset(b"S")
    except BaseException as e:  # a board prints it and goes on to the REPL
        sys.print_exception(e)


def boot(image, control, mode, unique_id="", hardware=None):
    if mode == "dump":
        mount(image)
        return dump("")
    control = open(int(control), "wb")
    with open(hardware) as file:
        wired = json.load(file)
    mount(image)
    sys.modules["machine"] = Machine(control, bytes.fromhex(unique_id))
    wire(sys.modules["machine"], wired)
    control.write(b"B")
    if mode != "hard":
        print("MPY: soft reboot\r")
    run("/boot.py")
    if mode != "soft-raw":
        run("/main.py")


boot(*sys.argv[1:])
