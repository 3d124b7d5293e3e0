"""How many events a second the collector takes: judged, and on disk before its 200."""

import http.client
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from pathlib import Path

ROOT = Path(__file__).parents[2]
FIGURES = {
    "collector_events_per_s": (
        "1/s",
        "sensor readings with a board entity, in POSTs of 50 over 4 kept connections",
        ">= 8000",
    ),
    "collector_start_s": (
        "s",
        "from the start of the program to its first answer, with an empty database",
        "<= 0.5",
    ),
}
OURS = "iglu:io.github.snowplow_micropython"
SNOWPLOW = "iglu:com.snowplowanalytics.snowplow"
BATCH, BATCHES, CONNECTIONS = 50, 150, 4
ROUNDS = 3


class Running:
    """A collector in a process of its own; ``seconds`` is how long it took to answer."""

    def __init__(self, db, *arguments):
        began = time.perf_counter()
        command = [sys.executable, "-m", "tools.collector", "--port", "0", "--db", str(db)]
        self.process = subprocess.Popen(
            [*command, "--quiet", "--iglu", "none", *arguments],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.port = int(self.process.stdout.readline().split("/micro/ui")[0].rpartition(":")[2])
        connection = http.client.HTTPConnection("127.0.0.1", self.port)
        connection.request("GET", "/micro/ui")
        connection.getresponse().read()
        connection.close()
        self.seconds = time.perf_counter() - began

    def stop(self):
        """End it in order."""
        os.kill(self.process.pid, signal.SIGTERM)
        self.process.communicate()
        assert self.process.returncode == 0


def event(board, number, at):
    """Return an event as the firmware sends it: two readings of a sensor, and its board."""
    readings = [
        {"quantity": "temperature", "value": 20 + number % 100 / 10, "unit": "Cel"},
        {"quantity": "humidity", "value": 40 + number % 70 / 10, "unit": "%"},
    ]
    inner = {"schema": f"{OURS}/sensor_reading/jsonschema/1-0-0",
             "data": {"sensor": "air", "readings": readings}}  # fmt: skip
    entity = {"schema": f"{OURS}/board/jsonschema/1-0-0",
              "data": {"port": "esp32", "id": board, "firmware": "0.1.0"}}  # fmt: skip
    return {
        **{"e": "ue", "p": "iot", "tv": "mpy-0.1.0", "tna": "firmware", "aid": "bench"},
        **{"eid": str(uuid.uuid4()), "duid": board, "dtm": str(at), "stm": str(at)},
        "ue_pr": wrapped("unstruct_event", "1-0-0", inner),
        "co": wrapped("contexts", "1-0-1", [entity]),
    }


def wrapped(name, version, data):
    """Return self-describing JSON under one of Snowplow's own wrappers."""
    schema = f"{SNOWPLOW}/{name}/jsonschema/{version}"
    return json.dumps({"schema": schema, "data": data}, separators=(",", ":"))


def _body(board, numbers, now):
    return wrapped("payload_data", "1-0-4", [event(board, number, now) for number in numbers])


def _send(port, bodies):
    connection = http.client.HTTPConnection("127.0.0.1", port)
    headers = {"Content-Type": "application/json"}
    for body in bodies:
        connection.request("POST", "/com.snowplowanalytics.snowplow/tp2", body, headers)
        assert connection.getresponse().read() == b"ok"
    connection.close()


def _round(folder, number):
    running = Running(Path(folder) / f"{number}.db")
    now = int(time.time() * 1000)
    bodies = [
        [_body(f"b{c}", range(i, i + BATCH), now) for i in range(0, BATCHES * BATCH, BATCH)]
        for c in range(CONNECTIONS)
    ]
    threads = [threading.Thread(target=_send, args=(running.port, part)) for part in bodies]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - began
    running.stop()
    return CONNECTIONS * BATCHES * BATCH / seconds, running.seconds


def run(machine):
    """Each round has a collector and a database of its own."""
    with tempfile.TemporaryDirectory(dir=ROOT / "build") as folder:
        rounds = [_round(folder, number) for number in range(ROUNDS)]
    paces, starts = zip(*rounds, strict=True)
    return {"collector_events_per_s": list(paces), "collector_start_s": list(starts)}
