# Boots the firmware from the images in the folder `releases` of the current directory, on the
# simulated board of a port: what simboot.py does for plain files. argv: port.
import json
import os
import sys

import vfs

import simulation

for i in range(970):  # see simboot.py
    getattr(sys, "_%d" % i, None)
PORT = sys.argv[1]
world = simulation.start_real(PORT, "world.json")
world.join_ms = world.signal_ms = world.dhcp_ms = 300
try:
    with open("networks.json") as file:  # name -> how joining it ends
        world.networks = json.load(file)
except OSError:
    pass


class Releases:
    """The folder, as a file system. VfsPosix with a root renames a file to itself."""

    def __init__(self, root):
        fs = vfs.VfsPosix(root)
        self.open, self.stat, self.statvfs, self.remove = fs.open, fs.stat, fs.statvfs, fs.remove
        self.ilistdir = fs.ilistdir
        self.root = root

    def rename(self, old, new):
        os.rename(self.root + old, self.root + new)

    def mount(self, readonly, mkfs):
        pass


vfs.mount(Releases(os.getcwd() + "/releases"), "/releases")
sys.path.insert(0, "/releases")
sys.path.append("")  # a board has its root there
import loader  # noqa: E402

real_load = loader.load


def load():
    found = real_load()
    if found:
        simulate()
    return found


def simulate():
    import select

    import boards
    import chips

    world.i2c[0x76] = chips.Bme280()
    end = select.poll()
    end.register(sys.stdin, select.POLLIN)

    def load_board(**options):
        board = __import__("boards." + PORT, None, None, ("Board",)).Board(**options)
        board.stopping = lambda: bool(end.poll(0))
        return board

    boards.load = load_board


loader.load = load
for name in ("boot.py", "main.py"):
    with open(name) as file:
        code = compile(file.read(), name, "exec")
    exec(code)
