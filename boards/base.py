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
}


class Sensor:
    # All that a sensor needs: read() -> dict of quantity (str) to number. Those in
    # boards/sensors/ are classes of their own with the same method.
    def __init__(self, read):
        self.read = read


class Board:
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

    # --- link and clock -------------------------------------------------------------------
    # Blocks until there is an address, at most `timeout` seconds. The default is for a
    # machine whose system keeps the link.
    def join(self, ssid, password, hostname=None, country=None, timeout=20):
        """Join a Wi-Fi network, or OSError that says what to do."""

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

    # --- readings -------------------------------------------------------------------------
    def led(self, on):
        """Switch the LED; nothing happens without one."""

    def adc(self, pin):
        """Voltage at a pin in millivolts (int)."""
        raise OSError("adc: this board has none")

    def temperature(self):
        """Inside the chip, in degrees Celsius, or None."""
        return None

    # Collects first: without that the figure is a sawtooth that tells nothing.
    def memory_free(self):
        """Free heap in bytes, or None where the runtime does not tell."""
        gc.collect()
        return gc.mem_free() if hasattr(gc, "mem_free") else None

    # What is built in. One object a topic, found once by its name.
    def sensors(self):
        """Name to an object with read() -> dict of quantity to number."""
        found = {}
        if self.memory_free() is not None:
            found["memory"] = Sensor(lambda: {"memory_free": self.memory_free()})
        if self.temperature() is not None:
            found["cpu"] = Sensor(lambda: {"temperature": self.temperature()})
        return found

    # --- the firmware's loop --------------------------------------------------------------
    def stopping(self):
        """Whether the firmware shall end in order; a board never does."""
        return False

    def idle(self):
        """Called at least once a second by anything that takes long."""
