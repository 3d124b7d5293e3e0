# Boots main.py in the current directory, with no config or one that opens the portal, on the
# simulated board of a port, over real sockets and the console. argv: port, the port numbers of the
# web server and the name server on loopback. The file facts.json holds facts of the world, and
# `open_ms`, for how long the portal is open, and `held`, the pin of a button that is held.
#
# Sockets are those of a board: accept() tells an address, which the VM's own gives as packed
# bytes. Whoever comes from 127.0.0.n is n in the access point's network; from 127.1.0.n, in the
# other one. While the station joins, nobody reaches the access point.
import json
import sys

import simulation

PORT, HTTP_PORT, DNS_PORT = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
world = simulation.start_real(PORT, "world.json")
world.join_ms, world.scan_ms = 300, 50
try:
    with open("facts.json") as file:
        facts = json.load(file)
except OSError:
    facts = {}
open_ms = facts.pop("open_ms", 600000)
held = facts.pop("held", None)
if held is not None:
    world.pins[held] = 0
for name in facts:
    setattr(world, name, facts[name])
world.air = [(ssid.encode(), rssi, security) for ssid, rssi, security in world.air]

import errno  # noqa: E402

import boards.wifi  # noqa: E402
import ntp_server  # noqa: E402
from firmware.on_demand import portal, provision  # noqa: E402
from firmware.on_demand import unload as unloading  # noqa: E402

socket = ntp_server._socket  # the real one


# Of two interfaces with the same addresses lwIP takes the first one for all answers.
def clash():
    point, radio = world.access_point, world.radio
    joined = radio.outcome == "joined" and world.now_ms >= radio.done_ms
    station = boards.wifi.wlan().ifconfig()[0] if joined else ""
    return point.active and station.rpartition(".")[0] == point.address.rpartition(".")[0]


class Socket:
    def __init__(self, *arguments):
        self._sock = socket.socket(*arguments)
        self._unheard = []

    def __getattr__(self, name):
        return getattr(self._sock, name)

    def accept(self):
        if world.now_ms < world.access_point.away_ms or clash():
            raise OSError(errno.EAGAIN)
        if self._unheard and world.access_point.active:
            sock, packed = self._unheard.pop(0)
        else:
            sock, packed = self._sock.accept()
            if not packed[5] and not world.access_point.active:  # it asks again and again
                self._unheard.append((sock, packed))
                raise OSError(errno.EAGAIN)
        network = "10.0.0" if packed[5] else world.access_point.address.rpartition(".")[0]
        return sock, ("%s.%d" % (network, packed[7]), 1024)


class Sockets:
    socket = Socket

    def __getattr__(self, name):
        return getattr(socket, name)

    def getaddrinfo(self, host, port):
        return socket.getaddrinfo("127.0.0.1", port)  # for tests loopback alone


portal.socket = Sockets()
portal.HTTP_PORT, portal.DNS_PORT = HTTP_PORT, DNS_PORT
provision.OPEN_MS = open_ms
make_transport = provision.HttpTransport


def transport(url, **options):  # a collector of a test may stand still for long
    made = make_transport(url, **options)
    made.limit_ms = 100000
    return made


provision.HttpTransport = transport
real_unload = unloading.unload


def unload_all_but_portal(*names):
    real_unload(*names)
    from firmware import on_demand

    on_demand.unload = sys.modules[unloading.__name__] = unloading
    for module in (portal, provision):
        sys.modules[module.__name__] = module
        setattr(on_demand, module.__name__.rpartition(".")[2], module)


unloading.unload = unload_all_but_portal
boards.load = lambda **options: __import__("boards." + PORT, None, None, ("Board",)).Board(
    **options
)
for name in ("boot.py", "main.py"):
    with open(name) as file:
        code = compile(file.read(), name, "exec")
    exec(code)
