# Shows the state of the firmware with the board's LED; docs/boards.md has the table.

# A state's pattern: milliseconds on, off; or so many short flashes in three seconds, or long ones
# if it is below 0. The outcomes of a request have the names that the library gives them.
PATTERNS: dict = {
    "joining": (100, 100),  # fast
    "portal": (500, 100),  # mostly on: it waits for its network and collector
    "safe": (1000, 1000),  # slow: it crashed too often
    "not_found": -2,  # no such network
    "wrong_password": -3,
    "none": 1,  # nothing was sent yet
    "success": 1,
    "no_connection": 2,  # the collector is not reached
    "failing": 3,  # a sensor fails
    "timeout": 4,  # the collector does not answer
    "http_error": 5,  # the collector refuses
    "bad_response": 6,  # it is no collector that answers
    "certificate": 7,  # the collector's certificate is refused
}


def times(state: str) -> tuple:
    """Milliseconds on, off, on, off ... of a state."""
    count = PATTERNS[state]
    if isinstance(count, tuple):
        return count
    on, off = (20, 280) if count > 0 else (400, 400)
    count = abs(count) - 1
    return (on, off) * count + (on, 3000 - on - (on + off) * count)


class Lamp:
    def __init__(self, board):
        self._board = board
        self._state = None
        self.show("joining")

    def show(self, state: str) -> None:
        """Use the pattern of `state` from the next step on."""
        if state != self._state:
            # Two states with one pattern are one, and it goes on.
            if self._state is None or PATTERNS[state] != PATTERNS[self._state]:
                self._times = times(state)
                self._place = 0
            self._state = state

    def step(self) -> int:
        """Switch the LED; -> milliseconds until the next step."""
        self._board.led(self._place % 2 == 0)
        ms = self._times[self._place]
        self._place = (self._place + 1) % len(self._times)
        return ms
