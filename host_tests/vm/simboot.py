# Boots the firmware that lies in the current directory on the simulated board of a port, on
# the VM and over real sockets. argv: port. A closed standard input stops it in order. The name
# server of its network listens on DNS_PORT. NTP is the world's own (ntp_server.py), or asked at
# NTP_PORT. CHIPS has other chips than a BME280, as JSON: the bus of the world, an address or
# number, a class of the fakes: [["i2c", 98, "sensirion_chips", "Scd4x"]].
# The file facts.json, if it is there, holds facts of the world; while there is a file cable_out,
# its cable is out. A file such as edge_14_0 is an edge at pin 14, to level 0, and
# asleep_14_0 one that comes while the board sleeps. What the program
# sets the pins of WATCH to (22,23) is printed. With QUICK the mode battery waits for no deploy
# after a send, and for no other boards before its first one.
import json
import os
import select
import sys

import simulation

# With the names of the fakes, which a board does not have, the VM's table of names would need a
# block of 14 KB more in the middle of the work. It gets that at once, or, where there are more
# fakes and a larger heap, while it starts: behind too many names it would need one of 28 KB.
for i in range(600 if os.getenv("CHIPS") else 700):
    getattr(sys, "_%d" % i, None)

PORT = sys.argv[1]
world = simulation.start_real(PORT, "world.json")
world.join_ms = world.signal_ms = world.dhcp_ms = 300
try:
    with open("facts.json") as file:
        facts = json.load(file)
    world.ethernet = facts.get("ethernet")
    if "modem" in facts:
        from modem import Modem

        world.uart[1] = Modem(**facts["modem"])
except OSError:
    pass

import boards  # noqa: E402
import chips  # noqa: E402
from boards import ntp  # noqa: E402
from firmware.on_demand import unload as unloading  # noqa: E402
from snowplow_tracker.transport import dns  # noqa: E402

dns._PORT = int(os.getenv("DNS_PORT") or 53)
real_unload = unloading.unload
ntp._PORT = int(os.getenv("NTP_PORT") or 123)
NAMES = tuple([n for n in unloading._NAMES if n[:-1] not in (dns.__name__, ntp.__name__)])


def unload_others():
    real_unload(NAMES)
    from firmware import on_demand

    on_demand.unload = sys.modules[unloading.__name__] = unloading


unloading.unload = unload_others

world.i2c[0x76] = chips.Bme280()
for bus, at, module, name in json.loads(os.getenv("CHIPS") or "[]"):
    getattr(world, bus)[at] = getattr(__import__(module), name)()
world.adc.update({34: 1900000, 26: 38000})


def watch(pin):
    world.watchers[pin] = lambda level: print("pin %d: %d" % (pin, level))


for pin in (os.getenv("WATCH") or "").split(","):
    if pin:
        watch(int(pin))

end = select.poll()
end.register(sys.stdin, select.POLLIN)


patient_flush = [None]


def load(**options):
    board = __import__("boards." + PORT, None, None, ("Board",)).Board(**options)
    board.stopping = stopping
    return board


def stopping():
    look()
    if not end.poll(0):
        return False
    tracker = sys.modules["snowplow_tracker.tracker"].Tracker
    flush = tracker.flush
    if flush is not patient_flush[0]:
        # A machine of tests may stand still for longer than a board sends what is left.
        tracker.flush = patient_flush[0] = lambda self, timeout: flush(self, 250)
    return True


def look():
    is_in = "cable_out" not in os.listdir(".")
    if is_in != world.cable:
        world.cable = is_in
    for name in os.listdir("."):
        if name[:5] == "edge_" or world.asleep and name[:7] == "asleep_":
            os.remove(name)
            pin, level = [int(number) for number in name.split("_")[1:]]
            if world.asleep:
                print("pin %d from outside, asleep: %d" % (pin, level))
            world.edge(pin, level)


if os.getenv("QUICK"):
    from firmware import battery

    battery._LISTEN_MS = 0
    battery.urandom = bytes
world.look = look
boards.load = load
for name in ("boot.py", "main.py"):
    with open(name) as file:
        code = compile(file.read(), name, "exec")
    exec(code)
