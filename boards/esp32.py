# ESP32 family: ESP32, S2, S3, C3, C6.
import esp32
import machine
from boards import chip
from micropython import const

# The RTC's memory outlives deep sleep and every reset but a loss of power: 2048 bytes.
#   0  2 bytes  _MARK; without it the rest is not ours
#   2  1 byte   the intent: its place in RESET_INTENTS, or 0
#   3  1 byte   0
#   4  2044     memory(): the firmware's
_MARK = b"SM"
_INTENT_AT = const(2)
_HEADER = const(4)


class Board(chip.Board):
    retained = 2048 - _HEADER

    # `led` is a pin number: the modules of this family differ, and many have none.
    def __init__(self, led: int | None = None):
        super().__init__()
        self._led = led
        self.has_led = led is not None
        if led is None:
            self.absent.append("led: its pin is not known; name it as `led`")
        if self._thermometer() is None:
            self.absent.append("cpu temperature: this chip's firmware has no function for it")
        self.absent.append("supply voltage: not wired to an ADC; see sensors/battery.py")

    # The port reports a brown-out as power_on and a panic as soft.
    def reset_cause(self) -> str | None:
        """power_on, hard, watchdog, deep_sleep, soft or None."""
        return {
            machine.PWRON_RESET: "power_on",
            machine.HARD_RESET: "hard",
            machine.WDT_RESET: "watchdog",
            machine.DEEPSLEEP_RESET: "deep_sleep",
            machine.SOFT_RESET: "soft",
        }.get(machine.reset_cause())

    def adc(self, pin: int) -> int:
        """Voltage at a pin in millivolts."""
        from boards.esp32_adc import millivolts

        return millivolts(pin)

    # Celsius on the newer chips; the first ESP32 has an uncalibrated sensor in Fahrenheit.
    def _thermometer(self):
        if hasattr(esp32, "mcu_temperature"):
            return esp32.mcu_temperature
        if hasattr(esp32, "raw_temperature"):
            return lambda: round((esp32.raw_temperature() - 32) * 5 / 9, 1)
        return None

    def temperature(self) -> float | None:
        """Inside the chip, in degrees Celsius, or None."""
        read = self._thermometer()
        return read() if read else None

    # TLS and Wi-Fi take theirs from the IDF's heap, from which MicroPython's also grows: to
    # probe for a block would take it away from them.
    def memory_largest(self) -> int:
        """Largest free block of the IDF's heap, in bytes."""
        return max([region[2] for region in esp32.idf_heap_info(esp32.HEAP_DATA)])

    # --- memory that outlives sleep and reset ----------------------------------------------
    def memory(self, data: bytes | None = None):
        """The RTC's memory behind our header."""
        rtc = machine.RTC()
        kept = rtc.memory()
        if kept[:_INTENT_AT] != _MARK:
            kept = _MARK + b"\0\0"
        if data is None:
            return kept[_HEADER:]
        rtc.memory(kept[:_HEADER] + data)

    def _read_reset_intent(self):
        kept = machine.RTC().memory()
        return kept[_INTENT_AT] if kept[:_INTENT_AT] == _MARK else 0

    def _write_reset_intent(self, code):
        machine.RTC().memory(_MARK + bytes((code, 0)) + self.memory())
