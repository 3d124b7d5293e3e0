# Boots main.py on a simulated board with one config after the other, on the VM. Standard input has
# a line for each: JSON of [port, chip, seconds, the bytes of config.json as hex]. Between the
# lines that the firmware prints stands for each config "@ " and JSON of [how it ended, the number
# of events that the collector got].
#
# Each config has a fresh flash (a real littlefs, in RAM) and a fresh machine, and all modules are
# imported anew after a boot. Time is the machine's own, so nothing waits. The heap is large, and
# requests end above the sockets: what memory and network do has tests of its own.
import gc
import json
import os
import sys
import time as real

import vfs

import simulation

sys.modules.pop("time", None)
WIRES = ("type", "phy_addr", "power", "cs", "reset")
WAKES = 3  # deep sleeps and resets that are followed
BLOCK = 4096


class Time:
    # MicroPython's `time` on the world's clock. Its ticks begin at the VM's own, which asyncio's
    # queue, as it is written in C, gives to a task that is due at once.
    ticks_diff, ticks_add = real.ticks_diff, real.ticks_add

    def ticks_ms(self):
        return simulation.world.now_ms

    def ticks_us(self):
        return simulation.world.now_ms * 1000

    def sleep(self, seconds):
        simulation.world.advance(round(seconds * 1000))

    def sleep_ms(self, ms):
        simulation.world.advance(ms)

    def sleep_us(self, us):
        simulation.world.advance((us + 999) // 1000)

    def time_ns(self):
        return simulation.world.time.time_ns()

    def gmtime(self, *seconds):
        return simulation.world.time.gmtime(*seconds)


class Poll:
    def register(self, *_):
        pass

    def ipoll(self, ms=-1, *_):
        world = simulation.world
        world.advance(ms if ms > 0 else 1)
        return ()


class Select:
    POLLIN, POLLOUT, POLLERR, POLLHUP = 1, 4, 8, 16
    poll = Poll


class Flash:
    def __init__(self, blocks):
        self._data = bytearray(blocks * BLOCK)

    def readblocks(self, n, buffer, offset=0):
        start = n * BLOCK + offset
        buffer[:] = self._data[start : start + len(buffer)]

    def writeblocks(self, n, buffer, offset=0):
        start = n * BLOCK + offset
        self._data[start : start + len(buffer)] = buffer

    def ioctl(self, op, _):
        return {4: len(self._data) // BLOCK, 5: BLOCK}.get(op, 0)


def mount_all():
    """Put what lies in the current directory at /code, and nothing else into the file system."""
    code = vfs.VfsPosix(os.getcwd())
    vfs.umount("/")
    fresh_flash()
    vfs.mount(code, "/code")
    sys.path[:] = ["/code/fakes", ".frozen", "/code/lib", "/code"]


disk = Flash(64)


def fresh_flash():
    vfs.VfsLfs2.mkfs(disk)
    vfs.mount(vfs.VfsLfs2(disk), "/")
    os.chdir("/")


def forget():
    """Remove modules as a reset does."""
    for name in list(sys.modules):
        if name.startswith(("firmware", "boards", "snowplow_tracker")):
            del sys.modules[name]


def populate(world, config):
    """What the config's sensors and links are wired to, as far as it makes sense."""
    import every_sensor
    import other_chips
    from modem import Modem

    config = config if isinstance(config, dict) else {}
    sensors = config.get("sensors")
    used = list(sensors.values()) if isinstance(sensors, dict) else []
    kinds = [data.get("type") for data in used if isinstance(data, dict)]
    for kind, address, chip, _, _ in every_sensor.I2C:
        if kind in kinds:
            world.i2c[address] = chip()
    for kind, device, _, _ in every_sensor.UART:
        if kind in kinds:
            world.uart = {n: device() for n in range(3)}
    for kind, chip, _ in every_sensor.SPI:
        if kind in kinds:
            world.spi = {15: chip()}
    if "cellular" in config:
        world.uart[1] = Modem()
    ethernet = config.get("ethernet")
    if isinstance(ethernet, dict):
        world.ethernet = {key: ethernet[key] for key in WIRES if key in ethernet}
        mode = 3 if ethernet.get("clock_mode") == "out" else 0
        world.ethernet["clock"] = (ethernet.get("clock_pin"), mode)
    world.onewire = {every_sensor.ROM: other_chips.Ds18b20(0x0191)}
    world.dht = (0x02, 0x33, 0xFF, 0xF7, 0x2B)
    world.adc.update({pin: 1900000 for pin in range(32, 40)})
    world.adc.update({pin: 38000 for pin in (26, 27, 28)})


class Board:
    # What boards.load() gives, once the config is accepted: the port's board, which is told to
    # stop when its time is over.
    def __init__(self, port, until, collector):
        self._port, self._until, self._collector = port, until, collector

    def __call__(self, **options):
        from firmware.crashes import Crashes
        from snowplow_tracker.transport import http

        record = Crashes.record

        def show(crashes, exception):
            sys.print_exception(exception)
            record(crashes, exception)

        Crashes.record = show
        http.HttpTransport.send = lambda *arguments: self._collector.send(*arguments)
        http.HttpTransport.close = lambda transport: None
        board = __import__("boards." + self._port, None, None, ("Board",)).Board(**options)
        board.stopping = lambda: simulation.world.now_ms >= self._until
        return board


class Collector:
    def __init__(self):
        self.events = 0

    def send(self, transport, length, body):
        transport.wrote = False
        transport.date = transport.retry_after = None
        yield 5
        if transport.get:
            raise OSError("there is no remote configuration")
        data = b"".join([bytes(part) for part in body(bytearray(1400))])
        if len(data) != length:
            raise SystemExit("a body of another length")
        self.events += len(json.loads(data)["data"])
        transport.wrote = True
        yield 5
        return 200


def boot(port, until, collector):
    """One run of main.py; -> (why it ended, ms)."""
    import boards

    boards.load = Board(port, until, collector)
    asyncio.new_event_loop()
    try:
        exec(main, {"__name__": "__main__"})
        return "stopped", 0
    except simulation.Ended as end:
        return end.args
    except SystemExit as e:
        return ("refused", 0) if e.args == (1,) else (str(e), 0)
    except MemoryError:
        raise
    except BaseException as e:
        sys.print_exception(e)
        return "uncaught", 0


def run(port, chip, seconds, data):
    """Boot with a config, and again after each sleep; -> [how it ended, events]."""
    vfs.umount("/")
    fresh_flash()
    with open("config.json", "wb") as file:
        file.write(data)
    with open("/code/root.der", "rb") as file:
        root = file.read()
    with open("root.der", "wb") as file:
        file.write(root)
    world = simulation.start(port, chip)
    world.now_ms = world.born_ms = real.ticks_ms()
    world.year = simulation.PORTS[port]["boot_year"]
    world.join_ms = world.signal_ms = world.dhcp_ms = 300
    try:
        populate(world, json.loads(data))
    except (ValueError, TypeError):
        pass
    until = world.now_ms + seconds * 1000

    def look():
        if world.now_ms > until + 172800000:  # a sleep of a day is none
            world.end("hangs", 0)

    world.look = look
    collector = Collector()
    ends = []
    for _ in range(1 + WAKES):
        why, ms = boot(port, until, collector)
        ends.append(why)
        forget()
        if why not in ("deep", "reset", "watchdog"):
            break
        world.reboot(why, min(ms, 86400000))
        until = world.now_ms + seconds * 1000
    return ends, collector.events


mount_all()
sys.modules["time"] = Time()
sys.modules["select"] = Select()
import asyncio  # noqa: E402

with open("/code/main.py") as file:
    main = compile(file.read(), "main.py", "exec")
while True:
    line = sys.stdin.readline()
    if not line:
        break
    port, chip, seconds, data = json.loads(line)
    print("@", json.dumps(run(port, chip, seconds, bytes.fromhex(data))))
    gc.collect()
