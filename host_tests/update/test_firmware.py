"""The real firmware on the VM updates itself from the real collector, while it works."""

import http.server
import json
import os
import random
import ssl
import subprocess
import time

import pytest
import trustme

from host_tests.bench.firmware import compile_fakes
from host_tests.outside import Handler, serving
from host_tests.update.conftest import HERE
from host_tests.vm.test_firmware_vm import BASE, IGLU, ROOT, Board, Collected, Collector, until
from tools.deploy import LAST, compiled, files, used
from tools.deploy.image import modules, starters
from tools.engine import compile_mpy
from tools.release import config, image, manifest, signing

UPDATES = int(os.environ.get("UPDATES", "3"))  # with two kills in each
SECONDS = {"seconds": 1, "trial_seconds": 300}
TO_FAIL = 12  # trial_seconds of what does not work, for which a test waits
BROKEN = "def run():\n    raise RuntimeError('it broke')\n"
CRASHES = "def make(*parts):\n    raise RuntimeError('it crashed')\n"
REFUSES = "def load_settings(path):\n    raise ValueError('config.json: it is refused')\n"
# Numbers that are each tracked once. Those in `kept` were synced, so that no kill may lose them.
COUNTS = {"app": "count", "triggers": [{"when": "every", "seconds": 1, "do": "count"}]}
TRIGGERS = [*COUNTS["triggers"], {"when": "every", "seconds": 1, "read": ["air"]}]
COUNT = """
def start(app):
    def count():
        number = len(read("begun")) + 1
        add("begun", number)
        app.track_struct_event("count", "made", None, None, number)
        if app._app.store.sync():
            add("kept", number)
    app.add_action("count", count)

def add(path, number):
    with open(path, "a") as file:
        file.write("%d\\n" % number)

def read(path):
    try:
        with open(path) as file:
            return file.read().split()
    except OSError:
        return []
"""
NO_UPDATES = "def check(app, state):\n    yield 0\n    none()\n"
NO_TRIAL = "def check(app):\n    yield 0\n    none()\n"
SILENT = (ROOT / "firmware/transport.py").read_text() + """
def cannot_send(self, length, body):
    raise OSError("this release cannot send")
    yield
MeasuringTransport.send = cannot_send
"""


class Images:
    """Makes images of the firmware that differ in a module or two."""

    def __init__(self, folder):
        self.folder = folder
        # A board that takes updates has everything; this is what these tests load of it.
        config = {"sensors": BASE["sensors"], **COUNTS, "remote": {"url": ""}}
        found = [f for f in used(files(), config) if f[1] not in LAST]
        self.modules = modules(compiled(found, folder))

    def make(self, number=0, **sources):
        """An image with a module of its own, and with other sources of firmware/NAME."""
        made = dict(self.modules)
        for name, source in {"stamp": f"NUMBER = {number}\n" * 40, **sources}.items():
            path = self.folder / "other" / f"{name}.py"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(source)
            made[f"firmware/{name}.mpy"] = compile_mpy(path, path.with_suffix(".mpy")).read_bytes()
        return image.make(made)


@pytest.fixture(scope="module")
def images(compiler, tmp_path_factory):
    return Images(tmp_path_factory.mktemp("images"))


@pytest.fixture(scope="module")
def fakes(compiler, tmp_path_factory):
    return compile_fakes(tmp_path_factory.mktemp("fakes"))


class ImageBoard(Board):
    """A board whose flash has images; the firmware of each process is that of the running one."""

    heap = "220wk"  # the fakes write down all that is done to them, and these tests are long

    def __init__(self, vm, fakes, directory, first, config, keys, root=None):
        self.lines, self.boots, self._chips = [], 0, ()
        self._vm, self._fakes, self.directory, self._port = vm, fakes, directory, "esp32"
        self.releases = directory / "releases"
        self.releases.mkdir(parents=True)
        (self.releases / "a.img").write_bytes(first)
        (self.releases / "state.json").write_text('{"run": "a", "trial": null}')
        for source, path in starters(directory / "build", config):
            (directory / path[1:]).write_bytes(source.read_bytes())
        (directory / "config.json").write_text(json.dumps(config))
        (directory / "release.der").write_bytes(keys.with_suffix(".der").read_bytes())
        if root:
            (directory / "root.der").write_bytes(root)
        self._stopping = False
        self.start()

    def _spawn(self):
        self.boots += 1
        self.process = subprocess.Popen(
            [self._vm, "-X", f"heapsize={self.heap}", str(HERE / "imageboot.py")]
            + [self._port],
            cwd=self.directory,
            env=dict(os.environ, MICROPYPATH=f"{self._fakes}:.frozen"),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip

    def kill(self):
        """The power goes, and comes back."""
        self._stopping = True  # nobody else starts it again
        while self._thread.is_alive():
            self.process.kill()
            self._thread.join(0.2)
        self._stopping = False
        self.start()

    def set_trial(self, seconds):
        """How long what comes next is tried: the next boot reads it."""
        path = self.directory / "config.json"
        config = json.loads(path.read_text())
        config["update"]["trial_seconds"] = seconds
        path.write_text(json.dumps(config))

    def running(self):
        """The bytes of the image that runs, and whether it is on trial."""
        state = json.loads((self.releases / "state.json").read_text())
        return (self.releases / f"{state['run']}.img").read_bytes(), bool(state["trial"])


@pytest.fixture
def collector(tmp_path):
    if not IGLU.exists():
        pytest.skip("../shared/iglu is not here, and events are judged by its schemas")
    found = Collector(tmp_path / "events.db", "--firmware", str(tmp_path / "firmware"))
    yield found
    found.stop()


@pytest.fixture
def start(vm_program, fakes, tmp_path, collector, keys, images):
    """start(image, **settings) -> (ImageBoard, Collected, publish)"""
    boards = []
    key = signing.load_private(keys)

    def run(first, root=None, **settings):
        update = {"url": collector.url + "/firmware", "key": "release.der", **SECONDS}
        data = {**BASE, "collector": collector.url, "update": update, **settings}
        boards.append(ImageBoard(vm_program, fakes, tmp_path / "board", first, data, keys, root))
        return boards[-1], Collected(collector)

    def publish(made, **rollout):
        return manifest.publish(tmp_path / "firmware", made, key, rollout=rollout)["version"]

    run.publish = publish
    yield run
    for board in boards:
        board.stop()


def steps(collected, version):
    return [data["step"] for data in collected.of("update") if data.get("version") == version]


def check_readings(collected):
    """There are readings, and none of them was made twice."""
    readings = [
        (event["dtm"], event["ue_pr"])
        for event in collected.events()
        if "/sensor_reading/" in event.get("ue_pr", "")
    ]
    assert readings and len(set(readings)) == len(readings)


def test_an_update_and_one_by_a_patch(start, images):
    board, collected = start(images.make(0))
    until(lambda: collected.of("sensor_reading"), board)
    made = images.make(1)
    version = start.publish(made)
    until(lambda: "works" in steps(collected, version), board)
    assert steps(collected, version) == ["offered", "downloading", "applied", "works"]
    assert board.running() == (made, False)
    (first,) = [d for d in collected.of("update") if d["step"] == "downloading"]
    assert first["bytes"] == len(made)
    again = images.make(2)
    version = start.publish(again)
    until(lambda: "works" in steps(collected, version), board)
    assert steps(collected, version) == ["offered", "downloading", "applied", "works"]
    assert board.running() == (again, False)
    second = [d for d in collected.of("update") if d["step"] == "downloading"][-1]
    assert second["bytes"] < 500  # it came by a patch
    board.stop()
    check_readings(collected)
    assert collected.of("application_error") == []


@pytest.mark.parametrize("name, source, reason", [
    ("run", BROKEN, "it broke"),
    ("always_on", CRASHES, "nothing was sent"),
    ("on_demand/settings", REFUSES, "it is refused"),
    ("transport", SILENT, "nothing was sent"),
    ("on_demand/update_check", NO_UPDATES, "updates fail: NameError: "),
    ("on_demand/update_trial", NO_TRIAL, "updates fail: NameError: "),
])  # fmt: skip
def test_a_release_that_does_not_work_goes_back_by_itself(start, images, name, source, reason):
    good = images.make(0)
    board, collected = start(good)
    until(lambda: collected.of("sensor_reading"), board)
    board.set_trial(TO_FAIL)
    version = start.publish(images.make(1, **{name: source}))
    until(lambda: "rolled_back" in steps(collected, version), board)
    assert board.running() == (good, False)
    (back,) = [d for d in collected.of("update") if d["step"] == "rolled_back"]
    assert reason in back["reason"]
    assert "safe mode" not in "".join(board.lines)  # the crashes were the other image's
    boots = board.boots
    time.sleep(3)
    assert board.boots == boots  # it is not tried again
    # A better one is.
    board.set_trial(SECONDS["trial_seconds"])
    better = images.make(2)
    version = start.publish(better)
    until(lambda: "works" in steps(collected, version), board)
    assert board.running() == (better, False)
    board.stop()
    check_readings(collected)


def test_a_board_on_battery_updates_itself(start, images):
    board, collected = start(images.make(0), mode="battery", battery={"wakes_per_send": 2})
    until(lambda: collected.of("sensor_reading"), board)
    made = images.make(1)
    version = start.publish(made)
    until(lambda: "works" in steps(collected, version), board)
    assert steps(collected, version) == ["offered", "downloading", "applied", "works"]
    assert board.running() == (made, False)
    board.stop()
    check_readings(collected)
    assert collected.of("application_error") == []


def test_a_release_that_ends_safe_mode(start, images, tmp_path):
    (tmp_path / "board").mkdir()
    (tmp_path / "board/crash.json").write_text('{"count": 4}')
    board, collected = start(images.make(0))
    until(lambda: collected.said("board", "safe_mode"), board)
    version = start.publish(images.make(1))
    until(lambda: "works" in steps(collected, version), board)
    until(lambda: collected.of("sensor_reading"), board)
    assert len(collected.said("board", "safe_mode")) == 1 and board.boots == 2


# --- the whole config by air --------------------------------------------------------------------
@pytest.fixture
def offered(tmp_path, keys):
    """A folder of releases over https: its URL, offer(config) -> version, the root in DER."""
    ca = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ca.issue_cert("localhost").configure_cert(context)
    folder = tmp_path / "configs"

    class Secure(http.server.ThreadingHTTPServer):
        def get_request(self):
            sock, address = super().get_request()
            return context.wrap_socket(sock, server_side=True), address

    class Files(Handler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            path = folder / self.path.rpartition("/")[2].rstrip("?")
            data = path.read_bytes() if path.exists() else b""
            self.send_response(200 if data else 404)
            self.send_header("Content-Length", len(data))
            self.end_headers()
            self.wfile.write(data)

    with serving(Files, Secure) as server:
        server.url = f"https://localhost:{server.server_port}/firmware"
        server.offer = lambda data: config.publish(folder, data, signing.load_private(keys))[1]
        server.root = ssl.PEM_cert_to_DER_cert(ca.cert_pem.bytes().decode())
        yield server


@pytest.fixture
def start_secure(start, images, offered):
    """start_secure(**settings) -> (ImageBoard, Collected, its config); updates come by https."""

    def run(**settings):
        update = {"url": offered.url, "key": "release.der", **SECONDS}
        board, collected = start(
            images.make(0), roots="root.der", update=update, root=offered.root, **settings
        )
        until(lambda: collected.of("sensor_reading"), board)
        return board, collected, json.loads((board.directory / "config.json").read_text())

    return run


def config_steps(collected, version):
    found = [data for data in collected.of("update") if data.get("kind") == "config"]
    return [data["step"] for data in found if data["version"] == version]


NOWHERE = {"collector": "http://127.0.0.1:9"}


@pytest.mark.parametrize("mode, change, reason", [
    ("always_on", NOWHERE, "nothing was sent"),
    # Events are accepted, but no other config could follow.
    ("always_on", {"update": "https://localhost:9"}, "update.url gave nothing"),
    ("always_on", {"app_id": 7}, "config.json: app_id: expected a text of 1 to 255 characters"),
    # A board that sends seldom tries what is on trial at each wake.
    ("battery", {**NOWHERE, "battery": {"wakes_per_send": 1000}}, "nothing was sent"),
])  # fmt: skip
def test_a_config_by_air_and_one_that_does_not_work(start_secure, offered, mode, change, reason):
    board, collected, first = start_secure(mode=mode, battery={"wakes_per_send": 2})
    moved = {**first["update"], "url": offered.url + "/moved"}
    good = {**first, "app_id": "meadow", "update": moved}
    version = offered.offer(good)
    until(lambda: "works" in config_steps(collected, version), board)
    assert config_steps(collected, version) == ["applied", "works"]
    assert json.loads((board.directory / "config.json").read_text()) == good
    until(lambda: collected.events()[-1]["aid"] == "meadow", board)
    url = change.get("update", moved["url"])
    bad = {**good, **change, "update": {**moved, "url": url, "trial_seconds": TO_FAIL}}
    version = offered.offer(bad)
    until(lambda: "rolled_back" in config_steps(collected, version), board)
    assert json.loads((board.directory / "config.json").read_text()) == good
    back = [data for data in collected.of("update") if data["step"] == "rolled_back"][-1]
    assert reason in back["reason"] and back["from"] < version
    assert not list(board.directory.glob("config.json.*"))
    board.stop()
    check_readings(collected)
    assert collected.of("application_error") == []


def numbers(collected):
    """Those that the board counted."""
    return [int(float(event["se_va"])) for event in collected.said("count")]


def test_events_in_ram_go_to_the_collector_of_the_next_config(
    start_secure, offered, collector, tmp_path
):
    # The collector of before is gone, so the board could never restart without a loss.
    (tmp_path / "board").mkdir()
    (tmp_path / "board" / "count.py").write_text(COUNT)
    board, before, first = start_secure(
        app="count", triggers=TRIGGERS, store_bytes=0, buffer_bytes=16384
    )
    collector.stop()
    next_one = Collector(tmp_path / "next.db")
    try:
        version = offered.offer({**first, "collector": next_one.url})
        collected = Collected(next_one)
        until(lambda: "works" in config_steps(collected, version), board)
        assert config_steps(collected, version) == ["applied", "works"] and board.boots == 2
        made = {int(number) for number in (board.directory / "begun").read_text().split()}
        until(lambda: made <= {*numbers(before), *numbers(collected)}, board)
        board.stop()
    finally:
        next_one.stop()


def test_the_networks_of_before_stay_until_the_new_ones_worked(start_secure, offered):
    board, collected, first = start_secure()
    before = board.releases / "networks.json"
    networks = board.directory / "networks.json"  # the world's
    networks.write_text('{"barn": "joined"}')
    new = {**first, "wifi": {"ssid": "mill", "password": "12345678", "timeout": 5}}
    version = offered.offer(new)
    until(lambda: "works" in config_steps(collected, version), board)
    assert json.loads((board.directory / "config.json").read_text()) == new
    assert any("online: Wi-Fi barn" in line for line in board.lines) and before.exists()
    # The router gets its new name and password, and the board joins it by itself.
    networks.write_text('{"barn": "not_found", "mill": "joined"}')
    board.kill()
    until(lambda: not before.exists(), board)
    assert any("online: Wi-Fi mill" in line for line in board.lines)
    # A config with a network that is not there goes back to the one that works.
    lost = {**new, "wifi": {"ssid": "nowhere", "password": "12345678", "timeout": 5}}
    version = offered.offer(lost)
    until(lambda: "works" in config_steps(collected, version), board)
    assert before.exists()


def test_updates_with_kills_at_random_moments(start, images, tmp_path, closing_line):
    some = random.Random(int(os.environ.get("SEED", "5")))
    (tmp_path / "board").mkdir()
    (tmp_path / "board" / "count.py").write_text(COUNT)
    board, collected = start(images.make(0), app="count", triggers=TRIGGERS)
    until(lambda: collected.of("sensor_reading"), board)
    folder = tmp_path / "firmware"
    for number in range(1, UPDATES + 1):
        made = images.make(number)
        for old in sorted(folder.glob("*.img"), key=lambda path: path.stat().st_mtime_ns)[:-1]:
            old.unlink()  # a patch from each of them would take most of the test's time
        version = start.publish(made)
        for _ in range(2):  # a trial ends with the fourth boot
            time.sleep(some.random() * 3)
            board.kill()
        until(lambda: board.running() == (made, False), board)  # noqa: B023
        until(lambda: "works" in steps(collected, version), board)  # noqa: B023
    assert not [step for step in collected.of("update") if step["step"] == "rolled_back"]
    until(lambda: (board.directory / "kept").exists(), board)
    kept = {int(n) for n in (board.directory / "kept").read_text().split()}
    until(lambda: kept <= set(numbers(collected)), board)
    board.stop()
    found = numbers(collected)
    assert len(found) == len(set(found)) and kept <= set(found)
    closing_line(f"update: {UPDATES} in a row with kills, {len(kept)} readings, 0 lost, 0 doubled")
