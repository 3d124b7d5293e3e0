"""What it costs to send what is stored: time, memory, connections, bytes, and energy by a model.

The collector is the same for all: a bare HTTP server in this process, which answers 200. It
counts what comes and goes on its sockets, without the headers of TCP and IP.

The energy is not measured. It is the model of an ESP32 that wakes, joins and sends over TLS,
from measurements of others at 5 V: boot 24 mC, join with DHCP 204, POST 137, TLS 110 to 145.
Bytes are nearly free in it; cycles are the cost.
"""

import asyncio
import os
import threading

FIGURES = {
    "drain_speedup_vs_post_per_event_vm": (
        "x",
        "time of a POST an event with `requests` / ours in batches of 40,000 bytes, on the VM",
        ">= 20",
    ),
    "drain_speedup_vs_official_cpython": (
        "x",
        "snowplow-tracker 1.1.0's time to track and deliver / ours, batches of 10, on CPython",
        ">= 10",
    ),
    "drain_heap_growth_bytes": (
        "bytes",
        "highest heap while 10,000 stored events are sent, over that before, on the VM",
        "<= 2048",
    ),
    "connections_per_1000_events": ("", "batches of 10, on the VM", "= 1"),
    "wire_bytes_per_event": ("bytes", "both directions, batches of 10, ours", None),
    "wire_bytes_per_event_official": ("bytes", "the same of the official tracker", None),
    "energy_mc_per_event": ("mC", "by the model, a wake and send for 20 events", None),
    "energy_mc_per_event_post_each": ("mC", "by the model, a wake and send for each", None),
}
ROUNDS = 5
VM_EVENTS = 1000
CPYTHON_EVENTS = 2000
HEAP_EVENTS = 10000
CYCLE_MC = 24 + 204 + 137 + (110 + 145) / 2
ANSWER = (
    b"HTTP/1.1 200 OK\r\nServer: bench\r\nDate: Sun, 22 Nov 2026 12:29:06 GMT\r\n"
    b"Content-Type: text/plain; charset=UTF-8\r\nContent-Length: 2\r\n\r\nok"
)


class Connection(asyncio.Protocol):
    """Answers each request as soon as its body is complete."""

    def __init__(self, server):
        self.server = server
        self.data = bytearray()
        self.need = 0  # the bytes of the request that is coming, once its head is there

    def connection_made(self, transport):
        self.transport = transport
        self.server.connections += 1

    def data_received(self, data):
        self.server.received += len(data)
        self.data += data
        while True:
            if not self.need:
                end = self.data.find(b"\r\n\r\n") + 4
                if end < 4:
                    return
                head = bytes(self.data[:end]).lower()
                self.need = end + int(head.partition(b"content-length:")[2].split(b"\r")[0])
            if len(self.data) < self.need:
                return
            del self.data[: self.need]
            self.need = 0
            self.server.requests += 1
            self.server.answered += len(ANSWER)
            self.transport.write(ANSWER)


class Server:
    """A collector that costs little, in a thread; use it as a context manager."""

    def __enter__(self):
        self.reset()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=asyncio.run, args=(self._serve(),))
        self._thread.start()
        self._ready.wait()
        return self

    def __exit__(self, *_):
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()

    def reset(self):
        """Count anew."""
        self.connections = self.requests = self.received = self.answered = 0

    async def _serve(self):
        self._loop = asyncio.get_running_loop()
        self._stop = asyncio.Event()
        server = await self._loop.create_server(lambda: Connection(self), "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        await self._stop.wait()
        server.close()


def speed_vm(machine, server):
    """Ratios of the times of a POST an event and of ours."""
    ratios = []
    for _ in range(ROUNDS):
        took = {
            which: machine.vm(
                "drain_vm.py", which, server.port, VM_EVENTS, 500, heap="800wk", lib=machine.mpy
            )["us"]
            for which in ("post_each", "ours")
        }
        ratios.append(took["post_each"] / took["ours"])
    return ratios


def speed_cpython(machine, server):
    """Ratios of the times of the official tracker and of ours, and the bytes of each."""
    ratios, wire = [], {}
    os.environ.update(COLLECTOR_PORT=str(server.port), COLLECTOR_EVENTS=str(CPYTHON_EVENTS))
    for _ in range(ROUNDS):
        took = {}
        for who, path in (
            ("official", machine.official),
            ("ours", machine.mpy.parent.parent / "lib"),
        ):
            server.reset()
            took[who] = machine.cpython("drain_cpython.py", path)
            wire[who] = (server.received + server.answered) / (CPYTHON_EVENTS + 10)
        ratios.append(took["official"] / took["ours"])
    return ratios, wire


def run(machine):
    """Each round measures both sides, one after the other."""
    with Server() as server:
        vm = speed_vm(machine, server)
        cpython, wire = speed_cpython(machine, server)
        server.reset()
        growth = machine.vm(
            "drain_heap.py", server.port, HEAP_EVENTS, 5000000, heap="4000wk", lib=machine.mpy
        )
        server.reset()
        sent = machine.vm("drain_vm.py", "ours", server.port, 1000, 10, heap="800wk")["sent"]
        assert sent == 1002 and server.requests >= 101
        connections = server.connections
    return {
        "drain_speedup_vs_post_per_event_vm": vm,
        "drain_speedup_vs_official_cpython": cpython,
        "drain_heap_growth_bytes": growth,
        "connections_per_1000_events": connections,
        "wire_bytes_per_event": wire["ours"],
        "wire_bytes_per_event_official": wire["official"],
        "energy_mc_per_event": CYCLE_MC / 20,
        "energy_mc_per_event_post_each": CYCLE_MC,
    }
