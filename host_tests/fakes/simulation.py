"""The simulated machine behind the fakes of `machine`, `network`, `esp32`, `rp2`, `ntptime`.

A test calls `start(port)` and changes the facts of the `World` that it gets: what the pins
carry, how each attempt to join ends, what NTP answers. Time is the world's own: `world.time`
stands in for MicroPython's `time` module in the code under test, and `sleep_ms` only moves
it on, so nothing waits. What was done to the hardware is in `world.log`.

The fakes offer what the real port has and nothing else: names come from the ports' C source
and from the type stubs (host_tests/unit/test_board_fakes.py compares them), and a name that
the port lacks is an AttributeError. They run on the MicroPython VM as well as on CPython.
"""

TICKS_PERIOD = 1 << 30  # as on the boards: differences beyond half of it lie

PORTS = {
    "esp32": {"epoch": 2000, "boot_year": 2000, "unique_id": "a4cf12059b7c"},
    "rp2": {"epoch": 1970, "boot_year": 2021, "unique_id": "e6614c311b7e7a28"},
}


class Time:
    """MicroPython's `time`, on the world's clock."""

    def __init__(self, world):
        self._world = world

    def ticks_ms(self):
        return self._world.now_ms % TICKS_PERIOD

    def ticks_add(self, ticks, delta):
        return (ticks + delta) % TICKS_PERIOD

    def ticks_diff(self, end, start):
        half = TICKS_PERIOD // 2
        return (end - start + half) % TICKS_PERIOD - half

    def sleep_ms(self, ms):
        self._world.now_ms += ms

    def gmtime(self):
        return (self._world.year, 1, 1, 0, 0, 0, 0, 1)


class World:
    """The facts of one simulated board.

    Attributes that tests set:

    port, chip: "esp32" or "rp2"; chip is "ESP32" or e.g. "ESP32S3" (decides the
        thermometer).
    unique_id, mac: bytes.
    adc: what a pin (or the rp2's channel 4) carries: microvolts on esp32, the 16-bit
        reading on rp2.
    fahrenheit, celsius: what the chip's thermometer gives (esp32).
    reset_cause: the port's number.
    joins: how the next attempts to join end, in order; the last one repeats. One of
        "joined", "wrong_password", "handshake" (esp32), "not_found", "no_address",
        "silent", "refused" (connect() itself raises).
    join_ms: how long an attempt takes.
    signal: dBm while associated.
    ntp: what each settime() does: a year to set, or an exception to raise; the last repeats.
    year: what the clock says.
    now_ms: milliseconds since boot; starts close to where the ticks wrap.
    """

    def __init__(self, port, chip="ESP32"):
        self.port = port
        self.chip = chip
        self.unique_id = bytes.fromhex(PORTS[port]["unique_id"])
        self.mac = bytes.fromhex("28cdc1000a0b")
        self.adc = {}
        self.fahrenheit = 128
        self.celsius = 41
        self.reset_cause = 1
        self.joins = ["joined"]
        self.join_ms = 2500
        self.signal = -61
        self.ntp = [2026]
        self.year = PORTS[port]["boot_year"]
        self.now_ms = TICKS_PERIOD - 3000
        self.memory_free = 150_000
        self.pins = {}  # id -> last value written
        self.log = []  # ("connect", ssid, password), ("pin", id, mode), ...
        self.hostname = "mpy-%s" % port
        self.country = "XX"
        self.time = Time(self)
        self.radio = None  # the state of network.WLAN, made by the fake on first use


world = World("rp2")


def start(port, chip="ESP32"):
    """A fresh machine; the fakes show this one from now on."""
    global world
    world = World(port, chip)
    return world


def next_of(script):
    """The next entry of a script; its last one repeats."""
    return script.pop(0) if len(script) > 1 else script[0]


def by_port(module, tables):
    """A module's __getattr__ that shows the names of the world's port only."""

    def lookup(name):
        try:
            return tables[world.port][name]
        except KeyError:
            raise AttributeError("module '%s' has no '%s' on %s" % (module, name, world.port))

    return lookup
