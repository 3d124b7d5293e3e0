# The thermometer in the chip. It is warmer than the room, and good for seeing that a box is in
# the sun.
# Current: 0. Wiring: none.
BUS = "board"
OPTIONS: dict = {}


class Sensor:
    QUANTITIES = {"temperature": ("Cel", -40, 150)}

    def __init__(self, board):
        self._board = board

    def read(self) -> dict:
        """temperature in Cel."""
        value = self._board.temperature()
        if value is None:
            raise OSError("cpu: this chip has no thermometer")
        return {"temperature": value}
