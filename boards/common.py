# What all machines have in common, with and without `machine`.
import gc
import sys

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

    # --- the firmware's loop --------------------------------------------------------------
    def stopping(self) -> bool:
        """Whether the firmware is to end in order; a board never does."""
        return False

    def idle(self) -> None:
        """Called at least once a second by anything that takes long."""
        if self.on_idle:
            self.on_idle()
