"""The whole firmware on the real MicroPython VM, over fakes of `machine` and `network` and real
sockets, against the real collector: every event good, over deep sleeps, crashes and resets."""

import json
import os
import re
import sqlite3
import subprocess
import sys
import threading
import time
from pathlib import Path
from urllib.parse import parse_qsl

import pytest

import ntp_server
from host_tests.bench.firmware import compile_fakes
from host_tests.outside import Handler, serving
from host_tests.pico_w.services import Service, dns_answer
from tools.collector.storage.tables import compression
from tools.deploy import stage
from tools.engine import ROOT

IGLU = ROOT.parent / "shared" / "iglu"
BOOT = Path(__file__).with_name("simboot.py")
BASE = {
    "app_id": "garden",
    "sample_seconds": 1,
    "send_seconds": 1,
    "health_seconds": 2,
    "store_bytes": 65536,
    "buffer_bytes": 8192,
    "buses": {"i2c": {"sda": 4, "scl": 5}},
    "sensors": {"air": {"type": "bme280", "bus": "i2c"}},
    "wifi": {"ssid": "barn", "password": "secret"},
}


# What a small board has, and 69 for the fakes and their names, see simboot.py. What the firmware
# holds is measured in bench/firmware.py.
HEAP = "165wk"
MORE = "205wk"  # with the fakes of other chips


class Board:
    """The firmware in a directory: process after process, as its sleeps and resets want it."""

    heap = HEAP

    def __init__(self, vm, fakes, directory, port, config, chips=()):
        self.lines = []
        self._chips = chips
        self._environment = {"CHIPS": json.dumps(chips)} if chips else {}
        self.boots = 0
        self._booted = []
        self._vm, self._fakes, self.directory, self._port = vm, fakes, directory, port
        stage(directory, config, mpy=True)
        self._stopping = False
        self.start()

    def start(self):
        self._spawn()
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def _spawn(self):
        self.boots += 1
        self._booted.append(time.monotonic())
        self.process = subprocess.Popen(
            [self._vm.program, "-X", f"heapsize={MORE if self._chips else self.heap}", str(BOOT)]
            + [self._port],
            cwd=self.directory,
            env=dict(os.environ, MICROPYPATH=f"{self._fakes}:.frozen:lib:.", **self._environment),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip

    def _listen(self):
        while True:
            asleep = None
            for line in self.process.stdout:
                self.lines.append(line.rstrip())
                if line.startswith("world:"):
                    asleep = int(line.split()[2]) / 1000
            self.process.wait()
            self.process.stdout.close()
            self.process.stdin.close()
            if asleep is None or self._stopping:
                return
            time.sleep(asleep)
            self._spawn()

    def longest_wake_ms(self):
        """How long two wakes and their sleeps took together, at most: so far may two readings
        of wakes in a row be from each other."""
        pairs = zip(self._booted, self._booted[2:], strict=False)
        return 1000 * max(later - first for first, later in pairs)

    def alive(self):
        return self._thread.is_alive()

    def waited_in_vain(self):
        """Whether an answer of the collector came too late: it then gets events once more."""
        return any("the collector does not answer" in line for line in self.lines)

    def stop(self):
        """The order to stop; returns the last words."""
        self._stopping = True
        try:
            self.process.stdin.close()
        except (BrokenPipeError, ValueError):
            pass
        self._thread.join(300)
        if self._thread.is_alive():
            self.process.kill()
            self._thread.join()
        return "\n".join(self.lines)


class Collected:
    def __init__(self, collector):
        self._path = collector.database
        self._last = 0  # the id of the newest event that was read
        self._events = []
        self._described = []  # the self-describing JSON of each event that has one
        self._eids = set()
        self.again = 0  # how many came once more, as after a restart that cut an answer off

    def events(self):
        with sqlite3.connect(f"file:{self._path}?mode=ro", uri=True) as database:
            compression(database)
            query = "SELECT id, good, unpacked(record) FROM events WHERE id > ? ORDER BY id"
            rows = database.execute(query, (self._last,)).fetchall()
        database.close()
        for self._last, good, record in rows:
            assert good, record
            event = json.loads(record)["rawEvent"]["parameters"]
            if event["eid"] in self._eids:
                self.again += 1
                continue
            self._eids.add(event["eid"])
            self._events.append(event)
            if "ue_pr" in event:
                self._described.append(json.loads(event["ue_pr"])["data"])
        return list(self._events)

    def of(self, name):
        self.events()
        return [found["data"] for found in self._described if "/%s/" % name in found["schema"]]

    def said(self, category, action=None):
        return [
            e for e in self.events() if e.get("se_ca") == category and action in (None, e["se_ac"])
        ]


def until(condition, board, seconds=180):
    end = time.monotonic() + seconds
    while not condition():
        late = time.monotonic() > end or not board.alive()
        assert not late, "\n".join(board.lines[:40])
        time.sleep(0.1)


class Collector:
    """The development collector with the schemas of Iglu Central that lie beside the project."""

    def __init__(self, database, *arguments):
        self.database = database
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tools.collector", "--port", "0", "--db", str(database)]
            + ["--schemas", str(IGLU), *arguments],
            cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
        line = self._process.stdout.readline()
        self.url = re.search(r"http://[^/\s]+", line).group()
        self._drain = threading.Thread(target=self._process.stdout.read, daemon=True)
        self._drain.start()

    def stop(self):
        self._process.terminate()
        self._process.wait(120)
        self._drain.join()
        self._process.stdout.close()


@pytest.fixture
def collector(tmp_path):
    if not IGLU.exists():
        pytest.skip("../shared/iglu is not here, and events are judged by its schemas")
    found = Collector(tmp_path / "events.db")
    yield found
    found.stop()


@pytest.fixture(scope="module")
def fakes(compiler, tmp_path_factory):
    return compile_fakes(tmp_path_factory.mktemp("fakes"))


@pytest.fixture
def start(vm, fakes, tmp_path, collector):
    """start(port, **settings) -> (Board, Collected)"""
    boards = []

    def run(port="esp32", chips=(), **settings):
        config = {**BASE, "collector": collector.url, **settings}
        boards.append(Board(vm, fakes, tmp_path / "board", port, config, chips))
        return boards[-1], Collected(collector)

    yield run
    for board in boards:
        board.stop()


def stopped(console):
    found = re.search(r"stopped: tracked (\d+), sent (\d+), unsent (\d+), dropped (\d+)", console)
    assert found, console
    return tuple(map(int, found.groups()))


@pytest.mark.parametrize("port", ["esp32", "rp2"])
def test_always_on_with_everything(start, port):
    features = ["session", "platform", "application", "install", "lifecycle", "errors"]
    board, collected = start(
        port,
        track=[*features, "diagnostics"],
        triggers=[
            {"when": "boot", "read": ["cpu"]},
            {"when": "every", "seconds": 1, "read": ["air", "memory"]},
            {
                "when": "threshold", "seconds": 1, "sensor": "air", "quantity": "temperature",
                "above": 20, "hysteresis": 1,
            },
        ],
    )  # fmt: skip
    until(lambda: len(collected.of("health")) > 1, board)
    tracked, sent, unsent, dropped = stopped(board.stop())
    events = collected.events()
    assert (len(events), unsent, dropped) == (tracked, 0, 0), "\n".join(board.lines)
    assert len({event["eid"] for event in events}) == tracked
    readings = collected.of("sensor_reading")
    assert {r["sensor"] for r in readings} == {"air", "memory", "cpu"}, board.lines
    assert {r["trigger"] for r in readings} == {"boot", "every", "threshold"}
    assert len(collected.said("threshold", "above")) == 1
    assert len(collected.of("application_install")) == 1
    health = collected.of("health")[-1]
    assert health["boots"] == 1 and health["rssi"] == -61 and health["connections"] >= 1
    assert health["memoryFree"] > 20000, health
    told = "uptime resetCause memoryLargest flashErases joinMs sendMs stored lost temperature"
    assert set(told.split()) <= set(health), health
    for event in events[5:]:
        attached = [entity["schema"].split("/")[1] for entity in json.loads(event["co"])["data"]]
        assert attached[0] == "board"
        assert {"client_session", "mobile_context", "application"} <= set(attached)


# An air monitor by its config alone: what takes 10 s to begin does not stop the others.
@pytest.mark.parametrize("port", ["esp32", "rp2"])
def test_an_air_monitor(start, port):
    board, collected = start(
        port,
        [["i2c", 0x62, "sensirion_chips", "Scd4x"], ["i2c", 0x59, "sensirion_chips", "Sgp"]]
        + [["uart", 1, "serial_chips", "Pms5003"]],
        board_sensors=False,
        buses={"i2c": {"sda": 4, "scl": 5}, "line": {"tx": 8, "rx": 9}},
        sensors={
            "air": {
                "type": "scd4x", "bus": "i2c",
                "quantities": {"temperature": {"offset": -2.5, "decimals": 1}},
            },
            "gases": {"type": "sgp41", "bus": "i2c"},
            "dust": {"type": "pms5003", "bus": "line", "power_pin": 22, "warmup_ms": 1500},
        },
        triggers=[{"when": "every", "seconds": 3}],
    )  # fmt: skip
    names = {"air", "gases", "dust"}
    until(lambda: {r["sensor"] for r in collected.of("sensor_reading")} == names, board)
    tracked, sent, unsent, dropped = stopped(board.stop())
    assert (len(collected.events()), unsent, dropped) == (tracked, 0, 0), "\n".join(board.lines)
    assert not collected.again or board.waited_in_vain()
    readings = {r["sensor"]: r["readings"] for r in collected.of("sensor_reading")}
    assert {"quantity": "co2", "value": 500, "unit": "[ppm]"} in readings["air"]
    assert {"quantity": "temperature", "value": 22.5, "unit": "Cel", "raw": 25} in readings["air"]
    assert {r["quantity"]: r["value"] for r in readings["gases"]} == {
        "voc_raw": 30000, "nox_raw": 16000,
    }  # fmt: skip
    assert {"quantity": "pm2_5", "value": 13, "unit": "ug/m3"} in readings["dust"]
    assert collected.of("application_error") == []
    # While it waited for the sensors.
    health, gases = (
        [int(e["dtm"]) for e in collected.events() if text in e.get("ue_pr", "")]
        for text in ("/health/", "voc_raw")
    )
    assert sorted(health)[1] < min(gases)


def test_battery_with_process_death_as_deep_sleep(start):
    board, collected = start(
        mode="battery",
        board_sensors=False,
        battery={"wakes_per_send": 4},
        track=["session", "errors"],
    )
    until(lambda: len(collected.of("sensor_reading")) > 8, board)
    board.stop()
    assert board.boots > 8
    # Nothing is on the flash but what changes rarely: the page is in the RTC's memory.
    assert len(list((board.directory / "events").glob("*"))) <= 2
    readings = collected.events()
    assert len({event["eid"] for event in readings}) == len(readings)
    times = [int(e["dtm"]) for e in readings if "/sensor_reading/" in e.get("ue_pr", "")]
    assert times == sorted(times)
    longest = max(2500, board.longest_wake_ms() + 1000)
    assert all(500 <= b - a < longest for a, b in zip(times[2:], times[3:], strict=False))
    assert collected.of("health")[-1]["resetIntent"] in ("sleep", None)


# It breaks what is not a sensor's: what a driver raises stops nothing.
BAD = '''
import os
BUS = "board"
OPTIONS: dict = {}
class Sensor:
    def __init__(self, board):
        pass
    def read(self):
        if "crash" in os.listdir("."):
            os.remove("crash")
            spoil()
        if "always" in os.listdir("."):
            spoil()
        return {"voltage": 1}
def spoil():
    import firmware.triggers
    firmware.triggers.readings = broken
def broken(sensor, found):
    raise RuntimeError("it broke")
'''


def test_a_crash_is_told_of_at_the_next_boot(start, tmp_path):
    sensor = tmp_path / "board" / "boards" / "sensors" / "bad.py"
    sensor.parent.mkdir(parents=True)
    sensor.write_text(BAD)
    board, collected = start(sensors={"bad": {"type": "bad"}}, state_path="state")
    until(lambda: collected.of("sensor_reading"), board)
    (tmp_path / "board" / "crash").write_text("")
    until(lambda: collected.of("application_error"), board)
    until(lambda: collected.said("board", "boot")[-1]["se_pr"] == "crash", board)
    (error,) = collected.of("application_error")
    assert error["message"] == "it broke" and error["exceptionName"] == "RuntimeError"
    assert error["isFatal"] and "bad.py" in error["stackTrace"]
    assert board.boots == 2
    boots = collected.said("board", "boot")
    assert boots[-1]["se_la"] == "hard"
    board.stop()
    assert len(collected.of("application_error")) == 1


SAFE = "safe mode after 3 crashes in a row: no sensors"


def test_crashes_in_a_row_end_in_safe_mode_which_reports(start, tmp_path):
    sensor = tmp_path / "board" / "boards" / "sensors" / "bad.py"
    sensor.parent.mkdir(parents=True)
    sensor.write_text(BAD)
    (tmp_path / "board" / "always").write_text("")
    board, collected = start("rp2", sensors={"bad": {"type": "bad"}}, safe_mode_seconds=6)
    until(lambda: collected.said("board", "safe_mode"), board)
    crashes = [n for n, line in enumerate(board.lines) if line.startswith("world:")]
    assert len([n for n in crashes if n < board.lines.index(SAFE)]) == 3
    until(lambda: any(health["safeMode"] is True for health in collected.of("health")), board)
    (tmp_path / "board" / "always").unlink()
    before = len(collected.of("sensor_reading"))
    until(lambda: len(collected.of("sensor_reading")) > before, board)  # one more try
    board.stop()


class Documents:
    """A server of one remote_config document, which a test may change."""

    def __init__(self):
        self.document = {"configurationVersion": 1, "configurationBundle": []}

    def set(self, version, **bundle):
        bundle["namespace"] = "firmware"
        self.document = {"configurationVersion": version, "configurationBundle": [bundle]}


@pytest.fixture
def documents():
    found = Documents()

    class Configuration(Handler):
        def do_GET(self):
            body = json.dumps(found.document).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    with serving(Configuration) as server:
        found.url = server.url + "/board.json"
        yield found


def test_remote_configuration_and_its_way_back(start, documents, collector):
    board, collected = start(
        remote={"url": documents.url, "seconds": 1, "trial_seconds": 120}, health_seconds=0
    )
    until(lambda: collected.of("sensor_reading"), board)
    documents.set(2, trackerConfiguration={"appId": "orchard"})
    until(lambda: collected.events()[-1]["aid"] == "orchard", board)
    until(lambda: collected.said("remote_config", "works"), board)
    # It does not validate: refused, and told of once.
    documents.set(3, networkConfiguration={"endpoint": "nowhere:port"})
    until(lambda: collected.said("remote_config", "refused"), board)
    # It is valid, but nobody is there: taken back after the trial.
    path = board.directory / "config.json"
    path.write_text(path.read_text().replace('"trial_seconds": 120', '"trial_seconds": 6'))
    documents.set(4, networkConfiguration={"endpoint": "http://127.0.0.1:9"})
    until(lambda: collected.said("remote_config", "rolled_back"), board)
    back = collected.said("remote_config", "rolled_back")
    assert [event["se_la"] for event in back] == ["4"]
    until(lambda: collected.events()[-1]["aid"] == "orchard", board)  # version 2 is in force
    boots = board.boots
    time.sleep(3)
    assert board.boots == boots  # version 4 is not tried again
    board.stop()
    assert collected.again <= 20 * boots  # batches whose answer a restart cut off, if it was late


@pytest.mark.parametrize("port", ["esp32", "rp2"])
def test_names_are_asked_for_at_the_name_server_of_the_network(
    start, documents, collector, monkeypatch, port
):
    names = []

    def answer(query):
        names.append(query[12:].split(b"\0")[0].decode())
        return dns_answer(query, (127, 0, 0, 1)) if len(names) > 3 else None

    def tell(query):
        asked.append(query)
        how = "kod" if len(asked) == 1 else "true"
        return ntp_server.reply(query, time.time_ns() // 1000000, how)

    asked = []
    service, ntp_service = Service(answer), Service(tell)
    try:
        monkeypatch.setenv("DNS_PORT", str(service.port))
        monkeypatch.setenv("NTP_PORT", str(ntp_service.port))
        address = ["192.168.1.9", "255.255.255.0", "192.168.1.1", "127.0.0.1"]
        board, collected = start(
            port,
            collector=collector.url.replace("127.0.0.1", "collector.test"),
            remote={"url": documents.url.replace("127.0.0.1", "config.test"), "seconds": 1},
            wifi={"ssid": "barn", "password": "secret", "address": address},
        )
        documents.set(2, trackerConfiguration={"appId": "orchard"})
        until(lambda: collected.said("remote_config", "works"), board)
        board.stop()
    finally:
        service.close()
        ntp_service.close()
    assert len(asked) > 1  # the first one refused
    ntp = "\x04pool\x03ntp\x03org"
    assert set(names) == {"\x09collector\x04test", "\x06config\x04test", ntp}


ROUNDS = """
import gc, sys
from firmware.on_demand.unload import unload
import snowplow_tracker.transport.http, snowplow_tracker.clock as clock
class Thing:
    pass
app = Thing()
app.trial_start = app.restart_for = None
app.settings = {"remote": {"url": sys.argv[1], "seconds": 5}, "namespace": "firmware"}
app.settings.update(state_path=".", roots=None, verify=True)
app.board = Thing()
app.board.online = lambda: True
app.board.dns = ()
app.track_struct = lambda *values: None
def fetch():
    from firmware.on_demand import remote_config
    try:
        for wait in remote_config.check(app):
            clock.sleep_ms(wait)
    except OSError as e:
        print(e)
    unload()
for i in range(301):
    fetch()
    if i % 100 == 0:
        gc.collect()
        print("held", gc.mem_alloc())
"""


@pytest.mark.parametrize("version", [0, 7])  # nothing for this board; one that is refused
def test_fetching_the_remote_configuration_leaves_the_heap_as_it_was(
    vm, documents, tmp_path, compiler, version
):
    (tmp_path / "remote.json").write_text('{"version": 1}')
    if version:
        documents.set(version, emitterConfiguration={"emitRange": 0})
    config = {"collector": "http://h", "app_id": "x", "remote": {"url": "http://h/c"}}
    stage(tmp_path, config, mpy=True)
    done = vm.run("-c", ROUNDS, documents.url, cwd=tmp_path, heap="96wk")
    held = [int(line.split()[1]) for line in done.stdout.splitlines() if line[:4] == "held"]
    assert done.returncode == 0 and len(held) == 4, done.stdout + done.stderr
    assert max(held[1:]) - held[1] < 2048, held


def test_what_changes_from_afar_is_in_the_next_request(start, documents):
    requests = []  # (method, path, headers, events)

    class Asked(Handler):
        protocol_version = "HTTP/1.1"

        def take(self, events):
            path, _, _ = self.path.partition("?")
            requests.append((self.command, path, self.headers, events))
            self.send_response(200)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"ok")

        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            self.take(json.loads(body)["data"])

        def do_GET(self):
            self.take([dict(parse_qsl(self.path.partition("?")[2]))])

    def first(condition):
        return lambda: next((r for r in list(requests) if condition(*r)), None)

    with serving(Asked) as server:
        board, _ = start(
            collector=server.url,
            remote={"url": documents.url, "seconds": 1, "trial_seconds": 600},
            health_seconds=0,
            board_sensors=False,
        )
        until(first(lambda *request: True), board)
        documents.set(
            2,
            networkConfiguration={"endpoint": server.url, "customPostPath": "com.acme/track"},
            trackerConfiguration={"devicePlatform": "tv", "sessionContext": True,
                                  "screenContext": True, "logLevel": "verbose"},
            subjectConfiguration={"domainUserId": "dom", "timezone": "Europe/Berlin"},
            emitterConfiguration={"threadPoolSize": 5, "bufferOption": "Single"},
        )  # fmt: skip
        # What was stored before goes by the new path too; what is tracked from now on is changed.
        changed = first(lambda method, path, headers, events: "tz" in events[0])
        until(changed, board)
        method, path, headers, (event,) = changed()
        assert path == "/com.acme/track" and headers["SP-Anonymous"] is None
        assert (event["p"], event["duid"], event["tz"]) == ("tv", "dom", "Europe/Berlin")
        assert "/client_session/" in event["co"]
        ignored = "trackerConfiguration.screenContext, emitterConfiguration.threadPoolSize"
        said = f"remote config: version 2: ignored are {ignored}"
        until(lambda: said in board.lines, board)
        until(lambda: any(line.startswith("snowplow: tracked ") for line in board.lines), board)
        documents.set(
            3,
            networkConfiguration={"endpoint": server.url, "method": "get"},
            trackerConfiguration={"userAnonymisation": True, "sessionContext": True},
            subjectConfiguration={"userId": "me"},
            emitterConfiguration={"serverAnonymisation": True},
        )
        until(first(lambda method, *_: method == "GET"), board)
        changed = first(lambda method, path, headers, events: headers["SP-Anonymous"])
        until(changed, board)
        method, path, headers, (event,) = changed()
        assert (method, path) == ("GET", "/i") and headers["SP-Anonymous"] == "*"
        assert not {"uid", "duid"} & event.keys() and event["p"] == "iot"
        entities = {e["schema"].split("/")[1]: e["data"] for e in json.loads(event["co"])["data"]}
        assert "id" not in entities["board"]
        assert entities["client_session"]["userId"] == "00000000-0000-0000-0000-000000000000"
        # A value that is refused changes nothing, and the event says which it is.
        documents.set(4, emitterConfiguration={"byteLimitPost": "many"})
        words = "emitterConfiguration: byteLimitPost: expected a whole number of bytes from 0"
        until(first(lambda *request: words in request[3][0].get("se_pr", "")), board)
        assert requests[-1][0] == "GET"
        board.stop()
    # A request under way when a document changes where events go is given up, and repeated.
    seen, again = set(), 0
    for *_, events in requests:
        eids = {event["eid"] for event in events}
        again += bool(eids & seen)
        seen |= eids
    assert again <= 2 or board.waited_in_vain()
