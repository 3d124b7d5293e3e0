# A pin that wakes a board from the sleeps of the mode battery. Loaded if the config has one.
#
# An ESP32 sleeps deeply and boots at the pin's level, by EXT0 and EXT1 (two pins at most), or by
# GPIO on chips that have neither. A level that stays, such as a door's, would wake it again at
# once: so the next sleep waits for the other level, which wakes it too, for some hundred ms and
# without an event. A pin that is beyond the chip's RTC cannot wake it; give it a resistor, since
# the pin's own pull may be off asleep.
#
# Others sleep lightly, and the pin's interrupt ends the sleep. On a Pico it has to have a handler,
# and the sleep a limit, which both have here.
from boards.sensors import pulses

_DEBOUNCE_MS = 50


class Wake:
    # was_active: what `is_active` was at the last wake, which the caller keeps over the sleep.
    is_active = False

    def __init__(self, board, pin: int, level: int, pull: str | None, place: int):
        self._pin = board.input(pin, pull)
        self._level = level
        self._place = place  # among the pins that wake the board, from 0 on
        self._pulses = None
        self._new = 0
        if not board.retained:
            self._pulses = pulses.Sensor(self._pin, _DEBOUNCE_MS, bool(level))
            self._others = board.woken
            board.woken = self.woken

    def woken(self) -> bool:
        """Whether a pin was active since the last count()."""
        self._new += self._pulses.read()["pulses"]
        return bool(self._new or self._others and self._others())

    def count(self, was_active: bool) -> int:
        """How often the pin became active since the last call; arms it for the next sleep."""
        if self._pulses:
            new = self._new + self._pulses.read()["pulses"]
            self._new = 0
            return new
        import esp32
        import machine

        self.is_active = self._pin.value() == self._level
        by_pin = self._arm(esp32, self._level if not self.is_active else 1 - self._level)
        # It may be over before the boot is.
        woke = machine.wake_reason() == by_pin and machine.reset_cause() == machine.DEEPSLEEP_RESET
        return int(not was_active and (self.is_active or woke))

    # -> the wake_reason() of it.
    def _arm(self, esp32, level):
        if hasattr(esp32, "wake_on_ext0") and not self._place:
            esp32.wake_on_ext0(self._pin, bool(level))
            return 2
        if hasattr(esp32, "wake_on_ext1"):
            esp32.wake_on_ext1((self._pin,), bool(level))
            return 3
        esp32.wake_on_gpio((self._pin,), bool(level))
        return 7
