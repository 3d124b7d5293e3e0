# A pin that wakes a board from the sleeps of the mode battery. Loaded if the config has one.
#
# An ESP32 sleeps deeply and boots at the pin's level, see esp32_wake.py. A level that stays, as a
# door's may, would wake it again at once: so the next sleep waits for the other level, which also
# wakes it, for some hundred ms and without an event.
#
# Others sleep lightly, and the pin's interrupt ends the sleep. On a Pico it has to have a handler,
# and the sleep a limit, which both have here.
from boards.sensors import pulses

_DEBOUNCE_MS = 50


class Wake:
    # What count() is to be told at the next wake; the caller keeps it over the sleep.
    is_active = False

    # place: among the pins that wake the board, from 0 on.
    def __init__(self, board, pin: int, level: int, pull: str | None, place: int):
        self._pin = board.input(pin, pull)
        self._level = level
        self._place = place
        self._new = 0
        self._others = board.woken
        self._pulses: list = []
        if not board.retained:
            self._pulses = [pulses.Sensor(self._pin, _DEBOUNCE_MS, bool(level))]
            board.woken = self.woken

    def woken(self) -> bool:
        """Whether a pin was active since the last count()."""
        for sensor in self._pulses:
            self._new += sensor.read()["pulses"]
        return bool(self._new or self._others and self._others())

    def count(self, was_active: bool) -> int:
        """How often the pin became active since the last call; arms it for the next sleep."""
        if self._pulses:
            self.woken()
            new = self._new
            self._new = 0
            return new
        from boards.esp32_wake import arm

        self.is_active = self._pin.value() == self._level
        woke = arm(self._pin, self._level ^ self.is_active, self._place)
        # By the pin, whose level may be over before the boot is.
        return int(not was_active and (self.is_active or woke))
