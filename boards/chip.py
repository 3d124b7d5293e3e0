# What every port with a full `machine` has in common: pins, buses, watchdog, sleep, reset.
#
# The intent is one byte in memory that outlives a reset (the ports say where), since no chip
# tells a reset that was asked for from one by its watchdog, and an ESP32 hides a panic.
import time

import machine
from boards import common


class Board(common.Board):
    _WATCHDOG_MS = 60000
    _watchdog: "machine.WDT | None" = None
    _limit = 0

    _led: "int | str | None" = None

    # RP2040: of its flash chip; RP2350: its own; ESP32: the factory-set base MAC.
    def id(self):
        """The chip's unique number, as hex."""
        return machine.unique_id().hex()

    def led(self, on):
        """Switch the LED; nothing happens without one."""
        if self._led is not None:
            machine.Pin(self._led, machine.Pin.OUT).value(on)

    # Bit-banged: it runs on any two pins, and the chips here are read once a minute.
    def i2c(self, sda, scl, freq=100000):
        """An I2C bus on two pins, which need pull-up resistors."""
        return machine.SoftI2C(scl=machine.Pin(scl), sda=machine.Pin(sda), freq=freq)

    def onewire(self, pin):
        """A 1-Wire bus on a pin, which needs a pull-up resistor."""
        from onewire import OneWire

        return OneWire(machine.Pin(pin))

    def input(self, pin, pull=None):
        """A pin to read from; pull is "up", "down" or None."""
        pulls = {"up": machine.Pin.PULL_UP, "down": machine.Pin.PULL_DOWN}
        return machine.Pin(pin, machine.Pin.IN, pulls[pull] if pull else -1)

    def output(self, pin, value=0):
        """A pin to write to, which starts with `value`."""
        return machine.Pin(pin, machine.Pin.OUT, value=value)

    def set_time(self, unix_ms):
        """Set the clock to milliseconds since 1970."""
        seconds = unix_ms // 1000
        if time.gmtime(0)[0] == 2000:  # ESP32
            seconds -= 946684800
        t = time.gmtime(seconds)
        machine.RTC().datetime((t[0], t[1], t[2], t[6], t[3], t[4], t[5], 0))

    # --- sleep and reset ------------------------------------------------------------------
    def intent(self):
        """Why the run before reset or slept, or None if it did not say."""
        code = self._note()
        if code:
            self._set_note(0)
        return common.INTENTS[code] if 0 < code < len(common.INTENTS) else None

    def _note(self):
        return 0

    def _set_note(self, code):
        raise OSError("no memory for it")

    # A watchdog goes on counting in light sleep.
    def light_sleep(self, ms):
        """Sleep with the radio off, and go on after it."""
        self.radio_off()
        while ms > 0:
            step = min(ms, self._limit // 2) if self._limit else ms
            machine.lightsleep(step)
            ms -= step
            self.feed()

    def deep_sleep(self, ms):
        """Sleep with all but memory() off, then boot."""
        self.intend("sleep")
        self.radio_off()
        machine.deepsleep(ms)

    def intend(self, intent):
        """Write down why the next reset comes: one of INTENTS."""
        self._set_note(common.INTENTS.index(intent))

    def reset(self, intent):
        """intend() it, and boot again."""
        self.intend(intent)
        machine.reset()

    def watchdog(self, seconds):
        """Reset the board unless feed() is called that often; -> the limit in ms."""
        self._limit = min(seconds * 1000, self._WATCHDOG_MS)
        self._watchdog = machine.WDT(timeout=self._limit)
        return self._limit

    def feed(self):
        """Tell the watchdog that all is well."""
        if self._watchdog:
            self._watchdog.feed()
