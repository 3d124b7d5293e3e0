# Cuts the power at every change of the flash of a board that is deployed and updated; runs on
# the VM.
#
#     micropython release_cuts.py PLAN GEOMETRY EACH
#
# PLAN is a JSON file, made by test_release_cuts.py. The flash is a littlefs over a NOR flash, at
# /. What boots is the /main.py that lies there; what deploys are the scripts that `make deploy`
# sends; what updates is the firmware's own release.py, out of the image. Each change of the flash
# is written down. Afterwards they are made again, one by one, and before each the flash is booted
# as it is, and with half of the change made: it must run one of the versions that may run then,
# whole and with its config. What each EACH-th of these boots changes is cut in the same way.
# Prints one JSON line.
import json
import os
import sys
from binascii import a2b_base64

import vfs
from nor import BLOCK, Flash

BLOCKS = 40
MAX_FAILURES = 3
KEPT = b"events that were synced " * 400


class Failed(Exception):
    pass


class Reset(Exception):
    pass


class Machine:
    DEEPSLEEP_RESET = 4
    cause = 1

    def reset(self):
        raise Reset

    def reset_cause(self):
        return self.cause


class Booted:
    version = None  # of the firmware that ran last, which sets it


class World:
    # What may run after a cut, and what is being done.
    allowed = ()
    doing = ""


class Recorder(Flash):
    """Writes down every change, and what may run if it is cut."""

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.journal = []

    def writeblocks(self, n, buf, offset=0):
        self.journal.append((n * BLOCK + offset, bytes(buf), World.allowed, World.doing))
        super().writeblocks(n, buf, offset)

    def ioctl(self, op, arg):
        if op == 6:
            self.journal.append((arg * BLOCK, None, World.allowed, World.doing))
        return super().ioctl(op, arg)


machine = sys.modules["machine"] = Machine()
booted = sys.modules["booted"] = Booted()
contents = {}  # version: bytes of its config


def check(condition, *what):
    if not condition:
        raise Failed(" ".join([str(w) for w in what]))


def read(path):
    with open(path, "rb") as file:
        return file.read()


def power_off():
    for _, path in list(vfs.mount()):
        try:
            vfs.umount(path)
        except AttributeError:
            pass  # an image has nothing to do then
    for name in list(sys.modules):
        if name.split(".")[0] in ("firmware", "loader", "image", "snowplow_tracker"):
            del sys.modules[name]
    sys.path[:] = ["", ".frozen", "/lib"]
    booted.version = None


def boot(flash):
    """Boot until the firmware runs, and check that all is there; -> its version."""
    for _ in range(5):
        power_off()
        flash.mount("/")
        text = read("/main.py")
        try:
            exec(compile(text, "main.py", "exec"), {"__name__": "__main__"})
        except Reset:
            continue
        version = booted.version
        check(version is not None, "nothing runs")
        check(read("/kept") == KEPT, "the user's file has changed")
        check(read("/config.json") == contents[version], "not the config of", version)
        return version
    raise Failed("it resets again and again")


class Cuts:
    def __init__(self, geometry, each):
        self.geometry = geometry
        self.each = each
        self.cases = 0
        self.failures = []

    def replay(self, base, journal, depth, where):
        """Boot before each change of the journal, which began with the bytes `base`."""
        flash = Flash(self.geometry, image=base)
        for i, (at, data, allowed, doing) in enumerate(journal):
            for half in (False, True):
                cut = Recorder(self.geometry, image=flash.data)
                if half:
                    change(cut, at, data, 2)
                again = depth and (2 * i + half) % self.each == 0
                self.case(cut, allowed, doing, again, where + [(i, half)])
            change(flash, at, data, 1)

    def case(self, flash, allowed, doing, again, where):
        if len(self.failures) >= MAX_FAILURES:
            return
        self.cases += 1
        base = bytes(flash.data) if again else None
        World.allowed, World.doing = allowed, doing
        try:
            found = boot(flash)
            check(found in allowed, found, "runs instead of", allowed)
        except Exception as e:
            text = "%s: %s" % (type(e).__name__, e)
            self.failures.append("cut at %s, during %s: %s" % (where, doing, text))
            if not isinstance(e, Failed):
                sys.print_exception(e, sys.stderr)
            return
        if again:
            self.replay(base, flash.journal, 0, where)


def change(flash, at, data, part):
    """Make a change of a journal, or its first half."""
    if data is None:
        flash._fill(at, at + BLOCK // part)
    else:
        flash._program(at, memoryview(data)[: len(data) // part])


def scenario(flash, plan):
    """A deploy over plain files, updates that stay and that do not, and a deploy over an image."""

    def boots(doing, *allowed):
        World.allowed, World.doing = allowed, doing
        found = boot(flash)
        check(found == allowed[0], doing, "runs", found)

    def deploy(name, doing, *allowed):
        World.allowed, World.doing = allowed, doing
        power_off()
        flash.mount("/")
        names = {}
        for text in plan[name]:
            exec(text, names)

    def release():
        from firmware.on_demand import release

        return release

    def update(version, runs):
        World.allowed, World.doing = (runs,), "the download of %d" % version
        image = a2b_base64(plan["image %d" % version])
        with open(release().spare(), "wb") as file:
            for at in range(0, len(image), 1000):
                file.write(image[at : at + 1000])
        World.allowed, World.doing = (runs, version), "the switch to %d" % version
        release().try_next("%d" % version)
        World.allowed = (version,)

    deploy("deploy 1", "the deploy over plain files", 0, 1)
    boots("the first boot", 1)
    update(2, 1)
    boots("the first boot of a trial", 2)
    check(release().trial()["boots"] == 1, "not counted")
    machine.cause = machine.DEEPSLEEP_RESET
    boots("a wake from deep sleep", 2)
    machine.cause = 1
    check(release().trial()["boots"] == 1, "a wake was counted")
    World.doing = "confirming"
    release().confirm()
    boots("a boot after it", 2)
    update(3, 2)
    boots("a trial that crashes", 3)
    boots("a trial that crashes again", 3)
    boots("a trial that crashes a third time", 3, 2)
    boots("going back by itself", 2)
    check(release().rolled_back()["id"] == "3", "not reported")
    World.doing = "reporting"
    release().forget_rolled_back()
    check(release().rolled_back() is None, "reported twice")
    update(4, 2)
    boots("a trial without network", 4)
    World.allowed, World.doing = (4, 2), "rolling back"
    release().roll_back("late")
    boots("a boot after it", 2)
    check(release().rolled_back() == {"id": "4", "reason": "late"}, "not reported")
    deploy("deploy 5", "the deploy over an image", 2, 5)
    boots("the boot after a deploy", 5)
    update(6, 5)
    boots("an image whose firmware cannot be imported", 5)
    check("ImportError" in release().rolled_back()["reason"], "not reported")


def main():
    with open(sys.argv[1]) as file:
        plan = json.load(file)
    geometry, each = sys.argv[2], int(sys.argv[3])
    for version in plan["configs"]:
        contents[int(version)] = plan["configs"][version].encode()
    flash = Recorder(geometry, BLOCKS)
    flash.format()
    power_off()
    flash.mount("/")
    for folder in plan["folders"]:
        os.mkdir(folder)
    for path in plan["plain"]:
        with open(path, "wb") as file:
            file.write(a2b_base64(plan["plain"][path]))
    with open("/kept", "wb") as file:
        file.write(KEPT)
    cuts = Cuts(geometry, each)
    base = bytes(flash.data)
    flash.journal = []
    try:
        check(boot(flash) == 0, "the plain files do not run")
        scenario(flash, plan)
    except Failed as e:
        cuts.failures.append("without a cut, during %s: %s" % (World.doing, e))
    power_off()
    cuts.replay(base, flash.journal, 1, [])
    print(json.dumps({"cases": cuts.cases, "failures": cuts.failures}))


if __name__ == "__main__":
    main()
