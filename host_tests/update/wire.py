"""A board takes an update from a real server; runs on the VM.

    micropython wire.py FOLDER URL ROUNDS STATE DEPLOYED FILL LIMIT

Its flash is a littlefs with the image `old` of FOLDER, update.json is STATE, and state.json is
DEPLOYED. It asks ROUNDS times, or until a release is on trial. With FILL, something else fills the
flash in the middle of the download. An answer may take LIMIT milliseconds. Prints one JSON line:
the steps that it reported, with their reasons, and whether the spare image is `new` and on trial.
"""

import json
import os
import sys
from hashlib import sha256

import patient
import power_cuts
from nor import Flash
from power_cuts import App, bodies, read, run_loader

from firmware.on_demand import release, update
from snowplow_tracker import clock

folder, url, rounds, state, deployed, fill, limit = sys.argv[1:]
patient.wait(int(limit))
clock.boot = 1


flash = Flash("rp2", 30)
flash.format()
flash.mount("/releases")
with open("/releases/a.img", "wb") as file:
    file.write(read(folder + "/old"))
with open("/releases/state.json", "w") as file:
    file.write(deployed)
with open("/releases/update.json", "w") as file:
    file.write(state)
assert run_loader()
app = App(folder + "/release.der")
app.settings["update"]["url"] = url
app.put('"an event"')
app.store.sync()
filled = False
for _ in range(int(rounds)):
    for wait in update.steps(app):
        if fill == "1" and not filled:
            try:
                filled = os.stat("/releases/b.img")[6] > 3000
            except OSError:
                pass
            if filled:
                with open("/releases/of_the_user", "wb") as file:
                    try:
                        while True:
                            file.write(bytes(512))
                            file.flush()
                    except OSError:
                        pass
        clock.sleep_ms(wait)
    if app.restart_for:
        break
found = {"steps": [], "on_trial": bool(app.restart_for)}
for body in bodies(app.store):
    if isinstance(body["data"], dict):
        found["steps"].append([body["data"]["step"], body["data"].get("reason")])
try:
    with open("/releases/b.img", "rb") as file:
        found["is_new"] = sha256(file.read()).digest() == sha256(read(folder + "/new")).digest()
except OSError:
    found["is_new"] = None  # there is none
found["kept"] = app.put('"another"') or app.store.sync()
state = json.loads(open("/releases/state.json").read())
assert (state["run"] == "b") == found["on_trial"], state
assert release.running() == "a" and power_cuts
print(json.dumps(found))
