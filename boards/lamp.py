# Shows the state of the firmware with the board's LED: a pattern for each state, as
# milliseconds on, off, on, off ...
PATTERNS = {
    "joining": (100, 100),  # fast
    "sending": (20, 2980),  # a flash now and then: all is well
    "unsent": (20, 280, 20, 2680),  # two: the collector does not answer
    "failing": (20, 280, 20, 280, 20, 2380),  # three: a sensor fails
    "safe": (1000, 1000),  # slow: it crashed too often
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
