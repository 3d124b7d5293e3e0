"""A board fell asleep before the restart into its new config; runs on the VM.

    micropython slept.py FOLDER

Its flash had no room for its events, so that it could not restart at once. It wakes from deep
sleep and can send. Prints one JSON line: whether there is a trial, which config is to be taken,
what it restarts for, and the steps that it reported.
"""

import json
import os
import sys

import loader
from nor import Flash
from power_cuts import App, Machine, bodies

from firmware.on_demand import release, update
from snowplow_tracker import clock

folder = sys.argv[1]
clock.boot = 1


def put(path, data):
    with open("/releases/" + path, "wb") as file:
        file.write(data)


def get(path):
    with open(folder + "/" + path, "rb") as file:
        return file.read()


flash = Flash("esp32", 22)
flash.format()
flash.mount("/releases")
os.chdir("/releases")
put("a.img", get("old"))
put("state.json", b'{"run": "a", "trial": null}')
put("config.json", get("old_config"))
put("config.json.old", get("old_config"))
put("config.json.new", get("new_config").split(b"\n")[0])
Machine.reset_cause = lambda: Machine.DEEPSLEEP_RESET
path = list(sys.path)
assert loader.load()
sys.path[:] = path
release.try_config("202611270013")
app = App("release.der")
app.board.online = lambda: False
app.emitter.sent = 1
list(update.steps(app))
reported = [body["data"] for body in bodies(app.store) if isinstance(body["data"], dict)]
with open("state.json") as file:
    state = json.load(file)
result = {"trial": bool(state["trial"]), "config": state["config"]}
result.update(restart_for=app.restart_for, steps=[one["step"] for one in reported])
print(json.dumps(result))
