# The contract between the firmware and a machine. Its Board works as it stands, as a machine
# without LED, radio and sensors, and is the template for a new port, which overrides what its
# machine has.
#
# - The constructor and every import leave pins and radio as they are.
# - A thing that the machine lacks is None, or left out of sensors(), and is named in
#   `absent`; no reading is ever made up.
# - OSError is the only exception for a fault of the machine (also from a sensor's read());
#   its message says what to do, and never holds a password.
# - A method that takes more than a second calls idle() at least every second, except
#   light_sleep() of a port with a watchdog, which feeds it.
#
# What hardly any machine overrides is in common.py. A port that has `machine` and `network` builds
# on chip.py, where each of these methods has its own: to inherit from this file would only fill
# its RAM.
import os
import time

from boards import common


class Link:
    # Keeps a board online. This one is for a machine whose system keeps the link; those of a
    # board are in link.py and the files that it names.
    name = ""  # such as Wi-Fi
    network = None  # what it joined
    joins = 0  # how often an address was obtained since boot
    join_ms = 0  # how long the last time took
    wait = 0  # seconds until up() should be tried again after an OSError

    def up(self):
        """A generator that ends when there is a link and yields while it waits; or OSError."""
        return iter(())

    def report(self, delivered: bool) -> str | None:
        """How a send ended; -> rejoin, cycle, leave, reset, or None: what a dead link needs."""

    def down(self) -> None:
        """Switch the radio off, as before sleep."""


class Board(common.Board):
    woken = None  # a function that ends light_sleep() by True: see wake.py

    # --- identity -------------------------------------------------------------------------
    def id(self) -> str | None:
        """Unique and stable, as lower-case hex; None if the machine has none."""
        return None

    def mac(self) -> str | None:
        """AA:BB:CC:DD:EE:FF of the network interface, or None."""
        return None

    # "watchdog" is also the answer after reset() on a port that cannot tell the two apart.
    def reset_cause(self) -> str | None:
        """power_on, hard, watchdog, deep_sleep, soft, brown_out or None."""
        return None

    # Reading it clears it, so that the next reset is not taken for a planned one: call it once.
    def reset_intent(self) -> str | None:
        """Why the last run reset or slept: one of RESET_INTENTS, or None if it did not say."""
        return None

    # --- link and clock -------------------------------------------------------------------
    # Blocks until there is an address, at most `timeout` seconds. The default is for a
    # machine whose system keeps the link.
    def join(
        self,
        ssid: str,
        password: str,
        hostname: str | None = None,
        country: str | None = None,
        timeout: int = 20,
    ) -> None:
        """Join a Wi-Fi network, or OSError that says what to do."""

    # (kind, options) as the config has them, the best first; see boards/chip.py.
    def link(self, links: list | None = None):
        """The Link over these."""
        return Link()

    def online(self) -> bool:
        """Whether there is a link with an address."""
        return True

    def dns(self) -> tuple:
        """Addresses of the name servers, as far as they are known."""
        return ()

    def rssi(self) -> int | None:
        """Signal strength in dBm, or None."""
        return None

    def radio_off(self) -> None:
        """Switch the radio off: asleep with it on, a board draws as much as awake."""

    # The system of this machine sets it. On a port that asks NTP it tells whether a server told
    # the time: `find` gives the address of a host, or OSError; without it the system looks the
    # name up, which may block for long.
    def set_clock(self, find=None) -> bool:
        """Set the clock where the system does not; whether it was told a plausible time."""
        return time.gmtime()[0] >= 2025

    # A guess to start from when the clock was lost: good enough to check certificates.
    def set_time(self, unix_ms: int) -> None:
        """Set the machine's clock to milliseconds since 1970, where the system does not."""

    # --- readings -------------------------------------------------------------------------
    def led(self, on: bool) -> None:
        """Switch the LED (see lamp.py); nothing happens without one."""

    def memory_largest(self) -> int | None:
        """Largest block that can be had, in bytes, or None where the runtime does not tell."""
        free = self.memory_free()
        if free is None:
            return None
        from boards.measure import largest_block

        return largest_block(free)

    def flash(self) -> tuple | None:
        """(size, free) of the filesystem in bytes, or None."""
        try:
            space = os.statvfs("/")
        except (OSError, AttributeError):
            return None
        return space[2] * space[1], space[4] * space[1]

    # OSError at either end of the scale: 0 V, a cut wire and an overload read the same there.
    def adc(self, pin: int) -> int:
        """Voltage at a pin in millivolts."""
        raise OSError("adc: this board has none")

    # --- pins and buses, for sensors --------------------------------------------------------
    def i2c(self, sda: int, scl: int, freq: int = 100000):
        """An I2C bus as machine.I2C is one."""
        raise OSError("i2c: this board has none")

    def onewire(self, pin: int):
        """A 1-Wire bus as onewire.OneWire is one."""
        raise OSError("onewire: this board has none")

    def input(self, pin: int, pull: str | None = None):
        """A machine.Pin to read from; pull is "up", "down" or None."""
        raise OSError("pin: this board has none")

    def output(self, pin: int, value: int = 0):
        """A machine.Pin to write to, which starts with `value`."""
        raise OSError("pin: this board has none")

    # --- sleep and reset --------------------------------------------------------------------
    # As machine.RTC().memory: without data it gives what was kept, with data it keeps it.
    def memory(self, data: bytes | None = None):
        """Bytes that outlive deep sleep and reset, but not a loss of power."""
        return b""

    # Lasts the whole time for any `ms`, whatever wakes the machine meanwhile, and feeds the
    # watchdog. The program goes on after it. A machine without sleep just waits.
    def light_sleep(self, ms: int) -> None:
        """Sleep with the radio off."""
        self.radio_off()
        while ms > 0:
            time.sleep(min(ms, 1000) / 1000)
            ms -= 1000
            self.idle()
            if self.woken and self.woken():
                break

    # Ends the program: after it comes a boot. Only where `retained` is not 0.
    def deep_sleep(self, ms: int) -> None:
        """Sleep with all but memory() off, then boot."""
        raise OSError("deep sleep: this board has none")

    def set_reset_intent(self, intent: str) -> None:
        """Write down why the next reset comes: one of RESET_INTENTS."""

    def reset(self, intent: str) -> None:
        """set_reset_intent() it, and boot again."""
        raise SystemExit("restart: " + intent)

    # The limit may be lower than what was asked for. A watchdog cannot be stopped.
    def watchdog(self, seconds: int) -> int | None:
        """Reset the board unless feed() is called that often; -> the limit in ms, or None."""
        return None

    def feed(self) -> None:
        """Tell the watchdog that the program still runs."""
