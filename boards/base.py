# What the firmware asks of a machine: contract, working default and template in one. As it
# stands it is a board without LED, radio or sensors; a port overrides what it has.
#
# - The constructor and every import leave pins and radio as they are.
# - A thing that the machine lacks is None, or left out of sensors(), and is named in
#   `absent`; no reading is ever made up.
# - OSError is the only exception for a machine's trouble (also from a sensor's read());
#   its message says what to do, and never holds a password.
# - What takes more than a second calls idle() at least every second.
import gc
import os
import sys
import time

# UCUM codes of the quantities that sensors give; a quantity that is not here has no unit yet.
UNITS = {
    "temperature": "Cel",
    "load1": "1",
    "memory_free": "By",
    "memory_available": "By",
    "disk_free": "By",
    "disk_read": "By",
    "disk_written": "By",
    "network_received": "By",
    "network_sent": "By",
    "humidity": "%",
    "pressure": "Pa",
    "voltage": "mV",
    "illuminance": "lx",
    "moisture": "%",
    "battery": "%",
    "pulses": "1",
    "presses": "1",
}


# Of several alike, each has something behind its name: temperature_4bff.
def unit(quantity):
    """UCUM code of a quantity, or None."""
    return UNITS.get(quantity) or UNITS.get(quantity.split("_")[0])


# Why a board resets itself or sleeps; the place in this list is what retained memory holds.
INTENTS = ("", "sleep", "config", "link", "crash", "stop")


class Sensor:
    # All that a sensor needs: read() -> dict of quantity (str) to number. Those in
    # boards/sensors/ are classes of their own with the same method.
    def __init__(self, read):
        self.read = read


class Link:
    # Keeps a board online: the machine's own affair here, radios in boards/wifi.py.
    ssid = None
    joins = 0  # how often an address was got since boot
    join_ms = 0  # how long the last time took
    wait = 0  # seconds until up() should be tried again after an OSError

    def up(self):
        """A generator that ends when there is a link; it yields while it waits; or OSError."""
        return iter(())

    def report(self, delivered):
        """Tell how a send ended; -> None, or what it escalates to: rejoin, cycle, reset."""

    def down(self):
        """Switch the radio off, as before sleep."""


class Board:
    has_led = False
    on_idle = None  # what idle() calls: the firmware's watchdog
    retained = 0  # bytes of memory() that outlive deep sleep; 0 where there are none

    def __init__(self):
        self.model = getattr(sys.implementation, "_machine", sys.platform)
        self.absent = []  # "what: why", one string for each thing that is not there

    # --- identity -------------------------------------------------------------------------
    def id(self):
        """Unique and stable, as lower-case hex; None if the machine has none."""
        return None

    def mac(self):
        """AA:BB:CC:DD:EE:FF of the network interface, or None."""
        return None

    # Tells how the machine came up; "watchdog" on a port that cannot tell it from reset().
    def reset_cause(self):
        """power_on, hard, watchdog, deep_sleep, soft, brown_out or None."""
        return None

    # Cleared by reading it, so that the next reset is not taken for a planned one; call it
    # once.
    def intent(self):
        """Why the run before reset or slept: one of INTENTS, or None if it did not say."""
        return None

    # --- link and clock -------------------------------------------------------------------
    # Blocks until there is an address, at most `timeout` seconds. The default is for a
    # machine whose system keeps the link.
    def join(self, ssid, password, hostname=None, country=None, timeout=20):
        """Join a Wi-Fi network, or OSError that says what to do."""

    # `networks` as the config has them, the best first; see boards/wifi.py.
    def link(self, networks, **options):
        """The Link over these networks."""
        return Link()

    def online(self):
        """Whether there is a link with an address."""
        return True

    def rssi(self):
        """Signal strength in dBm, or None."""
        return None

    # A board starts in 2000 or 2021; gmtime() gives the year whatever the epoch.
    def set_clock(self):
        """Set the clock where that is ours to do; whether it is plausible now."""
        return time.gmtime()[0] >= 2025

    # For the floor of a clock that was lost: a guess, good enough for certificates.
    def set_time(self, unix_ms):
        """Set the machine's clock to milliseconds since 1970, where that is ours to do."""

    # --- readings -------------------------------------------------------------------------
    def led(self, on):
        """Switch the LED (see lamp.py); nothing happens without one."""

    def adc(self, pin):
        """Voltage at a pin in millivolts (int)."""
        raise OSError("adc: this board has none")

    # None where nothing measures it; a divider at an ADC pin is sensors/battery.py's affair.
    def supply(self):
        """Supply or battery voltage in millivolts (int), or None."""
        return None

    # --- what sensors hang on ---------------------------------------------------------------
    def i2c(self, sda, scl, freq=100000):
        """An I2C bus as machine.I2C is one."""
        raise OSError("i2c: this board has none")

    def onewire(self, pin):
        """A 1-Wire bus as onewire.OneWire is one."""
        raise OSError("onewire: this board has none")

    def input(self, pin, pull=None):
        """A machine.Pin to read from; pull is "up", "down" or None."""
        raise OSError("pin: this board has none")

    def output(self, pin, value=0):
        """A machine.Pin to write to, which starts with `value`."""
        raise OSError("pin: this board has none")

    def temperature(self):
        """Inside the chip, in degrees Celsius, or None."""
        return None

    # Collects first: without that the figure is a sawtooth that tells nothing.
    def memory_free(self):
        """Free heap in bytes, or None where the runtime does not tell."""
        gc.collect()
        return gc.mem_free() if hasattr(gc, "mem_free") else None

    # What a TLS handshake asks for is one block, not the sum. Halves its way to it with
    # blocks that are thrown away at once.
    def memory_largest(self):
        """Largest block that can be had, in bytes, or None where the runtime does not tell."""
        free = self.memory_free()
        if free is None:
            return None
        low, high = 0, free
        while high - low > 512:
            middle = (low + high) // 2
            try:
                bytearray(middle)
                low = middle
            except MemoryError:
                high = middle
            gc.collect()
        return low

    def flash(self):
        """(size, free) of the filesystem in bytes, or None."""
        try:
            space = os.statvfs("/")
        except (OSError, AttributeError):
            return None
        return space[2] * space[1], space[4] * space[1]

    # What is built in. One object a topic, found once by its name.
    def sensors(self):
        """Name to an object with read() -> dict of quantity to number."""
        found = {}
        if self.memory_free() is not None:
            found["memory"] = Sensor(lambda: {"memory_free": self.memory_free()})
        if self.temperature() is not None:
            found["cpu"] = Sensor(lambda: {"temperature": self.temperature()})
        return found

    # --- sleep and reset --------------------------------------------------------------------
    # As machine.RTC().memory is: without data it gives what was kept, with data it keeps it.
    def memory(self, data=None):
        """Bytes that outlive deep sleep and reset, but not a loss of power."""
        return b""

    def radio_off(self):
        """Switch the radio off: asleep with it on, a board draws as much as awake."""

    # Goes on after it, with all that it knew. A machine without sleep just waits.
    def light_sleep(self, ms):
        """Sleep with the radio off."""
        self.radio_off()
        while ms > 0:
            time.sleep_ms(min(ms, 1000))
            ms -= 1000
            self.idle()

    # Ends the program: after it comes a boot. Only where `retained` is not 0.
    def deep_sleep(self, ms):
        """Sleep with all but memory() off, then boot."""
        raise OSError("deep sleep: this board has none")

    def intend(self, intent):
        """Write down why the next reset comes: one of INTENTS."""

    def reset(self, intent):
        """intend() it, and boot again."""
        raise SystemExit("restart: " + intent)

    # The port's limit may be lower than what is asked for. It cannot be stopped again.
    def watchdog(self, seconds):
        """Reset the board unless feed() is called that often; -> the limit in ms, or None."""
        return None

    def feed(self):
        """Tell the watchdog that all is well."""

    # --- the firmware's loop --------------------------------------------------------------
    def stopping(self):
        """Whether the firmware shall end in order; a board never does."""
        return False

    def idle(self):
        """Called at least once a second by anything that takes long."""
        if self.on_idle:
            self.on_idle()
