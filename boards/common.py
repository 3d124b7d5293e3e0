# What all machines have in common, with and without `machine`.
import gc
import os
import sys
import time

# Why a board resets itself or sleeps; retained memory holds the place in this tuple.
RESET_INTENTS = ("", "sleep", "config", "link", "crash", "stop")


class Sensor:
    # A sensor that is built in: all its quantities have the same unit, a UCUM code. Those in
    # boards/sensors/ are classes of their own, with the same method read().
    def __init__(self, read, unit):
        self.read = read
        self.unit = unit


class Board:
    has_led = False
    on_idle = None  # what idle() calls: the firmware's watchdog
    retained = 0  # bytes of memory() that outlive deep sleep; 0 where there are none

    def __init__(self):
        self.model = getattr(sys.implementation, "_machine", sys.platform)
        self.absent = []  # "what: why", one string for each thing that is not there

    # --- clock ----------------------------------------------------------------------------
    # The system of this machine sets it. On a port that asks NTP it tells whether a server told
    # the time: `find` gives the address of a host, or OSError; without it the system looks the
    # name up, which may block for long.
    def set_clock(self, find=None) -> bool:
        """Set the clock where the system does not; whether it was told a plausible time."""
        return time.gmtime()[0] >= 2025

    # --- readings -------------------------------------------------------------------------
    # None where nothing measures it; sensors/battery.py reads a divider at an ADC pin.
    def supply(self) -> int | None:
        """Supply or battery voltage in millivolts, or None."""
        return None

    def temperature(self) -> float | None:
        """Inside the chip, in degrees Celsius, or None."""
        return None

    # Collects first: without that the figure is a sawtooth that tells nothing.
    def memory_free(self) -> int | None:
        """Free heap in bytes, or None where the runtime does not tell."""
        gc.collect()
        return gc.mem_free() if hasattr(gc, "mem_free") else None

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

    # What is built in, made once. Each is read as one event.
    def sensors(self) -> dict:
        """Name to an object with read() -> dict of quantity to number."""
        found = {}
        if self.memory_free() is not None:
            found["memory"] = Sensor(lambda: {"memory_free": self.memory_free()}, "By")
        if self.temperature() is not None:
            found["cpu"] = Sensor(self._cpu, "Cel")
        return found

    def _cpu(self):
        value = self.temperature()
        if value is None:
            raise OSError("cpu temperature: no reading")
        return {"temperature": value}

    # --- sleep ----------------------------------------------------------------------------
    # As machine.RTC().memory: without data it gives what was kept, with data it keeps it.
    def memory(self, data: bytes | None = None):
        """Bytes that outlive deep sleep and reset, but not a loss of power."""
        return b""

    def radio_off(self) -> None:
        """Switch the radio off: asleep with it on, a board draws as much as awake."""

    # --- the firmware's loop --------------------------------------------------------------
    def stopping(self) -> bool:
        """Whether the firmware is to end in order; a board never does."""
        return False

    def idle(self) -> None:
        """Called at least once a second by anything that takes long."""
        if self.on_idle:
            self.on_idle()
