"""Ethernet, cellular and several links on the real VM: fake sockets and modems, real TCP, and the
real collector at the end."""

import json
import socket
import threading

import pytest

from host_tests.vm import test_firmware_vm as firmware
from host_tests.vm.test_firmware_vm import collector, fakes, stopped, until  # noqa: F401
from tools.deploy import presets

OLIMEX = {"ethernet": {"type": "lan8720", "phy_addr": 0, "power": 12, "clock": [17, 3]}}
WIFI = {"ssid": "barn", "password": "hay and straw"}
BASE = {
    key: firmware.BASE[key] for key in firmware.BASE if key not in ("buses", "sensors", "wifi")
}


class Wire:
    """A way to the collector that can be cut: what is open then hears nothing any more."""

    def __init__(self, url):
        host, port = url.removeprefix("http://").split(":")
        self._to = (host, int(port))
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = "http://127.0.0.1:%d" % self._listener.getsockname()[1]
        self.cut_at = None  # bytes of a request after which it is cut
        self.cuts = 0
        self._open = []
        self.on_cut = None
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                near = self._listener.accept()[0]
            except OSError:
                return
            far = socket.create_connection(self._to)
            pair = {"near": near, "far": far, "dead": False}
            self._open.append(pair)
            for a, b in ((near, far), (far, near)):
                threading.Thread(target=self._pump, args=(pair, a, b), daemon=True).start()

    def _pump(self, pair, source, target):
        while True:
            try:
                data = source.recv(4096)
                if source is pair["near"] and self.cut_at is not None and len(data) > self.cut_at:
                    target.sendall(data[: self.cut_at])
                    self.cut_at = None
                    pair["dead"] = True
                    self.cuts += 1
                    self.on_cut()
                if pair["dead"]:
                    if not data:
                        return
                    continue
                target.sendall(data)
                if not data:
                    target.shutdown(socket.SHUT_WR)
                    return
            except OSError:
                return

    def close(self):
        self._listener.close()
        for pair in self._open:
            pair["near"].close()
            pair["far"].close()


@pytest.fixture
def wire(collector):  # noqa: F811
    found = Wire(collector.url)
    yield found
    found.close()


@pytest.fixture
def boot(vm, fakes, tmp_path, collector):  # noqa: F811
    """boot(port, facts, **config) -> (Board, Collected)"""
    boards = []

    def run(port, facts, **config):
        directory = tmp_path / "board"
        directory.mkdir()
        (directory / "facts.json").write_text(json.dumps(facts))
        merged, _ = presets.apply({**BASE, "collector": collector.url, **config})
        boards.append(Board(vm, fakes, directory, port, merged))
        return boards[0], firmware.Collected(collector)

    yield run
    for board in boards:
        board.stop()


class Board(firmware.Board):
    heap = "155wk"  # the fakes of all links take more


def on_the_board(directory):
    return {path.stem for path in (directory / "boards").glob("*.mpy")}


def all_good(board, collected):
    tracked, sent, unsent, dropped = stopped(board.stop())
    eids = {event["eid"] for event in collected.events()}  # each of which is good
    assert (len(eids), unsent, dropped) == (tracked, 0, 0), "\n".join(board.lines)


@pytest.mark.parametrize("port, name, facts", [
    ("esp32", "olimex_esp32_poe", OLIMEX),
    ("rp2", "w5500_evb_pico", {"ethernet": {"type": "w5500", "cs": 17, "reset": 20}}),
])  # fmt: skip
def test_ethernet_alone(boot, port, name, facts):
    board, collected = boot(port, facts, board=name)
    until(lambda: len(collected.of("health")) > 1, board)
    assert {"ethernet", "ethernet_start", "link"} < on_the_board(board.directory)
    unused = {"wifi", "join", "cellular", "dial", "links", "presets"}
    assert not on_the_board(board.directory) & unused
    health = collected.of("health")[-1]
    assert health["joins"] == 1 and "rssi" not in health
    assert "online: Ethernet" in "\n".join(board.lines)
    all_good(board, collected)


def test_cellular_alone(boot):
    cellular = {"apn": "internet", "tx": 27, "rx": 26, "reset": 5, "key": 4, "power": 23}
    facts = {"modem": {"key": 4, "reset": 5, "power": 23}}
    board, collected = boot("esp32", facts, cellular=cellular, track=["platform", "errors"])
    until(lambda: len(collected.of("health")) > 1, board)
    unused = {"wifi", "join", "ethernet", "ethernet_start", "links"}
    assert not on_the_board(board.directory) & unused
    assert collected.of("health")[-1]["rssi"] == -79
    # An entity is as old as the last health event.
    mobile = '"networkType":"mobile"'
    until(lambda: any(mobile in event["co"] for event in collected.events()), board)
    all_good(board, collected)


def test_a_cable_pulled_in_the_middle_of_a_request_then_wifi_then_back(boot, wire):
    board, collected = boot(
        "esp32", OLIMEX, board="olimex_esp32_poe", wifi=WIFI, collector=wire.url
    )
    out = board.directory / "cable_out"
    wire.on_cut = lambda: out.write_text("")
    until(lambda: collected.of("health"), board)
    assert "rssi" not in collected.of("health")[-1]
    wire.cut_at = 300  # in the middle of the body
    until(lambda: wire.cuts, board)
    until(lambda: collected.of("health")[-1].get("rssi") == -61, board)
    out.unlink()
    until(lambda: "rssi" not in collected.of("health")[-1], board)
    all_good(board, collected)
    said = [line for line in board.lines if line.startswith("online:")]
    assert [line.split()[1] for line in said] == ["Ethernet", "Wi-Fi", "Ethernet"], board.lines


def test_a_link_whose_code_is_not_there_is_told_of(boot):
    board, _ = boot("esp32", OLIMEX, board="olimex_esp32_poe")
    until(lambda: any("online: Ethernet" in line for line in board.lines), board)
    board.stop()
    (board.directory / "boards" / "ethernet.mpy").unlink()
    again = Board.__new__(Board)
    again.__dict__.update(board.__dict__, lines=[], boots=0, _stopping=False)
    again._spawn()
    again._thread = threading.Thread(target=again._listen, daemon=True)
    again._thread.start()
    until(lambda: any("run `make deploy` again" in line for line in again.lines), again)
    again.stop()
