# What every port with a full `machine` has in common: pins, buses, watchdog, sleep, reset.
#
# The intent is one byte in memory that outlives a reset (the ports say where), since no chip
# tells a planned reset from one by its watchdog, and an ESP32 hides a panic.
import time

import machine
from boards import common
from micropython import const

_STEP_MS = const(3600000)  # of a sleep without watchdog; rp2 refuses 2^32 us, 71.6 minutes


def epoch() -> int:
    """When the port's time begins, in seconds since 1970: 2000 on an ESP32."""
    return 946684800 if time.gmtime(0)[0] == 2000 else 0


class Board(common.Board):
    _WATCHDOG_MS = 60000  # the longest that the port is asked for
    _watchdog: "machine.WDT | None" = None
    _limit = 0  # ms within which the watchdog must be fed

    woken = None  # a function that ends light_sleep() by True: see wake.py
    _led: "int | str | None" = None
    _link = None

    # RP2040: of its flash chip; RP2350: its own; ESP32: the factory-set base MAC.
    def id(self) -> str:
        """The chip's unique number, as hex."""
        return machine.unique_id().hex()

    def led(self, on: bool) -> None:
        """Switch the LED; nothing happens without one."""
        if self._led is not None:
            machine.Pin(self._led, machine.Pin.OUT).value(on)

    def flash(self) -> tuple | None:
        """(size, free) of the file system at / in bytes, or None."""
        from boards.measure import flash

        return flash()

    # --- pins and buses -------------------------------------------------------------------
    # Bit-banged: it runs on any two pins, and the chips here are read once a minute.
    def i2c(self, sda: int, scl: int, freq: int = 100000):
        """An I2C bus on two pins, which need pull-up resistors."""
        return machine.SoftI2C(scl=machine.Pin(scl), sda=machine.Pin(sda), freq=freq)

    def onewire(self, pin: int):
        """A 1-Wire bus on a pin, which needs a pull-up resistor."""
        from onewire import OneWire

        return OneWire(machine.Pin(pin))

    # None is "no pull" on both ports. -1 is not: it is both pulls on rp2, and "as before" on
    # an ESP32.
    def input(self, pin: int, pull: str | None = None):
        """A pin to read from; pull is "up", "down" or None."""
        pulls: dict = {"up": machine.Pin.PULL_UP, "down": machine.Pin.PULL_DOWN, None: None}
        return machine.Pin(pin, machine.Pin.IN, pulls[pull])

    def output(self, pin: int, value: int = 0):
        """A pin to write to, which starts with `value`."""
        return machine.Pin(pin, machine.Pin.OUT, value=value)

    def set_time(self, unix_ms: int) -> None:
        """Set the clock to milliseconds since 1970."""
        t = time.gmtime(unix_ms // 1000 - epoch())
        machine.RTC().datetime((t[0], t[1], t[2], t[6], t[3], t[4], t[5], 0))

    # --- the link -------------------------------------------------------------------------
    # links: (kind, options), the best first. The kinds are wifi, ethernet and cellular, and the
    # options those of their Link. Until it is called there is Wi-Fi, as it was left.
    def link(self, links: list | None = None):
        """The Link over these."""
        from boards.open_link import open_link

        self._link = open_link(self, links)
        return self._link

    # Of the link: online(), dns(), rssi(), mac(). Methods for them would cost RAM.
    def __getattr__(self, name):
        return getattr(self._link or self.link(), name)

    def radio_off(self) -> None:
        """Switch the radio or the interface off, if it is on."""
        (self._link or self.link()).down()

    def join(self, ssid: str, password: str, **options) -> None:
        """Join a Wi-Fi network, or OSError that says what to do."""
        from boards.open_link import join

        join(self, ssid, password, **options)

    def set_clock(self, find=None) -> bool:
        """Ask NTP; whether it told a plausible time."""
        from boards.ntp import ask

        return ask(self, find)

    # --- sleep and reset ------------------------------------------------------------------
    # A port has _read_reset_intent(), which gives 0 for none, and _write_reset_intent(code).
    def reset_intent(self) -> str | None:
        """Why the last run reset or slept, or None if it did not say."""
        code = self._read_reset_intent()
        if code:
            self._write_reset_intent(0)
        return common.RESET_INTENTS[code] if 0 < code < len(common.RESET_INTENTS) else None

    # Anything may end a sleep early: a pin's or a timer's interrupt, the radio's driver. So
    # what counts is the time that has passed, not what was asked for. The watchdog goes on
    # counting meanwhile, and must not bite here: up to MicroPython 1.28 that locks an RP2040 up.
    def light_sleep(self, ms: int) -> None:
        """Sleep with the radio off, and go on after it."""
        self.radio_off()
        step = self._limit // 2 or _STEP_MS
        before = time.ticks_ms()
        while ms > 0 and not (self.woken and self.woken()):
            self.feed()
            machine.lightsleep(min(ms, step))
            now = time.ticks_ms()
            ms -= time.ticks_diff(now, before)
            before = now
        self.feed()

    def deep_sleep(self, ms: int) -> None:
        """Sleep with all but memory() off, then boot."""
        self.set_reset_intent("sleep")
        self.radio_off()
        machine.deepsleep(ms)

    def set_reset_intent(self, intent: str) -> None:
        """Write down why the next reset comes: one of RESET_INTENTS."""
        self._write_reset_intent(common.RESET_INTENTS.index(intent))

    def reset(self, intent: str) -> None:
        """set_reset_intent() it, and boot again."""
        self.set_reset_intent(intent)
        machine.reset()

    def watchdog(self, seconds: int) -> int:
        """Reset the board unless feed() is called that often; -> the limit in ms."""
        self._limit = min(seconds * 1000, self._WATCHDOG_MS)
        self._watchdog = machine.WDT(timeout=self._limit)
        return self._limit

    def feed(self) -> None:
        """Tell the watchdog that the program still runs."""
        if self._watchdog:
            self._watchdog.feed()
