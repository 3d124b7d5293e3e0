"""The loader has not put a new config in place; runs on the VM.

    micropython not_taken.py FOLDER CAUSE

CAUSE is "deep_sleep": its flash had no room for its events, so that it could not restart, and
it wakes from deep sleep. Else its loader is one that does not know of configs. It can send. Prints
one JSON line: whether there is a trial, which config is to be taken, what it restarts for, and the
steps that it reported then and after the restart.
"""

import json
import os
import sys

from nor import Flash
from power_cuts import App, Machine, bodies, read, run_loader

from firmware.on_demand import release, update
from snowplow_tracker import clock

folder, cause = sys.argv[1:]
clock.boot = 1


def put(path, data):
    with open("/releases/" + path, "wb") as file:
        file.write(data)


flash = Flash("esp32", 22)
flash.format()
flash.mount("/releases")
os.chdir("/releases")
put("a.img", read(folder + "/old"))
put("state.json", b'{"run": "a", "trial": null}')
put("config.json", read(folder + "/old_config"))
put("config.json.old", read(folder + "/old_config"))
put("config.json.new", read(folder + "/new_config").split(b"\n")[0])
Machine.reset_cause = lambda: Machine.DEEPSLEEP_RESET
assert run_loader()
release.try_config("202611270013")
app = App("release.der")
app.board.online = lambda: False
app.emitter.sent = 1
app.reset_cause = cause
list(update.steps(app))
result = {"restart_for": app.restart_for}
if cause != "deep_sleep":
    app.restart_for = None
    list(update.steps(app))
reported = [body["data"] for body in bodies(app.store) if isinstance(body["data"], dict)]
with open("state.json") as file:
    state = json.load(file)
result.update(trial=bool(state["trial"]), config=state["config"])
result.update(steps=[one["step"] for one in reported])
print(json.dumps(result))
