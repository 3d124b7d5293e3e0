"""The simulated machine behind the fakes of `machine`, `network`, `esp32`, `rp2` and of NTP.

A test calls `start(port)` and changes the facts of the `World` that it gets: what the pins
carry, how each attempt to join ends, what NTP answers. Time is the world's own: `world.time`
stands in for MicroPython's `time` module in the code under test, and `sleep_ms` only moves
it on, so nothing waits. What was done to the hardware is in `world.log`.

The fakes offer what the real port has and nothing else: names come from the ports' C source
and from the type stubs (host_tests/unit/test_board_fakes.py compares them), and a name that
the port lacks is an AttributeError. They run on the MicroPython VM as well as on CPython.
"""

import json
import sys
import time as _time

TICKS_PERIOD = 1 << 30  # as on the boards: differences beyond half of it lie

VSYS_PAD = 0x4001C004 + 4 * 29  # RP2040: PADS_BANK0, GPIO29
_START_MS = 1767225600000  # 2026-01-01, when a world begins
PAD_RESET = 0x56  # what a pad has after a reset, and the radio needs there

PORTS = {
    "esp32": {"epoch": 2000, "boot_year": 2000, "unique_id": "a4cf12059b7c"},
    "rp2": {"epoch": 1970, "boot_year": 2021, "unique_id": "e6614c311b7e7a28"},
}


class Ended(SystemExit):
    """The program is over: args are ("deep", ms) or ("reset", 0). World.reboot() goes on."""


class Memory(dict):
    """Registers by address; those that nobody wrote read as zero."""

    def __missing__(self, address):
        return 0

    def __getitem__(self, address):  # MicroPython's dict has no __missing__
        return self.get(address, 0)


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

    def sleep(self, seconds):
        self._world.advance(round(seconds * 1000))

    def sleep_ms(self, ms):
        self._world.advance(ms)

    def sleep_us(self, us):
        self._world.advance((us + 999) // 1000)

    def time_ns(self):
        return (self._world.wall_ms - self._epoch()) * 1_000_000

    def gmtime(self, *seconds):
        unix = seconds[0] + self._epoch() // 1000 if seconds else self._world.wall_ms // 1000
        return tuple(_time.gmtime(unix))[:8]

    def _epoch(self):
        return 946684800000 if self._world.port == "esp32" else 0


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
    air: the networks around, as a scan finds them: (bytes, dBm, security), with repetitions;
        scan_ms: how long that takes.
    dhcp_address: what ifconfig() tells of the station, if not the usual.
    access_point: the board's own, see network.py.
    name_server: what DHCP tells of it; 0.0.0.0, which is none, so that nobody real is asked.
    ntp: what the NTP server does with each query, see ntp_server.py; the last repeats.
    year, wall_ms: what the clock says; true_ms: what it should say.
    drift: the part of a sleep that the clock misses, such as 0.087.
    now_ms: milliseconds since boot; starts close to where the ticks wrap.
    i2c: address -> a chip of chips.py.
    spi, uart: chip select pin, number of the line -> what is there (serial_chips.py, modem.py).
    pulses: what time_pulse_us() gives, in order; the last one repeats.
    watchers: pin -> what is called with each level that the program gives it.
    onewire: the probes of the 1-Wire bus (other_chips.Ds18b20) by their 8 bytes of ROM.
    dht: the five bytes that a DHT answers with, or None for no answer.
    pulls: by pin, what it was set to: PULL_UP, PULL_DOWN, 0 for none, or the sum of both.
    interrupted: ms after which each lightsleep() ends although more was asked for; None for
        what the port does by itself.
    flash_blocks, file_blocks, folders: the file system: its size, what files take of it, and
        the paths of its folders.
    ethernet, cable, dhcp, signal_ms, dhcp_ms, version: see wired.py.
    radio_memory: whether an ESP32 has enough for its Wi-Fi driver.
    heap: regions as idf_heap_info() gives them (esp32).
    rtc_memory, mem32: what outlives a reset.
    levels: what comes from outside: (ms since the world began, pin, level), in order.
    wakes: how pins wake an ESP32 from deep sleep: wake_reason() -> (pin, level).
    asleep_ms, drawn_mas: how long it slept, and the charge that it drew asleep, in mA ms.
    """

    def __init__(self, port, chip="ESP32"):
        self.port = port
        self.chip = chip
        self.unique_id = bytes.fromhex(PORTS[port]["unique_id"])
        self.mac = bytes.fromhex("28cdc1000a0b")
        self.adc = {29: 0x8000, 4: 14_000} if port == "rp2" else {}
        self.fahrenheit = 128
        self.celsius = 41
        self.reset_cause = 1
        self.joins = ["joined"]
        self.networks = None  # name -> how joining it ends, instead of `joins`
        self.join_ms = 2500
        self.signal = -61
        self.air = []
        self.scan_ms = 2000
        self.dhcp_address = self.access_point = None
        self.name_server = "0.0.0.0"
        self.ntp = ["true"]
        self.now_ms = TICKS_PERIOD - 3000
        self.born_ms = self.now_ms
        self.drift = 0
        self.year = PORTS[port]["boot_year"]
        self.memory_free = 150_000
        self.pins = {}  # id -> last value written
        self.log = []  # ("connect", ssid, password), ("pin", id, mode), ...
        self.hostname = "mpy-%s" % port
        self.country = "XX"
        self.time = Time(self)
        self.radio = None  # the state of network.WLAN, made by the fake on first use
        self.ethernet = None  # from here on: see wired.py
        self._cable = self.dhcp = True
        self.signal_ms, self.dhcp_ms = 2500, 1200
        self.version = (1, 26)
        self.lan = self.socket = None
        self.lan_failed = False
        self.irqs = {}  # pin -> (handler, trigger, the Pin)
        self.pulls = {}
        self.interrupted = None
        self.flash_blocks, self.file_blocks = {"esp32": 512, "rp2": 212}[port], 60
        self.folders = ["/lib", "/lib/snowplow_tracker", "/boards", "/boards/sensors"]
        self.radio_memory = True
        self.i2c = {}
        self.spi = {}
        self.uart = {}
        self.pulses = [-2]
        self.watchers = {}
        self.onewire = {}
        self.dht = None
        self.heap = [(300_000, 90_000, 61_440, 80_000), (15_000, 14_000, 13_824, 13_000)]
        self.rtc_memory = b""
        self.mem32 = Memory({VSYS_PAD: PAD_RESET})
        self.watchdog_ms = self.fed_ms = None
        self.timers = []  # [period, due at, callback, the Timer]
        self.asleep_ms = self.drawn_mas = 0
        self.levels = []
        self._outside = {}  # pin -> the level that it has from outside
        self.wakes = {}
        self.woke_by = 0

    @property
    def true_ms(self):
        """What the time really is, since 1970."""
        return _START_MS + self.now_ms - self.born_ms

    @property
    def wall_ms(self):
        """What the board's clock shows, since 1970."""
        return self._offset + self.now_ms

    @wall_ms.setter
    def wall_ms(self, value):
        self._offset = value - self.now_ms

    @property
    def year(self):
        return _time.gmtime(self.wall_ms // 1000)[0]

    @year.setter
    def year(self, year):
        days = (year - 1970) * 365 + (year - 1969) // 4 - (year - 1901) // 100
        days += (year - 1601) // 400
        self.wall_ms = days * 86400000

    @property
    def cable(self):
        return self._cable

    @cable.setter
    def cable(self, is_in):
        self._cable = is_in
        if self.socket:
            self.socket.change()

    def edge(self, pin, level):
        """The level at a pin changes; its interrupt handler runs, as on the board."""
        before = self.pins.get(pin)
        self.pins[pin] = level
        handler, trigger, its_pin = self.irqs.get(pin, (None, 0, None))
        wanted = its_pin and (its_pin.IRQ_RISING if level else its_pin.IRQ_FALLING)
        if handler and level != before and trigger & wanted:
            handler(its_pin)

    def advance(self, ms, hung=False):
        """Time passes, and with it timers (unless the C code hangs) and the watchdog."""
        self.look()
        end = self.now_ms + ms
        while self.now_ms < end:
            due = min([end] + [timer[1] for timer in self.timers if not hung])
            if self.watchdog_ms and max(due, self.now_ms) > self.fed_ms + self.watchdog_ms:
                self.now_ms = self.fed_ms + self.watchdog_ms
                self.end("watchdog", 0)
            self.now_ms = max(due, self.now_ms)
            if not hung:
                self._fire()
                self._change_levels()

    def lose_network(self):
        """The access point goes away: out of reach, or without power."""
        if self.radio:
            self.radio.lose()

    def look(self):
        """Called while time passes: where a test ends the run."""

    def sleep(self, depth, ms):
        """Pass the time asleep, with the radio's draw if it was left on."""
        self.log.append((depth + "sleep", ms))
        if depth == "light":
            ms = self._until_interrupt(ms)
        on = self.radio is not None and self.radio.active
        self.asleep_ms += ms
        self.drawn_mas += ms * (28 if on else 1 if self.port == "rp2" else 0.01)
        if depth == "deep" and self.port == "esp32":
            self.end("deep", self._until_wake(ms))
        # Up to MicroPython 1.28 a bite in light sleep locks an RP2040 up: only a person ends that.
        if self.watchdog_ms and self.now_ms + ms > self.fed_ms + self.watchdog_ms:
            self.end("locked up" if self.port == "rp2" else "watchdog", ms)
        self._pass_asleep(ms)
        self._fire()
        self._change_levels()
        self.look()
        if depth == "deep":
            self.end("reset", 0)

    def _change_levels(self):
        while self.levels and self.born_ms + self.levels[0][0] <= self.now_ms:
            _, pin, level = self.levels.pop(0)
            self._outside[pin] = level
            self.edge(pin, level)

    # Deep sleep ends when a pin has the level that it is to wake by, also at once.
    def _until_wake(self, ms):
        has = dict(self._outside)
        self.woke_by = 4  # the timer
        moments = [(self.now_ms, None, None)]
        moments += [(self.born_ms + at, pin, level) for at, pin, level in self.levels]
        for at, pin, level in moments:
            if at > self.now_ms + ms:
                break
            has[pin] = level
            for reason in sorted(self.wakes):
                pin, level = self.wakes[reason]
                if has.get(pin, self.pins.get(pin, 0)) == level:
                    self.woke_by = reason
                    return max(0, at - self.now_ms)
        return ms

    def _until_interrupt(self, ms):
        # The WFI of rp2's lightsleep() ends at any interrupt (ports/rp2/modmachine.c): that of
        # a Timer here, and of whatever a test says. It takes a little in any case.
        if self.interrupted is not None:
            ms = min(ms, self.interrupted)
        if self.port == "rp2":
            ms = min([ms] + [timer[1] - self.now_ms for timer in self.timers])
            changes = [self.born_ms + c[0] - self.now_ms for c in self.levels if c[1] in self.irqs]
            ms = min([ms] + changes)
        return max(1, ms)

    def _fire(self):
        for timer in list(self.timers):
            if timer[1] <= self.now_ms:
                timer[1] = self.now_ms + timer[0]
                timer[2](timer[3])

    def _pass_asleep(self, ms):
        self.now_ms += ms
        self._offset -= round(ms * self.drift)

    def end(self, why, ms):
        """The program is over; a test goes on with reboot()."""
        raise Ended(why, ms)

    def reboot(self, why, ms=0):
        """What is left after a deep sleep, a reset, a watchdog's bite or a loss of power."""
        self._pass_asleep(ms)
        self.pins, self.irqs, self.pulls, self.radio = {}, {}, {}, None
        self.access_point = None
        self._change_levels()
        self.pins.update(self._outside)
        self.wakes = {}
        if why != "deep":
            self.woke_by = 0
        self.lan = self.socket = None
        self.lan_failed = False
        self.watchdog_ms = self.fed_ms = None
        self.timers = []
        causes = {"deep": 4, "reset": 2, "watchdog": 3, "power": 1}
        self.reset_cause = causes[why] if self.port == "esp32" else 1 if why == "power" else 3
        if why == "power":
            self.rtc_memory = b""
            self.mem32 = Memory()
            self.year = PORTS[self.port]["boot_year"]
        self.mem32[VSYS_PAD] = PAD_RESET


class RealWorld(World):
    """On the machine's own time. What outlives a reset is in the file `path`, and a deep sleep
    or a reset ends the process: its last line says for how many ms it is to stay away. Levels
    come from outside by edge(), which look() may call: in a sleep it is called all the time.

    asleep: whether it sleeps.
    """

    def __init__(self, port, path):
        self._path = path
        self.asleep = self._interrupted = False
        super().__init__(port)
        self.time = _time
        try:
            with open(path) as file:
                kept = json.load(file)
            self.rtc_memory = bytes.fromhex(kept["rtc"])
            self.mem32.update({int(key): kept["mem32"][key] for key in kept["mem32"]})
            self.reset_cause = kept["cause"]
            self.woke_by = kept["woke_by"]
            self._outside = {int(pin): kept["levels"][pin] for pin in kept["levels"]}
            self.pins.update(self._outside)
        except OSError:
            pass

    @property
    def now_ms(self):
        return _time.time_ns() // 1000000

    @now_ms.setter
    def now_ms(self, value):
        pass

    def sleep(self, depth, ms):
        self.log.append((depth + "sleep", ms))
        is_deep = depth == "deep"
        if is_deep and not self.wakes:
            self.end("deep", ms)
        end = self.now_ms + ms
        self.asleep, self._interrupted = True, False
        self.woke_by = 4  # the timer
        while self.now_ms < end and not self._interrupted:
            self.look()
            for reason in self.wakes if is_deep else ():
                pin, level = self.wakes[reason]
                if self.pins.get(pin, 0) == level:
                    self.woke_by = reason
                    end = 0
            _time.sleep(0.01)
        self.asleep = False
        if is_deep:
            self.end("deep", 0)

    def edge(self, pin, level):
        super().edge(pin, level)
        self._outside[pin] = level
        self._interrupted = self._interrupted or self.port == "rp2" and pin in self.irqs

    def end(self, why, ms):
        cause = {"deep": 4, "reset": 2, "watchdog": 3, "power": 1}[why]
        if self.port == "rp2" and why != "power":
            cause = 3
        if why == "power":
            self.rtc_memory, self.mem32 = b"", {}
        registers = {str(key): self.mem32[key] for key in self.mem32}
        kept = {"rtc": self.rtc_memory.hex(), "mem32": registers, "cause": cause}
        kept["woke_by"] = self.woke_by if why == "deep" else 0
        kept["levels"] = {str(pin): self._outside[pin] for pin in self._outside}
        with open(self._path, "w") as file:
            json.dump(kept, file)
        print("world: %s %d" % (why, ms))
        raise Ended(why, ms)


world = World("rp2")
if sys.implementation.name == "cpython":
    sys.modules["vfs"] = __import__("littlefs")
else:
    sys.modules["socket"] = __import__("ntp_server").Module()


def start(port, chip="ESP32"):
    """A fresh machine; the fakes show this one from now on."""
    global world
    world = World(port, chip)
    return world


def start_real(port, path):
    """The machine of a process that runs on real time; see RealWorld."""
    global world
    world = RealWorld(port, path)
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
