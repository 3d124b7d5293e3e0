"""What the collector's tests share: payloads for the judge, and a real collector to talk to."""

import contextlib
import http.client
import json
import re
import subprocess
import sys
import time
import uuid
from pathlib import Path

import pytest

from tools.collector.enrich.payload import Payload

ROOT = Path(__file__).parents[2]
SHARED = ROOT.parent / "shared"
TP2 = "/com.snowplowanalytics.snowplow/tp2"
JSON = {"Content-Type": "application/json"}
READING = "iglu:com.example/reading/jsonschema/1-0-0"
READING_SCHEMA = {
    "$schema": "http://iglucentral.com/schemas/com.snowplowanalytics.self-desc/schema/"
    "jsonschema/1-0-0#",
    "type": "object",
    "properties": {
        "celsius": {"type": "number"},
        "count": {"type": "integer", "maximum": 10},
        "id": {"type": "string", "format": "uuid"},
        "at": {"type": "string", "format": "date-time"},
        "ip": {"type": "string", "format": "ipv4"},
        "page": {"type": "string", "format": "uri"},
        "anything": {},
    },
    "required": ["celsius"],
    "additionalProperties": False,
}


def shared(name):
    """Return a path in the folder of shared facts, or skip the test."""
    path = SHARED / name
    if not path.exists():
        pytest.skip(f"../shared/{name} is not here")
    return path


def write_schema(directory, uri=READING, schema=READING_SCHEMA):
    """Write a schema in Iglu's layout."""
    path = directory / uri.removeprefix("iglu:")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(schema if isinstance(schema, str) else json.dumps(schema))
    return path


def struct(**more):
    """Return the smallest good structured event, with ``more`` in it."""
    return {"e": "se", "p": "iot", "tv": "t-1", "se_ca": "test", "se_ac": "hello", **more}


def wrapped(name, version, data):
    uri = f"iglu:com.snowplowanalytics.snowplow/{name}/jsonschema/{version}"
    return json.dumps({"schema": uri, "data": data})


def unstruct(data, uri=READING):
    return wrapped("unstruct_event", "1-0-0", {"schema": uri, "data": data})


def entities(*data, uri=READING):
    return wrapped("contexts", "1-0-1", [{"schema": uri, "data": one} for one in data])


OURS = "iglu:io.github.snowplow_micropython"


def reading(value, quantity="temperature", sensor="cpu", board="7c9ebd", unit="Cel", **more):
    """Return a good event with a sensor's reading, as the firmware sends it."""
    readings = [{"quantity": quantity, "value": value, "unit": unit}]
    about = {"port": "esp32", "model": "ESP32", "id": board, "firmware": "0.1.0"}
    return {
        **{"e": "ue", "p": "iot", "tv": "mpy-0.1.0", "tna": "firmware", "aid": "garden"},
        "ue_pr": unstruct(
            {"sensor": sensor, "readings": readings}, f"{OURS}/sensor_reading/jsonschema/1-0-0"
        ),
        "co": entities(about, uri=f"{OURS}/board/jsonschema/1-0-0"),
        **more,
    }


def batch(*events, version="1-0-4"):
    """Return the body of a POST, as bytes."""
    return wrapped("payload_data", version, list(events)).encode()


def payload(body=None, query="", **more):
    """Return a Payload as the server makes it."""
    return Payload(
        **{
            "received": 1700000005000,
            "query": query,
            "body": body,
            "content_type": "application/json" if body is not None else None,
            "encoding": None,
            "ip": "127.0.0.1",
            "network_id": str(uuid.UUID(int=7)),
            "hostname": "localhost",
            "user_agent": "test",
            "referer": None,
            "headers": [],
            **more,
        }
    )


# Its limits of time, which a process of a test that stands still for long would exceed.
PATIENCE = {
    "enrich.registry._TIMEOUT": 600,
    "http.connections.HEAD_SECONDS": 600,
    "http.request_body.BODY_TIMEOUT": 600,
    "storage.store._QUERY_SECONDS": 600,
}
PATIENCE_FORWARDING = {
    "forward.target._CONNECT_SECONDS": 600,
    "forward.target._ANSWER_SECONDS": 600,
}
START = """
import importlib, json, sys
from tools.collector.__main__ import main
for name, value in json.loads(sys.argv.pop(1)).items():
    module, _, name = name.rpartition(".")
    module = importlib.import_module("tools.collector." + module)
    assert hasattr(module, name), name
    setattr(module, name, value)
sys.exit(main())
"""


class Collector:
    """A collector in a process of its own, with the port that it said.

    It is patient; ``limits`` are other values of what :data:`PATIENCE` has.
    """

    def __init__(self, db, *arguments, limits=()):
        self.db = db
        self.own = ROOT / "firmware" / "schemas"
        limits = {**PATIENCE, **dict(limits)}
        if "--forward" in arguments:
            limits |= PATIENCE_FORWARDING
        command = [sys.executable, "-c", START, json.dumps(limits), "--port", "0", "--db", str(db)]
        command += [] if "--iglu" in arguments else ["--iglu", "none"]  # Never ask the network
        self.process = subprocess.Popen(
            [*command, *arguments],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
        )
        self.first_line = self.process.stdout.readline()
        said = re.match(r"collector: http://.*:(\d+)/micro/ui ", self.first_line)
        if not said:
            self.process.kill()
            raise AssertionError(self.process.communicate())
        self.port = int(said[1])
        self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)

    def request(self, method, path, body=None, headers=None):
        """Return (status, headers, body) over the kept connection."""
        self.connection.request(method, path, body, headers or {})
        answer = self.connection.getresponse()
        return answer.status, answer.headers, answer.read()

    def get(self, path):
        return json.loads(self.request("GET", path)[2])

    def post(self, path, value):
        return json.loads(self.request("POST", path, json.dumps(value), JSON)[2])

    def send(self, *events):
        status, _, body = self.request("POST", TP2, batch(*events), JSON)
        assert (status, body) == (200, b"ok")

    def stop(self, kill=False):
        """End it; return (exit status, rest of its output, its errors)."""
        self.connection.close()
        self.process.kill() if kill else self.process.terminate()
        out, errors = self.process.communicate(timeout=120)
        return self.process.returncode, out, errors


@contextlib.contextmanager
def collector(db, *arguments, **more):
    """Run a collector; whatever happens it is ended, and must end cleanly."""
    running = Collector(db, *arguments, **more)
    try:
        yield running
    finally:
        ended = running.process.poll() is not None
        result = running.stop(kill=ended)
    assert ended or (result[0], result[2]) == (0, ""), result


def wait_for(condition, seconds=120):
    """Return the first true value of ``condition()``, asked again and again."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        value = condition()
        if value:
            return value
        time.sleep(0.01)
    raise AssertionError(f"it did not happen in {seconds} s")


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    """A collector for the tests of a module, with the schema of a reading."""
    directory = tmp_path_factory.mktemp("collector")
    write_schema(directory / "schemas")
    with collector(directory / "c.db", "--schemas", str(directory / "schemas"), "--quiet") as one:
        yield one


@pytest.fixture
def empty(running):
    """The same collector, without events."""
    running.post("/micro/reset", {})
    return running
