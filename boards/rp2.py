# Raspberry Pi Pico W and Pico 2 W.
import time

import machine
from boards import chip
from micropython import const

# One scratch register of the watchdog outlives a reset: _MARK in its upper half, the intent's
# place in RESET_INTENTS in its lowest byte. The SDK uses only the registers from 4 on; this is 0.
_MARK = const(0x534D0000)
_SCRATCH = const(0x0C)
_VSYS_PAD = const(0x04 + 4 * 29)
_PAD_ANALOG = const(0x80)  # output off, input off, no pulls
_FEED_MS = const(2000)


class Board(chip.Board):
    has_led = True
    _WATCHDOG_MS = 8388  # 24 bits of microseconds, counted twice
    _timer: "machine.Timer | None" = None

    # The LED is at the radio chip, which is why it has a name and no number.
    def __init__(self, led="LED"):
        super().__init__()
        self._led = led
        newer = "RP2350" in self.model
        self._scratch = (0x400D8000 if newer else 0x40058000) + _SCRATCH
        self._pad = (0x40038000 if newer else 0x4001C000) + _VSYS_PAD
        self.absent.append("memory over deep sleep: use light sleep, it draws as little")

    # reset() and deepsleep() work through the watchdog, and the port cannot tell them apart.
    def reset_cause(self) -> str:
        """power_on or watchdog."""
        return "watchdog" if machine.reset_cause() == machine.WDT_RESET else "power_on"

    # GPIO 26 to 28; the reference is the 3.3 V supply.
    def adc(self, pin: int) -> int:
        """Voltage at a pin in millivolts."""
        raw = machine.ADC(machine.Pin(pin)).read_u16()
        if not 0 < raw < 65535:
            raise OSError("adc: pin %d is at an end of its scale; check wires and divider" % pin)
        return raw * 3300 // 65535

    # RP2040 datasheet 4.9.5: 27 - (V - 0.706) / 0.001721. The same holds on the RP2350. Both
    # are made for -40 to 85; what is far outside is no reading.
    def temperature(self) -> float | None:
        """Inside the chip, in degrees Celsius, or None."""
        volts = machine.ADC(machine.ADC.CORE_TEMP).read_u16() * 3.3 / 65535
        celsius = round(27 - (volts - 0.706) / 0.001721, 1)
        return celsius if -40 < celsius < 125 else None

    # A third of VSYS is at GPIO 29, which is also the clock line to the radio chip. The pad is
    # turned to analog for the reading alone, with interrupts off, so that the radio's driver
    # waits; ADC(3) by number leaves the pin's function as it is. A Pico runs from 1.8 to 5.5 V.
    def supply(self) -> int | None:
        """VSYS in millivolts: the battery's or USB's voltage behind its diode; or None."""
        adc = machine.ADC(3)
        state = machine.disable_irq()
        before = machine.mem32[self._pad]
        try:
            machine.mem32[self._pad] = _PAD_ANALOG
            adc.read_u16()  # the first one still carries what was on the line before
            raw = adc.read_u16()
        finally:
            machine.mem32[self._pad] = before
            machine.enable_irq(state)
        mv = raw * 9900 // 65535
        return mv if 1500 < mv < 6000 else None

    def memory_largest(self) -> int:
        """Largest block that can be had, in bytes."""
        from boards.measure import largest_block

        return largest_block(self.memory_free() or 0)

    # --- watchdog and sleep ---------------------------------------------------------------
    # The hardware's 8 seconds are shorter than a name server's silence or a long handshake. So
    # a timer feeds it while the last feed() is not older than was asked for: a program that
    # hangs in Python ends at that limit, one that hangs below it, where no timer runs, after
    # 8 seconds.
    def watchdog(self, seconds: int) -> int:
        """Reset the board unless feed() is called that often; -> the limit in ms."""
        super().watchdog(seconds)
        self._allowed = seconds * 1000
        self._fed = time.ticks_ms()
        if self._allowed > self._limit:
            self._timer = machine.Timer(-1, period=_FEED_MS, callback=self._feed_by_timer)
        return self._allowed

    def _feed_by_timer(self, timer):
        if time.ticks_diff(time.ticks_ms(), self._fed) < self._allowed - self._limit:
            super().feed()

    def feed(self) -> None:
        """Tell the watchdog that the program still runs."""
        self._fed = time.ticks_ms()
        super().feed()

    # Without the timer, which would wake the chip every two seconds.
    def light_sleep(self, ms: int) -> None:
        """Sleep with the radio off, and go on after it."""
        if self._timer:
            self._timer.deinit()
        try:
            super().light_sleep(ms)
        finally:
            if self._timer:
                self._timer.init(period=_FEED_MS, callback=self._feed_by_timer)

    # machine.deepsleep() is lightsleep() and reset(), with the limits of the first.
    def deep_sleep(self, ms: int) -> None:
        """Sleep, then boot; memory() does not outlive it."""
        self.light_sleep(ms)
        self.reset("sleep")

    def memory(self, data: bytes | None = None):
        """Empty: no memory of this chip outlives deep sleep."""
        return b""

    def _read_reset_intent(self):
        kept = machine.mem32[self._scratch]
        return kept & 0xFF if kept & 0xFFFF0000 == _MARK else 0

    def _write_reset_intent(self, code):
        machine.mem32[self._scratch] = _MARK | code
