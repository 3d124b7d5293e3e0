# Feeds the board's watchdog only on progress: each part of the firmware says within which time
# it will report again, and the feeding ends when one of them is late.
from snowplow_tracker import clock


class Watchdog:
    def __init__(self, board):
        self._board = board
        self._deadlines: dict = {}

    def expect(self, part, seconds):
        """Allow `part` so many seconds until its next call."""
        self._deadlines[part] = clock.ms() + seconds * 1000

    def feed(self):
        """Feed the watchdog, unless a part is late."""
        now = clock.ms()
        for part in self._deadlines:
            if now > self._deadlines[part]:
                return
        self._board.feed()
