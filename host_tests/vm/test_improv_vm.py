"""Improv Wi-Fi over the console of the real VM: the packets of its specification, and the client
of its makers."""

import json
import re
import shutil
import subprocess

import pytest

from host_tests.outside import node_package
from host_tests.vm.portal_board import PortalBoard
from host_tests.vm.test_portal_vm import code, healthy, open_portal  # noqa: F401
from tools.engine import ROOT

SDK = ("improv-wifi-serial-sdk", "2.8.1")
PASSWORD = "correct horse & battery"
CONFIG = {"collector": "", "app_id": "garden", "wifi": {"networks": [], "timeout": 5}}
# Of improv-wifi.com/serial, with the checksums of improv-wifi/sdk-serial-js.
HEAD = b"IMPROV\x01"
GET_STATE = HEAD + b"\x03\x02\x02\x00\xe5"
GET_INFO = HEAD + b"\x03\x02\x03\x00\xe6"
GET_NETWORKS = HEAD + b"\x03\x02\x04\x00\xe7"
EXAMPLE = HEAD + b"\x03\x20\x01\x1e\x0cMyWirelessAP\x10mysecurepassword\xc1"
READY, TRYING, DONE = (HEAD + b"\x01\x01" + bytes((n, n + 0xE0)) for n in (2, 3, 4))
NO_ERROR, INVALID, UNKNOWN, UNABLE = (HEAD + b"\x02\x01" + bytes((n, n + 0xE1)) for n in range(4))


def checked(packet):
    return packet + bytes((sum(packet) & 255,))


def send(board, data):
    board.process.stdin.write(data)
    board.process.stdin.flush()


def packets(board, count, since=0):
    """The packets that came since that byte of the output, once there are so many."""
    with board._printed:
        def found():
            return re.findall(rb"(?s)IMPROV\x01.(?:.)", board.output[since:])

        assert board._printed.wait_for(lambda: len(found()) >= count, 120), board.output
    rest, all_found = board.output[since:], []
    while (at := rest.find(HEAD)) >= 0:
        size = 10 + rest[at + 8]
        all_found.append(rest[at : at + size])
        rest = rest[at + size :]
    return all_found


def strings(packet):
    """(command, the strings) of a result."""
    assert packet[7] == 4 and packet == checked(packet[:-1])
    data = packet[9:-1]
    assert data[1] == len(data) - 2
    found, rest = [], data[2:]
    while rest:
        found.append(rest[1 : 1 + rest[0]].decode())
        rest = rest[1 + rest[0] :]
    return data[0], found


def ask(board, data, count):
    since = len(board.output)
    send(board, data)
    return packets(board, count, since)


def test_the_packets_of_the_specification(open_portal, healthy):  # noqa: F811
    config = {**CONFIG, "collector": healthy}
    networks = {"MyWirelessAP": "wrong_password"}
    board = open_portal("rp2", config, networks=networks)
    assert b"IMPROV" not in board.output  # nothing for those who do not speak it
    assert ask(board, GET_STATE, 2) == [NO_ERROR, READY]
    no_error, info = ask(board, b"noise\n" + GET_INFO, 2)
    command, texts = strings(info)
    assert command == 3 and texts[0] == "snowplow-micropython" and texts[3].startswith("snowplow-")
    found = [strings(packet) for packet in ask(board, GET_NETWORKS, 5)[1:]]
    assert found[0] == (4, ["barn", "-48", "YES"]) and found[1] == (4, ["yard", "-70", "NO"])
    assert found[-1] == (4, [])
    assert ask(board, EXAMPLE, 4) == [NO_ERROR, TRYING, UNABLE, READY]
    board.wait_for("wifi 'MyWirelessAP': wrong password")
    assert board.config() == config
    for bad, error in (
        (EXAMPLE[:-1] + b"\x00", INVALID),
        (checked(HEAD + b"\x03\x02\x09\x00"), UNKNOWN),
        (checked(HEAD + b"\x03\x02\x02\x05"), INVALID),
        (checked(HEAD + b"\x03\x01\x02"), INVALID),
        (checked(HEAD + b"\x03\x00"), INVALID),
    ):
        assert ask(board, bad, 1) == [error], bad
    for data in (b"\x04abc", b"\x03abc", b"\x03abc\x05abc", b"\x01\xff\x00", b"\x01a\x00x"):
        bad = checked(HEAD + bytes((3, len(data) + 2, 1, len(data))) + data)
        assert ask(board, bad, 2) == [NO_ERROR, INVALID], data
    since = len(board.output)
    send(board, b"IIMPIMPROV\x02" + checked(HEAD + b"\x01\x01\x02") + b"IMPROVE\n" + GET_STATE)
    assert packets(board, 2, since) == [NO_ERROR, READY]
    assert b"mysecurepassword" not in board.output


def test_it_keeps_what_works(open_portal, healthy):  # noqa: F811
    board = open_portal("esp32", {**CONFIG, "collector": healthy})
    data = b"\x04barn" + bytes((len(PASSWORD),)) + PASSWORD.encode()
    packet = checked(HEAD + bytes((3, len(data) + 2, 1, len(data))) + data)
    no_error, trying, done, result = ask(board, packet, 4)
    assert (no_error, trying, done) == (NO_ERROR, TRYING, DONE)
    assert strings(result) == (1, [])
    assert board.config()["wifi"]["networks"] == [{"ssid": "barn", "password": PASSWORD}]
    assert "world: reset 0" in board.end()


# On a Pico the network that was joined has the addresses of its access point, which makes way.
@pytest.mark.parametrize("port", ["esp32", "rp2"])
def test_without_a_collector_it_leads_to_the_form(open_portal, healthy, port):  # noqa: F811
    board = open_portal(port)
    data = b"\x04barn" + bytes((len(PASSWORD),)) + PASSWORD.encode()
    packet = checked(HEAD + bytes((3, len(data) + 2, 1, len(data))) + data)
    found = ask(board, packet, 4)
    assert found[:3] == [NO_ERROR, TRYING, DONE]
    url = strings(found[3])[1][0]
    assert url.startswith("http://192.168.4.7/?")
    assert board.config() is None
    assert strings(ask(board, GET_STATE, 3)[2]) == (2, [url])
    path = url.removeprefix("http://192.168.4.7")
    other = {"source": "127.1.0.2", "host": "192.168.4.7"}
    page = board.get(path, **other)[2]
    assert 'value="barn" selected' in page and PASSWORD not in page
    form = {"token": path[2:], "ssid": "barn", "password": "", **other}
    board.post(collector="http://127.0.0.1:9", **form)
    board.wait_for("not kept: collector http://127.0.0.1:9")
    assert "collector http://127.0.0.1:9: " in board.get(path, **other)[2]
    board.post(collector=healthy, **form)
    board.wait_for("kept: the board restarts")
    assert board.config()["wifi"]["networks"] == [{"ssid": "barn", "password": PASSWORD}]


# mpremote and people stop the program so; within a packet the same byte is its type.
def test_ctrl_c_still_stops_the_program(open_portal):  # noqa: F811
    board = open_portal("esp32")
    assert ask(board, GET_STATE, 2) == [NO_ERROR, READY]
    send(board, b"\r\x03")
    assert "KeyboardInterrupt" in board.end()


def test_the_client_of_its_makers(vm_program, code, tmp_path, healthy):  # noqa: F811
    package = node_package(ROOT / "build" / "improv", *SDK)
    folder = tmp_path / "sdk"
    dist = package / "dist"
    for path in [dist / "serial.js", dist / "const.js", *dist.glob("util/*.js")]:
        text = re.sub(r'from "(\.[^"]*?)(\.js)?"', r'from "\1.mjs"', path.read_text())
        target = folder / path.relative_to(dist).with_suffix(".mjs")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)
    networks = {"barn": "joined", "yard": "wrong_password"}
    config = {**CONFIG, "collector": healthy, "name": "hall"}
    board = PortalBoard(vm_program, code, tmp_path / "board", "esp32", config, networks=networks)
    shutil.copy(ROOT / "host_tests/vm/improv_client.mjs", tmp_path)
    tries = json.dumps([["yard", "not its password"], ["barn", PASSWORD]])
    done = subprocess.run(
        ["node", tmp_path / "improv_client.mjs", folder, tries, *board.command],
        cwd=board.directory, env=board.environment, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["info"]["firmware"] == "snowplow-micropython" and told["info"]["name"] == "hall"
    assert {"name": "yard", "rssi": -70, "secured": False} in told["networks"]
    refused, kept = told["results"]
    assert refused == "UNABLE_TO_CONNECT" and kept == ""
    assert told["states"] == [2, 3, 2, 3, 4] and told["problems"] == []
    assert board.config()["wifi"]["networks"][0]["ssid"] == "barn"
