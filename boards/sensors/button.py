# A button between a pin and ground, counted by interrupt like pulses, but with the bounce of
# a contact that a hand moves.
from boards.sensors import pulses

BUS = "pin"
OPTIONS = {"debounce_ms": (0, 1000, 50)}


class Sensor(pulses.Sensor):
    def __init__(self, pin, debounce_ms=50):
        super().__init__(pin, debounce_ms)

    def read(self):
        """presses since the last reading."""
        return {"presses": self._new()}
