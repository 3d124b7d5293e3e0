"""Cuts the power at every program and erase of an update; runs on the VM.

    micropython power_cuts.py FOLDER GEOMETRY WAY END EACH

A board with events on its flash takes the release in FOLDER (see conftest.py) by WAY (patch or
image), or its config (config), with what END says: `good`, its trial ends well; `silent`, nothing
is sent in it; `crash`, it crashes until the loader takes it back; `refused`, the real start of the
firmware finds a mistake in it. All that the flash is told is
written down. Then, for each program and erase, once as it is and once with half of it made, a
board boots from what the flash had there. It has to run one of the two images, whole, with one of
the two configs, whole, and with all events that were synced, and to come to the same end by
itself. What it does to the flash on its way is cut in the same way, after EACH-th of the first
cuts. Prints one JSON line.
"""

import json
import os
import sys
from hashlib import sha256
from struct import unpack_from

import loader
import vfs
from nor import Flash

import boards
from firmware.on_demand import prepare, release, unload, update, update_fetch, update_trial
from snowplow_tracker import clock
from snowplow_tracker.record import HEADER, HEADER_SIZE
from snowplow_tracker.store import segment_log
from snowplow_tracker.store.segments import SegmentStore

BLOCKS = 26
STORE = 16384
MAX_FAILURES = 3
BEGIN = 1795350546723
OLD_NETWORKS = [{"ssid": "barn", "password": "hunter22", "address": None}]


class Failed(Exception):
    pass


def check(condition, *what):
    if not condition:
        raise Failed(" ".join([str(w) for w in what]))


def read(path):
    """The bytes of a file of the computer."""
    with open(path, "rb") as file:
        return file.read()


def run_loader():
    """Load an image as /main.py does, without imports from it; whether there is one."""
    path = list(sys.path)
    found = loader.load()
    sys.path[:] = path
    return found


class Taken(Exception):
    pass


def first_boot():
    """Whether the real start of the firmware takes the config; it resets the board if not."""
    try:
        prepare.prepare()
    except Taken:
        return True
    except Reset:
        return False
    check(False, "the board stays at its REPL")


class Restarting:
    """A board that has no more to do than to restart."""

    def reset(self, intent):
        check(intent == "config", intent)
        raise Reset

    def reset_intent(self):
        raise Taken  # asked once the config was taken


class Journal(Flash):
    """A flash that writes down what it is told."""

    def __init__(self, geometry, blocks=None, image=None):
        super().__init__(geometry, blocks, image)
        self.log = []
        self.synced = []  # what synced() gave at each entry of the log
        self.events = lambda: 0

    def writeblocks(self, n, buf, offset=0):
        self.log.append((n * 4096 + offset, bytes(buf), self.events()))
        super().writeblocks(n, buf, offset)

    def ioctl(self, op, arg):
        if op == 6:
            self.log.append((arg * 4096, None, self.events()))
        return super().ioctl(op, arg)

    def redo(self, entry, torn=False):
        """Make a change of a log, or half of it."""
        at, data, _ = entry
        if data is None:
            self._fill(at, at + (2048 if torn else 4096))
        else:
            self._program(at, memoryview(data)[: len(data) // 2] if torn else memoryview(data))


class Folder(update_fetch.Folder):
    """The folder of releases, without a network: fetch() is the real one."""

    files = {}

    def __init__(self, app):
        self._app = app

    def read(self, name, start=0, size=0):
        yield 0
        if name not in self.files:
            raise ValueError("%s: HTTP status 404" % name)
        data = self.files[name]
        return data[start : start + size] if size else data

    def close(self):
        pass


class Reset(Exception):
    pass


class Board:
    dns = ()
    retained = 0

    def online(self):
        return True

    def id(self):
        return "e66138528350"


class Sender:
    sent = 0


class Crashes:
    safe_mode = False


class Link:
    name = "Wi-Fi"
    network = "mill"


class App:
    """What update.py uses of the firmware's App."""

    def __init__(self, key):
        options = {"url": "https://h", "key": key, "seconds": 60, "trial_seconds": 900}
        options["group"] = None
        self.settings = {"update": options, "state_path": "/releases"}
        self.settings["wifi"] = {"networks": OLD_NETWORKS}
        self.settings.update(roots=None, verify=False)
        self.board = Board()
        self.crashes = Crashes()
        self.link = Link()
        self.trial_start = self.reset_cause = None
        self.emitter = Sender()
        self.restart_for = None
        self.store = SegmentStore("/releases/events", STORE, page_bytes=4096)
        self.synced = 0  # events that a sync() confirmed
        self.number = 1 + max([0] + numbers(self.store))
        sync = self.store.sync

        def note():
            done = sync()
            check(done, "sync failed", repr(self.store.error))
            self.synced = self.number
            return done

        self.store.sync = note

    def put(self, data):
        check(self.store.put(clock.ms(), 0, ('{"n":%d,"data":%s' % (self.number, data)).encode()))
        self.number += 1

    def track_event(self, schema, data):
        self.put(json.dumps(data))

    def unload(self):
        pass

    def nothing_to_lose(self):
        return self.store.sync()

    def restart(self, intent):
        self.store.sync()
        raise Reset


def bodies(store):
    found = []
    after = 0
    while True:
        record = store.peek(after)
        if record is None:
            return found
        after = unpack_from(HEADER, record)[3]
        found.append(json.loads(bytes(record[HEADER_SIZE:]) + b"}"))


def numbers(store):
    return [body["n"] for body in bodies(store)]


class Life:
    """A board over a flash, from a boot to the end that an update comes to."""

    version = 0  # the one that is offered
    configs = ()  # the old one and the new one, if it is the config that changes

    def __init__(self, flash, end, key, images):
        self.flash = flash
        self.end = end
        self.key = key
        self.images = images  # the old one and the new one, by their hashes
        self.app = None
        flash.events = lambda: self.app.synced if self.app else self.known
        self.known = 0  # events that have to be there

    def boot(self):
        """Which image runs; it has to be whole, and no synced event may be missing."""
        self.app = None
        self.flash.mount("/releases")
        os.chdir("/releases")  # where config.json is
        segment_log.open_folders.clear()
        clock.boot += 1
        Machine.armed = 0
        check(run_loader(), "no image runs")
        with open("/releases/%s.img" % release.running(), "rb") as file:
            running = sha256(file.read()).digest()
        check(running in self.images, "it runs neither of the images")
        app = App(self.key)
        check(app.store.error is None, "store", repr(app.store.error))
        there = numbers(app.store)
        check(there == sorted(set(there)), "events twice", there)
        missing = [n for n in range(1, self.known) if n not in there]
        check(not missing, "LOST", missing, "of", self.known - 1)
        check(not app.store.dropped, "events are given up", app.store.lost)
        app.synced = self.known
        self.app = app
        if self.configs:
            with open("config.json") as file:
                config = json.load(file)
            check(config in self.configs, "it has neither of the configs")
            check(running == self.images[0], "another image runs")
            return self.configs.index(config)
        return self.images.index(running)

    def off(self):
        if release.running():
            vfs.umount("/release")
        vfs.umount("/releases")

    def run(self):
        """Boot until the end; returns how often."""
        for n in range(12):
            running = self.boot()
            self.app.put("%d" % n)
            self.app.store.sync()
            try:
                if self._work(running):
                    return n
            except Reset:
                pass
            self.known = self.app.synced
            self.off()
        raise Failed("no end in 12 boots")

    def _work(self, running):
        # One boot of the firmware; whether it has come to the end.
        app = self.app
        clock.ms = lambda: 1000
        app.emitter.sent = bool(self.configs) and running and self.end == "good"
        if running and release.trial():
            check(Machine.armed or not self.configs, "a hang would not end the trial")
            if self.end == "crash":
                raise Reset
            if self.end == "refused":
                check(not first_boot(), "the config was taken")
                raise Reset
            app.emitter.sent = self.end == "good"
            if self.end == "silent":
                clock.ms = lambda: 900000
        for _ in update.steps(app):
            pass
        check(not release.trial() or app.restart_for, "the trial goes on")
        if app.restart_for:
            raise Reset
        state = update_trial.load_state(app)
        steps = [b["data"].get("step") for b in bodies(app.store) if isinstance(b["data"], dict)]
        version, refused = ("config", "config_refused") if self.configs else ("version", "refused")
        if self.end == "good":
            check(running == 1 and state.get(version) == self.version, "state", state)
            check(steps[-1] == "works", steps)
            check("networks.json" not in os.listdir("/releases"), "networks of before are left")
        else:
            check(running == 0 and state.get(refused) == self.version, "state", state)
            check(steps[-1] == "rolled_back", steps)
            left = [name for name in os.listdir("/releases") if name[:12] == "config.json."]
            check(not left, left)
        self.known = app.synced
        return True


class Cuts:
    def __init__(self, end, key, images, each):
        self.end = end
        self.key = key
        self.images = images
        self.each = each
        self.cases = self.lost = self.bricked = 0
        self.failures = []

    def cut(self, start, flash, depth, where):
        """Boot from what each cut of the log of `flash` leaves; it began with `start`."""
        at = Flash(flash.geometry, image=start)
        now = Journal(flash.geometry, image=start)
        for i, entry in enumerate(flash.log):
            for torn in (False, True):
                now.data[:] = at.data
                if torn:
                    now.redo(entry, True)
                self.case(now, entry[2], depth, where + [(i, torn)])
                if len(self.failures) >= MAX_FAILURES:
                    return
            now.data[:] = at.data
            now.redo(entry)
            at.data[:] = now.data

    def case(self, now, known, depth, where):
        self.cases += 1
        flash = Journal(now.geometry, image=now.data)
        life = Life(flash, self.end, self.key, self.images)
        life.known = known
        try:
            life.run()
        except Exception as e:
            text = "%s: %s" % (type(e).__name__, e)
            self.lost += "LOST" in text
            self.bricked += "LOST" not in text
            self.failures.append("cut at %s: %s" % (where, text))
            if not isinstance(e, Failed):
                sys.print_exception(e, sys.stderr)
        try:
            life.off()
        except OSError:
            pass
        if depth and self.cases % self.each == 0 and not self.failures:
            self.cut(bytes(now.data), flash, depth - 1, where)


def main():
    folder, geometry, way, end = sys.argv[1:5]
    each = int(sys.argv[5])
    clock.boot = 1
    clock.unix_ms = lambda: BEGIN
    clock.boot_start = lambda: BEGIN - clock.ms()

    for entry in os.ilistdir(folder):
        if entry[0][-4:] != ".pem":
            Folder.files[entry[0]] = read(folder + "/" + entry[0])
    key = folder + "/release.der"
    if way == "config":
        name = "/bad_config" if end == "refused" else "/new_config"
        offered = Folder.files["config.json"] = read(folder + name)
        del Folder.files["manifest.json"]
        offer = json.loads(offered.split(b"\n")[0])
        Life.configs = [json.loads(read(folder + "/old_config")), offer["config"]]
        key = "release.der"
    else:
        name = "manifest.json" if way == "patch" else "without_patches.json"
        offered = read(folder + "/" + name)
        Folder.files["manifest.json"] = offered
        offer = json.loads(offered.split(b"\n")[0])
    Life.version = offer["version"]
    update_fetch.Folder = Folder
    old, new = read(folder + "/old"), read(folder + "/new")
    images = [sha256(old).digest(), sha256(new).digest()]

    flash = Journal(geometry, BLOCKS)
    flash.format()
    flash.mount("/releases")
    with open("/releases/a.img", "wb") as file:
        file.write(old)
    with open("/releases/b.img", "wb") as file:
        file.write(b"an image before" * 100)
    with open("/releases/state.json", "w") as file:
        json.dump({"run": "a", "trial": None}, file)
    if Life.configs:
        for name in ("release.der", "old_config"):
            path = "config.json" if name == "old_config" else name
            with open("/releases/" + path, "wb") as file:
                file.write(read(folder + "/" + name))
    app = App(key)
    for n in range(9):
        app.put('"%s"' % (chr(97 + n) * 300))
    app.store.sync()
    vfs.umount("/releases")
    flash.log.clear()

    cuts = Cuts(end, key, images, each)
    start = bytes(flash.data)
    life = Life(flash, end, key, images)
    life.known = app.synced
    boots = life.run()
    life.off()
    changes = len(flash.log)
    cuts.cut(start, flash, 1, [])
    result = {"cases": cuts.cases, "lost": cuts.lost, "bricked": cuts.bricked}
    result.update(failures=cuts.failures, changes=changes, boots=boots)
    print(json.dumps(result))


class Machine:
    DEEPSLEEP_RESET = 4
    armed = 0  # ms of the watchdog

    @staticmethod
    def reset_cause():
        return 1

    @staticmethod
    def WDT(timeout):
        Machine.armed = timeout


sys.modules["machine"] = Machine
loader.image.umount = lambda: None  # a board never unmounts its image
boards.load = Restarting
unload.unload = lambda *_: None  # what is imported here stays, as this has changed it
if __name__ == "__main__":
    main()
