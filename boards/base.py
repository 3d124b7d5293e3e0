# What the firmware asks of a machine: contract, working default and template in one. As it
# stands it is a board without LED, radio or sensors; a port overrides what it has.
#
# - The constructor and every import leave pins and radio as they are.
# - A thing that the machine lacks is None, or left out of sensors(), and is named in
#   `absent`; no reading is ever made up.
# - OSError is the only exception for a machine's trouble (also from a sensor's read());
#   its message says what to do, and never holds a password.
# - What takes more than a second calls idle() at least every second.
#
# What hardly a machine overrides is in common.py. A port that has `machine` and network.WLAN
# builds on wifi.py instead, which has all of this in its own way: defaults that nobody uses
# would lie in its RAM.
import time

from boards import common


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


class Board(common.Board):
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

    def dns(self):
        """Addresses of the name servers, as far as they are known."""
        return ()

    def rssi(self):
        """Signal strength in dBm, or None."""
        return None

    # For the floor of a clock that was lost: a guess, good enough for certificates.
    def set_time(self, unix_ms):
        """Set the machine's clock to milliseconds since 1970, where that is ours to do."""

    # --- readings -------------------------------------------------------------------------
    def led(self, on):
        """Switch the LED (see lamp.py); nothing happens without one."""

    def adc(self, pin):
        """Voltage at a pin in millivolts (int)."""
        raise OSError("adc: this board has none")

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

    # --- sleep and reset --------------------------------------------------------------------
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
