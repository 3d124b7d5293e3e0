# What all machines have in common, whatever they are made of.
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


class Board:
    has_led = False
    on_idle = None  # what idle() calls: the firmware's watchdog
    retained = 0  # bytes of memory() that outlive deep sleep; 0 where there are none

    def __init__(self):
        self.model = getattr(sys.implementation, "_machine", sys.platform)
        self.absent = []  # "what: why", one string for each thing that is not there

    # --- clock ----------------------------------------------------------------------------
    # A board starts in 2000 or 2021; gmtime() gives the year whatever the epoch. `find` gives
    # the address of a host, or OSError; without it that is asked of what may block for long.
    def set_clock(self, find=None):
        """Set the clock where that is ours to do; whether it is plausible now."""
        return time.gmtime()[0] >= 2025

    # --- readings -------------------------------------------------------------------------
    # None where nothing measures it; a divider at an ADC pin is sensors/battery.py's affair.
    def supply(self):
        """Supply or battery voltage in millivolts (int), or None."""
        return None

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

    # --- sleep ----------------------------------------------------------------------------
    # As machine.RTC().memory is: without data it gives what was kept, with data it keeps it.
    def memory(self, data=None):
        """Bytes that outlive deep sleep and reset, but not a loss of power."""
        return b""

    def radio_off(self):
        """Switch the radio off: asleep with it on, a board draws as much as awake."""

    # --- the firmware's loop --------------------------------------------------------------
    def stopping(self):
        """Whether the firmware shall end in order; a board never does."""
        return False

    def idle(self):
        """Called at least once a second by anything that takes long."""
        if self.on_idle:
            self.on_idle()
