# A button between a pin and ground, counted by interrupt like pulses, with the longer bounce of
# a contact that a hand moves: at the default at most 20 presses a second count.
from boards.sensors import pulses

BUS = "pin"
OPTIONS = {"debounce_ms": (0, 1000, 50)}


class Sensor(pulses.Sensor):
    def __init__(self, pin, debounce_ms: int = 50):
        super().__init__(pin, debounce_ms)

    def read(self) -> dict:
        """presses since the last reading."""
        return {"presses": self._new()}
