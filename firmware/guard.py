# Feeds the watchdog only on progress: each part of the firmware promises when it will be
# heard of next, and one broken promise ends the feeding.
from snowplow_tracker import clock


class Guard:
    def __init__(self, board):
        self._board = board
        self._until: dict = {}

    def promise(self, part, seconds):
        """`part` goes on, and will be heard of again within so many seconds."""
        self._until[part] = clock.ms() + seconds * 1000

    def feed(self):
        """Feed the watchdog, unless a part is overdue."""
        now = clock.ms()
        for part in self._until:
            if now > self._until[part]:
                return
        self._board.feed()
