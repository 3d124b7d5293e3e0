# A button between a pin and ground. It is counted by interrupt like pulses, with the longer
# bounce of a contact that a hand moves: at the default at most 20 presses a second count.
# Current: 0. Wiring: a pin and GND.
from boards.sensors import pulses

BUS = "pin"
OPTIONS = {"debounce_ms": (0, 1000, 50)}


class Sensor(pulses.Sensor):
    QUANTITIES = {"presses": ("1", -1, 1 << 29)}

    def __init__(self, pin, debounce_ms: int = 50):
        super().__init__(pin, debounce_ms)

    def read(self) -> dict:
        """presses since the last reading."""
        return {"presses": self.new()}
