# Raspberry Pi Pico W and Pico 2 W.
import time

import machine
from boards import wifi
from micropython import const

_MARK = const(0x534D0000)  # above the intent, in the scratch register
_SCRATCH = const(0x0C)  # of the watchdog; the SDK uses only those from 4 on
_VSYS_PAD = const(0x04 + 4 * 29)
_PAD_ANALOG = const(0x80)  # output off, input off, no pulls


class Board(wifi.Board):
    has_led = True
    _WATCHDOG_MS = 8388  # 24 bits of microseconds, counted twice

    # The LED hangs on the radio chip, which is why it has a name and no number.
    def __init__(self, led="LED"):
        super().__init__()
        self._led = led
        newer = "RP2350" in self.model
        self._scratch = (0x400D8000 if newer else 0x40058000) + _SCRATCH
        self._pad = (0x40038000 if newer else 0x4001C000) + _VSYS_PAD
        self.absent.append("memory over deep sleep: use light sleep, it draws as little")

    # reset() and deepsleep() work through the watchdog, and the port cannot tell them apart.
    def reset_cause(self):
        """power_on or watchdog."""
        return "watchdog" if machine.reset_cause() == machine.WDT_RESET else "power_on"

    # GPIO 26 to 28; the reference is the 3.3 V supply.
    def adc(self, pin):
        """Voltage at a pin in millivolts."""
        return machine.ADC(machine.Pin(pin)).read_u16() * 3300 // 65535

    # RP2040 datasheet 4.9.5: 27 - (V - 0.706) / 0.001721. The same holds on the RP2350.
    def temperature(self):
        """Inside the chip, in degrees Celsius."""
        volts = machine.ADC(machine.ADC.CORE_TEMP).read_u16() * 3.3 / 65535
        return round(27 - (volts - 0.706) / 0.001721, 1)

    # A third of VSYS lies at GPIO 29, which is also the clock line to the radio chip. The
    # pad is turned to analog for the reading alone, with the radio's driver held off by
    # interrupts that wait; ADC(3) by number leaves the pin's function as it is.
    def supply(self):
        """VSYS in millivolts: the battery's or USB's voltage behind its diode."""
        adc = machine.ADC(3)
        state = machine.disable_irq()
        before = machine.mem32[self._pad]
        try:
            machine.mem32[self._pad] = _PAD_ANALOG
            adc.read_u16()  # the first one still carries what lay on the line before
            raw = adc.read_u16()
        finally:
            machine.mem32[self._pad] = before
            machine.enable_irq(state)
        return raw * 9900 // 65535

    # Its watchdog is shorter than a name server's silence or a long handshake. So a timer
    # feeds it, for as long as the last feed() is not older than was asked for: what hangs in
    # Python ends at that limit, what hangs below it, where no timer runs, after 8 seconds.
    def watchdog(self, seconds):
        """Reset the board unless feed() is called that often; -> the limit in ms."""
        super().watchdog(seconds)
        self._patience = seconds * 1000
        self._fed = time.ticks_ms()
        if self._patience > self._limit:
            self._timer = machine.Timer(-1, period=2000, callback=self._wait)
        return self._patience

    def _wait(self, timer):
        if time.ticks_diff(time.ticks_ms(), self._fed) < self._patience - self._limit:
            super().feed()

    def feed(self):
        """Tell the watchdog that all is well."""
        self._fed = time.ticks_ms()
        super().feed()

    def _note(self):
        kept = machine.mem32[self._scratch]
        return kept & 0xFF if kept & 0xFFFF0000 == _MARK else 0

    def _set_note(self, code):
        machine.mem32[self._scratch] = _MARK | code
