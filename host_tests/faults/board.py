"""The board's side of a fault; runs on MicroPython and on CPython, and prints what it saw.

sys.argv[1] is a JSON file: url, events, batch_size, drive ("flush" or "run"), and options.

Its clock is the machine's, and as many seconds ahead as the file `hurry` has bytes: a fault that
is to last until a limit is over says so there. No limit is near to what a busy machine needs.
"""

import gc
import json
import os
import socket
import sys

from snowplow_tracker import Emitter, RingStore, Tracker, clock
from snowplow_tracker.transport.http import HttpTransport

# What loads with the first failure is not to count as a leak.
for name in ("emitter.retry", "clock.http_date", "transport.cookies"):
    __import__("snowplow_tracker." + name)
LIMIT_MS = 60000
END_MS = 240000  # of real time: by then a scenario must be over
with open(sys.argv[1]) as file:
    told = json.load(file)
fed = [0, 0]  # when last, and the longest gap, in real time
real_ms = clock.ms


def hurried_ms():
    return real_ms() + 1000 * os.stat(told["hurry"])[6]


clock.ms = hurried_ms


def idle():
    now = real_ms()
    fed[1] = max(fed[1], now - fed[0])
    fed[0] = now


def sockets():
    """How many file descriptors are open."""
    try:
        return len(os.listdir("/proc/self/fd"))
    except OSError:
        return 0


def heap():
    gc.collect()
    return gc.mem_alloc() if hasattr(gc, "mem_alloc") else 0


class NoDns:
    """getaddrinfo that fails or hangs for some calls; or knows an old address first."""

    def __init__(self, kind):
        self.kind = kind
        self.calls = 0
        self.real = socket.getaddrinfo

    def __call__(self, host, port, *rest):
        self.calls += 1
        if self.kind == "hanging" and 1 < self.calls < 4:
            clock.sleep_ms(400)
        if 1 < self.calls < 4 and self.kind != "moved":
            raise OSError(-2)
        found = self.real("127.0.0.1", port, *rest)
        if self.kind == "moved" and self.calls == 2:
            return self.real("127.0.0.1", 9, *rest)  # nobody there
        return found


class Socket:
    """The socket module of a transport, with some names replaced."""

    def __init__(self, **names):
        for name in names:
            setattr(self, name, names[name])

    def __getattr__(self, name):
        return getattr(socket, name)


def no_memory(tls, times):
    """The handshake's memory cannot be had for so many times."""
    real = tls.wrap

    def wrap(sock):
        if times:
            raise times.pop()
        return real(sock)

    tls.wrap = wrap


class SmallBuffer:
    """A TCP socket's maker; what is written waits in few bytes until the other side reads."""

    def __call__(self, family, *kind):
        sock = socket.socket(family, *kind)
        level, name = getattr(socket, "SOL_SOCKET", 1), getattr(socket, "SO_SNDBUF", 7)
        if not kind:
            sock.setsockopt(level, name, 2048)
        return sock


def make_transport():
    if told.get("urequests"):
        for name in ("http", "response", "url"):  # it may fall back on it
            __import__("snowplow_tracker.transport." + name)
        from snowplow_tracker import UrequestsTransport

        return UrequestsTransport(told["url"], timeout=LIMIT_MS // 1000)
    transport = HttpTransport(told["url"], dns=told.get("servers"), **told.get("options", {}))
    transport.limit_ms = LIMIT_MS
    if not told.get("servers"):  # whose silence passes by another limit
        transport.connect_ms = LIMIT_MS
    return transport


def make():
    emitter_options = told.get("emitter", {})
    codes = emitter_options.pop("custom_retry_codes", {})
    if codes:
        emitter_options["custom_retry_codes"] = {int(code): codes[code] for code in codes}
    return Emitter(
        "host",
        transport=make_transport(),
        event_store=RingStore(24000),
        batch_size=told["batch_size"],
        idle=idle,
        **emitter_options,
    )


def on_failure(sent, events):
    for event in events:
        if not events.retry and event["eid"] not in refused:
            refused.append(event["eid"])


# A file says to the collector that it may come back; after a failure no limit is short.
def note_failure():
    if told.get("late"):
        open(told["hurry"] + ".failed", "w").close()
    if told.get("urequests"):
        emitter.transport.timeout = LIMIT_MS // 1000


def is_away():
    try:
        return bool(os.stat(told["hurry"] + ".away"))
    except OSError:
        return False


def drain():
    """Flush again and again, as a program does that was told to; -> how often it failed."""
    failures = 0
    end = real_ms() + END_MS
    while len(emitter.event_store) and real_ms() < end:
        if not emitter.flush():
            failures += 1
            note_failure()
            waits[0] = max(waits[0], emitter.retry_at - clock.ms())
            if len(reasons) < 12:
                reasons.append(str(emitter.last_result))
            if told.get("more") and failures > 9:
                eids.append(tracker.track_struct_event("c", "more"))
        clock.sleep_ms(15)
    return failures


def drive():
    """The same by run(), beside another task that must not be held up."""
    import asyncio

    rounds = [0]

    async def other():
        while True:
            rounds[0] += 1
            await asyncio.sleep(0.01)

    async def main():
        tasks = [asyncio.create_task(other()), asyncio.create_task(emitter.run(1))]
        end = real_ms() + END_MS
        while len(emitter.event_store) and real_ms() < end:
            await asyncio.sleep(0.02)
        for task in tasks:
            task.cancel()
            try:
                await task
            except asyncio.CancelledError:
                pass

    asyncio.run(main())
    assert rounds[0] > 10
    return emitter.sent < 0


refused = []
reasons = []
waits = [0]
emitter = make()
tracker = Tracker("ns", emitter, app_id="faults")
# One good request first: everything is loaded, and the connection is kept or not.
if "dns" in told or "small" in told:
    import snowplow_tracker.transport.http as http

    names = {"getaddrinfo": NoDns(told["dns"])} if "dns" in told else {"socket": SmallBuffer()}
    http.socket = Socket(**names)
if "dns_port" in told:
    import snowplow_tracker.transport.dns as dns

    dns._PORT = told["dns_port"]
eids = [tracker.track_struct_event("c", "warm up")]
before_warm_up = sockets()
fed[0] = real_ms()
if not emitter.flush():
    reasons.append("warm up: %s" % emitter.last_result)
if told.get("close", True):
    emitter.close()
if told.get("forget"):
    emitter.transport = make_transport()  # as after a reboot: no address is known
if told.get("no_memory"):
    no_memory(emitter.transport.tls, [OSError(12), MemoryError(), OSError(12)])
if told.get("report"):
    __import__("snowplow_tracker.emitter.callbacks")
    emitter.on_failure = on_failure
if told.get("drive") == "run":
    import asyncio

    __import__("snowplow_tracker.emitter.run")

    async def nothing():
        await asyncio.sleep(0.01)

    asyncio.run(nothing())
emitter.max_retry_delay_seconds = 1
for i in range(told["events"]):
    action = "bad" if i == told.get("bad") else "good"
    label = "x" * (1500 if i == told.get("big") else told.get("label", 40))
    eids.append(tracker.track_struct_event("c", action, label, value=i))
clock.sleep_ms(told.get("wait_ms", 0))
while told.get("late") and not is_away():
    clock.sleep_ms(5)
if told.get("urequests"):
    emitter.transport.timeout = told["urequests"]
heap_before = heap()
extra = -len(eids)
fed[0] = real_ms()
failures = drive() if told.get("drive") == "run" else drain()
idle()
emitter.close()
# In pieces: for the whole as one text a small heap may have no place.
json.dump(
    {
        "eids": eids,
        "stored": len(emitter.event_store),
        "sent": emitter.sent,
        "given_up": emitter.given_up,
        "refused": refused,
        "failures": failures,
        "reasons": reasons,
        "retry_in_ms": waits[0],
        "gap_ms": fed[1],
        "sockets": sockets() - before_warm_up,
        "heap": heap() - heap_before - (extra + len(eids)) * 120,  # an eid, in the list
    },
    sys.stdout,
)
print()
