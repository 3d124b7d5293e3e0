"""A board is offered a config by a real server; runs on the VM.

    micropython config_wire.py FOLDER URL STATE OLD FULL NETWORKS

Its flash is a littlefs with the image `old` of FOLDER and the config OLD (JSON), update.json is
STATE, and it is full where FULL is 1. NETWORKS (a list) are those of an earlier config; it has
joined the last one of them, else the first one of OLD. It asks once. Prints one JSON line: what
it reported of configs, the config that is on trial or null, the networks of before, the names of
its files, whether it restarts while its store has events, and once all of them were sent, and, of
the boot that follows, what it reported of a config that the boot took back, or null.
"""

import json
import os
import sys

import patient
import vfs
from nor import Flash
from power_cuts import App, bodies, first_boot, read, run_loader

import firmware.app
from firmware.on_demand import config, end, prepare, release, settings, update
from snowplow_tracker import clock

folder, url, state, old, full, networks = sys.argv[1:]
patient.wait(120000)
clock.boot = 1


def put(path, data):
    with open("/releases/" + path, "wb") as file:
        file.write(data)


flash = Flash("rp2", 22)
flash.format()
flash.mount("/releases")
os.chdir("/releases")
put("a.img", read(folder + "/old"))
put("state.json", b'{"run": "a", "trial": null}')
put("update.json", state.encode())
put("config.json", old.encode())
if networks != "[]":
    put("networks.json", ('{"networks": %s}' % networks).encode())
put("release.der", read(folder + "/release.der"))
if url[:6] == "https:":
    put("root.der", read(folder + "/root.der"))
assert run_loader()
app = App("release.der")
found = config.check("config.json", settings.read("config.json"))
app.settings.update(wifi=found["wifi"], roots=found["roots"], verify=found["verify"])
prepare._add_networks(app.settings["wifi"]["networks"])
app.link.network = app.settings["wifi"]["networks"][-1 if networks != "[]" else 0]["ssid"]
app.settings["update"].update(url=url, group=found["update"]["group"])
app.store.sync()
if full == "1":
    try:
        for n in range(99):  # a block each
            put("of_the_user%d" % n, bytes(3000))
    except OSError:
        pass
for wait in update.steps(app):
    clock.sleep_ms(wait)


def steps():
    reported = [body["data"] for body in bodies(app.store) if isinstance(body["data"], dict)]
    return [[one["step"], one.get("reason")] for one in reported if one.get("kind") == "config"]


trial = release.trial()
assert bool(trial) == (app.restart_for == "config"), trial
result = {
    "steps": steps(),
    "taken": json.loads(read("config.json.new")) if trial else None,
    "networks": None,
    "files": sorted(os.listdir("/releases")),
    "restarts": [],
    "taken_back": None,
}
if "networks.json" in result["files"]:
    result["networks"] = json.loads(read("networks.json"))["networks"]
assert read("config.json") == old.encode()  # until the restart
if trial:
    assert read("config.json.old") == old.encode()
    app.nothing_to_lose = lambda: firmware.app.App.nothing_to_lose(app)
    for _ in range(2):
        restarts = []
        app.restart = restarts.append
        end.restart_if_due(app)
        result["restarts"].append(bool(restarts))
        app.store.drop(app.number)
    assert not len(app.store)
    vfs.umount("/release")
    assert run_loader() and json.loads(read("config.json")) == result["taken"]
    if not first_boot():
        vfs.umount("/release")
        assert run_loader() and read("config.json") == old.encode()
        app.restart_for = None
        app.board.online = lambda: False
        list(update.steps(app))
        ((step, result["taken_back"]),) = steps()
        assert step == "rolled_back"
print(json.dumps(result))
