# Shows the state of the firmware with the board's LED: a pattern for each state, as
# milliseconds on, off, on, off ...


def _flashes(count):
    # So many short ones in three seconds.
    return (20, 280) * (count - 1) + (20, 2980 - 300 * (count - 1))


# The outcomes of a request have the names that the library gives them.
PATTERNS = {
    "joining": (100, 100),  # fast
    "portal": (500, 100),  # mostly on: it waits for its network and collector
    "safe": (1000, 1000),  # slow: it crashed too often
    "none": _flashes(1),  # nothing was sent yet
    "success": _flashes(1),
    "no_connection": _flashes(2),  # the collector is not reached
    "failing": _flashes(3),  # a sensor fails
    "timeout": _flashes(4),  # the collector does not answer
    "http_error": _flashes(5),  # the collector refuses
    "bad_response": _flashes(6),  # it is no collector that answers
}


class Lamp:
    def __init__(self, board):
        self._board = board
        self._pattern = PATTERNS["joining"]
        self._place = 0

    def show(self, state: str) -> None:
        """Use the pattern of `state` from the next step on."""
        pattern = PATTERNS[state]
        if pattern is not self._pattern:
            self._pattern = pattern
            self._place = 0

    def step(self) -> int:
        """Switch the LED; -> milliseconds until the next step."""
        self._board.led(self._place % 2 == 0)
        ms = self._pattern[self._place]
        self._place = (self._place + 1) % len(self._pattern)
        return ms
