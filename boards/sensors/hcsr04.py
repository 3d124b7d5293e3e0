# HC-SR04, and JSN-SR04T in the same mode (distance by ultrasound), at two pins. At 20 Cel: it is
# 0.2 % more for each degree.
# Current: 15 mA for 60 ms. Wiring: 5 V, TRIG to `trigger`, ECHO by a divider to 3.3 V to `echo`.
import time

from boards.sensors import within

BUS = "board"
OPTIONS = {"trigger": ("pin", 0, 60), "echo": ("pin", 0, 60)}

_MOST_US = 38000  # the length of an echo that did not come


class Sensor:
    QUANTITIES = {"distance": ("mm", 19, 4501)}

    def __init__(self, board, trigger, echo):
        self._trigger = board.output(trigger, 0)
        self._echo = board.input(echo)

    def read(self) -> dict:
        """distance in mm, the median of three."""
        import machine

        echoes = []
        for _ in range(3):
            self._trigger.value(1)
            time.sleep_us(10)
            self._trigger.value(0)
            us = machine.time_pulse_us(self._echo, 1, _MOST_US)
            if us > 0:
                echoes.append(us)
            time.sleep_ms(60)  # until the last echo is gone
        if not echoes:
            raise OSError("hcsr04: no echo; nothing within 4 m, or a loose wire")
        us = sorted(echoes)[len(echoes) // 2]
        return within({"distance": round(us * 0.1715)}, self.QUANTITIES)
