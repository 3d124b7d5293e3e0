"""The parts of the Pico W lane (lane.py) that need no image: services, pinned NAT, installing."""

import asyncio
import socket
import struct
import sys
import time
import types
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[1] / "board"))

import emulator
import install
import services


def question(name, kind=1):
    labels = b"".join(bytes((len(part),)) + part.encode() for part in name.split("."))
    head = struct.pack(">HHHHHH", 0x1234, 0x0100, 1, 0, 0, 0)
    return head + labels + b"\0" + struct.pack(">HH", kind, 1)


def ask(port, query):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.settimeout(120)
        client.sendto(query, ("127.0.0.1", port))
        return client.recv(512)


@pytest.fixture
def serve():
    running = []

    def start(answer):
        running.append(services.Service(answer))
        return running[-1]

    yield start
    for service in running:
        service.close()


def test_every_name_leads_to_the_gateway(serve):
    service = serve(services.dns_answer)
    answer = ask(service.port, question("collector.test"))
    assert answer[:2] == b"\x12\x34" and answer[3] & 15 == 0
    assert answer[6:8] == b"\0\1" and answer[-4:] == bytes((10, 0, 0, 1))
    assert service.asked == 1


def test_there_are_no_ipv6_addresses(serve):
    answer = ask(serve(services.dns_answer).port, question("collector.test", 28))
    assert answer[6:8] == b"\0\0"


@pytest.mark.parametrize("query", [b"", b"\0" * 12, b"\xff" * 40])
def test_what_is_no_question_gets_no_answer(query):
    assert services.dns_answer(query) is None


def test_the_time_as_ntptime_reads_it(serve):
    answer = ask(serve(services.ntp_answer).port, b"\x1b" + bytes(47))
    seconds = struct.unpack("!I", answer[40:44])[0] - services.NTP_EPOCH
    assert abs(seconds - time.time()) < 600


def test_the_time_of_a_vm_that_asks(serve, vm_program):
    import subprocess

    # What the frozen ntptime.py of a board does, but for the port.
    code = (
        "import socket, struct\n"
        "s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\n"
        "q = bytearray(48); q[0] = 0x1b\n"
        "s.sendto(q, socket.getaddrinfo('127.0.0.1', %d)[0][-1])\n"
        "print(struct.unpack('!I', s.recv(48)[40:44])[0])\n"
    )
    port = serve(services.ntp_answer).port
    command = [vm_program, "-c", code % port]
    run = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert abs(int(run.stdout) - services.NTP_EPOCH - time.time()) < 600, run.stderr


# --- the pinned network --------------------------------------------------------------------------
class Nat:
    """As much of rp2040py.external.cyw43.nat as emulator.pin() touches."""

    class TcpReflector:
        def __init__(self, *, connect_fn=None):
            self.connect_fn = connect_fn

    class UdpRelay:
        relayed = None

        async def _relay(self, *arguments):
            self.relayed = arguments


def test_tcp_ends_at_this_machine_whatever_the_address():
    nat = types.SimpleNamespace(**vars(Nat))
    emulator.pin(nat, 5353, 12300)

    async def connect():
        server = await asyncio.start_server(lambda r, w: w.close(), "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        reader, writer = await nat.TcpReflector().connect_fn("93.184.216.34", port)
        peer = writer.get_extra_info("peername")
        writer.close()
        await writer.wait_closed()
        server.close()
        await server.wait_closed()
        return peer == ("127.0.0.1", port)

    assert asyncio.run(connect())


@pytest.mark.parametrize("port, to", [(53, 5353), (123, 12300), (4000, None)])
def test_udp_reaches_the_two_services_only(port, to):
    nat = types.SimpleNamespace(**vars(Nat))
    emulator.pin(nat, 5353, 12300)
    relay = nat.UdpRelay()
    asyncio.run(relay._relay(b"mac", b"ip", 1024, b"?", ("8.8.8.8", port), b"8888", port))
    pinned = relay.relayed and relay.relayed[4]
    assert pinned == (to and ("127.0.0.1", to))


def test_the_real_emulator_has_what_is_pinned():
    nat = pytest.importorskip(
        "rp2040py.external.cyw43.nat", reason="no rp2040py here; the lane's target installs it"
    )
    import inspect

    assert "connect_fn" in inspect.signature(nat.TcpReflector.__init__).parameters
    assert len(inspect.signature(nat.UdpRelay._relay).parameters) == 8


# --- installing ----------------------------------------------------------------------------------
def test_the_firmware_arrives_on_a_board_behind_a_port(tmp_path, vm_program, compiler):
    from vm_board import VmBoard

    board = install.build(tmp_path / "tree", "http://127.0.0.1:9")
    wanted = {
        "/" + path.relative_to(board).as_posix(): path.read_bytes()
        for path in board.rglob("*")
        if path.is_file()
    }
    assert "/firmware/app.mpy" in wanted and "/main.py" in wanted and "/app.py" not in wanted
    (tmp_path / "usb").mkdir()
    with VmBoard(tmp_path / "usb") as vm:
        vm.wait_for(b">>> ")
        install.copy(vm.port, board)
        load = "import boards, firmware.app, snowplow_tracker as s; print(s.SegmentStore)"
        assert "SegmentStore" in install.mpremote(vm.port, "exec", load)
        files = vm.files()
    assert {path: files.get(path) for path in wanted} == wanted
