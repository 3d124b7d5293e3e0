# What it costs to track what the firmware sends: a self-describing reading of three quantities
# with units, and the board's entity, which a plugin adds as that of firmware/app.py does. Over the
# floor, which is the least that has to be done: json.dumps of the data, and of the pairs that hold
# it and the entity, and a uuid4 as one writes it in plain MicroPython. The store is full and
# evicts.
# Prints the ratios, and the bytes of heap garbage that an event and the floor leave.
import json

from floor import garbage, ratio, uuid4

from snowplow_tracker import Emitter, RingStore, Tracker
from snowplow_tracker.self_describing import sealed

SCHEMA = "iglu:io.github.snowplow_micropython/sensor_reading/jsonschema/1-0-1"
BOARD = "iglu:io.github.snowplow_micropython/board/jsonschema/1-0-0"
UNSTRUCT = "iglu:com.snowplowanalytics.snowplow/unstruct_event/jsonschema/1-0-0"
CONTEXTS = "iglu:com.snowplowanalytics.snowplow/contexts/jsonschema/1-0-1"

board = {"port": "rp2", "firmware": "0.1.0", "id": "e6614103e7452d2f", "model": "Pico W"}
data = {
    "sensor": "bme280",
    "readings": [
        {"quantity": "temperature", "value": 21.5, "unit": "Cel"},
        {"quantity": "humidity", "value": 48.25, "unit": "%"},
        {"quantity": "pressure", "value": 1013.2, "unit": "hPa"},
    ],
    "trigger": "interval",
}
pairs = {"e": "ue", "p": "iot", "tv": "mpy-0.1.0", "tna": "ns", "aid": "garden"}
pairs["duid"] = board["id"]
pairs["dtm"] = "1795350546723"
pairs["co"] = json.dumps({"schema": CONTEXTS, "data": [{"schema": BOARD, "data": board}]})


class App:
    def __init__(self):
        self.board_entity = sealed("board", (BOARD, board))
        self.entities = []
        self.standard_nv_pairs = {"duid": board["id"]}

    def attach(self, eid, pairs, schema, entities):
        entities.insert(0, self.board_entity)
        entities.extend(self.entities)


app = App()
emitter = Emitter("collector", protocol="http", event_store=RingStore(8192))
tracker = Tracker("ns", emitter, app, app_id="garden")
tracker.plugins.append(app.attach)


def least():
    pairs["ue_pr"] = json.dumps(data)
    pairs["eid"] = uuid4()
    json.dumps(pairs)


def ours():
    tracker.track_self_describing_event((SCHEMA, data))


for _ in range(100):
    ours()
ratios = [ratio(ours, least, 50) for _ in range(5)]
print(json.dumps([ratios, garbage(ours, 20), garbage(least, 20)]))
