# Takes an update, or a config by air, from a real server, and prints the most of the heap, in
# bytes, that it holds at any of its steps beside what a running firmware has loaded. argv: URL;
# "imports" to look at each import, too, since a config is checked in one step. The current
# directory has the compiled modules, release.der, and the folder releases.
import builtins
import gc
import os
import sys

import vfs

import micropython
from firmware.on_demand import update_steps
from snowplow_tracker import clock
from snowplow_tracker.json_file import load
from snowplow_tracker.store.ring import RingStore
from snowplow_tracker.transport.http import HttpTransport


class Releases:
    image_name = "a"

    def __init__(self, root):
        fs = vfs.VfsPosix(root)
        self.open, self.stat, self.statvfs, self.remove = fs.open, fs.stat, fs.statvfs, fs.remove

    def rename(self, old, new):
        pass

    def mount(self, readonly, mkfs):
        pass


class Thing:
    pass


vfs.mount(Releases(os.getcwd() + "/releases"), "/releases")
app = Thing()
app.settings = {
    "update": {
        "url": sys.argv[1], "key": "release.der", "group": None, "seconds": 60,
        "trial_seconds": 900,
    },
    "state_path": ".", "roots": None, "verify": True, "wifi": None,
}  # fmt: skip
app.board = app.emitter = app.crashes = Thing()
app.crashes.safe_mode = False
app.board.online = lambda: True
app.board.id = lambda: "e66138528350"
app.board.dns = ()
app.store = RingStore(4096)
app.restart_for = app.trial_start = None
app.emitter.sent = 0
app.link = Thing()
app.link.name = "Wi-Fi"
app.link.network = None
app.track_event = lambda schema, data: None


def unload():
    from firmware.on_demand.unload import unload

    unload()


app.unload = unload
app.transport = HttpTransport(sys.argv[1] + "/manifest.json", get=True)
for wait in app.transport.send(0, b""):  # as the firmware, which sends events
    clock.sleep_ms(wait)
load("none")
unload()
# The VM's table of names doubles when it is full. It does so now, and each name is counted below.
for i in range(1500):
    getattr(sys, "_%d" % i, None)
micropython.qstr_info()
gc.collect()
base = gc.mem_alloc()
most = 0


def sample():
    global most
    gc.collect()
    most = max(most, gc.mem_alloc() - base)


real_import = builtins.__import__


def import_and_sample(*arguments):
    found = real_import(*arguments)
    sample()
    return found


if "imports" in sys.argv:
    builtins.__import__ = import_and_sample
for wait in update_steps.steps(app):
    sample()
    clock.sleep_ms(wait)
builtins.__import__ = real_import
micropython.qstr_info()
print('["%s", %d]' % (app.restart_for, most))
